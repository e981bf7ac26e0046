"""ONNX Runtime on the processor: onnxruntime_cpu.py NETWORK.onnx [--threads 1] [--runs 5] [--size 320]."""

import argparse

import onnxruntime
from timing import SIDE, pixels, report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--size", type=int, default=SIDE)
    arguments = parser.parse_args()

    def prepare():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = arguments.threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(arguments.network, options, providers=["CPUExecutionProvider"])
        feeds = {session.get_inputs()[0].name: pixels(arguments.size)}
        wanted = [session.get_outputs()[0].name]
        return lambda: session.run(wanted, feeds)[0]

    report(f"onnxruntime {onnxruntime.__version__}", prepare, arguments.runs)


main()
