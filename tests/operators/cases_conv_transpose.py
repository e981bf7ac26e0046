"""Transposed convolutions."""

from cases_conv import weights
from record import Model


def transposed(family, name, x, o, kernel, opset=13, stored="f32", bias=True, group=1, last=None, **attributes):
    """x: [N, C, H, W]; o: output channels of all groups."""
    model = Model(name, opset)
    value = model.input(x)
    w = weights(model, [x[1], o // group, *kernel], stored, channel_axis=1)
    inputs = [value, w] + ([model.constant(model.grid([o], -1, 1))] if bias else [])
    attributes.setdefault("kernel_shape", list(kernel))
    y = model.node("ConvTranspose", inputs, group=group, **attributes)
    model.output(model.node(last, y) if last else y)
    family.add(model)


def record(family):
    for stride in (1, 2, 3):
        for kernel in (1, 2, 3, 4, 5):
            transposed(family, f"{kernel}x{kernel} stride {stride}", [1, 2, 3, 4], 3, [kernel, kernel],
                       strides=[stride, stride])
    for c, o in [(1, 1), (3, 7), (4, 4), (5, 8), (12, 9), (9, 1)]:
        transposed(family, f"2x2 stride 2 channels {c} to {o}", [1, c, 5, 4], o, [2, 2], strides=[2, 2])
    for h, w in [(1, 1), (1, 6), (6, 1), (7, 3)]:
        transposed(family, f"3x3 stride 2 padded size {h}x{w}", [1, 3, h, w], 4, [3, 3], strides=[2, 2],
                   pads=[1, 1, 1, 1], output_padding=[1, 1])
    transposed(family, "4x4 stride 2 padded", [1, 3, 5, 6], 4, [4, 4], strides=[2, 2], pads=[1, 1, 1, 1])
    transposed(family, "3x3 stride 2 output_padding 1x0", [1, 3, 5, 6], 4, [3, 3], strides=[2, 2],
               output_padding=[1, 0])
    transposed(family, "3x3 stride 3 output_padding 2x1 padded", [1, 3, 4, 3], 4, [3, 3], strides=[3, 3],
               pads=[1, 0, 1, 1], output_padding=[2, 1])
    transposed(family, "3x3 uneven pads", [1, 3, 5, 6], 4, [3, 3], strides=[2, 2], pads=[0, 1, 2, 0])
    transposed(family, "3x3 stride 1x2", [1, 3, 5, 4], 4, [3, 3], strides=[1, 2], pads=[1, 1, 1, 1])
    transposed(family, "2x4 stride 2x3", [1, 3, 5, 4], 4, [2, 4], strides=[2, 3])
    for size in ([9, 11], [10, 12], [8, 10], [9, 10]):
        transposed(family, f"3x3 stride 2 output_shape {size[0]}x{size[1]}", [1, 3, 4, 5], 4, [3, 3],
                   strides=[2, 2], output_shape=size)
    for automatic in ("SAME_UPPER", "SAME_LOWER"):
        for kernel in (2, 3, 4):
            transposed(family, f"{kernel}x{kernel} stride 2 {automatic}", [1, 3, 4, 5], 4, [kernel, kernel],
                       strides=[2, 2], auto_pad=automatic)
        transposed(family, f"3x3 stride 2 {automatic} output_shape 7x9", [1, 3, 4, 5], 4, [3, 3], strides=[2, 2],
                   auto_pad=automatic, output_shape=[7, 9])
    transposed(family, "3x3 stride 2 VALID", [1, 3, 4, 5], 4, [3, 3], strides=[2, 2], auto_pad="VALID")
    transposed(family, "3x3 dilation 2", [1, 3, 5, 4], 4, [3, 3], dilations=[2, 2])
    transposed(family, "3x3 dilation 2 stride 2 padded", [1, 3, 5, 4], 4, [3, 3], dilations=[2, 2], strides=[2, 2],
               pads=[2, 2, 2, 2], output_padding=[1, 1])
    for c, o, group in [(4, 6, 2), (6, 6, 3), (8, 4, 4), (5, 5, 5), (4, 8, 4)]:
        transposed(family, f"3x3 stride 2 groups {group} channels {c} to {o}", [1, c, 4, 5], o, [3, 3],
                   strides=[2, 2], group=group)
    transposed(family, "2x2 stride 2 batch 2", [2, 5, 3, 4], 6, [2, 2], strides=[2, 2])
    transposed(family, "2x2 stride 2 without bias", [1, 5, 3, 4], 6, [2, 2], strides=[2, 2], bias=False)
    transposed(family, "2x2 stride 2 + Relu", [1, 5, 3, 4], 6, [2, 2], strides=[2, 2], last="Relu")
    transposed(family, "2x2 stride 2 + Sigmoid to one channel", [1, 12, 4, 5], 1, [2, 2], strides=[2, 2],
               last="Sigmoid")
    for stored in ("int8", "int8, one scale", "int8, the other axis", "uint8, zero points", "f16"):
        transposed(family, f"2x2 stride 2 weights {stored}", [1, 6, 3, 4], 5, [2, 2], strides=[2, 2], stored=stored)
    transposed(family, "3x3 stride 2 groups 2 weights int8, one scale", [1, 4, 3, 4], 6, [3, 3], strides=[2, 2],
               group=2, stored="int8, one scale")
    # Two groups share the scales of axis 1, which is not an axis of output channels here.
    transposed(family, "3x3 stride 2 groups 2 weights int8", [1, 4, 3, 4], 6, [3, 3], strides=[2, 2], group=2,
               stored="int8")
    transposed(family, "2x2 stride 2 operator set 11", [1, 3, 3, 4], 5, [2, 2], strides=[2, 2], opset=11)
