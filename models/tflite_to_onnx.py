"""Writes a TensorFlow Lite network as ONNX with signed bytes for weights: what `people.py` and `hair.py` do to each file.

The networks of MediaPipe keep pictures as `[N, height, width, C]`; ONNX has `[N, C, height, width]`. So every
value of four axes is written in that order, its constants too, and what flattens one turns it back first. What
changes nothing in the numbers is folded away: half floats and sparse tensors are expanded, a padding goes into the
convolution behind it, an activation that is part of an operator becomes a node of its own.
"""

import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper
from quantize import IR_VERSION, OPSET, fail, quantize

OPERATORS = {value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)}
TYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
SAME = 0
# What makes any difference of two numbers more than one.
STEEP = 1e30
# [N, height, width, C] from [N, C, height, width], and back.
TO_CHANNELS_LAST = [0, 2, 3, 1]
TO_CHANNELS_FIRST = [0, 3, 1, 2]


class Source:
    """A file of TensorFlow Lite, with the few questions that the conversion asks."""

    def __init__(self, data):
        self.model = tflite.Model.GetRootAs(data, 0)
        if self.model.SubgraphsLength() != 1:
            fail("the source holds several graphs, and one was expected")
        self.graph = self.model.Subgraphs(0)
        self.operators = [self.graph.Operators(k) for k in range(self.graph.OperatorsLength())]
        # Constants that operators make of constants, by the tensor they write.
        self.expanded = {}
        self.readers = {}
        for operator in self.operators:
            for tensor in operator.InputsAsNumpy():
                self.readers.setdefault(int(tensor), []).append(operator)

    def name(self, operator):
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        builtin = OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        return code.CustomCode().decode() if builtin == "CUSTOM" else builtin

    def shape(self, tensor):
        described = self.graph.Tensors(tensor)
        return [int(side) for side in described.ShapeAsNumpy()] if described.ShapeLength() else []

    def options(self, operator, kind):
        """What an operator is told beside its tensors."""
        table, told = operator.BuiltinOptions(), kind()
        told.Init(table.Bytes, table.Pos)
        return told

    def constant(self, tensor):
        """The numbers of a constant in the file's own order, or `None` where the tensor is computed from the input."""
        if tensor in self.expanded:
            return self.expanded[tensor]
        described = self.graph.Tensors(tensor)
        stored = self.model.Buffers(described.Buffer())
        if stored.DataLength() == 0:
            return None
        kind = TYPES.get(described.Type())
        if kind is None:
            fail(f"'{described.Name().decode()}' is of type {described.Type()}, which no network had before")
        values = stored.DataAsNumpy().view(kind)
        return dense(described.Sparsity(), values, self.shape(tensor)) if described.Sparsity() else values.reshape(self.shape(tensor))


def dense(sparsity, values, shape):
    """A sparse tensor with all its zeros.

    The axes are walked in the order that the file gives; each is either whole or lists its places in compressed
    rows, and the ones behind the tensor's own are the places in a block.
    """
    order = sparsity.TraversalOrderAsNumpy()
    blocks = [int(axis) for axis in sparsity.BlockMapAsNumpy()] if sparsity.BlockMapLength() else []
    levels = [sparsity.DimMetadata(level) for level in range(sparsity.DimMetadataLength())]
    rank = len(shape)
    sides = {}
    for level, axis in zip(levels, order, strict=True):
        if level.Format() == tflite.DimensionType.DENSE:
            sides[int(axis)] = level.DenseSize()

    def indices(level):
        """Starts of the rows and places in them; their width differs from file to file."""
        found = []
        for kind, union in ((level.ArraySegmentsType(), level.ArraySegments()), (level.ArrayIndicesType(), level.ArrayIndices())):
            vector = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}[kind]()
            vector.Init(union.Bytes, union.Pos)
            found.append(vector.ValuesAsNumpy().astype(np.int64))
        return found

    rows = [None if level.Format() == tflite.DimensionType.DENSE else indices(level) for level in levels]
    result = np.zeros(shape, values.dtype)
    at = [0] * len(order)
    block = {axis: sides[rank + k] for k, axis in enumerate(blocks)}

    def walk(depth, position):
        """`position` is how many places of the level above come before this one."""
        if depth == len(order):
            place = list(at[:rank])
            for k, axis in enumerate(blocks):
                place[axis] = place[axis] * block[axis] + at[rank + k]
            result[tuple(place)] = values[position]
            return
        axis = int(order[depth])
        if rows[depth] is None:
            side = levels[depth].DenseSize()
            for k in range(side):
                at[axis] = k
                walk(depth + 1, position * side + k)
        else:
            starts, places = rows[depth]
            for k in range(starts[position], starts[position + 1]):
                at[axis] = int(places[k])
                walk(depth + 1, k)

    walk(0, 0)
    return result


