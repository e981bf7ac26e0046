"""Arithmetic on shapes and constants, which must vanish before a network runs."""

import numpy as np
from onnx import TensorProto, numpy_helper

from record import Model


def constant(model, values, dtype=np.int64):
    """A Constant node, as exporters write them."""
    return model.node("Constant", [], value=numpy_helper.from_array(np.array(values, dtype), ""))


def record(family):
    # Resizing one picture to the size of another, as PyTorch's exporter wrote it.
    model = Model("resize to the size of another, operator set 11", 11)
    x, other = model.node("Relu", model.input([1, 3, 3, 4])), model.node("Relu", model.input([1, 5, 7, 9]))
    sides = []
    for axis in (2, 3):
        side = model.node("Gather", [model.node("Shape", other), constant(model, axis)], axis=0)
        sides.append(model.node("Unsqueeze", side, axes=[0]))
    spatial = model.node("Cast", model.node("Concat", sides, axis=0), to=TensorProto.INT64)
    batch = model.node("Slice", [model.node("Shape", x), constant(model, [0]), constant(model, [2]), constant(model, [0])])
    sizes = model.node("Concat", [batch, spatial], axis=0)
    empty = [constant(model, [], np.float32) for _ in range(2)]
    model.output(model.node("Resize", [x, *empty, sizes], mode="linear",
                            coordinate_transformation_mode="pytorch_half_pixel", cubic_coeff_a=-0.75,
                            nearest_mode="floor"))
    family.add(model)

    model = Model("resize to the size of another, operator set 17", 17)
    x, other = model.input([1, 3, 3, 4]), model.input([1, 5, 7, 9], declared=["n", 5, "h", "w"])
    sizes = model.node("Concat", [model.node("Shape", x, start=0, end=2), model.node("Shape", other, start=2)], axis=0)
    model.output(model.node("Resize", [x, "", "", sizes], mode="nearest",
                            coordinate_transformation_mode="asymmetric", nearest_mode="floor"))
    family.add(model)

    model = Model("resize by scales worked out from shapes", 11)
    x = model.input([1, 3, 4, 6])
    shape = model.node("Cast", model.node("Shape", x), to=TensorProto.FLOAT)
    spatial = model.node("Slice", [shape, model.ints(2), model.ints(4)])
    wanted = model.node("Floor", model.node("Mul", [spatial, constant(model, [1.8, 1.3], np.float32)]))
    scales = model.node("Div", [wanted, spatial])
    scales = model.node("Concat", [constant(model, [1, 1], np.float32), scales], axis=0)
    model.output(model.node("Resize", [x, model.floats(), scales], mode="nearest", nearest_mode="floor",
                            coordinate_transformation_mode="asymmetric"))
    family.add(model)

    # Flattening and reshaping by what the shape says.
    for opset in (11, 13):
        model = Model(f"view(n, -1) operator set {opset}", opset)
        x = model.node("Relu", model.input([2, 5, 3, 4]))
        n = model.node("Gather", [model.node("Shape", x), constant(model, 0)], axis=0)
        parts = []
        for value in (n, constant(model, -1)):
            parts.append(model.node("Unsqueeze", value, axes=[0]) if opset < 13
                         else model.node("Unsqueeze", [value, model.ints(0)]))
        model.output(model.node("Reshape", [x, model.node("Concat", parts, axis=0)]))
        family.add(model)
    model = Model("channel shuffle by shapes", 13)
    x = model.input([1, 6, 3, 4])
    shape = model.node("Shape", x)
    n, c, h, w = (model.node("Gather", [shape, model.ints(axis)], axis=0) for axis in range(4))
    half = model.node("Div", [c, model.ints(2)])
    y = model.node("Reshape", [x, model.node("Concat", [n, model.ints(2), half, h, w], axis=0)])
    y = model.node("Transpose", y, perm=[0, 2, 1, 3, 4])
    model.output(model.node("Reshape", [y, model.node("Concat", [n, c, h, w], axis=0)]))
    family.add(model)
    model = Model("halves by arithmetic on the height", 13)
    x = model.input([1, 3, 7, 4])
    height = model.node("Gather", [model.node("Shape", x), model.ints(2)], axis=0)
    half = model.node("Div", [model.node("Add", [height, model.ints(1)]), model.ints(2)])
    model.output(model.node("Slice", [x, model.ints(0), half, model.ints(2)]),
                 model.node("Slice", [x, half, height, model.ints(2)]))
    family.add(model)
    model = Model("arithmetic on whole numbers", 13)
    x = model.input([1, 4, 6, 5])
    count = model.node("ReduceProd", model.node("Shape", x), keepdims=1)
    rows = model.node("Sub", [model.node("Div", [count, model.ints(7)]), model.ints(11)])  # 120 / 7 − 11 = 6
    model.output(model.node("Reshape", [x, model.node("Concat", [rows, model.ints(-1)], axis=0)]))
    family.add(model)
    model = Model("division of negative whole numbers", 13)
    x = model.input([2, 3, 4])
    axis = model.node("Div", [model.ints(-7), model.ints(4)])  # towards zero: −1
    model.output(model.node("Reshape", [x, model.node("Concat", [model.ints(6), axis], axis=0)]))
    family.add(model)
    for index in ([0, 2], [-1, 0], [[0, 1], [3, 2]]):
        model = Model(f"Gather {index} of a constant")
        table = model.constant(model.grid([4, 5]))
        rows = model.node("Gather", [table, model.constant(np.array(index, np.int64))], axis=0)
        model.output(model.node("Add", [rows, model.input(np.array(index).shape + (5,))]))
        family.add(model)
    model = Model("Gather of a constant's last axis")
    table = model.constant(model.grid([3, 4]))
    column = model.node("Gather", [table, model.constant(np.array(-2, np.int64))], axis=1)
    model.output(model.node("Mul", [column, model.input([2, 3])]))
    family.add(model)

    # Constants in every form.
    for name, given in [("value_float", {"value_float": 1.5}), ("value_floats", {"value_floats": [1.5, 2, 3, 4]}),
                        ("value of doubles cast", None)]:
        model = Model(f"Constant {name}")
        if given is None:
            c = model.node("Cast", constant(model, [0.5, 1, 2, 4], np.float64), to=TensorProto.FLOAT)
        else:
            c = model.node("Constant", [], **given)
        model.output(model.node("Mul", [model.input([2, 4]), c]))
        family.add(model)
    model = Model("Constant value_int and value_ints")
    c = model.node("Concat", [model.node("Unsqueeze", [model.node("Constant", [], value_int=6), model.ints(0)]),
                              model.node("Constant", [], value_ints=[2, -1])], axis=0)
    model.output(model.node("Reshape", [model.input([1, 3, 4, 5]), c]))
    family.add(model)
    model = Model("ConstantOfShape of a shape")
    x = model.input([1, 3, 4, 5])
    fill = numpy_helper.from_array(np.array([0.75], np.float32), "")
    model.output(model.node("Add", [x, model.node("ConstantOfShape", model.node("Shape", x), value=fill)]))
    family.add(model)
    model = Model("ConstantOfShape zeros beside a picture")
    x = model.input([1, 3, 4, 5])
    zeros = model.node("ConstantOfShape", model.ints(1, 2, 4, 5))
    model.output(model.node("Concat", [x, zeros], axis=1))
    family.add(model)
    model = Model("whole numbers of 32 bits")
    c = model.node("Cast", model.constant(np.array([2, -1], np.int32)), to=TensorProto.INT64)
    model.output(model.node("Reshape", [model.input([1, 3, 4]), c]))
    family.add(model)

    # Weights that are worked out.
    model = Model("weights transposed before use")
    w = model.node("Transpose", model.constant(model.grid([3, 3, 4, 5], -1, 1, 1 / 32)), perm=[3, 2, 0, 1])
    model.output(model.node("Conv", [model.input([1, 4, 5, 5]), w]))
    family.add(model)
    model = Model("weights reshaped and scaled before use")
    w = model.node("Reshape", [model.constant(model.grid([5, 36], -1, 1, 1 / 32)), model.ints(5, 4, 3, 3)])
    w = model.node("Mul", [w, model.scalar(0.5)])
    model.output(model.node("Conv", [model.input([1, 4, 5, 5]), w]))
    family.add(model)
    model = Model("weights times a factor a channel")
    w = model.node("Mul", [model.constant(model.grid([5, 4, 3, 3], -1, 1, 1 / 32)),
                           model.constant(model.grid([5, 1, 1, 1], 0.5, 2))])
    model.output(model.node("Conv", [model.input([1, 4, 5, 5]), w]))
    family.add(model)
    model = Model("weights from a Slice and a Concat")
    w = model.constant(model.grid([8, 4, 3, 3], -1, 1, 1 / 32))
    first = model.node("Slice", [w, model.ints(0), model.ints(2), model.ints(0)])
    last = model.node("Slice", [w, model.ints(5), model.ints(8), model.ints(0)])
    model.output(model.node("Conv", [model.input([1, 4, 5, 5]), model.node("Concat", [last, first], axis=0)]))
    family.add(model)
    model = Model("an output that is constant")
    x = model.input([1, 3, 2, 2])
    model.output(model.node("Relu", x), model.node("Mul", [model.floats(1, 2, 3), model.scalar(2)]))
    family.add(model)
    model = Model("an output that is a network input")
    x = model.input([1, 3, 2, 2])
    model.output(model.node("Relu", x), model.node("Identity", x))
    family.add(model)
    model = Model("nodes that lead nowhere")
    x = model.input([1, 3, 4, 4])
    model.node("Sigmoid", model.node("Conv", [x, model.constant(model.grid([2, 3, 3, 3]))]))
    model.node("Shape", x)
    model.output(model.node("Relu", x))
    family.add(model)
    model = Model("an input that nobody reads")
    x, _ = model.input([1, 3, 4, 4]), model.input([2, 2])
    model.output(model.node("Relu", x))
    family.add(model)
