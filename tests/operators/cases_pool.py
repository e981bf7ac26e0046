"""Pooling over windows and over whole pictures."""

from record import Model


def pooled(family, name, operator, x, opset=13, **attributes):
    model = Model(name, opset)
    model.output(model.node(operator, model.input(x), **attributes))
    family.add(model)


WINDOWS = [
    ("2x2 stride 2", {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ("3x3 stride 2 padded", {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("3x3 stride 1 padded", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
    ("3x2 stride 1x3", {"kernel_shape": [3, 2], "strides": [1, 3]}),
    ("2x2 uneven pads", {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [0, 1, 1, 0]}),
]


def record(family):
    for operator in ("MaxPool", "AveragePool"):
        for kind, attributes in WINDOWS:
            for h, w in [(4, 6), (5, 7), (3, 3)]:
                pooled(family, f"{operator} {kind} size {h}x{w}", operator, [1, 3, h, w], **attributes)
        for c in (1, 3, 4, 8, 13):
            pooled(family, f"{operator} 2x2 channels {c}", operator, [1, c, 4, 5], kernel_shape=[2, 2], strides=[2, 2])
        pooled(family, f"{operator} 2x2 batch 3", operator, [3, 5, 4, 5], kernel_shape=[2, 2], strides=[2, 2])
        pooled(family, f"{operator} 1x1 stride 2", operator, [1, 5, 4, 5], kernel_shape=[1, 1], strides=[2, 2])
        pooled(family, f"{operator} 3x3 no strides", operator, [1, 5, 6, 5], kernel_shape=[3, 3])
        for automatic in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            for kernel, stride in [(2, 2), (3, 2), (2, 1), (3, 3)]:
                pooled(family, f"{operator} {kernel}x{kernel} stride {stride} {automatic}", operator, [1, 3, 7, 5],
                       kernel_shape=[kernel] * 2, strides=[stride] * 2, auto_pad=automatic)
        for opset in (10, 11, 12, 17):
            pooled(family, f"{operator} operator set {opset}", operator, [1, 3, 5, 5], opset, kernel_shape=[2, 2],
                   strides=[2, 2], ceil_mode=1)

    # The last window may hang over the edge.
    for h, w in [(5, 7), (4, 4), (5, 4), (1, 1), (1, 3), (2, 1), (9, 3)]:
        pooled(family, f"MaxPool 2x2 stride 2 ceil size {h}x{w}", "MaxPool", [1, 5, h, w], 11, kernel_shape=[2, 2],
               strides=[2, 2], ceil_mode=1)
        pooled(family, f"AveragePool 2x2 stride 2 ceil size {h}x{w}", "AveragePool", [1, 5, h, w], 11,
               kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    for h, w in [(6, 7), (8, 5), (10, 10)]:
        for kind, attributes in [("3x3 stride 2 ceil", {"kernel_shape": [3, 3], "strides": [2, 2]}),
                                 ("3x3 stride 2 padded ceil",
                                  {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
                                 ("2x2 stride 3 ceil", {"kernel_shape": [2, 2], "strides": [3, 3]}),
                                 ("3x3 stride 4 padded ceil",
                                  {"kernel_shape": [3, 3], "strides": [4, 4], "pads": [1, 1, 1, 1]})]:
            pooled(family, f"MaxPool {kind} size {h}x{w}", "MaxPool", [1, 3, h, w], ceil_mode=1, **attributes)
            pooled(family, f"AveragePool {kind} size {h}x{w}", "AveragePool", [1, 3, h, w], 19, ceil_mode=1,
                   **attributes)

    for dilation in ([2, 2], [1, 3]):
        pooled(family, f"MaxPool 2x2 dilation {dilation}", "MaxPool", [1, 5, 6, 7], kernel_shape=[2, 2],
               dilations=dilation)
        pooled(family, f"MaxPool 3x3 dilation {dilation} stride 2 padded", "MaxPool", [1, 5, 8, 9],
               kernel_shape=[3, 3], dilations=dilation, strides=[2, 2], pads=[1, 1, 1, 1])
        pooled(family, f"AveragePool 2x2 dilation {dilation}", "AveragePool", [1, 5, 6, 7], 19, kernel_shape=[2, 2],
               dilations=dilation)

    for kind, attributes in WINDOWS[1:]:
        pooled(family, f"AveragePool {kind} padding counted", "AveragePool", [1, 5, 5, 7], count_include_pad=1,
               **attributes)
    pooled(family, "AveragePool 3x3 stride 2 padded ceil, padding counted", "AveragePool", [1, 3, 6, 7], 19,
           kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1)
    model = Model("MaxPool of negatives, padded")
    x = model.input([1, 5, 4, 4], model.grid([1, 5, 4, 4], -4, -1))
    model.output(model.node("MaxPool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
    family.add(model)

    for operator in ("GlobalAveragePool", "GlobalMaxPool"):
        for x in ([1, 3, 5, 7], [2, 5, 4, 4], [1, 8, 1, 1], [1, 1, 1, 9], [1, 13, 5, 6]):
            pooled(family, f"{operator} {x}", operator, x)
    model = Model("GlobalMaxPool of negatives")
    model.output(model.node("GlobalMaxPool", model.input([1, 5, 3, 3], model.grid([1, 5, 3, 3], -4, -1))))
    family.add(model)

    for opset in (11, 13):
        for axes in ([2, 3], [-2, -1], [3, 2]):
            for keep in (0, 1):
                pooled(family, f"ReduceMean axes {axes} keepdims {keep} operator set {opset}", "ReduceMean",
                       [2, 5, 3, 4], opset, axes=axes, keepdims=keep)
    for keep in (0, 1):
        model = Model(f"ReduceMean axes as input keepdims {keep}", 18)
        x = model.input([2, 5, 3, 4])
        model.output(model.node("ReduceMean", [x, model.ints(2, 3)], keepdims=keep))
        family.add(model)
