"""Operators that move elements and change none."""

import itertools
import sys

import numpy as np

from record import Model

LARGEST = sys.maxsize


def one(family, name, operator, x, opset=13, arguments=(), outputs=1, **attributes):
    """One node on one input. `arguments` are whole-number inputs; None leaves one out."""
    model = Model(name, opset)
    inputs = [model.input(x)]
    inputs += ["" if a is None else model.constant(np.array(a, np.int64)) for a in arguments]
    results = model.node(operator, inputs, outputs, **attributes)
    model.output(*([results] if outputs == 1 else results))
    family.add(model)


def concats(family):
    def concat(name, shapes, axis, opset=13):
        model = Model(name, opset)
        model.output(model.node("Concat", [model.input(shape) for shape in shapes], axis=axis))
        family.add(model)

    for parts in ([4, 4], [8, 4, 4], [3, 5], [1, 1], [3, 3, 3], [4, 3], [3, 4], [2, 4, 8], [5, 1, 7], [1] * 6):
        concat(f"Concat channels {parts}", [[1, c, 3, 4] for c in parts], 1)
    concat("Concat channels batch 2", [[2, 3, 3, 4], [2, 6, 3, 4]], 1)
    concat("Concat channels axis -3", [[1, 3, 3, 4], [1, 6, 3, 4]], -3)
    concat("Concat batches", [[1, 5, 3, 4], [2, 5, 3, 4]], 0)
    concat("Concat rows", [[2, 5, 3, 4], [2, 5, 1, 4]], 2)
    concat("Concat columns", [[2, 5, 3, 4], [2, 5, 3, 2], [2, 5, 3, 1]], 3)
    concat("Concat columns axis -1", [[1, 4, 3, 4], [1, 4, 3, 2]], -1)
    for axis in range(3):
        shapes = [[2, 3, 4] for _ in range(2)]
        shapes[1][axis] = 5
        concat(f"Concat three axes {axis}", shapes, axis)
    concat("Concat vectors", [[3], [4]], 0)
    concat("Concat one input", [[1, 5, 3, 4]], 1)
    concat("Concat operator set 11", [[1, 3, 3, 4], [1, 5, 3, 4]], 1, 11)

    for widths in ((4, 4, 4), (3, 4, 5), (4, 8, 3), (1, 2, 3)):
        model = Model(f"Concat of a Concat {widths}")
        a, b, c = (model.node("Relu", model.input([1, w, 3, 4])) for w in widths)
        model.output(model.node("Concat", [model.node("Concat", [a, b], axis=1), c], axis=1))
        family.add(model)
        model = Model(f"Concat after a Concat {widths}")
        a, b, c = (model.node("Relu", model.input([1, w, 3, 4])) for w in widths)
        model.output(model.node("Concat", [c, model.node("Concat", [a, b], axis=1)], axis=1))
        family.add(model)
    for width in (4, 3):
        model = Model(f"Concat with itself {width}")
        x = model.node("Relu", model.input([1, width, 3, 4]))
        model.output(model.node("Concat", [x, x], axis=1))
        family.add(model)
        model = Model(f"Concat of network inputs, read again {width}")
        a, b = model.input([1, width, 3, 4]), model.input([1, width, 3, 4])
        joined = model.node("Concat", [a, b], axis=1)
        model.output(joined, model.node("Add", [a, b]))
        family.add(model)
        model = Model(f"two Concats of the same parts {width}")
        a, b = (model.node("Relu", model.input([1, width, 3, 4])) for _ in range(2))
        model.output(model.node("Concat", [a, b], axis=1), model.node("Concat", [b, a], axis=1))
        family.add(model)
        model = Model(f"a part of a Concat is read later {width}")
        a, b = (model.node("Relu", model.input([1, width, 3, 4])) for _ in range(2))
        joined = model.node("Concat", [a, b], axis=1)
        model.output(model.node("MaxPool", joined, kernel_shape=[2, 2]), model.node("Neg", b), a)
        family.add(model)
        model = Model(f"Concat with a constant {width}")
        a = model.node("Relu", model.input([1, width, 3, 4]))
        model.output(model.node("Concat", [model.constant(model.grid([1, 2, 3, 4])), a], axis=1))
        family.add(model)
        model = Model(f"Concat of resized and not {width}")
        a = model.node("Resize", [model.input([1, width, 2, 3]), "", model.floats(1, 1, 2, 2)], mode="nearest")
        b = model.node("Relu", model.input([1, 5, 4, 6]))
        w = model.constant(model.grid([6, width + 5, 3, 3], -1, 1, 1 / 32))
        model.output(model.node("Conv", [model.node("Concat", [a, b], axis=1), w], pads=[1, 1, 1, 1]))
        family.add(model)
        model = Model(f"one output is a part of another {width}")
        a, b = (model.node("Relu", model.input([1, width, 3, 4])) for _ in range(2))
        model.output(a, model.node("Concat", [a, b], axis=1), b)
        family.add(model)


