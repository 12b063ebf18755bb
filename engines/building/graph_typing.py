"""Graphs with a type written at every place, as a strongly typed TensorRT network wants them: float32, or float16 with islands."""

from pathlib import Path
from typing import Any, Literal

import numpy as np

from engines.building.float_islands import halved_nodes
from engines.building.onnx_graph import FLOATS, OnnxGraph, read_graph
from puppet.errors import ModelError

FORM = 1
"""Of what is written here and in `quantising`; to be raised with every change to it, so that engines are built anew."""

MOVES = frozenset(
    {"Concat", "Expand", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze"}
)
"""What moves values about and does nothing else to them."""

FIXED_INPUTS = {"Resize": (1, 2)}
"""Inputs that are float32 whatever a node computes in."""


def typed_graph(graph: Path, precision: Literal["f32", "f16"]) -> bytes:
    """The ONNX graph with explicit types: all float32, or float16 but for the islands of `float_islands`.

    Inputs and outputs keep names, types and shapes. Weights stored as float16 become float32 constants or stay float16 ones;
    there is a cast only where a value passes from one type to the other, one for all who look at it. Raises `ModelError`
    for a graph it can't read or retype, `EngineError` without the package `onnx`.
    """
    opened = read_graph(graph)
    widen_bytes(opened)
    if precision == "f16":
        spread_normalisations(opened)
        write_types(opened, halved_nodes(opened))
    else:
        write_types(opened, set())
    return opened.to_bytes()


def widen_bytes(graph: OnnxGraph) -> None:
    """Cast uint8 inputs to float32 before anything else: TensorRT knows uint8 at the border of a network alone."""
    wide = {port.name: graph.add_value(f"{port.name}_float32", port.name) for port in graph.inputs if port.dtype == "uint8"}
    nodes = [graph.make_cast(name, target, "float32") for name, target in wide.items()]
    for name in wide.values():
        graph.retype(name, "float32")
    outputs = {port.name for port in graph.outputs}
    called = dict(wide)
    for node in graph.nodes:
        taken = [name for name in node.input if name in wide]
        node.input[:] = [called.get(name, name) for name in node.input]
        if taken and node.op_type in MOVES:
            wide |= {name: name for name in node.output}
            for name in node.output:
                graph.retype(name, "float32")
        elif taken and node.op_type != "Cast":
            raise ModelError(f"{graph.name} computes {node.output[0]} in uint8.", "Export the model again, with pictures cast to float32.")
        elif taken and graph.dtype(node.output[0]) == "float32" and node.output[0] not in outputs:
            called[node.output[0]] = node.input[0]
            continue
        nodes.append(node)
    graph.nodes = nodes


def spread_normalisations(graph: OnnxGraph) -> None:
    """Write every BatchNormalization as a product and a sum, worked out in float64: a float16 variance may well be zero."""
    nodes: list[Any] = []
    for node in graph.nodes:
        if node.op_type != "BatchNormalization" or any(name not in graph.constants for name in node.input[1:]):
            nodes.append(node)
            continue
        scale, shift, mean, variance = (graph.constants[name].astype(np.float64) for name in node.input[1:])
        factor = scale / np.sqrt(variance + graph.attribute(node, "epsilon", 1e-5))
        sizes = (1, -1, *(1 for _ in graph.shape(node.input[0])[2:]))
        terms = [factor.reshape(sizes).astype(np.float32), (shift - mean * factor).reshape(sizes).astype(np.float32)]
        names = [graph.add_constant(f"{node.output[0]}_{word}", term) for word, term in zip(("factor", "shift"), terms, strict=True)]
        scaled = graph.add_value(f"{node.output[0]}_scaled", node.output[0])
        nodes += [graph.make_node("Mul", [node.input[0], names[0]], scaled), graph.make_node("Add", [scaled, names[1]], node.output[0])]
    graph.nodes = nodes


def write_types(graph: OnnxGraph, halves: set[int]) -> None:
    """Have the nodes at these places compute in float16, all others in float32, and cast whatever passes between them."""
    _TypeWriter(graph, halves).write()


class _TypeWriter:
    """Goes once through the nodes, in order, with what every value is called in either type."""

    def __init__(self, graph: OnnxGraph, halves: set[int]) -> None:
        self._graph = graph
        self._halves = halves
        self._nodes: list[Any] = []
        self._made = {port.name: port.dtype for port in graph.inputs if port.dtype in FLOATS}
        self._called: dict[tuple[str, str], str] = {(name, dtype): name for name, dtype in self._made.items()}

    def write(self) -> None:
        outputs = {port.name: port.dtype for port in self._graph.outputs if port.dtype in FLOATS}
        for index, node in enumerate(self._graph.nodes):
            dtype = "float16" if index in self._halves else "float32"
            fixed = FIXED_INPUTS.get(node.op_type, ())
            node.input[:] = [self._as(name, "float32" if place in fixed else dtype) for place, name in enumerate(node.input)]
            for place, name in enumerate(node.output):
                if self._graph.dtype(name) != "float32":
                    continue
                called = name
                if outputs.get(name, dtype) != dtype:  # the port's name is for what leaves in the port's type
                    called = node.output[place] = self._graph.add_value(f"{name}_{dtype}", name)
                self._made[name] = dtype
                self._called[name, dtype] = called
            self._nodes.append(node)
        for name, dtype in outputs.items():
            if self._made[name] != dtype:
                self._cast(name, name, dtype)
        self._graph.nodes = self._nodes

    def _as(self, name: str, dtype: str) -> str:
        """What a value is called in a type; it is cast where nobody has needed it so far."""
        if self._graph.dtype(name) != "float32" or (name in self._graph.constants and dtype == "float32"):
            return name
        if (name, dtype) not in self._called:
            if name in self._graph.constants:
                half = self._graph.constants[name].astype(np.float16)
                self._called[name, dtype] = self._graph.add_constant(f"{name}_{dtype}", half)
            else:
                self._cast(name, self._graph.add_value(f"{name}_{dtype}", name), dtype)
        return self._called[name, dtype]

    def _cast(self, name: str, called: str, dtype: str) -> None:
        self._nodes.append(self._graph.make_cast(self._called[name, self._made[name]], called, dtype))
        self._called[name, dtype] = called
