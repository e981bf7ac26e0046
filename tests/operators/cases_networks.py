"""Small whole networks: the blocks of those that the engine is for, and random ones that try its memory plan."""

import numpy as np

from cases_conv_fused import activation, batch_normalization, conv
from record import Model


def nested_u(family, name, size, depth, dilated=False):
    """A residual U-block, the unit of U²-Net and IS-Net."""
    model = Model(name, 17)

    def layer(x, channels, o, dilation=1):
        scales = np.array([1, 3, 2, 5, 4], np.float32)[np.arange(o) % 5] / 4096
        w = model.constant(model.random.integers(-127, 128, [o, channels, 3, 3]).astype(np.int8))
        w = model.node("DequantizeLinear", [w, model.constant(scales)], axis=0)
        b = model.constant(model.grid([o], -0.5, 0.5, 1 / 16))
        return model.node("Relu", model.node("Conv", [x, w, b], pads=[dilation] * 4, dilations=[dilation] * 2))

    def resized(x, reference):
        sizes = model.node("Concat", [model.node("Shape", x, end=2), model.node("Shape", reference, start=2)], axis=0)
        return model.node("Resize", [x, "", "", sizes], mode="linear",
                          coordinate_transformation_mode="pytorch_half_pixel")

    x = layer(model.input([1, 3, *size]), 3, 8)
    encoders = [layer(x, 8, 4)]
    for level in range(1, depth):
        below = encoders[-1] if dilated else model.node("MaxPool", encoders[-1], kernel_shape=[2, 2], strides=[2, 2],
                                                        ceil_mode=1)
        encoders.append(layer(below, 4, 4, 2 ** level if dilated else 1))
    y = layer(encoders[-1], 4, 4, 2)
    for level in reversed(range(depth)):
        if not dilated and level < depth - 1:
            y = resized(y, encoders[level])
        y = layer(model.node("Concat", [y, encoders[level]], axis=1), 8, 8 if level == 0 else 4,
                  2 ** level if dilated else 1)
    model.output(model.node("Sigmoid", conv(model, model.node("Add", [y, x]), 8, 1, 1)))
    family.add(model)


def mobile(family, name, size):
    """Inverted residuals, squeeze and excite, transposed convolution: a segmenter for phones."""
    model = Model(name, 14)
    x = activation(model, conv(model, model.input([1, 3, *size]), 3, 8, stride=2), 8, "HardSwish")
    y = activation(model, conv(model, x, 8, 8, group=8), 8, "Relu")
    s = model.node("Relu", conv(model, model.node("GlobalAveragePool", y), 8, 3, 1))
    s = model.node("Sigmoid", conv(model, s, 3, 8, 1))
    y = model.node("Add", [conv(model, model.node("Mul", [y, s]), 8, 8, 1), x])
    z = activation(model, conv(model, y, 8, 12, stride=2), 12, "Relu6")
    z = batch_normalization(model, conv(model, z, 12, 8, 1, bias=False), 8)
    z = model.node("Resize", [z, "", model.floats(1, 1, 2, 2)], mode="linear")
    z = model.node("Add", [z, y])
    w = model.constant(model.grid([8, 1, 2, 2], -1, 1, 1 / 32))
    model.output(model.node("Sigmoid", model.node("ConvTranspose", [z, w], strides=[2, 2])))
    family.add(model)