def pads(family):
    def pad(name, x, borders, opset=13, value=None, mode=None, then=None):
        model = Model(name, opset)
        data = model.input(x)
        if opset < 11:
            y = model.node("Pad", data, pads=borders, value=value, mode=mode)
        else:
            extra = [] if value is None else [model.scalar(value)]
            y = model.node("Pad", [data, model.ints(*borders), *extra], mode=mode)
        if then == "Conv":
            weights = model.constant(model.grid([5, x[1] + borders[1] + borders[5], 2, 2], -1, 1, 1 / 32))
            y = model.node("Conv", [y, weights])
        model.output(y)
        family.add(model)

    around = [0, 0, 1, 2, 0, 0, 3, 1]
    for c in (3, 4, 5):
        pad(f"Pad rows and columns, channels {c}", [1, c, 3, 4], around)
        pad(f"Pad with a value, channels {c}", [1, c, 3, 4], around, value=1.5)
        pad(f"Pad with a value before Conv, channels {c}", [1, c, 3, 4], around, value=-2.0, then="Conv")
        pad(f"Pad channels of {c}", [1, c, 3, 4], [0, 1, 0, 0, 0, 2, 0, 0], value=0.5)
    pad("Pad channels of 4 by 4 behind", [1, 4, 3, 4], [0, 0, 0, 0, 0, 4, 0, 0])
    pad("Pad batches", [1, 3, 3, 4], [1, 0, 0, 0, 0, 0, 0, 0], value=0.25)
    pad("Pad everything", [2, 3, 2, 3], [1, 2, 0, 1, 0, 1, 3, 2], value=-1.0)
    pad("Pad by nothing", [1, 3, 3, 4], [0] * 8)
    pad("Pad batch 2", [2, 5, 3, 4], around)
    pad("Pad three axes", [2, 3, 4], [0, 1, 2, 1, 0, 1], value=0.5)
    pad("Pad a vector", [5], [2, 1])
    pad("Pad cut rows and columns", [1, 3, 5, 6], [0, 0, -1, -2, 0, 0, -1, -1])
    pad("Pad cut and grown", [1, 5, 5, 6], [0, 0, -1, 2, 0, 0, 1, -3], value=1.0)
    pad("Pad cut channels", [1, 5, 3, 4], [0, -1, 0, 0, 0, -1, 0, 0])
    for opset in (7, 10, 11, 12, 17):
        pad(f"Pad operator set {opset}", [1, 3, 3, 4], around, opset, value=0.5)
        pad(f"Pad without a value operator set {opset}", [1, 3, 3, 4], around, opset)
    for mode in ("edge", "reflect"):
        for c in (3, 4):
            pad(f"Pad {mode}, channels {c}", [1, c, 4, 5], [0, 0, 1, 2, 0, 0, 3, 1], mode=mode)
        pad(f"Pad {mode} batch 2", [2, 5, 4, 5], [0, 0, 2, 2, 0, 0, 2, 2], mode=mode)
        pad(f"Pad {mode} three axes", [2, 3, 4], [0, 1, 2, 1, 0, 1], mode=mode)
        pad(f"Pad {mode} operator set 10", [1, 3, 4, 5], [0, 0, 1, 1, 0, 0, 1, 1], 10, mode=mode)
    pad("Pad edge of one pixel", [1, 3, 1, 1], [0, 0, 2, 1, 0, 0, 1, 3], mode="edge")
    for opset in (18, 19):
        model = Model(f"Pad of two axes, operator set {opset}", opset)
        inputs = [model.input([1, 3, 3, 4]), model.ints(1, 2, 3, 0), model.scalar(0.5), model.ints(2, -1)]
        model.output(model.node("Pad", inputs))
        family.add(model)


