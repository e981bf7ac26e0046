"""Functions of two values, stretched to each other."""

import numpy as np

from record import Model

OPERATORS = ["Add", "Sub", "Mul", "Div", "Max", "Min"]

# The two shapes.
PAIRS = [
    ([1, 3, 4, 5], [1, 3, 4, 5]),
    ([2, 5, 3, 4], [2, 5, 3, 4]),
    ([1, 8, 2, 2], [1, 8, 2, 2]),
    ([2, 5, 3, 4], [1, 5, 1, 1]),
    ([2, 5, 3, 4], [2, 5, 1, 1]),
    ([2, 5, 3, 4], [5, 1, 1]),
    ([2, 5, 3, 4], [2, 1, 3, 4]),
    ([2, 5, 3, 4], [1, 1, 3, 4]),
    ([2, 5, 3, 4], [3, 4]),
    ([2, 5, 3, 4], [4]),
    ([2, 5, 3, 4], [3, 1]),
    ([2, 5, 3, 4], [1]),
    ([2, 5, 3, 4], []),
    ([4], [2, 5, 3, 4]),
    ([5, 1, 1], [2, 5, 3, 4]),
    ([1, 5, 1, 4], [2, 1, 3, 1]),
    ([1, 1, 1, 1], [1, 7, 3, 2]),
    ([3, 6], [3, 6]),
    ([3, 6], [6]),
    ([3, 6], [3, 1]),
    ([2, 3, 5], [2, 3, 5]),
    ([2, 3, 5], [3, 1]),
    ([2, 3, 5], [1, 1, 5]),
    ([7], [7]),
    ([7], [1]),
    ([2, 2, 3, 2, 3], [3, 1, 3]),
]


def values(model, shape, operator, second):
    if operator == "Div" and second:  # powers of two, so that quotients are exact
        signs = model.random.integers(0, 2, shape) * 2 - 1
        return (2.0 ** model.random.integers(-2, 3, shape) * signs).astype(np.float32)
    return model.grid(shape)


def record(family):
    for operator in OPERATORS:
        pairs = PAIRS if operator in ("Add", "Sub") else PAIRS[1::3]
        for a, b in pairs:
            model = Model(f"{operator} {a} {b}")
            names = [model.input(a, values(model, a, operator, False)), model.input(b, values(model, b, operator, True))]
            model.output(model.node(operator, names))
            family.add(model)
        for shape in ([1, 5, 1, 1], [5, 1, 1], [], [1, 5, 3, 4], [4]):
            for first in (True, False):
                model = Model(f"{operator} {'constant first' if first else 'constant second'} {shape}")
                divisor = operator == "Div"
                x = model.input([1, 5, 3, 4], values(model, [1, 5, 3, 4], operator, divisor and first))
                c = model.constant(values(model, shape, operator, divisor and not first))
                model.output(model.node(operator, [c, x] if first else [x, c]))
                family.add(model)
        model = Model(f"{operator} with itself")
        x = model.input([1, 5, 3, 4], values(model, [1, 5, 3, 4], operator, True))
        model.output(model.node(operator, [x, x]))
        family.add(model)

    # Powers: whole exponents of negative numbers are defined, and a shader's own power function is not there.
    for exponent in (2.0, 3.0, 1.0, 0.0, -1.0, -2.0):
        model = Model(f"Pow of negatives, exponent {exponent:g}")
        signs = model.random.integers(0, 2, [1, 5, 3, 4]) * 2 - 1
        x = model.input([1, 5, 3, 4], model.grid([1, 5, 3, 4], 0.25, 2) * signs)
        model.output(model.node("Pow", [x, model.scalar(exponent)]))
        family.add(model)
    for exponent in (0.5, 1.5, -0.5, 2.2):
        model = Model(f"Pow exponent {exponent:g}")
        model.output(model.node("Pow", [model.input([1, 5, 3, 4], model.grid([1, 5, 3, 4], 0.25, 4)),
                                        model.scalar(exponent)]))
        family.add(model)
    model = Model("Pow of zero")
    model.output(model.node("Pow", [model.input([4], np.array([0, 0, 1, 2], np.float32)), model.scalar(2)]))
    family.add(model)
    model = Model("Pow exponent a channel")
    model.output(model.node("Pow", [model.input([1, 5, 3, 4], model.grid([1, 5, 3, 4], 0.25, 4)),
                                    model.constant(np.array([0, 1, 2, 0.5, 3], np.float32).reshape(5, 1, 1))]))
    family.add(model)
    model = Model("Pow of two tensors")
    model.output(model.node("Pow", [model.input([2, 3, 5], model.grid([2, 3, 5], 0.25, 4)), model.input([2, 3, 5])]))
    family.add(model)
    model = Model("Pow of a constant")
    model.output(model.node("Pow", [model.scalar(2), model.input([1, 5, 3, 4])]))
    family.add(model)

    model = Model("standardizing a picture as files do")
    x = model.node("Div", [model.input([1, 3, 4, 5], model.random.integers(0, 256, [1, 3, 4, 5])), model.scalar(256)])
    x = model.node("Sub", [x, model.constant(np.array([0.5, 0.25, 0.75], np.float32).reshape(1, 3, 1, 1))])
    x = model.node("Div", [x, model.constant(np.array([0.25, 0.5, 0.125], np.float32).reshape(1, 3, 1, 1))])
    model.output(x)
    family.add(model)
    for opset in (7, 11):
        model = Model(f"Add operator set {opset}", opset)
        model.output(model.node("Add", [model.input([1, 5, 3, 4]), model.input([5, 1, 1])]))
        family.add(model)
