"""ONNX Runtime's WebGPU provider, natively: onnxruntime_webgpu.py NETWORK.onnx [--runs 2] [--size 320].

Chooses the adapter itself. It runs on real ones only: what it calls a virtual one compiles, and computes nothing.
"""

import argparse
from importlib.metadata import version

import onnxruntime
import onnxruntime_ep_webgpu
from timing import SIDE, pixels, report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--size", type=int, default=SIDE)
    arguments = parser.parse_args()

    onnxruntime.register_execution_provider_library("webgpu", onnxruntime_ep_webgpu.get_library_path())
    name = onnxruntime_ep_webgpu.get_ep_name()
    devices = [device for device in onnxruntime.get_ep_devices() if device.ep_name == name]
    if not devices:
        raise SystemExit("the WebGPU provider finds no GPU, and takes no software adapter for one")

    def prepare():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        # What the provider cannot run would fall to the CPU in silence and be measured as its own.
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        options.add_provider_for_devices(devices[:1], {})
        session = onnxruntime.InferenceSession(arguments.network, sess_options=options, enable_fallback=False)
        feeds = {session.get_inputs()[0].name: pixels(arguments.size)}
        wanted = [session.get_outputs()[0].name]
        return lambda: session.run(wanted, feeds)[0]

    report(f"onnxruntime-ep-webgpu {version('onnxruntime-ep-webgpu')}", prepare, arguments.runs)


main()