def reshapes(family):
    for x, target in [([1, 3, 4, 5], [1, 60]), ([1, 3, 4, 5], [3, 20]), ([1, 3, 4, 5], [60]), ([1, 3, 4, 5], [1, 3, 20]),
                      ([2, 5, 3, 4], [2, 4, 5, 3]), ([2, 5, 3, 4], [1, 10, 3, 4]), ([2, 5, 3, 4], [2, 5, 12, 1]),
                      ([2, 6, 3, 4], [2, 2, 3, 3, 4]), ([1, 8, 2, 2], [1, 4, 4, 2]), ([1, 4, 3, 3], [4, 9]),
                      ([60], [1, 3, 4, 5]), ([3, 20], [1, 3, 4, 5]), ([2, 3, 10], [6, 10]), ([2, 3, 10], [3, 2, 2, 5]),
                      ([1, 3, 4, 5], [0, -1]), ([1, 3, 4, 5], [0, 0, -1]), ([1, 3, 4, 5], [-1, 0, 0]),
                      ([1, 3, 4, 5], [1, -1, 1, 5]), ([1, 3, 4, 5], [1, 3, 4, 5]), ([1, 1, 1, 1], [1]),
                      ([2, 2, 3, 2, 3], [2, 6, 6, 1])]:
        one(family, f"Reshape {x} by {target}", "Reshape", x, arguments=[target])
    one(family, "Reshape allowzero", "Reshape", [1, 3, 4, 5], 14, arguments=[[1, 12, 5]], allowzero=1)
    for opset in (7, 11, 17):
        one(family, f"Reshape operator set {opset}", "Reshape", [1, 3, 4, 5], opset, arguments=[[1, -1]])
    for axis in (0, 1, 2, 3, 4, -1, -3):
        one(family, f"Flatten axis {axis}", "Flatten", [2, 3, 4, 5], axis=axis)
    one(family, "Flatten", "Flatten", [2, 3, 2, 2])
    one(family, "Flatten three axes", "Flatten", [2, 3, 4])
    for opset in (11, 13):
        def axes(name, operator, x, which):
            given = {"axes": which} if opset < 13 and which is not None else {}
            arguments = [which] if opset >= 13 and which is not None else []
            one(family, f"{name} operator set {opset}", operator, x, opset, arguments, **given)

        axes("Squeeze rows and columns", "Squeeze", [2, 5, 1, 1], [2, 3])
        axes("Squeeze the batch", "Squeeze", [1, 5, 3, 4], [0])
        axes("Squeeze the channel", "Squeeze", [2, 1, 3, 4], [1])
        axes("Squeeze the last axis", "Squeeze", [2, 3, 1], [-1])
        axes("Squeeze all", "Squeeze", [1, 5, 1, 4], None)
        axes("Unsqueeze in front", "Unsqueeze", [5, 3, 4], [0])
        axes("Unsqueeze behind", "Unsqueeze", [2, 5, 3], [-1])
        axes("Unsqueeze rows and columns", "Unsqueeze", [2, 5], [2, 3])
        axes("Unsqueeze a picture", "Unsqueeze", [1, 3, 4, 5], [2])
    for x in ([1, 3, 4, 5], [2, 3]):
        one(family, f"Identity {x}", "Identity", x)
        one(family, f"Dropout {x}", "Dropout", x)
    model = Model("Identity between")
    y = model.node("Identity", model.node("Relu", model.input([1, 3, 4, 5])))
    model.output(y, model.node("Neg", y))
    family.add(model)
    model = Model("Cast to 32-bit floats")
    model.output(model.node("Cast", model.input([1, 3, 4, 5]), to=1))
    family.add(model)
    model = Model("Cast of bytes to 32-bit floats")
    x = model.input([1, 3, 4, 5], model.random.integers(0, 256, [1, 3, 4, 5]), dtype=np.uint8)
    model.output(model.node("Cast", x, to=1))
    family.add(model)


