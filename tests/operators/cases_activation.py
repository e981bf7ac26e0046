"""Functions of one value."""

import numpy as np

from record import Model

SHAPES = [[1, 3, 5, 7], [2, 5, 3, 4], [1, 8, 2, 2], [1, 1, 1, 1], [3, 6], [7], [2, 3, 5]]

# Around zero, at bends, and far out.
EXTREME = [0.0, -0.0, 1e-30, -1e-30, 0.5, -0.5, 1, -1, 2.5, -2.5, 3, -3, 6, -6, 7, -7, 10, -10, 20, -20, 50, -50,
           88, -88, 100, -100, 1e4, -1e4, 1e30, -1e30]


def simple(family, name, operator, opset, values=None, shape=None, low=-8, high=8, **attributes):
    model = Model(name, opset)
    shape = shape or [len(values)]
    x = model.input(shape, model.grid(shape, low, high, 1 / 8) if values is None else np.array(values, np.float32))
    model.output(model.node(operator, x, **attributes))
    family.add(model)


def record(family):
    operators = [("Relu", 13, {}), ("LeakyRelu", 13, {}), ("HardSigmoid", 13, {}), ("HardSwish", 14, {}),
                 ("Sigmoid", 13, {}), ("Tanh", 13, {}), ("Abs", 13, {}), ("Neg", 13, {})]
    for operator, opset, attributes in operators:
        for shape in SHAPES:
            simple(family, f"{operator} {shape}", operator, opset, shape=shape, **attributes)
        values = [v for v in EXTREME if operator != "HardSwish" or abs(v) < 1e30]
        simple(family, f"{operator} far out", operator, opset, values)
        simple(family, f"{operator} far out in a picture", operator, opset, (values * 2)[:48], shape=[1, 3, 4, 4])
    for shape in SHAPES:
        simple(family, f"Exp {shape}", "Exp", 13, shape=shape)
        simple(family, f"Sqrt {shape}", "Sqrt", 13, shape=shape, low=0, high=8)
    simple(family, "Exp far out", "Exp", 13, [v for v in EXTREME if v < 88.5])
    simple(family, "Sqrt far out", "Sqrt", 13, [v for v in EXTREME if v >= 0])
    simple(family, "LeakyRelu alpha 0.25", "LeakyRelu", 11, shape=[1, 5, 3, 3], alpha=0.25)
    simple(family, "LeakyRelu alpha above 1", "LeakyRelu", 11, shape=[1, 5, 3, 3], alpha=2.0)
    simple(family, "LeakyRelu alpha below 0", "LeakyRelu", 11, shape=[1, 5, 3, 3], alpha=-0.5)
    simple(family, "HardSigmoid alpha 1/6", "HardSigmoid", 11, shape=[1, 5, 3, 3], alpha=1 / 6, beta=0.5)
    simple(family, "HardSigmoid beta 0", "HardSigmoid", 11, shape=[1, 5, 3, 3], alpha=0.5, beta=0.0)
    for operator in ("Relu", "Sigmoid", "Tanh", "LeakyRelu"):
        simple(family, f"{operator} operator set 9", operator, 9, shape=[1, 5, 3, 3])

    # Clip: bounds as attributes, then as inputs.
    simple(family, "Clip attributes", "Clip", 10, shape=[1, 5, 3, 3], min=0.0, max=6.0)
    simple(family, "Clip attribute min only", "Clip", 10, shape=[1, 5, 3, 3], min=-1.5)
    simple(family, "Clip attribute max only", "Clip", 10, shape=[1, 5, 3, 3], max=1.5)
    simple(family, "Clip no attribute", "Clip", 10, shape=[1, 5, 3, 3])
    for opset in (11, 12, 13, 17):
        for kind, low, high in [("both", -1.5, 2.25), ("min only", 0.0, None), ("max only", None, 1.0),
                                ("neither", None, None)]:
            model = Model(f"Clip inputs {kind} operator set {opset}", opset)
            x = model.input([1, 5, 3, 3], model.grid([1, 5, 3, 3], -4, 4))
            bounds = ["" if bound is None else model.scalar(bound) for bound in (low, high)]
            while bounds and not bounds[-1]:
                bounds.pop()
            model.output(model.node("Clip", [x, *bounds]))
            family.add(model)
    model = Model("Clip bounds from Constant nodes", 11)
    from onnx import numpy_helper
    x = model.input([2, 3, 4], model.grid([2, 3, 4], -4, 4))
    low, high = (model.node("Constant", [], value=numpy_helper.from_array(np.array(v, np.float32), ""))
                 for v in (0, 6))
    model.output(model.node("Clip", [x, low, high]))
    family.add(model)

    # PRelu: the slope is stretched to the input from the last axis on.
    for x, slope in [([1, 5, 3, 4], [5, 1, 1]), ([1, 5, 3, 4], [1, 5, 1, 1]), ([1, 5, 3, 4], [1]),
                     ([1, 5, 3, 4], [1, 1, 1]), ([1, 5, 3, 4], []), ([1, 5, 3, 4], [5, 3, 4]),
                     ([2, 5, 3, 4], [2, 5, 3, 4]), ([1, 5, 3, 4], [4]), ([1, 5, 3, 4], [3, 1]),
                     ([1, 5, 3, 4], [3, 4]), ([2, 8, 2, 2], [8, 1, 1]), ([1, 4, 4, 4], [4]),
                     ([1, 4, 4, 4], [4, 1, 1]), ([3, 6], [6]), ([3, 6], [1]), ([3, 6], [3, 1]), ([2, 3, 5], [5]),
                     ([2, 3, 5], [3, 1]), ([2, 3, 5], [3, 5]), ([7], [7]), ([1, 1, 1, 1], [1, 1, 1])]:
        model = Model(f"PRelu {x} slope {slope}")
        value = model.input(x, model.grid(x, -4, 4))
        model.output(model.node("PRelu", [value, model.constant(model.grid(slope, -1, 1))]))
        family.add(model)
