"""Which nodes of a graph may compute in float16, and which stay islands of float32.

float16 ends at 65504 and has steps of up to 1/1024 of a value: exponentials and sums over thousands of cells leave its range, a
sampling grid has steps of a sixteenth of a pixel at the border of a 256 px picture, a determinant near zero loses its sign.
All of that is little work. Convolutions are nearly all of it; they and what lies between them are what may be halved.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from engines.building.onnx_graph import OnnxGraph

CONVOLUTIONS = frozenset({"Conv", "ConvTranspose"})
HEAVY = CONVOLUTIONS | {"Gemm", "MatMul"}
"""What float16 pays for."""

HARMLESS = frozenset({
    "Abs", "Add", "AveragePool", "Clip", "Concat", "DepthToSpace", "Expand", "Flatten", "Gather", "HardSigmoid", "HardSwish", "Identity",
    "LeakyRelu", "Max", "MaxPool", "Min", "Mul", "Neg", "PRelu", "Pad", "Relu", "Reshape", "Resize", "Sigmoid", "Slice", "SpaceToDepth",
    "Split", "Squeeze", "Sub", "Tanh", "Tile", "Transpose", "Unsqueeze", "Where",
})  # fmt: skip
"""What gives numbers no larger than a few times what it is given, and no less exact: what is not named here stays in float32."""

SENSITIVE = frozenset({"Cast", "CumSum", "Div", "Exp", "Log", "LogSoftmax", "Pow", "Reciprocal", "ReduceSum", "Softmax", "Sqrt"})
"""What magnifies an error or gathers it, or ends in a picture's levels: float32, with all that leads there from the last convolution."""

LARGEST_POOL = 64
"""Cells that a float16 mean is taken over at most."""


def halved_nodes(graph: OnnxGraph) -> set[int]:
    """The places in `graph.nodes` of those that may compute in float16; all others that compute fractions need float32.

    Islands are: whatever is not known to be harmless; sampling grids, sums and levels back to the last convolution before them;
    places (outputs that are no maps), with that convolution; and what is made of nothing but float32 until a convolution
    takes it in. (The last convolutions are cheap, and a face mesh's places in px of its crop are rounded by a sixteenth of one:
    measured on the compact model, keypoints are off by .00013 instead of .00048, and pictures by 62 dB instead of 58.)
    """
    makers = _makers(graph)
    floats = {index for index, node in enumerate(graph.nodes) if _computes_fractions(graph, node)}
    exact = {index for index in floats if not _may_halve(graph, graph.nodes[index])}
    exact |= back_to_convolutions(graph, _precise_values(graph), including=False)
    exact |= back_to_convolutions(graph, places(graph), including=True)
    for index, node in enumerate(graph.nodes):
        given = [name for name in _fractions(graph, node) if name not in graph.constants]
        if index in floats and node.op_type not in HEAVY and all(makers.get(name, -1) in exact | {-1} for name in given):
            exact.add(index)
    return floats - exact


def _makers(graph: OnnxGraph) -> dict[str, int]:
    """Where in `graph.nodes` each value is made."""
    return {name: index for index, node in enumerate(graph.nodes) for name in node.output}


def _fractions(graph: OnnxGraph, node: Any) -> list[str]:
    return [name for name in node.input if graph.dtype(name) == "float32"]


def _computes_fractions(graph: OnnxGraph, node: Any) -> bool:
    return bool(_fractions(graph, node)) or any(graph.dtype(name) == "float32" for name in node.output)


def _may_halve(graph: OnnxGraph, node: Any) -> bool:
    kind = node.op_type
    if kind not in HEAVY | HARMLESS or any(graph.dtype(name) != "float32" for name in node.output):
        return False
    if kind == "AveragePool" and np.prod(graph.attribute(node, "kernel_shape")) > LARGEST_POOL:
        return False
    if kind == "Mul" and node.input[0] == node.input[1]:  # a square
        return False
    limits = np.finfo(np.float16)
    for name in _fractions(graph, node):
        if name not in graph.constants:
            continue
        sizes = np.abs(graph.constants[name])
        if not sizes.max(initial=0) <= limits.max or (kind not in HEAVY and np.any((sizes > 0) & (sizes < limits.tiny))):
            return False  # a weight of a convolution may vanish, a small number that keeps another from zero may not
    return True


def places(graph: OnnxGraph) -> list[str]:
    """Outputs that are coordinates or the like: fractions of any rank but that of a map."""
    return [port.name for port in graph.outputs if graph.dtype(port.name) == "float32" and len(port.shape) != 4]


def _precise_values(graph: OnnxGraph) -> list[str]:
    """Values within a graph that must be exact to a fraction of a pixel, or that float16 can't hold."""
    values: list[str] = []
    for node in graph.nodes:
        if node.op_type == "GridSample":
            values.append(node.input[1])
        elif node.op_type in SENSITIVE and not (node.op_type == "Div" and node.input[1] in graph.constants):
            values += _fractions(graph, node)
    return values


def back_to_convolutions(graph: OnnxGraph, values: Iterable[str], *, including: bool) -> set[int]:
    """All nodes that lead to `values` up to the last convolution on every way, or up to and `including` it."""
    makers = _makers(graph)
    found: set[int] = set()
    waiting = list(values)
    while waiting:
        index = makers.get(waiting.pop(), -1)
        if index < 0 or index in found:
            continue
        last = graph.nodes[index].op_type in CONVOLUTIONS
        if last and not including:
            continue
        found.add(index)
        if not last:
            waiting += _fractions(graph, graph.nodes[index])
    return found


def leading_nodes(graph: OnnxGraph, values: Iterable[str]) -> set[int]:
    """All nodes that lead to `values`, convolutions and what is before them included."""
    makers = _makers(graph)
    found: set[int] = set()
    waiting = list(values)
    while waiting:
        index = makers.get(waiting.pop(), -1)
        if index >= 0 and index not in found:
            found.add(index)
            waiting += graph.nodes[index].input
    return found
