"""Records what ONNX Runtime answers, as `*.cases` files that the engine's tests are held to.

    python3 -m pip install -r models/requirements.txt
    python3 tests/operators/record.py              record every family again
    python3 tests/operators/record.py conv pool    record some

A `.cases` file is protobuf, with the messages of ONNX's own schema inside:

    message Cases { repeated Case cases = 1; }
    message Case {
      string name = 1;
      onnx.ModelProto model = 2;               // left out in fast_network.cases: the model is models/fast.onnx
      repeated onnx.TensorProto inputs = 3;    // what the caller feeds, in the graph's order, by its names
      repeated onnx.TensorProto outputs = 4;   // in the order of the graph's outputs; none in unsupported.cases
    }

Inputs and outputs of 32-bit floats are stored as 16-bit ones where that loses nothing, which halves the files.

Numbers are 32-bit floats unless the graph says otherwise, on coarse grids of powers of two, so that sums of
products are exact in single precision whatever their order, and a difference is a mistake and not rounding.
Functions such as the sigmoid are exact to a few units in the last place only. Nothing is infinite or not a
number, which WGSL does not promise to carry.

ONNX Runtime runs on the CPU, in one thread, with its graph optimizations off: the recorded numbers are those of
the operators and not of a fusion.

`unsupported.cases` holds models that must be refused, by loading or by planning at the shapes of `inputs`.
Where one node is at fault it is called `culprit`, and so must the error; the other cases' names begin with
`graph: `.

`fast_network.cases` leaves out the inputs of all cases but the first: they are `scene(height, width, seed)` in
`cases_fast_network.py`, whose doc is the formula, with the sizes and the seed of the case's name,
`HEIGHTxWIDTH seed SEED`. The first case holds its input, so that a runner that makes them can be checked.

Each family lives in its own file here, `cases_*.py` by name, and each case draws from its own generator, seeded
by its name: a new case does not change the others.
"""

import importlib
import sys
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

# The operator sets that cases use, and the file format version that wrote them in the field.
IR_VERSIONS = {7: 3, 9: 4, 10: 5, 11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 17: 8, 18: 8, 19: 9, 21: 10}

FAMILIES = [
    "conv",
    "conv_fused",
    "conv_transpose",
    "activation",
    "pool",
    "resize",
    "binary",
    "movement",
    "softmax",
    "matmul",
    "quantize",
    "shapes",
    "networks",
    "unsupported",
    "fast_network",
]


# Protobuf ---------------------------------------------------------------------------------------------------


def field(number, payload):
    """A length-delimited field."""
    size, head = len(payload), bytes([number << 3 | 2])
    while size >= 0x80:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + payload


def encoded(name, model, inputs, outputs):
    """One Case, as a field of Cases. `model` is bytes or None."""
    case = field(1, name.encode())
    if model is not None:
        case += field(2, model)
    case += b"".join(field(3, tensor.SerializeToString(deterministic=True)) for tensor in inputs)
    case += b"".join(field(4, tensor.SerializeToString(deterministic=True)) for tensor in outputs)
    return field(1, case)


def stored(values, name):
    """A tensor, in half precision where that holds every element exactly."""
    values = np.asarray(values, order="C")
    if values.dtype == np.float32:
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if np.array_equal(half.astype(np.float32), values):
            values = half
    return numpy_helper.from_array(values, name)


# Building a model -------------------------------------------------------------------------------------------


