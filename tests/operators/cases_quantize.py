"""Rounding of activations to stored integers and back."""

import numpy as np
from onnx import TensorProto

from record import Model


def record(family):
    for element, kind, zeros in [(np.uint8, TensorProto.UINT8, (0, 128, 255, 37)),
                                 (np.int8, TensorProto.INT8, (0, -128, 127, 11))]:
        name = np.dtype(element).name
        for zero in zeros:
            for x in ([1, 3, 4, 5], [2, 7]):
                # Steps of an eighth over a scale of a quarter: half of the values are ties.
                model = Model(f"QuantizeLinear {name} zero point {zero} {x}")
                value = model.input(x, model.grid(x, -40, 40, 1 / 8))
                model.output(model.node("QuantizeLinear", [value, model.scalar(0.25), model.scalar(zero, element)]),
                             dtype=kind)
                family.add(model)
            model = Model(f"there and back {name} zero point {zero}")
            y = model.input([1, 5, 4, 5], model.grid([1, 5, 4, 5], -40, 40, 1 / 8))
            scale, point = model.scalar(0.25), model.scalar(zero, element)
            y = model.node("QuantizeLinear", [y, scale, point])
            model.output(model.node("DequantizeLinear", [y, scale, point]))
            family.add(model)
    model = Model("QuantizeLinear without zero point")
    y = model.input([1, 5, 3, 3], model.grid([1, 5, 3, 3], -4, 70, 1 / 8))
    model.output(model.node("QuantizeLinear", [y, model.scalar(0.25)]), dtype=TensorProto.UINT8)
    family.add(model)
    model = Model("QuantizeLinear by a scale that is no power of two")
    y = model.input([2, 30], model.grid([2, 30], -40, 40, 1 / 8))
    model.output(model.node("QuantizeLinear", [y, model.scalar(0.3), model.scalar(128, np.uint8)]),
                 dtype=TensorProto.UINT8)
    family.add(model)
    model = Model("DequantizeLinear of bytes that are fed")
    y = model.input([1, 3, 4, 5], model.random.integers(0, 256, [1, 3, 4, 5]), dtype=np.uint8)
    model.output(model.node("DequantizeLinear", [y, model.scalar(1 / 64), model.scalar(128, np.uint8)]))
    family.add(model)
    for opset in (10, 17):
        model = Model(f"there and back operator set {opset}", opset)
        y = model.input([1, 5, 4, 5], model.grid([1, 5, 4, 5], -40, 40, 1 / 8))
        scale, point = model.scalar(0.5), model.scalar(64, np.uint8)
        y = model.node("QuantizeLinear", [y, scale, point])
        model.output(model.node("DequantizeLinear", [y, scale, point]))
        family.add(model)
    model = Model("a quantized convolution as exporters write it")
    scale, point = model.scalar(1 / 16), model.scalar(128, np.uint8)
    x = model.node("DequantizeLinear", [model.node("QuantizeLinear", [model.input([1, 5, 4, 5]), scale, point]),
                                        scale, point])
    w = model.constant(model.random.integers(-127, 128, [6, 5, 3, 3]).astype(np.int8))
    w = model.node("DequantizeLinear", [w, model.constant(np.array([1, 2, 3, 4, 5, 6], np.float32) / 512),
                                        model.constant(np.zeros(6, np.int8))], axis=0)
    b = model.node("DequantizeLinear", [model.constant(model.random.integers(-500, 500, [6]).astype(np.int32)),
                                        model.constant(np.array([1, 2, 3, 4, 5, 6], np.float32) / 8192)], axis=0)
    y = model.node("Relu", model.node("Conv", [x, w, b], pads=[1, 1, 1, 1]))
    scale, point = model.scalar(1 / 8), model.scalar(0, np.uint8)
    model.output(model.node("DequantizeLinear", [model.node("QuantizeLinear", [y, scale, point]), scale, point]))
    family.add(model)
