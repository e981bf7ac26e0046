"""Matrix products."""

from record import Model


def record(family):
    def product(name, a, b, constant=None, opset=13):
        model = Model(name, opset)
        first = model.constant(model.grid(a)) if constant == "first" else model.input(a)
        second = model.constant(model.grid(b)) if constant == "second" else model.input(b)
        model.output(model.node("MatMul", [first, second]))
        family.add(model)

    for a, b in [([3, 4], [4, 5]), ([1, 1], [1, 1]), ([1, 7], [7, 1]), ([5, 1], [1, 6]), ([17, 9], [9, 13]),
                 ([2, 3, 4], [2, 4, 5]), ([2, 3, 4], [4, 5]), ([3, 3, 4], [1, 4, 5]), ([1, 2, 3, 4], [1, 2, 4, 5]),
                 ([2, 3, 5, 4], [2, 3, 4, 2]), ([2, 3, 5, 4], [4, 3]), ([1, 5, 6, 3], [1, 1, 3, 4]),
                 ([1, 40], [40, 30])]:
        product(f"MatMul {a} by {b}", a, b)
    for constant in ("first", "second"):
        product(f"MatMul constant {constant} [3, 4] by [4, 6]", [3, 4], [4, 6], constant)
        product(f"MatMul constant {constant} [2, 3, 5] by [2, 5, 4]", [2, 3, 5], [2, 5, 4], constant)
    product("MatMul operator set 9", [3, 4], [4, 5], "second", 9)
    model = Model("attention")
    q, k, v = (model.input([1, 2, 5, 4]) for _ in range(3))
    scores = model.node("MatMul", [q, model.node("Transpose", k, perm=[0, 1, 3, 2])])
    scores = model.node("Softmax", model.node("Mul", [scores, model.scalar(0.5)]), axis=-1)
    model.output(model.node("MatMul", [scores, v]))
    family.add(model)

    def gemm(name, a, b, c=None, opset=13, **attributes):
        model = Model(name, opset)
        inputs = [model.input(a), model.constant(model.grid(b))]
        if c is not None:
            inputs.append(model.constant(model.grid(c)))
        model.output(model.node("Gemm", inputs, **attributes))
        family.add(model)

    gemm("Gemm", [3, 4], [4, 5], [5])
    gemm("Gemm without C", [3, 4], [4, 5])
    gemm("Gemm transB", [3, 4], [5, 4], [5], transB=1)
    gemm("Gemm alpha and beta", [3, 4], [4, 5], [5], alpha=0.5, beta=2.0)
    gemm("Gemm alpha, transB, no C", [3, 4], [5, 4], alpha=0.25, transB=1)
    for c in ([1, 5], [3, 5], [3, 1], [1], []):
        gemm(f"Gemm C {c}", [3, 4], [4, 5], c)
    gemm("Gemm one row", [1, 37], [29, 37], [29], transB=1)
    gemm("Gemm operator set 9", [2, 4], [5, 4], [5], 9, transB=1)
    gemm("Gemm operator set 11", [2, 4], [5, 4], [5], 11, transB=1)
    model = Model("a classifier's end")
    x = model.node("Flatten", model.node("GlobalAveragePool", model.input([2, 6, 3, 4])))
    inputs = [x, model.constant(model.grid([7, 6])), model.constant(model.grid([7]))]
    model.output(model.node("Sigmoid", model.node("Gemm", inputs, transB=1)))
    family.add(model)
    model = Model("Flatten of a picture into Gemm")
    x = model.node("Flatten", model.node("Relu", model.input([1, 5, 3, 4])))
    model.output(model.node("Gemm", [x, model.constant(model.grid([60, 7])), model.constant(model.grid([7]))]))
    family.add(model)
    model = Model("Gemm with weights of int8")
    w = model.constant(model.random.integers(-127, 128, [4, 5]).astype("int8"))
    w = model.node("DequantizeLinear", [w, model.floats(1 / 64, 1 / 32, 1 / 128, 1 / 16, 1 / 64)], axis=1)
    model.output(model.node("Gemm", [model.input([3, 4]), w]))
    family.add(model)
