"""PyTorch, eager, on a GPU: pytorch_eager.py NETWORK.onnx [--precision fp32|fp16] [--runs 20] [--size 320].

Runs U²-Net-p from the ONNX file of its authors' package, operator by operator with PyTorch's own, as the authors'
PyTorch code would (its batch norms are folded into the convolutions already, which is in PyTorch's favour). Prints
the time of a run and, as the framework's peak on this GPU, the rate of a plain matrix product in the same precision.
fp32 is fp32: the shortened TF32 is off. `--device cpu` checks the script where there is no GPU.
"""

import argparse
import time

import numpy
import onnx
import torch
import torch.nn.functional as functional
from onnx import numpy_helper
from timing import SIDE, pixels, report

PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16}


def attributes(node):
    return {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}


def needed(graph, output):
    """The nodes that `output` depends on, in order: the file has six more outputs, for training."""
    wanted, kept = {output}, []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]


def on_shapes(node, values):
    """What an operator gives that computes with sizes and not with pixels, or None."""
    given = [values.get(name) for name in node.input]
    of = attributes(node)
    match node.op_type:
        case "Constant":
            return numpy_helper.to_array(of["value"])
        case "Shape":
            return numpy.array(given[0].shape, dtype=numpy.int64)
        case "Gather":
            return numpy.take(given[0], given[1], axis=of["axis"])
        case "Unsqueeze":
            return numpy.expand_dims(given[0], tuple(of["axes"]))
        case "Slice":
            (begin,), (end,) = given[1], given[2]
            return given[0][begin:end]
        case "Cast":
            return given[0].astype(onnx.helper.tensor_dtype_to_np_dtype(of["to"]))
        case "Concat" if isinstance(given[0], numpy.ndarray):
            return numpy.concatenate(given, axis=of["axis"])
    return None


def operator(node, values, weights):
    """The PyTorch call for an operator on pixels, with everything but the pictures bound."""
    of = attributes(node)
    match node.op_type:
        case "Conv":
            weight, bias = (weights[name] for name in node.input[1:3])
            stride, dilation, pads = of["strides"], of["dilations"], of["pads"]
            return lambda x: functional.conv2d(x, weight, bias, stride, pads[:2], dilation, of["group"])
        case "Relu":
            return torch.relu
        case "Sigmoid":
            return torch.sigmoid
        case "Add":
            return torch.add
        case "MaxPool":
            return lambda x: functional.max_pool2d(x, of["kernel_shape"], of["strides"], ceil_mode=bool(of["ceil_mode"]))
        case "Concat":
            return lambda *pictures: torch.cat(pictures, of["axis"])
        case "Resize":
            size = [int(side) for side in values[node.input[3]][2:]]
            return lambda x: functional.interpolate(x, size, mode="bilinear", align_corners=False)
    raise SystemExit(f"pytorch_eager.py does not know the operator {node.op_type}")


def steps(path, picture, place):
    """The network as a list of calls, its sizes worked out once for a picture's size: (call, inputs, output, dead)."""
    graph = onnx.load(path).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    weights = {name: place(torch.from_numpy(array.copy())) for name, array in stored.items()}
    output = graph.output[0].name
    name = next(one.name for one in graph.input if one.name not in stored)
    values, calls = {**stored, name: picture}, []
    for node in needed(graph, output):
        sizes = on_shapes(node, values)
        if sizes is not None:
            values[node.output[0]] = sizes
            continue
        call = operator(node, values, weights)
        pictures = [one for one in node.input if one in values and isinstance(values[one], torch.Tensor)]
        values[node.output[0]] = call(*(values[one] for one in pictures))
        calls.append((call, pictures, node.output[0]))
    # A picture is let go after its last use, as it would be in a module's own code.
    seen, listed = {output}, []
    for call, pictures, made in reversed(calls):
        listed.append((call, pictures, made, [one for one in dict.fromkeys(pictures) if one not in seen]))
        seen.update(pictures)
    return name, output, listed[::-1]


def peak(device, dtype, synchronize):
    """GFLOP/s of a product of two square matrices, the best of several."""
    side = 8192 if device.type != "cpu" else 1024
    one = torch.randn(side, side, device=device, dtype=dtype)
    best = 0
    for _ in range(10):
        synchronize()
        start = time.perf_counter()
        torch.matmul(one, one)
        synchronize()
        best = max(best, 2 * side**3 / (time.perf_counter() - start) / 1e9)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--size", type=int, default=SIDE)
    parser.add_argument("--device", default="cuda")
    arguments = parser.parse_args()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("PyTorch finds no GPU")
    device, dtype = torch.device(arguments.device), PRECISIONS[arguments.precision]
    synchronize = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    torch.set_grad_enabled(False)

    def place(tensor):
        if not tensor.is_floating_point():
            return tensor
        layout = torch.channels_last if tensor.dim() == 4 else torch.contiguous_format
        return tensor.to(device=device, dtype=dtype).contiguous(memory_format=layout)

    def prepare():
        # The picture goes to the GPU and the mask comes back in every run, as with the others.
        host = torch.from_numpy(pixels(arguments.size))
        name, output, calls = steps(arguments.network, place(host), place)

        def run():
            values = {name: place(host)}
            for call, pictures, made, dead in calls:
                values[made] = call(*(values[one] for one in pictures))
                for one in dead:
                    del values[one]
            return values[output].float().cpu().numpy()

        return run

    rate = peak(device, dtype, synchronize)
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    report(f"torch {torch.__version__}, {where}", prepare, arguments.runs, peak=rate)


main()
