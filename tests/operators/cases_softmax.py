"""Softmax over one axis."""

import numpy as np

from record import Model


def record(family):
    def softmax(name, x, axis, opset=13, values=None):
        model = Model(name, opset)
        value = model.input(x, model.grid(x, -4, 4, 1 / 8) if values is None else values)
        model.output(model.node("Softmax", value, axis=axis))
        family.add(model)

    for x in ([1, 3, 4, 5], [2, 5, 3, 4], [1, 8, 3, 3], [1, 1, 2, 2]):
        for axis in (0, 1, 2, 3):
            softmax(f"{x} axis {axis}", x, axis)
    for x in ([2, 3, 5], [3, 7], [9], [2, 2, 3, 2, 3]):
        for axis in range(len(x)):
            softmax(f"{x} axis {axis}", x, axis)
    softmax("default axis", [2, 5, 3], None)
    softmax("axis -2", [2, 5, 3, 4], -2)
    softmax("many channels", [1, 21, 3, 4], 1)
    softmax("large values", [1, 3, 2, 2], 1, values=np.linspace(-200, 200, 12))
    softmax("far apart", [2, 4], 1, values=np.array([0, 1e4, -1e4, 3, 80, 81, 82, -90]))
    softmax("equal values", [2, 5], 1, values=np.full(10, 30))
    for opset in (7, 11):
        softmax(f"matrix operator set {opset}", [3, 7], 1, opset)
        softmax(f"default axis of a matrix operator set {opset}", [3, 7], None, opset)
        softmax(f"last axis operator set {opset}", [1, 3, 4, 5], 3, opset)
        softmax(f"last axis from the back operator set {opset}", [2, 3, 5], -1, opset)
        softmax(f"channels of one pixel operator set {opset}", [2, 5, 1, 1], 1, opset)
    model = Model("over channels through rows last", 11)
    x = model.node("Transpose", model.input([1, 2, 3, 4]), perm=[0, 2, 3, 1])
    model.output(model.node("Transpose", model.node("Softmax", x, axis=3), perm=[0, 3, 1, 2]))
    family.add(model)
    model = Model("after a convolution", 13)
    w = model.constant(model.grid([5, 3, 1, 1], -1, 1, 1 / 32))
    model.output(model.node("Softmax", model.node("Conv", [model.input([1, 3, 4, 4]), w]), axis=1))
    family.add(model)