def transposes(family):
    for order in itertools.permutations(range(4)):
        one(family, f"Transpose {list(order)}", "Transpose", [2, 3, 4, 5], perm=list(order))
    for order in itertools.permutations(range(3)):
        one(family, f"Transpose three axes {list(order)}", "Transpose", [2, 3, 4], perm=list(order))
    one(family, "Transpose without perm", "Transpose", [2, 3, 4, 5])
    one(family, "Transpose a matrix", "Transpose", [3, 5], perm=[1, 0])
    one(family, "Transpose a picture to rows last, channels 8", "Transpose", [1, 8, 3, 5], perm=[0, 2, 3, 1])
    one(family, "Transpose rows last to a picture, channels 8", "Transpose", [1, 3, 5, 8], perm=[0, 3, 1, 2])
    one(family, "Transpose five axes", "Transpose", [2, 2, 3, 2, 2], perm=[0, 2, 1, 4, 3])
    model = Model("channel shuffle")
    x = model.node("Reshape", [model.input([1, 6, 3, 4]), model.ints(1, 2, 3, 3, 4)])
    x = model.node("Transpose", x, perm=[0, 2, 1, 3, 4])
    model.output(model.node("Reshape", [x, model.ints(1, 6, 3, 4)]))
    family.add(model)
    model = Model("pixel shuffle through six axes")
    x = model.node("Reshape", [model.input([1, 12, 3, 4]), model.ints(1, 3, 2, 2, 3, 4)])
    x = model.node("Transpose", x, perm=[0, 1, 4, 2, 5, 3])
    model.output(model.node("Reshape", [x, model.ints(1, 3, 6, 8)]))
    family.add(model)
    model = Model("detector head: rows last, then flattened")
    x = model.input([1, 6, 3, 4])
    w = model.constant(model.grid([10, 6, 1, 1], -1, 1, 1 / 32))
    x = model.node("Transpose", model.node("Conv", [x, w]), perm=[0, 2, 3, 1])
    model.output(model.node("Reshape", [x, model.ints(1, -1, 5)]))
    family.add(model)
    for mode in ("DCR", "CRD"):
        for c, block in [(4, 2), (12, 2), (9, 3), (20, 2), (32, 4)]:
            one(family, f"DepthToSpace {mode} channels {c} block {block}", "DepthToSpace", [1, c, 3, 2], blocksize=block,
                mode=mode)
        one(family, f"DepthToSpace {mode} batch 2", "DepthToSpace", [2, 8, 3, 4], blocksize=2, mode=mode)
    one(family, "DepthToSpace operator set 9", "DepthToSpace", [1, 8, 3, 4], 9, blocksize=2)
    for c, block in [(1, 2), (3, 2), (4, 2), (2, 3)]:
        one(family, f"SpaceToDepth channels {c} block {block}", "SpaceToDepth", [2, c, 6, 6], blocksize=block)