def padding(kind, size, kernel, stride, dilation=1):
    """What a convolution adds before and after its input along one axis."""
    if kind != SAME:
        return 0, 0
    reach = (kernel - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


class Writer:
    """The graph of ONNX as it grows."""

    def __init__(self, exact):
        self.nodes, self.initializers, self.counts = [], [], {}
        # Layers with fewer weights keep them as they are.
        self.exact = exact
        # Weights of each layer as the file has them, expanded.
        self.expanded = {}

    def fresh(self, word):
        self.counts[word] = self.counts.get(word, 0) + 1
        return f"{word}{self.counts[word]}"

    def emit(self, operator, inputs, word=None, name=None, **attributes):
        output = name or self.fresh(word or operator.lower())
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def store(self, name, values):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name, values, axis=0):
        """Weights as signed bytes with a scale for each place along `axis`, and the value that they are when expanded."""
        if values.size < self.exact:
            self.expanded[name] = values.astype(np.float32)
            return self.store(f"{name}.weight", self.expanded[name])
        turned = np.moveaxis(values.astype(np.float32), axis, 0)
        integers, scales = quantize(turned)
        self.store(f"{name}.bytes", np.moveaxis(integers, 0, axis))
        self.store(f"{name}.scales", scales)
        expanded = integers.astype(np.float32) * scales.reshape(-1, *[1] * (turned.ndim - 1))
        self.expanded[name] = np.moveaxis(expanded, 0, axis)
        return self.emit("DequantizeLinear", [f"{name}.bytes", f"{name}.scales"], name=f"{name}.weight", axis=axis)


