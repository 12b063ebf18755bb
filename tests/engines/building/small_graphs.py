"""Graphs of a few nodes, written for one test."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.graph_files import save_graph

MAP = (1, 8, 16, 16)


def weights(outputs: int, inputs: int, size: int = 3, seed: int = 0, spread: float = 0.1) -> Any:
    """Random weights of a convolution, float32."""
    return (spread * np.random.default_rng(seed).standard_normal((outputs, inputs, size, size))).astype(np.float32)


def convolution(taken: str, given: str, weight: str, size: int = 3) -> Any:
    """A convolution that keeps the size of its maps."""
    return helper.make_node("Conv", [taken, weight], [given], kernel_shape=[size, size], pads=[size // 2] * 4)


def between_convolutions(path: Path, nodes: Sequence[Any], constants: Mapping[str, Any] | None = None) -> Path:
    """A graph of MAP to MAP: a convolution gives `a`, the nodes make `b` of it, and another convolution takes that."""
    chain = [convolution("x", "a", "w"), *nodes, convolution("b", "y", "v")]
    held = {"w": weights(8, 8), "v": weights(8, 8, seed=1), **(constants or {})}
    return save_graph(path, chain, held, {"x": (TensorProto.FLOAT, MAP)}, {"y": (TensorProto.FLOAT, MAP)})


def types_of(graph: bytes) -> dict[str, int]:
    """The ONNX type of every value in a graph."""
    model = onnx.shape_inference.infer_shapes(onnx.load_from_string(graph), strict_mode=True).graph
    found = {value.name: value.type.tensor_type.elem_type for value in [*model.value_info, *model.input, *model.output]}
    return found | {tensor.name: tensor.data_type for tensor in model.initializer}


def kinds_in(graph: bytes, kind: int) -> list[str]:
    """The operations of a graph that give values of this ONNX type, in order."""
    types = types_of(graph)
    return [node.op_type for node in onnx.load_from_string(graph).graph.node if types[node.output[0]] == kind]


def ports_of(graph: bytes) -> list[tuple[str, int, list[int]]]:
    """Name, type and shape of all that enters and leaves a graph, in order."""
    opened = onnx.load_from_string(graph).graph
    kinds = [(value.name, value.type.tensor_type) for value in [*opened.input, *opened.output]]
    return [(name, kind.elem_type, [size.dim_value for size in kind.shape.dim]) for name, kind in kinds]