def slices(family):
    def cut(name, x, starts, ends, axes=None, steps=None, opset=13):
        arguments = [starts, ends] + ([axes] if axes or steps else []) + ([steps] if steps else [])
        one(family, f"Slice {name}", "Slice", x, opset, arguments)

    x = [2, 3, 6, 5]
    cut("first columns", x, [0], [3], [3])
    cut("middle rows", x, [2], [5], [2])
    cut("all axes", x, [1, 1, 2, 3], [2, 3, 6, 5])
    cut("channels 0 to 4", [1, 8, 3, 4], [0], [4], [1])
    cut("channels 4 to 8", [1, 8, 3, 4], [4], [8], [1])
    cut("channels 1 to 4", [1, 5, 3, 4], [1], [4], [1])
    cut("last column", x, [-1], [LARGEST], [3])
    cut("without the borders", x, [1, 1], [-1, -1], [2, 3])
    cut("axes from the back", x, [1, 2], [4, 5], [-1, -2])
    cut("past the end", x, [2], [100], [3])
    cut("every second row and column", x, [0, 0], [LARGEST, LARGEST], [2, 3], [2, 2])
    cut("every second from one", x, [1, 1], [LARGEST, LARGEST], [2, 3], [2, 2])
    cut("every third channel", [1, 5, 3, 4], [0], [5], [1], [3])
    cut("mirrored columns", x, [-1], [-LARGEST], [3], [-1])
    cut("mirrored rows by two", x, [5], [0], [2], [-2])
    cut("by a step past every limit", x, [1], [LARGEST], [3], [LARGEST - 1])
    cut("backwards by a step past every limit", x, [-1], [-LARGEST], [2], [1 - LARGEST])
    cut("channels reversed", [1, 3, 4, 4], [2], [-100], [1], [-1])
    cut("batch", x, [1], [2], [0])
    cut("three axes", [3, 4, 5], [1, 0], [3, 4], [0, 2], [1, 2])
    cut("a vector reversed", [6], [-1], [-LARGEST], [0], [-1])
    cut("operator set 10", x, [1], [4], [2], opset=10)
    cut("operator set 11", x, [1], [4], [2], [2], opset=11)
    one(family, "Slice attributes operator set 9", "Slice", x, 9, starts=[1, 0], ends=[4, -1], axes=[1, 3])
    one(family, "Slice attributes without axes operator set 7", "Slice", x, 7, starts=[0, 1], ends=[1, 4])
    model = Model("focus: four slices into channels")
    x = model.input([1, 3, 6, 8])
    parts = []
    for row, column in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        rows = model.node("Slice", [x, model.ints(row), model.ints(LARGEST), model.ints(2), model.ints(2)])
        parts.append(model.node("Slice", [rows, model.ints(column), model.ints(LARGEST), model.ints(3), model.ints(2)]))
    model.output(model.node("Concat", parts, axis=1))
    family.add(model)

    def split(name, x, axis, parts, opset=13, even=False, **attributes):
        given = {} if opset >= 13 or even else {"split": parts}
        one(family, f"Split {name}", "Split", x, opset, [parts] if opset >= 13 and not even else [], len(parts),
            axis=axis, **given, **attributes)

    split("channels 4, 4", [1, 8, 3, 4], 1, [4, 4])
    split("channels 3, 5", [2, 8, 3, 4], 1, [3, 5])
    split("channels 1, 1, 1", [1, 3, 3, 4], 1, [1, 1, 1])
    split("rows", [1, 5, 6, 4], 2, [1, 2, 3])
    split("columns", [1, 5, 3, 6], -1, [4, 2])
    split("batches", [2, 5, 3, 4], 0, [1, 1])
    split("three axes", [2, 6, 3], 1, [2, 4])
    split("evenly", [1, 6, 3, 4], 1, [3, 3], even=True)
    for opset in (7, 11):
        split(f"operator set {opset}", [1, 6, 3, 4], 1, [2, 4], opset)
        split(f"evenly operator set {opset}", [1, 6, 3, 4], 1, [2, 2, 2], opset, even=True)
    split("evenly operator set 18", [1, 6, 4, 4], 1, [3, 3], 18, even=True, num_outputs=2)
    split("unevenly operator set 18", [1, 7, 4, 4], 1, [3, 3, 1], 18, even=True, num_outputs=3)
    model = Model("Split, each part on its own way")
    a, b = model.node("Split", [model.input([1, 8, 4, 4]), model.ints(3, 5)], 2, axis=1)
    w = model.constant(model.grid([5, 3, 3, 3], -1, 1, 1 / 32))
    a = model.node("Conv", [a, w], pads=[1, 1, 1, 1])
    model.output(model.node("Concat", [model.node("Relu", model.node("Add", [a, b])), b], axis=1))
    family.add(model)


def record(family):
    concats(family)
    pads(family)
    reshapes(family)
    transposes(family)
    slices(family)