def detector(family):
    """Two heads, rows last, flattened and joined: as face and palm detectors end."""
    model = Model("detector with two heads")
    x = activation(model, conv(model, model.input([1, 3, 12, 8]), 3, 6, stride=2), 6, "PRelu")
    y = activation(model, conv(model, x, 6, 9, stride=2), 9, "PRelu")
    boxes, scores = [], []
    for feature, channels in ((x, 6), (y, 9)):
        for width, found in ((8, boxes), (2, scores)):
            head = model.node("Transpose", conv(model, feature, channels, width, 1), perm=[0, 2, 3, 1])
            found.append(model.node("Reshape", [head, model.ints(1, -1, width // 2)]))
    model.output(model.node("Concat", boxes, axis=1), model.node("Sigmoid", model.node("Concat", scores, axis=1)))
    family.add(model)


def padded_residuals(family):
    """Blocks whose short cut is pooled and grown by empty channels, as MediaPipe's face detector has them."""
    model = Model("short cut pooled and padded in channels")
    x = conv(model, model.input([1, 3, 10, 8]), 3, 6)
    y = conv(model, conv(model, x, 6, 6, group=6, stride=2), 6, 10, 1)
    short = model.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    short = model.node("Pad", [short, model.ints(0, 0, 0, 0, 0, 4, 0, 0)])
    model.output(activation(model, model.node("Add", [y, short]), 10, "PRelu"))
    family.add(model)


def random_network(family, seed):
    """Pictures of two sizes, combined at random; several of them are outputs."""
    model = Model(f"random {seed}", 17)
    random = model.random
    height, width = (int(side) for side in random.integers(2, 6, 2))
    channels = int(random.choice([3, 4, 6]))
    # (value, channels, level); level 1 is half the size of level 0, which is even.
    values = [(model.input([1, channels, 2 * height, 2 * width]), channels, 0)]

    def pick(level=None, count=None):
        found = [v for v in values if (level is None or v[2] == level) and (count is None or v[1] == count)]
        return found[int(random.integers(max(0, len(found) - 5), len(found)))]

    for _ in range(int(random.integers(10, 22))):
        kind = str(random.choice(["conv", "conv", "relu", "add", "concat", "concat", "pool", "up", "split", "mul", "pad"]))
        x, c, level = pick()
        if kind == "conv":
            o = int(random.choice([3, 4, 5, 8]))
            y = conv(model, x, c, o, int(random.choice([1, 3])), stored=str(random.choice(["f32", "int8"])))
            # Keeps numbers of the same size through any depth.
            values.append((model.node("Mul", [y, model.scalar(1 / 4)]), o, level))
        elif kind == "relu":
            values.append((model.node(str(random.choice(["Relu", "Abs", "Neg", "Identity"])), x), c, level))
        elif kind in ("add", "mul"):
            other = pick(level, c)[0]
            y = model.node("Add" if kind == "add" else "Max", [x, other])
            values.append((model.node("Mul", [y, model.scalar(1 / 2)]), c, level))
        elif kind == "concat":
            parts = [(x, c, level)] + [pick(level) for _ in range(int(random.integers(1, 3)))]
            total = sum(part[1] for part in parts)
            if total <= 24:
                values.append((model.node("Concat", [part[0] for part in parts], axis=1), total, level))
        elif kind == "pool" and level == 0:
            values.append((model.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), c, 1))
        elif kind == "up" and level == 1:
            y = model.node("Resize", [x, "", model.floats(1, 1, 2, 2)], mode=str(random.choice(["linear", "nearest"])))
            values.append((y, c, 0))
        elif kind == "split" and c > 2:
            first = int(random.integers(1, c))
            a, b = model.node("Split", [x, model.ints(first, c - first)], 2, axis=1)
            values += [(a, first, level), (b, c - first, level)]
        elif kind == "pad":
            y = model.node("Pad", [x, model.ints(0, 1, 0, 0, 0, 0, 0, 0), model.scalar(0.5)])
            values.append((y, c + 1, level))
    wanted = {values[-1][0]} | {values[int(random.integers(1, len(values)))][0] for _ in range(2)}
    for value, _, _ in values[1:]:
        if value in wanted:
            wanted.discard(value)
            model.output(value)
    family.add(model)


def record(family):
    for size in ([16, 16], [13, 9], [7, 22]):
        nested_u(family, f"nested U of depth 3 at {size[0]}x{size[1]}", size, 3)
    nested_u(family, "nested U of depth 4 at 17x12", [17, 12], 4)
    nested_u(family, "dilated U at 9x10", [9, 10], 3, dilated=True)
    mobile(family, "mobile segmenter at 16x24", [16, 24])
    mobile(family, "mobile segmenter at 8x8", [8, 8])
    detector(family)
    padded_residuals(family)
    for seed in range(24):
        random_network(family, seed)