class Model:
    """A model under construction. Methods that add a node return the name of its first output."""

    def __init__(self, name, opset=13):
        self.name = name
        self.opset = opset
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.initializers = [], []
        self.inputs, self.outputs = [], []
        self.input_values = {}
        self.count = 0

    def fresh(self, word):
        self.count += 1
        return f"{word}{self.count}"

    def grid(self, shape, low=-2.0, high=2.0, step=1 / 16):
        """Random multiples of `step` from `low` to `high`."""
        levels = round((high - low) / step)
        return (self.random.integers(0, levels + 1, shape) * step + low).astype(np.float32)

    def input(self, shape, values=None, name="", declared=None, dtype=np.float32):
        """A graph input with its values: given ones, or a grid."""
        name = name or self.fresh("x")
        values = self.grid(shape) if values is None else np.asarray(values)
        values = values.astype(dtype).reshape(shape)
        self.input_values[name] = values
        element = helper.np_dtype_to_tensor_dtype(values.dtype)
        self.inputs.append(helper.make_tensor_value_info(name, element, shape if declared is None else declared))
        return name

    def constant(self, values, name=""):
        """An initializer."""
        name = name or self.fresh("c")
        self.initializers.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def floats(self, *values):
        return self.constant(np.array(values, np.float32))

    def scalar(self, value, dtype=np.float32):
        return self.constant(np.array(value, dtype))

    def node(self, operator, inputs, outputs=1, node_name=None, domain=None, **attributes):
        """Adds a node. With `outputs` above 1 the result is the list of their names."""
        names = [self.fresh(operator.lower()) for _ in range(outputs)]
        attributes = {key: value for key, value in attributes.items() if value is not None}
        inputs = [inputs] if isinstance(inputs, str) else list(inputs)
        self.nodes.append(helper.make_node(operator, inputs, names, name=node_name or names[0], domain=domain,
                                           **attributes))
        return names[0] if outputs == 1 else names

    def output(self, *names, dtype=TensorProto.FLOAT):
        for name in names:
            self.outputs.append(helper.make_tensor_value_info(name, dtype, None))

    def proto(self):
        inputs = list(self.inputs)
        if IR_VERSIONS[self.opset] < 4:  # such files list their initializers as inputs too
            inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.initializers]
        graph = helper.make_graph(self.nodes, "case", inputs, self.outputs, self.initializers)
        return helper.make_model(graph, producer_name="vitrine", ir_version=IR_VERSIONS[self.opset],
                                 opset_imports=[helper.make_opsetid("", self.opset)])

    def input_tensors(self):
        return [stored(self.input_values[port.name], port.name) for port in self.inputs]


def runtime(model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class Family:
    """The cases of one file."""

    def __init__(self, name):
        self.name = name
        self.names = set()
        self.parts = []

    def claim(self, name):
        if name in self.names:
            raise ValueError(f"{self.name}: two cases are called '{name}'")
        self.names.add(name)

    def add(self, model):
        """Runs a model and keeps what it answers."""
        self.claim(model.name)
        proto = model.proto()
        try:
            results = runtime(proto.SerializeToString()).run(None, model.input_values)
            for port, result in zip(proto.graph.output, results, strict=True):
                port.CopyFrom(helper.make_tensor_value_info(port.name, port.type.tensor_type.elem_type, result.shape))
            onnx.checker.check_model(proto)
            data = proto.SerializeToString(deterministic=True)
        except Exception as error:
            raise RuntimeError(f"{self.name}, case '{model.name}': {error}") from error
        for result in results:
            if result.dtype.kind == "f" and not np.isfinite(result).all():
                raise RuntimeError(f"{self.name}, case '{model.name}': the result is not finite")
            if result.size == 0:
                raise RuntimeError(f"{self.name}, case '{model.name}': the result is empty")
        outputs = [stored(result, port.name) for result, port in zip(results, model.outputs, strict=True)]
        self.parts.append(encoded(model.name, data, model.input_tensors(), outputs))

    def refuse(self, model, proto=None):
        """Keeps a model that must be refused."""
        self.claim(model.name)
        data = (proto or model.proto()).SerializeToString(deterministic=True)
        self.parts.append(encoded(model.name, data, model.input_tensors(), []))

    def write(self):
        data = b"".join(self.parts)
        (HERE / f"{self.name}.cases").write_bytes(data)
        print(f"{self.name}.cases: {len(self.parts)} cases, {len(data)} bytes")


def main():
    unknown = set(sys.argv[1:]) - set(FAMILIES)
    if unknown:
        sys.exit(f"record.py: there is no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    for name in sys.argv[1:] or FAMILIES:
        family = Family(name)
        importlib.import_module(f"cases_{name}").record(family)
        family.write()


if __name__ == "__main__":
    # The families import this file by name; they must find this very module.
    sys.modules["record"] = sys.modules["__main__"]
    main()
