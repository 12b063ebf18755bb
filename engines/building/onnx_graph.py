"""An ONNX graph taken apart to be rewritten: its nodes, its constants, and the type of every value between them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from puppet.errors import EngineError, ModelError

Array = npt.NDArray[Any]

FLOATS = ("float32", "float16")
"""What a graph may compute in; float64 and bfloat16 are refused."""

LARGE = 1024
"""Values of a constant that no shape depends on."""

AGAIN = "Copy or export the model again."


class Port(NamedTuple):
    """A value of a graph; `dtype` as NumPy names it."""

    name: str
    dtype: str
    shape: tuple[int, ...]


class OnnxGraph:
    """A graph in float32 throughout: constants stored as float16 are widened, and casts between fractions are gone.

    `nodes` are ONNX's own messages in an order in which each finds its inputs made, `constants` are arrays by name; both are
    the owner's to change. `inputs` and `outputs` are what the file says, float16 ones included, and are written as they were.
    """

    def __init__(self, model: Any, name: str) -> None:
        """Take over a model. Raises `ModelError` unless it is of standard operators with fixed shapes."""
        onnx = _onnx()
        self.name = name
        self.opset = _opset(model, name)
        try:
            inferred = onnx.shape_inference.infer_shapes(_sketch(model), check_type=True, strict_mode=True, data_prop=True).graph
        except Exception as error:  # what it raises has no base of its own
            raise ModelError(f"The types in {name} don't fit together: {_first_line(error)}.", AGAIN) from error
        self._title, self._ir_version = model.graph.name, model.ir_version
        self.constants: dict[str, Array] = {}
        self._values: dict[str, Port] = {}
        for tensor in model.graph.initializer:
            self._keep(tensor.name, onnx.numpy_helper.to_array(tensor))
        self.inputs = tuple(self._port(value) for value in model.graph.input if value.name not in self.constants)
        self.outputs = tuple(self._port(value) for value in model.graph.output)
        for value in [*inferred.value_info, *inferred.input, *inferred.output]:
            self._values[value.name] = _wide(self._port(value))
        self.nodes: list[Any] = []
        self._take(model.graph.node)
        self._names = {*self._values, *self.constants}

    def dtype(self, value: str) -> str:
        """The type of a value as NumPy names it; "" for an optional input that is left out."""
        return self._values[value].dtype if value else ""

    def shape(self, value: str) -> tuple[int, ...]:
        """The shape of a value."""
        return self._values[value].shape

    def attribute(self, node: Any, name: str, default: Any = None) -> Any:
        """An attribute of a node by name."""
        found = [each for each in node.attribute if each.name == name]
        return _onnx().helper.get_attribute_value(found[0]) if found else default

    def make_node(self, kind: str, inputs: Iterable[str], output: str, **attributes: Any) -> Any:
        """A new node that gives `output`; it is not put into `nodes`."""
        return _onnx().helper.make_node(kind, list(inputs), [output], name=f"{output}/{kind}", **attributes)

    def make_cast(self, value: str, output: str, dtype: str) -> Any:
        """A new node that gives `value` in another type; it is not put into `nodes`."""
        return self.make_node("Cast", [value], output, to=_onnx().helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def retype(self, value: str, dtype: str) -> None:
        """Note that a value will be of another type, because nodes are rewritten."""
        self._values[value] = self._values[value]._replace(dtype=dtype)

    def add_value(self, name: str, like: str) -> str:
        """Announce a value of the type and shape of another, and return the name that it was given: `name`, or one with a number."""
        found = self._fresh(name)
        self._values[found] = self._values[like]._replace(name=found)
        return found

    def add_constant(self, name: str, value: Array) -> str:
        """Put in a constant, and return the name that it was given."""
        found = self._fresh(name)
        self.constants[found] = value
        self._values[found] = Port(found, value.dtype.name, value.shape)
        return found

    def raise_opset(self, opset: int) -> None:
        """Have the nodes say the same by a newer set of operators, up to 19. Raises `ModelError` for one older than 13."""
        if not 13 <= self.opset <= 19:
            raise ModelError(f"{self.name} is written in operators of set {self.opset}, not of 13 to 19.", AGAIN)
        for node in self.nodes if self.opset < 18 <= opset else ():
            axes = self.attribute(node, "axes")
            if node.op_type == "Split" and len(node.input) < 2:
                node.attribute.append(_onnx().helper.make_attribute("num_outputs", len(node.output)))
            elif node.op_type.startswith("Reduce") and axes is not None:
                kept = [each for each in node.attribute if each.name != "axes"]
                del node.attribute[:]
                node.attribute.extend(kept)
                node.input.append(self.add_constant(f"{node.output[0]}_axes", np.array(axes, np.int64)))
        self.opset = max(self.opset, opset)

    def to_bytes(self, shown: Iterable[str] = ()) -> bytes:
        """The graph as ONNX, without constants that nothing looks at; `shown` are float32 values to give besides its outputs.

        Raises `ModelError` where types do not fit together.
        """
        onnx = _onnx()
        ports = {port.name for port in (*self.inputs, *self.outputs)}
        used = {name for node in self.nodes for name in node.input}
        graph = onnx.helper.make_graph(
            self.nodes,
            self._title,
            [_value_info(port) for port in self.inputs],
            [_value_info(port) for port in (*self.outputs, *(self._values[name] for name in shown if name not in ports))],
            [onnx.numpy_helper.from_array(value, name) for name, value in self.constants.items() if name in used],
        )
        sets = [onnx.helper.make_opsetid("", self.opset)]
        version = max(self._ir_version, onnx.helper.find_min_ir_version_for(sets))
        model = onnx.helper.make_model(graph, opset_imports=sets, ir_version=version, producer_name="puppet")
        try:
            onnx.checker.check_model(_sketch(model), full_check=True)
        except Exception as error:  # a ValidationError or an InferenceError, which share no base
            raise ModelError(f"{self.name} can't be rewritten: {_first_line(error)}.", AGAIN) from error
        return bytes(model.SerializeToString())

    def _fresh(self, name: str) -> str:
        number, found = 1, name
        while found in self._names:
            number, found = number + 1, f"{name}_{number}"
        self._names.add(found)
        return found

    def _take(self, nodes: Iterable[Any]) -> None:
        """Keep all nodes but constants and casts between fractions: whoever looked at those looks at what they cast."""
        outputs = {port.name for port in self.outputs}
        source: dict[str, str] = {}
        for original in nodes:
            node = type(original)()
            node.CopyFrom(original)
            if node.domain not in ("", "ai.onnx") or any(each.HasField("g") or each.graphs for each in node.attribute):
                raise ModelError(f"{self.name} holds {node.op_type}, which is no plain standard operator.", AGAIN)
            node.input[:] = [source.get(name, name) for name in node.input]
            if node.op_type == "Constant":
                self._keep(node.output[0], _onnx().numpy_helper.to_array(self.attribute(node, "value")))
            elif node.op_type == "Cast" and {self.dtype(node.input[0]), self.dtype(node.output[0])} <= set(FLOATS):
                if node.output[0] in outputs:
                    self.nodes.append(self.make_node("Identity", node.input, node.output[0]))
                else:
                    source[node.output[0]] = node.input[0]
            else:
                self.nodes.append(node)

    def _keep(self, name: str, value: Array) -> None:
        self.constants[name] = value.astype(np.float32) if value.dtype == np.float16 else value
        self._values[name] = Port(name, self.constants[name].dtype.name, value.shape)
        if value.dtype.kind not in "fiub" or value.dtype == np.float64:
            raise ModelError(f"{self.name} holds {name} in {value.dtype}.", "Export the model again in float32.")

    def _port(self, value: Any) -> Port:
        kind = value.type.tensor_type
        sizes = tuple(size.dim_value for size in kind.shape.dim)
        if not kind.elem_type or not kind.HasField("shape") or not all(size.HasField("dim_value") for size in kind.shape.dim):
            raise ModelError(f"{self.name}: {value.name} is no tensor of a fixed shape.", AGAIN)
        dtype = _onnx().helper.tensor_dtype_to_np_dtype(kind.elem_type)
        if dtype.kind not in "fiub" or dtype == np.float64:
            raise ModelError(f"{self.name} computes {value.name} in {dtype}.", "Export the model again in float32.")
        return Port(value.name, dtype.name, sizes)


def read_graph(path: Path) -> OnnxGraph:
    """A graph from its file. Raises `ModelError` for a file that is no graph, `EngineError` without the package `onnx`."""
    onnx = _onnx()
    try:
        model = onnx.load(path)
        onnx.checker.check_model(_sketch(model))
    except Exception as error:  # protobuf, the checker and the file system each raise their own
        raise ModelError(f"{path} can't be read as ONNX: {_first_line(error)}.", AGAIN) from error
    return OnnxGraph(model, path.name)


def _onnx() -> Any:
    """The package, imported at first use and here alone."""
    try:
        import onnx  # noqa: PLC0415
        import onnx.checker  # noqa: PLC0415
        import onnx.helper  # noqa: PLC0415
        import onnx.numpy_helper  # noqa: PLC0415
        import onnx.shape_inference  # noqa: PLC0415
    except ImportError as error:
        raise EngineError(f"ONNX graphs can't be rewritten without the package onnx: {error}.", "Install it: pip install onnx") from error
    return onnx


def _opset(model: Any, name: str) -> int:
    versions = [int(entry.version) for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    if len(versions) != 1:
        raise ModelError(f"{name} declares {len(versions)} sets of standard operators.", AGAIN)
    return versions[0]


def _sketch(model: Any) -> Any:
    """The model with its large constants left out as if they were inputs: to check types by, without copying weights about."""
    onnx = _onnx()
    sketch = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    sketch.graph.name = model.graph.name
    sketch.graph.node.extend(model.graph.node)
    sketch.graph.input.extend(model.graph.input)
    sketch.graph.output.extend(model.graph.output)
    known = {value.name for value in model.graph.input}
    for tensor in model.graph.initializer:
        if np.prod(tensor.dims) < LARGE:
            sketch.graph.initializer.append(tensor)
        elif tensor.name not in known:
            sketch.graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    return sketch


def _wide(port: Port) -> Port:
    return port._replace(dtype="float32") if port.dtype in FLOATS else port


def _value_info(port: Port) -> Any:
    helper = _onnx().helper
    return helper.make_tensor_value_info(port.name, helper.np_dtype_to_tensor_dtype(np.dtype(port.dtype)), port.shape)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