def convert(data, name, outputs, metadata, means=None, exact=0, channels=None):
    """The network in `data` as ONNX.

    `outputs` maps the names that results get to the file's names for them; what leads to the others alone is left
    out. The picture that goes in is `image`, `[1, 3, height, width]`. `metadata` is what the file says of itself.

    `means` has, by the name of a convolution, the means of what goes into it, `[I, height, width]`: what rounding its
    weights moves its results by on average is taken back from its biases. A convolution of fewer weights than `exact`
    keeps them as floats.

    `channels` is how many of the input's channels are kept, where not all are: the others are taken to be zero.
    """
    source, writer = Source(data), Writer(exact)
    graph = source.graph
    wanted = {}
    for tensor in graph.OutputsAsNumpy():
        wanted[graph.Tensors(int(tensor)).Name().decode()] = int(tensor)
    if missing := set(outputs.values()) - set(wanted):
        fail(f"{name} has no output {', '.join(sorted(missing))}")

    producers = {int(tensor): operator for operator in source.operators for tensor in operator.OutputsAsNumpy()}
    needed, waiting = set(), [wanted[theirs] for theirs in outputs.values()]
    while waiting:
        tensor = waiting.pop()
        if tensor in producers and tensor not in needed:
            needed.add(tensor)
            waiting.extend(int(each) for each in producers[tensor].InputsAsNumpy())

    if graph.InputsLength() != 1:
        fail(f"{name} takes {graph.InputsLength()} inputs, and one was expected")
    values = {int(graph.Inputs(0)): "image"}
    # What a pooling took its maxima from, and those, by the tensor that says where they were.
    pooled = {}
    # Paddings that wait for the convolution that takes them in: the value before, and rows and columns.
    waiting_pads = {}

    def activated(value, function):
        if function == tflite.ActivationFunctionType.NONE:
            return value
        if function == tflite.ActivationFunctionType.RELU:
            return writer.emit("Relu", [value])
        if function == tflite.ActivationFunctionType.RELU6:
            return writer.emit("Clip", [value, *limits(0.0, 6.0)])
        return fail(f"{name} holds the activation {function}, which no network had before")

    def limits(*numbers):
        names = [f"limit.{number:g}" for number in numbers]
        for limit, number in zip(names, numbers, strict=True):
            if not any(each.name == limit for each in writer.initializers):
                writer.store(limit, np.float32(number))
        return names

    def operand(tensor):
        """A value, or a constant in the order of ONNX."""
        if tensor in values:
            return values[tensor]
        constant = source.constant(tensor)
        if constant.ndim == 4:
            constant = constant.transpose(TO_CHANNELS_FIRST)
        elif constant.ndim == 1 and constant.size > 1:
            # It goes along the channels, which are the last axis there and the second here.
            constant = constant.reshape(-1, 1, 1)
        return writer.store(writer.fresh("constant"), constant.astype(np.float32))

    def doubled(value, shape):
        """Each place of a picture as two by two; `shape` is the result's, in the file's order."""
        sizes = writer.store(writer.fresh("sizes"), np.array([shape[axis] for axis in TO_CHANNELS_FIRST], np.int64))
        return writer.emit("Resize", [value, "", "", sizes], mode="nearest", nearest_mode="floor",
                           coordinate_transformation_mode="asymmetric")

    def window(tensor, kind, kernel, stride, dilation=(1, 1)):
        """The value that a window goes over, and what is added around it."""
        before, extra = waiting_pads.pop(tensor, (None, ((0, 0), (0, 0))))
        sides = source.shape(tensor)[1:3]
        around = [padding(kind, side, k, s, d) for side, k, s, d in zip(sides, kernel, stride, dilation, strict=True)]
        (top, bottom), (left, right) = [
            (mine[0] + theirs[0], mine[1] + theirs[1]) for mine, theirs in zip(around, extra, strict=True)
        ]
        return before or values[tensor], [top, left, bottom, right]

    for operator in source.operators:
        kind = source.name(operator)
        inputs = [int(tensor) for tensor in operator.InputsAsNumpy()]
        output = int(operator.Outputs(0))
        if kind in ("DEQUANTIZE", "DENSIFY"):
            constant = source.constant(inputs[0])
            if constant is None:
                fail(f"{name} has weights that are computed")
            source.expanded[output] = constant.astype(np.float32)
            continue
        if output not in needed:
            continue

        if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            is_depthwise = kind == "DEPTHWISE_CONV_2D"
            options = source.options(operator, tflite.DepthwiseConv2DOptions if is_depthwise else tflite.Conv2DOptions)
            weights = source.constant(inputs[1])
            # [1, height, width, C] of a depthwise one, [O, height, width, I] of another.
            weights = weights.transpose([3, 0, 1, 2] if is_depthwise else TO_CHANNELS_FIRST)
            if channels and inputs[0] == int(graph.Inputs(0)):
                weights = weights[:, :channels]
            stride = (options.StrideH(), options.StrideW())
            dilation = (options.DilationHFactor(), options.DilationWFactor())
            value, pads = window(inputs[0], options.Padding(), weights.shape[2:], stride, dilation)
            layer = writer.fresh("depthwise" if is_depthwise else "conv")
            weight, bias = writer.weight(layer, weights), source.constant(inputs[2]).astype(np.float64)
            if means and layer in means:
                mean = means[layer][:, None] if is_depthwise else means[layer]
                moved = (weights.astype(np.float64) - writer.expanded[layer].astype(np.float64)) * mean
                # One after the other, so that the sums are the same everywhere.
                bias = bias + np.add.accumulate(moved.reshape(len(moved), -1), axis=1)[:, -1]
            bias = writer.store(f"{layer}.bias", bias.astype(np.float32))
            value = writer.emit(
                "Conv", [value, weight, bias], name=layer, kernel_shape=weights.shape[2:],
                pads=pads, strides=stride, dilations=dilation, group=weights.shape[0] if is_depthwise else 1,
            )
            value = activated(value, options.FusedActivationFunction())
        elif kind == "Convolution2DTransposeBias":
            weights = source.constant(inputs[1])
            around = [weights.shape[axis] - 2 for axis in (1, 2)]
            if min(around) < 0 or max(around) > 1 or source.shape(output)[1] != 2 * source.shape(inputs[0])[1]:
                fail(f"{name} holds a transposed convolution that is not 2×2 or 3×3 with a stride of 2")
            layer = writer.fresh("transposed")
            bias = writer.store(f"{layer}.bias", source.constant(inputs[2]).astype(np.float32))
            # [O, height, width, I] there, [I, O, height, width] here.
            weight = writer.weight(layer, weights.transpose(3, 0, 1, 2), axis=1)
            value = writer.emit(
                "ConvTranspose", [values[inputs[0]], weight, bias], name=layer,
                kernel_shape=weights.shape[1:3], strides=[2, 2], pads=[0, 0, *around],
            )
        elif kind == "MaxPoolingWithArgmax2D":
            if source.shape(output)[1] * 2 != source.shape(inputs[0])[1]:
                fail(f"{name} holds a pooling with places that is not 2×2")
            value = writer.emit("MaxPool", [values[inputs[0]]], kernel_shape=[2, 2], strides=[2, 2])
            pooled[int(operator.Outputs(1))] = (values[inputs[0]], value, source.shape(inputs[0]))
        elif kind == "MaxUnpooling2D":
            # Where the value was the largest of its four, and nowhere else: the difference to the largest is zero there
            # and the least that it can be elsewhere becomes more than one.
            before, largest, shape = pooled[inputs[1]]
            steep, one = writer.store(writer.fresh("steep"), np.float32(STEEP)), writer.store(writer.fresh("one"), np.float32(1))
            below = writer.emit("Sub", [doubled(largest, shape), before], "below")
            elsewhere = writer.emit("Clip", [writer.emit("Mul", [below, steep], "elsewhere"), *limits(0.0, 1.0)])
            there = writer.emit("Sub", [one, elsewhere], "there")
            value = writer.emit("Mul", [doubled(values[inputs[0]], shape), there], "unpooled")
        elif kind == "PAD":
            pads = source.constant(inputs[1]).tolist()
            readers = source.readers.get(output, [])
            is_around = pads[0] == pads[3] == [0, 0]
            if is_around and [source.name(each) for each in readers] in (["CONV_2D"], ["DEPTHWISE_CONV_2D"]):
                waiting_pads[output] = (values[inputs[0]], tuple(map(tuple, pads[1:3])))
                continue
            first = [pads[axis] for axis in TO_CHANNELS_FIRST]
            amounts = writer.store(writer.fresh("pads"), np.array([side[k] for k in (0, 1) for side in first], np.int64))
            value = writer.emit("Pad", [values[inputs[0]], amounts])
        elif kind in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
            options = source.options(operator, tflite.Pool2DOptions)
            kernel, stride = (options.FilterHeight(), options.FilterWidth()), (options.StrideH(), options.StrideW())
            if kind == "AVERAGE_POOL_2D":
                if list(kernel) != source.shape(inputs[0])[1:3]:
                    fail(f"{name} holds an average over a part of the picture")
                value = writer.emit("GlobalAveragePool", [values[inputs[0]]], "average")
            else:
                value, pads = window(inputs[0], options.Padding(), kernel, stride)
                value = writer.emit("MaxPool", [value], kernel_shape=kernel, strides=stride, pads=pads)
        elif kind == "PRELU":
            slope = source.constant(inputs[1]).transpose(2, 0, 1).astype(np.float32)
            value = writer.fresh("prelu")
            value = writer.emit("PRelu", [values[inputs[0]], writer.store(f"{value}.slope", slope)], name=value)
        elif kind in ("RELU", "LOGISTIC", "HARD_SWISH"):
            value = writer.emit({"RELU": "Relu", "LOGISTIC": "Sigmoid", "HARD_SWISH": "HardSwish"}[kind], [values[inputs[0]]])
        elif kind in ("ADD", "MUL"):
            options = source.options(operator, tflite.AddOptions if kind == "ADD" else tflite.MulOptions)
            value = writer.emit(kind.capitalize(), [operand(tensor) for tensor in inputs])
            value = activated(value, options.FusedActivationFunction())
        elif kind == "RESIZE_BILINEAR":
            options = source.options(operator, tflite.ResizeBilinearOptions)
            if options.AlignCorners() or not options.HalfPixelCenters():
                fail(f"{name} holds a resize that does not go by the middles of pixels")
            sides = source.shape(output)
            sizes = writer.store(writer.fresh("sizes"), np.array([sides[axis] for axis in TO_CHANNELS_FIRST], np.int64))
            value = writer.emit("Resize", [values[inputs[0]], "", "", sizes], mode="linear",
                                coordinate_transformation_mode="half_pixel")
        elif kind == "DEPTH_TO_SPACE":
            block = source.options(operator, tflite.DepthToSpaceOptions).BlockSize()
            value = writer.emit("DepthToSpace", [values[inputs[0]]], blocksize=block, mode="DCR")
        elif kind == "RESHAPE":
            value = values[inputs[0]]
            if len(source.shape(inputs[0])) == 4 and source.shape(inputs[0])[1:3] != [1, 1]:
                value = writer.emit("Transpose", [value], perm=TO_CHANNELS_LAST)
            shape = writer.store(writer.fresh("shape"), np.array(source.shape(output), np.int64))
            value = writer.emit("Reshape", [value, shape])
        elif kind == "CONCATENATION":
            axis = source.options(operator, tflite.ConcatenationOptions).Axis()
            rank = len(source.shape(output))
            axis %= rank
            value = writer.emit("Concat", [operand(tensor) for tensor in inputs],
                                axis=TO_CHANNELS_FIRST.index(axis) if rank == 4 else axis)
        else:
            fail(f"{name} holds {kind}, which no network had before")
        values[output] = value

    # Each result under the name that it is to have.
    renamed = {values[wanted[theirs]]: mine for mine, theirs in outputs.items()}
    for node in writer.nodes:
        for names in (node.input, node.output):
            names[:] = [renamed.get(each, each) for each in names]

    def described(mine, tensor):
        shape = source.shape(tensor)
        shape = [shape[axis] for axis in TO_CHANNELS_FIRST] if len(shape) == 4 else shape
        if channels and mine == "image":
            shape[1] = channels
        return helper.make_tensor_value_info(mine, TensorProto.FLOAT, shape)

    model = helper.make_model(
        helper.make_graph(
            writer.nodes, name, [described("image", int(graph.Inputs(0)))],
            [described(mine, wanted[theirs]) for mine, theirs in outputs.items()], writer.initializers,
        ),
        producer_name="vitrine", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION,
    )
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)
