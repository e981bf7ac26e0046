"""Models that must be refused with an error that names the node, not run wrongly and not panic.

Most are sound files outside the engine's set; the rest are broken ones, which no checker has seen.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from record import Model

CULPRIT = {"node_name": "culprit"}


def value_info(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def outside(family):
    """Sound files that the engine does not run."""

    def single(name, operator, shapes, opset=13, constants=(), outputs=1, **attributes):
        model = Model(name, opset)
        inputs = [model.input(shape) for shape in shapes]
        inputs += ["" if c is None else model.constant(np.asarray(c)) for c in constants]
        results = model.node(operator, inputs, outputs, **CULPRIT, **attributes)
        model.output(*([results] if outputs == 1 else results))
        family.refuse(model)

    floats = lambda *shape: np.ones(shape, np.float32)
    ints = lambda *values: np.array(values, np.int64)
    picture = [1, 4, 5, 6]

    # Operators that are not there.
    single("LSTM", "LSTM", [[2, 1, 3]], constants=[floats(1, 16, 3), floats(1, 16, 4)], hidden_size=4)
    single("GRU", "GRU", [[2, 1, 3]], constants=[floats(1, 12, 3), floats(1, 12, 4)], hidden_size=4)
    single("Einsum", "Einsum", [[3, 4], [4, 5]], equation="ij,jk->ik")
    single("TopK", "TopK", [[1, 10]], constants=[ints(3)], outputs=2)
    single("ArgMax", "ArgMax", [picture], axis=1)
    single("NonZero", "NonZero", [[3, 4]])
    single("InstanceNormalization", "InstanceNormalization", [picture], constants=[floats(4), floats(4)])
    single("LayerNormalization", "LayerNormalization", [[2, 3, 4]], 17, constants=[floats(4)])
    single("GridSample", "GridSample", [picture, [1, 3, 3, 2]], 17)
    single("ScatterND", "ScatterND", [[4, 5]], constants=[ints([0]), floats(1, 5)])
    single("Where", "Where", [], constants=[np.array([True, False]), floats(2), floats(2)])
    single("Erf", "Erf", [picture])
    single("CumSum", "CumSum", [picture], constants=[ints(1)])
    single("Tile", "Tile", [picture], constants=[ints(1, 1, 2, 2)])
    single("Expand", "Expand", [[1, 4, 1, 1]], constants=[ints(1, 4, 5, 6)])
    single("ReduceMax", "ReduceMax", [picture], axes=[2, 3])
    single("LRN", "LRN", [picture], size=3)
    single("QLinearConv", "QLinearConv", [], constants=[np.ones([1, 1, 4, 4], np.uint8), np.float32(1), np.uint8(0),
                                                       np.ones([1, 1, 3, 3], np.uint8), np.float32(1), np.uint8(0),
                                                       np.float32(1), np.uint8(0)])
    single("an operator of another domain", "FusedConv", [picture], constants=[floats(4, 4, 1, 1)],
           domain="com.microsoft")
    single("an operator that does not exist", "Convolve", [picture])

    # Operators on shapes and constants only.
    single("Gather on a picture", "Gather", [picture], constants=[ints(0, 2)], axis=1)
    single("Floor on a picture", "Floor", [picture])
    single("Ceil on a picture", "Ceil", [picture])
    single("Cast of a picture to whole numbers", "Cast", [picture], to=TensorProto.INT64)
    single("Cast of a picture to bytes", "Cast", [picture], to=TensorProto.UINT8)

    # Forms of known operators that are not there.
    single("Conv of one spatial axis", "Conv", [[1, 3, 8]], constants=[floats(4, 3, 3)])
    single("Conv of three spatial axes", "Conv", [[1, 3, 4, 4, 4]], constants=[floats(4, 3, 3, 3, 3)])
    single("Conv with fed weights", "Conv", [picture, [3, 4, 3, 3]])
    single("Conv with a fed bias", "Conv", [picture, [3, 4, 3, 3], [3]])
    single("ConvTranspose of one spatial axis", "ConvTranspose", [[1, 3, 8]], constants=[floats(3, 4, 3)])
    single("MaxPool of one spatial axis", "MaxPool", [[1, 3, 8]], kernel_shape=[2])
    single("MaxPool with places", "MaxPool", [picture], outputs=2, kernel_shape=[2, 2])
    single("GlobalAveragePool of one spatial axis", "GlobalAveragePool", [[1, 3, 8]])
    single("BatchNormalization of one spatial axis", "BatchNormalization", [[1, 3, 8]], constants=[floats(3)] * 4)
    single("PRelu with a fed slope", "PRelu", [picture, [4, 1, 1]])
    single("Clip with a fed bound", "Clip", [picture, []])
    single("Softmax over all axes from channels on", "Softmax", [picture], 11, axis=1)
    single("ReduceMean over channels", "ReduceMean", [picture], axes=[1])
    single("ReduceMean over rows", "ReduceMean", [picture], axes=[2])
    single("ReduceMean over everything", "ReduceMean", [picture])
    single("ReduceMean of a matrix", "ReduceMean", [[3, 4]], axes=[1])
    single("Max of three", "Max", [picture, picture, picture])
    single("Max of one", "Max", [picture])
    single("MatMul with a vector", "MatMul", [[3, 4], [4]])
    single("MatMul of a vector", "MatMul", [[4], [4, 3]])
    single("MatMul of one matrix by several", "MatMul", [[1, 3, 4], [2, 4, 5]])
    single("MatMul of batches that stretch each other", "MatMul", [[2, 1, 3, 4], [1, 2, 4, 5]])
    single("MatMul of a matrix by a batch of one", "MatMul", [[3, 4], [1, 4, 5]])
    single("Gemm with transA", "Gemm", [[4, 3]], constants=[floats(4, 5)], transA=1)
    single("Gemm with fed weights", "Gemm", [[3, 4], [4, 5]])
    single("Pad that wraps", "Pad", [picture], 19, constants=[ints(0, 0, 1, 1, 0, 0, 1, 1)], mode="wrap")
    single("Pad without pads", "Pad", [picture], constants=[])
    single("QuantizeLinear with a scale a channel", "QuantizeLinear", [picture],
           constants=[floats(4), np.zeros(4, np.uint8)], axis=1)
    single("Upsample of channels", "Upsample", [picture], 9, constants=[np.array([1, 2, 2, 2], np.float32)])
    empty = np.zeros(0, np.float32)
    for name, given in [("cubic", {"mode": "cubic"}),
                        ("tf_crop_and_resize", {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize"})]:
        roi = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.float32)
        single(f"Resize {name}", "Resize", [picture], constants=[roi, empty, ints(1, 4, 8, 9)], **given)
    single("Resize with antialias", "Resize", [picture], 18, constants=[None, None, ints(1, 4, 3, 3)], mode="linear",
           antialias=1)
    single("Resize half_pixel_symmetric", "Resize", [picture], 19, constants=[None, None, ints(1, 4, 3, 3)],
           mode="linear", coordinate_transformation_mode="half_pixel_symmetric")
    single("Resize keep_aspect_ratio_policy", "Resize", [picture], 18, constants=[None, None, ints(3, 3)],
           mode="linear", keep_aspect_ratio_policy="not_larger", axes=[2, 3])
    single("Resize of channels", "Resize", [picture], constants=[empty, empty, ints(1, 8, 5, 6)])
    single("Resize of three axes", "Resize", [[1, 4, 5]], constants=[empty, empty, ints(1, 4, 8)])
    single("Resize of five axes", "Resize", [[1, 1, 4, 4, 4]], constants=[None, np.array([1, 1, 2, 2, 2], np.float32)])

    # Shapes that only a run knows.
    for name, operator, given in [("Reshape", "Reshape", {}), ("Resize", "Resize", {"mode": "nearest"}),
                                  ("Pad", "Pad", {}), ("Slice", "Slice", {})]:
        model = Model(f"{name} to a fed shape")
        x = model.input(picture)
        count = {"Reshape": 2, "Resize": 4, "Pad": 8, "Slice": 4}[operator]
        fed = model.input([count], np.arange(1, count + 1), dtype=np.int64)
        inputs = {"Reshape": [x, fed], "Resize": [x, "", "", fed], "Pad": [x, fed],
                  "Slice": [x, fed, model.ints(1, 4, 5, 6)]}[operator]
        model.output(model.node(operator, inputs, **CULPRIT, **given))
        family.refuse(model)

    # Graphs inside nodes.
    model = Model("If")
    x, condition = model.input([2]), model.constant(np.array(True))
    branches = {name: helper.make_graph([helper.make_node("Constant", [], ["y"], value=numpy_helper.from_array(floats(2)))],
                                        name, [], [value_info("y", [2])]) for name in ("then_branch", "else_branch")}
    model.output(model.node("Add", [x, model.node("If", condition, **CULPRIT, **branches)]))
    family.refuse(model)
    model = Model("Loop")
    x = model.input([2])
    body = helper.make_graph([helper.make_node("Identity", ["on"], ["still"]), helper.make_node("Add", ["v", "v"], ["w"])],
                             "body", [value_info("turn", [], TensorProto.INT64), value_info("on", [], TensorProto.BOOL),
                                      value_info("v", [2])],
                             [value_info("still", [], TensorProto.BOOL), value_info("w", [2])])
    inputs = [model.constant(np.array(3)), model.constant(np.array(True)), x]
    model.output(model.node("Loop", inputs, **CULPRIT, body=body))
    family.refuse(model)


def broken(family):
    """Files that contradict themselves."""

    def conv(name, x, w, bias=None, **attributes):
        model = Model(name)
        inputs = [model.input(x), model.constant(np.ones(w, np.float32))]
        if bias is not None:
            inputs.append(model.constant(np.ones(bias, np.float32)))
        model.output(model.node("Conv", inputs, **CULPRIT, **attributes))
        family.refuse(model)

    picture = [1, 4, 5, 6]
    conv("Conv of other channels", picture, [4, 3, 3, 3])
    conv("Conv of other kernel_shape", picture, [4, 4, 3, 3], kernel_shape=[5, 5])
    conv("Conv of too many biases", picture, [4, 4, 3, 3], [5])
    conv("Conv with group 0", picture, [4, 4, 3, 3], group=0)
    conv("Conv with group -1", picture, [4, 4, 3, 3], group=-1)
    conv("Conv with groups that do not divide", picture, [5, 2, 3, 3], group=2)
    conv("Conv with stride 0", picture, [4, 4, 3, 3], strides=[0, 1])
    conv("Conv with stride -1", picture, [4, 4, 3, 3], strides=[-1, 1])
    conv("Conv with dilation 0", picture, [4, 4, 3, 3], dilations=[0, 0])
    conv("Conv with negative pads", picture, [4, 4, 3, 3], pads=[-1, 0, 0, 0])
    conv("Conv with two pads", picture, [4, 4, 3, 3], pads=[1, 1])
    conv("Conv with a huge dilation", picture, [4, 4, 3, 3], dilations=[2**62, 2**62])
    conv("Conv with huge pads", picture, [4, 4, 3, 3], pads=[2**62, 0, 0, 0])
    conv("Conv whose window does not fit", picture, [4, 4, 7, 3])
    conv("Conv with an unknown auto_pad", picture, [4, 4, 3, 3], auto_pad="SAME")
    conv("Conv with a text for strides", picture, [4, 4, 3, 3], strides="22")
    conv("Conv with an empty kernel", picture, [4, 4, 0, 3])
    conv("Conv to no channels", picture, [0, 4, 3, 3])

    def single(name, operator, shapes, constants=(), opset=13, **attributes):
        model = Model(name, opset)
        inputs = [model.input(shape) for shape in shapes] + [model.constant(np.asarray(c)) for c in constants]
        model.output(model.node(operator, inputs, **CULPRIT, **attributes))
        family.refuse(model)

    ints = lambda *values: np.array(values, np.int64)
    single("Add of shapes that do not fit", "Add", [[1, 3, 4, 5], [1, 4, 4, 5]])
    single("Add of one input", "Add", [picture])
    single("Concat of shapes that do not fit", "Concat", [[1, 3, 4, 5], [1, 3, 5, 5]], axis=1)
    single("Concat on an axis that is not there", "Concat", [picture, picture], axis=4)
    single("Concat of other ranks", "Concat", [picture, [4, 5, 6]], axis=1)
    single("Concat of scalars", "Concat", [[], []], axis=0)
    single("Reshape to another count", "Reshape", [picture], [ints(7, 11)])
    single("Reshape with two free axes", "Reshape", [picture], [ints(-1, -1)])
    single("Reshape to a negative size", "Reshape", [picture], [ints(-2, 60)])
    single("Reshape to an overflowing shape", "Reshape", [picture], [ints(2**62, 2**62, 8)])
    single("Reshape of a free axis beside zero", "Reshape", [picture], [ints(0, 0, 0, 0, -1, 0)], 14, allowzero=1)
    single("Squeeze of an axis of 4", "Squeeze", [picture], [ints(1)])
    single("Unsqueeze of an axis twice", "Unsqueeze", [[4, 5]], [ints(0, 0)])
    single("Flatten on an axis that is not there", "Flatten", [picture], axis=9)
    single("Transpose of an axis twice", "Transpose", [picture], perm=[0, 1, 1, 3])
    single("Transpose of too few axes", "Transpose", [picture], perm=[1, 0])
    single("Slice by step 0", "Slice", [picture], [ints(0), ints(2), ints(2), ints(0)])
    single("Slice of nothing", "Slice", [picture], [ints(3), ints(2), ints(2)])
    single("Slice of unequal lists", "Slice", [picture], [ints(0, 1), ints(2), ints(2)])
    single("Slice by the smallest step", "Slice", [picture], [ints(0), ints(4), ints(2), ints(-2**63)])
    single("Split into other sizes", "Split", [picture], [ints(1, 2)], axis=1)
    single("Split on an axis that is not there", "Split", [picture], [ints(4)], axis=-5)
    single("Pad by too few numbers", "Pad", [picture], [ints(1, 1)])
    single("Pad that cuts everything", "Pad", [picture], [ints(0, 0, -3, 0, 0, 0, -2, 0)])
    single("Pad by a huge border", "Pad", [picture], [ints(0, 0, 2**61, 0, 0, 0, 2**61, 0)])
    single("Pad that reflects more than there is", "Pad", [picture], [ints(0, 0, 5, 0, 0, 0, 0, 0)], mode="reflect")
    single("Pad of an unknown mode", "Pad", [picture], [ints(0, 0, 1, 1, 0, 0, 1, 1)], mode="mirror")
    single("MaxPool without kernel_shape", "MaxPool", [picture])
    single("MaxPool larger than the picture", "MaxPool", [picture], kernel_shape=[9, 9])
    single("MaxPool of kernel 0", "MaxPool", [picture], kernel_shape=[0, 2])
    single("Resize without sizes or scales", "Resize", [picture])
    single("Resize to nothing", "Resize", [picture], [np.zeros(0, np.float32), np.zeros(0, np.float32), ints(1, 4, 0, 6)])
    single("Resize to a negative size", "Resize", [picture],
           [np.zeros(0, np.float32), np.zeros(0, np.float32), ints(1, 4, -5, 6)])
    single("Resize past every limit", "Resize", [picture],
           [np.zeros(0, np.float32), np.zeros(0, np.float32), ints(1, 4, 2**40, 2**40)])
    single("Resize by a scale that is not a number", "Resize", [picture],
           [np.zeros(0, np.float32), np.array([1, 1, np.nan, 2], np.float32)])
    single("Resize in a mode that does not exist", "Resize", [picture],
           [np.zeros(0, np.float32), np.array([1, 1, 2, 2], np.float32)], mode="lanczos")
    single("Resize by a nearest_mode that does not exist", "Resize", [picture],
           [np.zeros(0, np.float32), np.array([1, 1, 2, 2], np.float32)], nearest_mode="round")
    single("DepthToSpace of channels that do not divide", "DepthToSpace", [[1, 6, 3, 3]], blocksize=2)
    single("DepthToSpace of block 0", "DepthToSpace", [picture], blocksize=0)
    single("SpaceToDepth of rows that do not divide", "SpaceToDepth", [picture], blocksize=2)
    single("Softmax on an axis that is not there", "Softmax", [picture], axis=7)
    single("MatMul of sizes that do not fit", "MatMul", [[3, 4], [5, 6]])
    single("Gemm of sizes that do not fit", "Gemm", [[3, 4]], [np.ones([5, 6], np.float32)])
    single("PRelu of a slope that does not fit", "PRelu", [picture], [np.ones([3, 1, 1], np.float32)])
    single("PRelu of a slope with more axes", "PRelu", [[3, 4]], [np.ones([1, 3, 4], np.float32)])
    single("BatchNormalization of too few parameters", "BatchNormalization", [picture], [np.ones(3, np.float32)] * 4)
    single("BatchNormalization without parameters", "BatchNormalization", [picture])
    single("ConvTranspose with pads past its result", "ConvTranspose", [[1, 4, 2, 2]],
           [np.ones([4, 4, 2, 2], np.float32)], pads=[9, 9, 9, 9])
    single("ConvTranspose with a huge stride", "ConvTranspose", [picture], [np.ones([4, 4, 2, 2], np.float32)],
           strides=[65535, 65535])
    model = Model("DequantizeLinear of other scales")
    w = model.node("DequantizeLinear", [model.constant(np.ones([4, 4, 1, 1], np.int8)), model.floats(1, 2, 3)], axis=0,
                   **CULPRIT)
    model.output(model.node("Conv", [model.input(picture), w]))
    family.refuse(model)
    model = Model("Gather outside its constant")
    row = model.node("Gather", [model.constant(np.ones([3, 4], np.float32)), model.ints(3)], **CULPRIT)
    model.output(model.node("Add", [model.input([1, 4]), row]))
    family.refuse(model)
    model = Model("division of whole numbers by zero")
    n = model.node("Div", [model.ints(4), model.ints(0)], **CULPRIT)
    model.output(model.node("Reshape", [model.input([2, 2]), n]))
    family.refuse(model)
    model = Model("a product of whole numbers that overflows")
    n = model.node("Mul", [model.ints(2**62), model.ints(4)], **CULPRIT)
    model.output(model.node("Reshape", [model.input([2, 2]), n]))
    family.refuse(model)
    model = Model("ConstantOfShape past every limit")
    zeros = model.node("ConstantOfShape", [model.ints(2**31, 2**31)], **CULPRIT)
    model.output(model.node("Add", [model.input([1]), zeros]))
    family.refuse(model)
    model = Model("Unsqueeze of a weight on an axis that is not there")
    w = model.node("Unsqueeze", [model.constant(np.ones([4], np.float32)), model.ints(7)], **CULPRIT)
    model.output(model.node("Mul", [model.input(picture), w]))
    family.refuse(model)
    model = Model("an input that nobody gives")
    model.input(picture)
    model.output(model.node("Relu", "nobody", **CULPRIT))
    family.refuse(model)
    model = Model("a cycle")
    x = model.input(picture)
    first = model.node("Add", [x, "late"], **CULPRIT)
    model.nodes.append(helper.make_node("Relu", [first], ["late"], name="back"))
    model.output("late")
    family.refuse(model)
    model = Model("a value that is written twice")
    x = model.input(picture)
    y = model.node("Relu", x)
    model.nodes.append(helper.make_node("Neg", [x], [y], name="culprit"))
    model.output(y)
    family.refuse(model)


def graphs(family):
    """Faults that are no node's."""
    picture = [1, 4, 5, 6]

    def relu(name):
        model = Model(f"graph: {name}")
        model.output(model.node("Relu", model.input(picture)))
        return model

    model = relu("no graph")
    family.refuse(model, onnx.ModelProto(ir_version=8))
    model = relu("no output")
    proto = model.proto()
    del proto.graph.output[:]
    family.refuse(model, proto)
    model = relu("an output that nobody writes")
    proto = model.proto()
    proto.graph.output[0].name = "nobody"
    family.refuse(model, proto)
    model = relu("an input without a shape")
    proto = model.proto()
    proto.graph.input[0].type.tensor_type.ClearField("shape")
    family.refuse(model, proto)
    model = relu("an input of another size than is fed")
    proto = model.proto()
    proto.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 9
    family.refuse(model, proto)
    model = relu("more inputs than are fed")
    proto = model.proto()
    proto.graph.input.append(value_info("more", [1]))
    family.refuse(model, proto)

    def with_weights(name, change):
        model = Model(f"graph: {name}")
        w = model.constant(np.ones([4, 4, 1, 1], np.float32))
        model.output(model.node("Conv", [model.input(picture), w]))
        proto = model.proto()
        change(proto.graph.initializer[0])
        family.refuse(model, proto)

    def external(tensor):
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "weights.bin"

    def cut(tensor):
        tensor.raw_data = tensor.raw_data[:-1]

    def kind(value):
        def change(tensor):
            tensor.data_type = value
        return change

    def dims(*values):
        def change(tensor):
            del tensor.dims[:]
            tensor.dims.extend(values)
        return change

    with_weights("weights in another file", external)
    with_weights("weights cut off", cut)
    with_weights("weights of a size that they do not have", dims(4, 4, 3, 3))
    with_weights("weights of a negative size", dims(4, -4, 1, 1))
    with_weights("weights of an overflowing size", dims(2**62, 2**62, 4, 1))
    with_weights("weights that are texts", kind(TensorProto.STRING))
    with_weights("weights of bfloat16", kind(TensorProto.BFLOAT16))
    with_weights("weights of complex numbers", kind(TensorProto.COMPLEX64))
    with_weights("weights of no type", kind(0))


def record(family):
    outside(family)
    broken(family)
    graphs(family)
