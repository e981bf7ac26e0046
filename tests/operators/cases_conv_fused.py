"""Convolutions with what an engine may fuse into them, and the cases next to those where it must not."""

import numpy as np

from record import Model


def conv(model, x, channels, o, kernel=3, stride=1, group=1, stored="f32", bias=True):
    """A convolution of `channels` to `o` that keeps the size at stride 1."""
    shape = [o, channels // group, kernel, kernel]
    if stored == "f32":
        w = model.constant(model.grid(shape, -1, 1, 1 / 32))
    else:
        scales = np.array([1, 3, 2, 5, 4], np.float32)[np.arange(o) % 5] / 256
        w = model.constant(model.random.integers(-127, 128, shape).astype(np.int8))
        w = model.node("DequantizeLinear", [w, model.constant(scales)], axis=0)
    inputs = [x, w] + ([model.constant(model.grid([o], -1, 1))] if bias else [])
    pad = kernel // 2
    return model.node("Conv", inputs, kernel_shape=[kernel, kernel], pads=[pad] * 4, strides=[stride] * 2, group=group)


def batch_normalization(model, x, channels, epsilon=1e-5):
    gamma, beta = model.grid([channels], -2, 2), model.grid([channels], -1, 1)
    mean, variance = model.grid([channels], -1, 1), model.grid([channels], 0.25, 4)
    parameters = [model.constant(values) for values in (gamma, beta, mean, variance)]
    return model.node("BatchNormalization", [x, *parameters], epsilon=epsilon)


def activation(model, x, channels, name):
    if name == "PRelu":
        return model.node("PRelu", [x, model.constant(model.grid([channels, 1, 1], -0.5, 0.5))])
    if name == "PRelu of one slope":
        return model.node("PRelu", [x, model.constant(model.grid([1, 1, 1], 0.125, 0.5))])
    if name == "Relu6":
        return model.node("Clip", [x, model.scalar(0), model.scalar(6)])
    if name == "LeakyRelu":
        return model.node("LeakyRelu", x, alpha=0.125)
    if name == "HardSigmoid":
        return model.node("HardSigmoid", x, alpha=0.25, beta=0.5)
    if name == "swish":
        return model.node("Mul", [x, model.node("Sigmoid", x)])
    if name == "hard swish of parts":
        shifted = model.node("Add", [x, model.scalar(3)])
        clipped = model.node("Clip", [shifted, model.scalar(0), model.scalar(6)])
        return model.node("Mul", [x, model.node("Div", [clipped, model.scalar(6)])])
    return model.node(name, x)


ACTIVATIONS = ["Relu", "Relu6", "LeakyRelu", "PRelu", "PRelu of one slope", "HardSwish", "HardSigmoid", "Sigmoid",
               "Tanh", "Abs", "Neg", "swish", "hard swish of parts"]


def record(family):
    for name in ACTIVATIONS:
        for kind, group, kernel in [("conv", 1, 3), ("1x1", 1, 1), ("depthwise", 5, 3)]:
            model = Model(f"{kind} + {name}", 14)
            x = model.input([1, 5, 3, 4])
            model.output(activation(model, conv(model, x, 5, 5, kernel, group=group), 5, name))
            family.add(model)

    for kind, group, stored in [("conv", 1, "f32"), ("conv int8", 1, "int8"), ("depthwise", 5, "f32"),
                                ("depthwise int8", 5, "int8")]:
        for last in (None, "Relu", "Relu6"):
            model = Model(f"{kind} + BatchNormalization{f' + {last}' if last else ''}")
            x = model.input([2, 5, 4, 6])
            y = batch_normalization(model, conv(model, x, 5, 5, group=group, stored=stored, bias=last is None), 5)
            model.output(activation(model, y, 5, last) if last else y)
            family.add(model)

    model = Model("BatchNormalization alone", 11)
    model.output(batch_normalization(model, model.input([2, 7, 3, 5]), 7, 1e-3))
    family.add(model)
    model = Model("BatchNormalization before a convolution")
    x = batch_normalization(model, model.input([1, 5, 4, 4]), 5)
    model.output(conv(model, x, 5, 6))
    family.add(model)
    model = Model("BatchNormalization after Relu after conv")
    x = model.node("Relu", conv(model, model.input([1, 5, 4, 4]), 5, 6))
    model.output(batch_normalization(model, x, 6))
    family.add(model)
    model = Model("BatchNormalization twice after conv")
    x = batch_normalization(model, conv(model, model.input([1, 5, 4, 4]), 5, 6), 6)
    model.output(batch_normalization(model, x, 6))
    family.add(model)
    model = Model("BatchNormalization after ConvTranspose")
    w = model.constant(model.grid([4, 5, 2, 2], -1, 1, 1 / 32))
    x = model.node("ConvTranspose", [model.input([1, 4, 3, 3]), w], strides=[2, 2])
    model.output(batch_normalization(model, x, 5))
    family.add(model)

    # Residual sums.
    for last in (None, "Relu", "PRelu", "HardSwish"):
        for side in ("first", "second"):
            for stored in ("f32", "int8"):
                model = Model(f"conv {stored} + residual as {side} input{f' + {last}' if last else ''}", 14)
                x = model.input([1, 5, 4, 5])
                y = conv(model, x, 5, 5, stored=stored)
                y = model.node("Add", [x, y] if side == "first" else [y, x])
                model.output(activation(model, y, 5, last) if last else y)
                family.add(model)
    model = Model("two convs added + Relu")
    x = model.input([1, 5, 6, 4])
    model.output(model.node("Relu", model.node("Add", [conv(model, x, 5, 7), conv(model, x, 5, 7, 1)])))
    family.add(model)
    model = Model("three convs added")
    x = model.input([1, 5, 6, 4])
    y = model.node("Add", [conv(model, x, 5, 7), conv(model, x, 5, 7, 1)])
    model.output(model.node("Relu", model.node("Add", [y, conv(model, x, 5, 7, 1)])))
    family.add(model)
    model = Model("conv + itself")
    y = conv(model, model.input([1, 5, 4, 4]), 5, 6)
    model.output(model.node("Relu", model.node("Add", [y, y])))
    family.add(model)
    model = Model("conv + Relu + residual + Relu")
    x = model.input([1, 6, 5, 7])
    y = model.node("Relu", conv(model, x, 6, 6))
    model.output(model.node("Relu", model.node("Add", [y, x])))
    family.add(model)
    model = Model("conv + residual + BatchNormalization")
    x = model.input([1, 6, 5, 7])
    model.output(batch_normalization(model, model.node("Add", [conv(model, x, 6, 6), x]), 6))
    family.add(model)
    model = Model("conv + residual + residual + Relu")
    x, other = model.input([1, 6, 5, 7]), model.input([1, 6, 5, 7])
    y = model.node("Add", [model.node("Add", [conv(model, x, 6, 6), x]), other])
    model.output(model.node("Relu", y))
    family.add(model)
    model = Model("conv + residual of batch 1")
    x, other = model.input([2, 3, 4, 5]), model.input([1, 6, 4, 5])
    model.output(model.node("Add", [conv(model, x, 3, 6), other]))
    family.add(model)
    model = Model("conv + a picture of one row")
    x, other = model.input([1, 3, 4, 5]), model.input([1, 6, 1, 5])
    model.output(model.node("Relu", model.node("Add", [conv(model, x, 3, 6), other])))
    family.add(model)
    model = Model("conv of one pixel + a larger picture")
    x, other = model.input([1, 3, 1, 1]), model.input([1, 6, 4, 5])
    model.output(model.node("Relu", model.node("Add", [conv(model, x, 3, 6), other])))
    family.add(model)
    model = Model("conv + a value a channel of another branch")
    x = model.input([1, 6, 4, 5])
    y = model.node("GlobalAveragePool", x)
    model.output(model.node("Relu", model.node("Add", [conv(model, x, 6, 6), y])))
    family.add(model)
    model = Model("the residual is a convolution that comes later")
    x = model.input([1, 6, 4, 5])
    first = conv(model, x, 6, 6)
    later = model.node("Tanh", conv(model, model.node("Sigmoid", x), 6, 6, 1))
    model.output(model.node("Relu", model.node("Add", [first, later])))
    family.add(model)
    model = Model("a chain of residual blocks")
    y = conv(model, model.input([1, 3, 6, 6]), 3, 8)
    for _ in range(3):
        inner = conv(model, model.node("Relu", conv(model, y, 8, 8, stored="int8")), 8, 8, 1, stored="int8")
        y = model.node("Relu", model.node("Add", [y, model.node("Mul", [inner, model.scalar(1 / 8)])]))
    model.output(y)
    family.add(model)
    model = Model("an inverted residual block")
    x = model.input([1, 6, 7, 5])
    y = batch_normalization(model, conv(model, x, 6, 18, 1, bias=False), 18)
    y = activation(model, y, 18, "Relu6")
    y = activation(model, batch_normalization(model, conv(model, y, 18, 18, group=18, bias=False), 18), 18, "Relu6")
    y = batch_normalization(model, conv(model, y, 18, 6, 1, bias=False), 6)
    model.output(model.node("Add", [x, y]))
    family.add(model)

    # Constants after a convolution.
    for operator in ("Add", "Mul", "Sub", "Div"):
        for kind, shape in [("one a channel", [1, 6, 1, 1]), ("one a channel, three axes", [6, 1, 1]),
                            ("one number", []), ("one number, four axes", [1, 1, 1, 1]), ("one a column", [5]),
                            ("a whole picture", [1, 6, 4, 5])]:
            model = Model(f"conv {operator} a constant, {kind}")
            y = conv(model, model.input([1, 3, 4, 5]), 3, 6)
            values = 2.0 ** model.random.integers(-1, 2, shape) if operator == "Div" else model.grid(shape)
            y = model.node(operator, [y, model.constant(np.asarray(values, np.float32))])
            model.output(model.node("Relu", y))
            family.add(model)
    model = Model("a constant a channel minus conv")
    y = conv(model, model.input([1, 3, 4, 5]), 3, 6)
    model.output(model.node("Sub", [model.constant(model.grid([6, 1, 1])), y]))
    family.add(model)

    # Results that are read more than once.
    model = Model("conv read by Relu and by another conv")
    y = conv(model, model.input([1, 3, 4, 5]), 3, 6)
    model.output(model.node("Relu", y), conv(model, y, 6, 4))
    family.add(model)
    model = Model("conv before Relu is an output too")
    y = conv(model, model.input([1, 3, 4, 5]), 3, 6)
    model.output(y, model.node("Relu", y))
    family.add(model)
    model = Model("conv before its sum is an output too")
    x = model.input([1, 6, 4, 5])
    y = conv(model, x, 6, 6)
    model.output(model.node("Add", [y, x]), y)
    family.add(model)
    model = Model("Relu twice")
    y = model.node("Relu", conv(model, model.input([1, 3, 4, 5]), 3, 6))
    model.output(model.node("Relu", model.node("Sub", [y, model.scalar(1)])))
    family.add(model)
    model = Model("Relu then Sigmoid")
    model.output(model.node("Sigmoid", model.node("Relu", conv(model, model.input([1, 3, 4, 5]), 3, 6))))
    family.add(model)
    model = Model("ConvTranspose + Relu + residual")
    x, other = model.input([1, 4, 3, 3]), model.input([1, 5, 6, 6])
    w = model.constant(model.grid([4, 5, 2, 2], -1, 1, 1 / 32))
    y = model.node("Relu", model.node("ConvTranspose", [x, w], strides=[2, 2]))
    model.output(model.node("Add", [y, other]))
    family.add(model)

    for c in (5, 8):
        model = Model(f"squeeze and excite channels {c}", 14)
        x = conv(model, model.input([1, c, 6, 5]), c, c)
        s = model.node("GlobalAveragePool", x)
        s = model.node("Relu", conv(model, s, c, 3, 1))
        s = model.node("HardSigmoid", conv(model, s, 3, c, 1), alpha=1 / 6, beta=0.5)
        model.output(model.node("Mul", [x, s]))
        family.add(model)
