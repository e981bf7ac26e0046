"""Convolutions: kernels, strides, dilations, paddings, groups, and every way to store weights."""

import numpy as np
from onnx import TensorProto

from record import Model


def weights(model, shape, stored="f32", channel_axis=0):
    """The value that holds weights of a shape, stored in one of many ways."""
    def per_channel(values):
        return np.asarray(values)[np.arange(shape[channel_axis]) % len(values)]

    if stored == "f32":
        return model.constant(model.grid(shape, -1, 1, 1 / 32))
    if stored == "constant node":
        from onnx import numpy_helper
        values = numpy_helper.from_array(model.grid(shape, -1, 1, 1 / 32), "")
        return model.node("Constant", [], value=values)
    if stored == "f16":
        return model.node("Cast", model.constant(model.grid(shape, -1, 1, 1 / 32).astype(np.float16)),
                          to=TensorProto.FLOAT)
    signed = model.random.integers(-127, 128, shape).astype(np.int8)
    unsigned = model.random.integers(0, 256, shape).astype(np.uint8)
    scales = per_channel(np.array([1, 3, 2, 5, 4], np.float32) / 256)
    if stored == "int8":
        return model.node("DequantizeLinear", [model.constant(signed), model.constant(scales)], axis=channel_axis)
    if stored == "int8, zero points 0":
        zeros = model.constant(np.zeros(len(scales), np.int8))
        return model.node("DequantizeLinear", [model.constant(signed), model.constant(scales), zeros],
                          axis=channel_axis)
    if stored == "int8, one scale":
        return model.node("DequantizeLinear", [model.constant(signed), model.scalar(1 / 64)])
    if stored == "int8, one scale, zero point":
        return model.node("DequantizeLinear",
                          [model.constant(signed), model.scalar(1 / 64), model.scalar(-7, np.int8)])
    if stored == "int8, the other axis":
        other = 1 - channel_axis
        scales = np.array([1, 3, 2, 5, 4], np.float32)[np.arange(shape[other]) % 5] / 256
        return model.node("DequantizeLinear", [model.constant(signed), model.constant(scales)], axis=other)
    if stored == "int8, two summed":
        coarse = model.node("DequantizeLinear", [model.constant(signed), model.constant(scales)], axis=channel_axis)
        fine = model.constant(model.random.integers(-127, 128, shape).astype(np.int8))
        fine = model.node("DequantizeLinear", [fine, model.constant(scales / 128)], axis=channel_axis)
        return model.node("Add", [coarse, fine])
    if stored == "uint8, one scale, zero point":
        return model.node("DequantizeLinear",
                          [model.constant(unsigned), model.scalar(1 / 64), model.scalar(131, np.uint8)])
    if stored == "uint8, zero points":
        zeros = model.constant(per_channel(np.array([128, 120, 0, 255], np.uint8)))
        return model.node("DequantizeLinear", [model.constant(unsigned), model.constant(scales), zeros],
                          axis=channel_axis)
    raise ValueError(stored)


def conv(family, name, x, o, kernel, opset=13, stored="f32", bias=True, group=1, **attributes):
    """x: [N, C, H, W]; o: output channels."""
    model = Model(name, opset)
    value = model.input(x)
    w = weights(model, [o, x[1] // group, *kernel], stored)
    inputs = [value, w] + ([model.constant(model.grid([o], -1, 1))] if bias else [])
    attributes.setdefault("kernel_shape", list(kernel))
    model.output(model.node("Conv", inputs, group=group, **attributes))
    family.add(model)


def record(family):
    # 1×1 over channels that do and do not fill groups of four.
    for c, o in [(1, 1), (1, 4), (3, 5), (4, 4), (5, 3), (7, 9), (8, 16), (13, 6), (20, 12)]:
        conv(family, f"1x1 channels {c} to {o}", [1, c, 5, 7], o, [1, 1])
    conv(family, "1x1 one pixel", [1, 6, 1, 1], 10, [1, 1])
    conv(family, "1x1 without bias", [1, 6, 3, 3], 5, [1, 1], bias=False)
    conv(family, "1x1 stride 2", [1, 5, 7, 6], 6, [1, 1], strides=[2, 2])
    conv(family, "1x1 batch 3", [3, 5, 4, 3], 7, [1, 1])
    conv(family, "1x1 many channels", [1, 70, 2, 3], 34, [1, 1])
    conv(family, "1x1 padded", [1, 3, 4, 4], 3, [1, 1], pads=[1, 1, 1, 1])

    # 3×3, padded to keep the size.
    same = {"pads": [1, 1, 1, 1]}
    for c, o in [(1, 1), (2, 3), (3, 5), (4, 8), (5, 4), (7, 9), (16, 16), (8, 21), (21, 8)]:
        conv(family, f"3x3 channels {c} to {o}", [1, c, 5, 6], o, [3, 3], **same)
    for h, w in [(1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (2, 2), (3, 3), (4, 4), (5, 6), (8, 8), (13, 17), (16, 3)]:
        conv(family, f"3x3 size {h}x{w}", [1, 3, h, w], 4, [3, 3], **same)
    conv(family, "3x3 batch 2", [2, 5, 7, 6], 6, [3, 3], **same)
    conv(family, "3x3 without bias", [1, 5, 7, 6], 6, [3, 3], bias=False, **same)
    conv(family, "3x3 without padding", [1, 5, 7, 6], 6, [3, 3])
    conv(family, "3x3 larger than the padded picture's half", [1, 4, 3, 3], 4, [3, 3])
    conv(family, "3x3 wide", [1, 3, 2, 70], 4, [3, 3], **same)
    conv(family, "3x3 tall", [1, 3, 70, 2], 4, [3, 3], **same)
    conv(family, "3x3 a tile and more", [1, 4, 19, 18], 5, [3, 3], **same)
    conv(family, "3x3 one channel of many", [1, 37, 4, 4], 1, [3, 3], **same)
    conv(family, "3x3 no kernel_shape", [1, 3, 5, 5], 4, [3, 3], kernel_shape=None, **same)

    # Strides.
    for stride in ([2, 2], [3, 3], [1, 2], [2, 1], [4, 4]):
        for h, w in [(8, 8), (9, 7), (4, 5)]:
            conv(family, f"3x3 stride {stride[0]}x{stride[1]} size {h}x{w}", [1, 5, h, w], 6, [3, 3],
                 strides=stride, **same)
    conv(family, "3x3 stride 2 padded below and right", [1, 3, 8, 8], 8, [3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
    conv(family, "3x3 stride 2 one pixel", [1, 3, 1, 1], 8, [3, 3], strides=[2, 2], **same)
    conv(family, "4x4 stride 4 patches", [1, 3, 16, 12], 10, [4, 4], strides=[4, 4])
    conv(family, "2x2 stride 2", [1, 6, 7, 6], 5, [2, 2], strides=[2, 2])

    # Dilations, also past the picture's edge.
    for d in (2, 4, 8):
        for h, w in [(11, 10), (5, 6), (1, 1)]:
            conv(family, f"3x3 dilation {d} size {h}x{w}", [1, 3, h, w], 4, [3, 3], dilations=[d, d],
                 pads=[d, d, d, d])
    conv(family, "3x3 dilation 2 without padding", [1, 3, 9, 8], 4, [3, 3], dilations=[2, 2])
    conv(family, "3x3 dilation 1x3", [1, 3, 9, 8], 4, [3, 3], dilations=[1, 3], pads=[1, 3, 1, 3])
    conv(family, "3x3 dilation 2 stride 2", [1, 3, 9, 8], 4, [3, 3], dilations=[2, 2], strides=[2, 2],
         pads=[2, 2, 2, 2])
    conv(family, "3x3 dilation 3 batch 2", [2, 5, 7, 9], 4, [3, 3], dilations=[3, 3], pads=[3, 3, 3, 3])

    # Other kernels.
    for kernel in ([5, 5], [7, 7], [1, 3], [3, 1], [1, 7], [7, 1], [2, 2], [2, 3], [5, 2], [9, 9]):
        kh, kw = kernel
        pads = [kh // 2, kw // 2, (kh - 1) // 2, (kw - 1) // 2]
        conv(family, f"{kh}x{kw}", [1, 3, 8, 9], 5, kernel, pads=pads)
        conv(family, f"{kh}x{kw} stride 2 channels 4 to 4", [1, 2, 9, 8], 4, kernel, pads=pads, strides=[2, 2])
    conv(family, "7x7 stride 2 stem", [1, 3, 14, 12], 8, [7, 7], pads=[3, 3, 3, 3], strides=[2, 2])
    conv(family, "as large as the picture", [1, 5, 6, 4], 7, [6, 4])

    # Paddings.
    for pads in ([0, 1, 2, 3], [3, 0, 0, 2], [2, 2, 0, 0], [4, 4, 4, 4]):
        conv(family, f"3x3 pads {pads}", [1, 3, 5, 6], 4, [3, 3], pads=pads)
    for automatic in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        for stride in (1, 2, 3):
            for h, w in [(7, 8), (6, 5)]:
                conv(family, f"3x3 {automatic} stride {stride} size {h}x{w}", [1, 3, h, w], 4, [3, 3],
                     auto_pad=automatic, strides=[stride, stride])
        conv(family, f"2x2 {automatic}", [1, 3, 5, 4], 4, [2, 2], auto_pad=automatic)
        conv(family, f"4x5 {automatic} stride 2", [1, 3, 9, 8], 4, [4, 5], auto_pad=automatic, strides=[2, 2])

    # Groups and depthwise.
    for c, o, group in [(4, 4, 2), (6, 9, 3), (8, 8, 4), (10, 4, 2), (8, 12, 4), (15, 12, 3)]:
        conv(family, f"3x3 groups {group} channels {c} to {o}", [1, c, 4, 5], o, [3, 3], group=group, **same)
    conv(family, "1x1 groups 2", [1, 6, 5, 5], 10, [1, 1], group=2)
    for c in (1, 3, 4, 8, 17, 32):
        conv(family, f"depthwise 3x3 channels {c}", [1, c, 4, 6], c, [3, 3], group=c, **same)
    conv(family, "depthwise 3x3 stride 2", [1, 10, 9, 8], 10, [3, 3], group=10, strides=[2, 2], **same)
    conv(family, "depthwise 3x3 stride 2 padded below and right", [1, 8, 8, 8], 8, [3, 3], group=8,
         strides=[2, 2], pads=[0, 0, 1, 1])
    conv(family, "depthwise 5x5", [1, 6, 9, 8], 6, [5, 5], group=6, pads=[2, 2, 2, 2])
    conv(family, "depthwise 5x5 stride 2 SAME_UPPER", [1, 6, 9, 8], 6, [5, 5], group=6, strides=[2, 2],
         auto_pad="SAME_UPPER")
    conv(family, "depthwise 3x3 dilation 2", [1, 6, 9, 8], 6, [3, 3], group=6, dilations=[2, 2], pads=[2, 2, 2, 2])
    conv(family, "depthwise 3x3 batch 2 without bias", [2, 5, 4, 6], 5, [3, 3], group=5, bias=False, **same)
    conv(family, "depthwise 3x3 one pixel", [1, 5, 1, 1], 5, [3, 3], group=5, **same)
    conv(family, "depthwise 1x1", [1, 7, 3, 4], 7, [1, 1], group=7)
    for c, times in [(4, 2), (3, 3), (8, 4), (1, 5)]:
        conv(family, f"depthwise 3x3 channels {c} each to {times}", [1, c, 6, 5], c * times, [3, 3], group=c, **same)

    # Stored weights.
    ways = ["int8", "int8, zero points 0", "int8, one scale", "int8, one scale, zero point", "int8, the other axis",
            "int8, two summed", "uint8, one scale, zero point", "uint8, zero points", "constant node", "f16"]
    for way in ways:
        conv(family, f"3x3 weights {way}", [1, 6, 5, 7], 7, [3, 3], stored=way, **same)
    for way in ("int8", "uint8, zero points"):
        conv(family, f"1x1 weights {way}", [1, 9, 4, 5], 10, [1, 1], stored=way)
        conv(family, f"5x5 weights {way}", [1, 3, 6, 5], 5, [5, 5], stored=way, pads=[2, 2, 2, 2])
        conv(family, f"depthwise 3x3 weights {way}", [1, 6, 6, 5], 6, [3, 3], stored=way, group=6, **same)
        conv(family, f"3x3 groups 2 weights {way}", [1, 6, 6, 5], 8, [3, 3], stored=way, group=2, **same)
        conv(family, f"3x3 stride 2 weights {way}", [2, 5, 7, 8], 6, [3, 3], stored=way, strides=[2, 2], **same)
    for d in (1, 2, 4, 8):
        conv(family, f"3x3 dilation {d} weights int8", [1, 8, 11, 9], 5, [3, 3], stored="int8",
             dilations=[d, d], pads=[d, d, d, d])
    conv(family, "3x3 weights int8 many channels", [1, 64, 3, 4], 8, [3, 3], stored="int8", **same)
    conv(family, "3x3 weights int8 a tile and more", [1, 5, 33, 11], 4, [3, 3], stored="int8", **same)
    conv(family, "3x3 weights int8 to one channel", [1, 36, 4, 5], 1, [3, 3], stored="int8", **same)
    conv(family, "1x1 weights int8 from six channels to one", [1, 6, 9, 9], 1, [1, 1], stored="int8")

    # Operator sets of files in the field.
    for opset in (7, 9, 10, 11, 12, 17):
        conv(family, f"3x3 operator set {opset}", [1, 3, 5, 5], 4, [3, 3], opset=opset, **same)
    conv(family, "3x3 weights int8, one scale, operator set 10", [1, 3, 5, 5], 4, [3, 3], opset=10,
         stored="int8, one scale, zero point", **same)
    conv(family, "3x3 weights int8 operator set 17", [1, 3, 5, 5], 4, [3, 3], opset=17, stored="int8", **same)

    # A picture whose height and width the file leaves free.
    model = Model("3x3 free size", 17)
    x = model.input([1, 3, 6, 7], declared=["batch", 3, "height", "width"])
    w = model.constant(model.grid([4, 3, 3, 3], -1, 1, 1 / 32))
    model.output(model.node("Conv", [x, w], pads=[1, 1, 1, 1]))
    family.add(model)

    # Half precision from end to end, on numbers that it holds exactly.
    model = Model("3x3 half precision", 13)
    x = model.node("Cast", model.input([1, 3, 5, 6], model.random.integers(-2, 3, [1, 3, 5, 6])), to=TensorProto.FLOAT16)
    w = model.constant((model.random.integers(-4, 5, [4, 3, 3, 3]) / 4).astype(np.float16))
    b = model.constant((model.random.integers(-4, 5, [4]) / 4).astype(np.float16))
    y = model.node("Relu", model.node("Conv", [x, w, b], pads=[1, 1, 1, 1]))
    model.output(model.node("Cast", y, to=TensorProto.FLOAT))
    family.add(model)
