"""Graphs whose convolutions compute in int8, as pairs of QuantizeLinear and DequantizeLinear that TensorRT fuses into them.

The levels of weights are set for each output channel, those of what a convolution is given for the whole tensor, both about
zero. Biases stay fractions: TensorRT refuses int32 ones. The rest of a graph is float16 with its islands (`float_islands`).
Measured against float32, the worst of some pictures: the compact model 49 dB, and 33 dB where the convolutions that find the
motion were int8 too; the full model with random weights 36 dB, and 23 dB.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engines.building.float_islands import back_to_convolutions, halved_nodes, leading_nodes, places
from engines.building.graph_typing import spread_normalisations, widen_bytes, write_types
from engines.building.onnx_graph import Array, OnnxGraph, read_graph
from engines.building.value_ranges import LEVELS, measure_ranges
from engines.engine import Tensor
from puppet.errors import EngineError

OPSET = 19
"""The first in which a scale may be float16, and so what is made of levels by it."""

COLOURS = 4
"""Channels up to which a convolution is taken for a first one, which looks at pictures."""


def quantised_graph(graph: Path, samples: Sequence[Mapping[str, Tensor]]) -> bytes:
    """The float16 graph with its inner convolutions in int8, their levels set by `samples` of its inputs.

    Inputs and outputs keep names, types and shapes. First and last convolutions stay float16, as do those that lead to a
    sampling grid or to places, and depthwise ones, which wait for memory and not for products; a graph of nothing else comes
    out as float16. Takes a run in float32 on the CPU for each sample. Raises `ModelError`, `EngineError`.
    """
    if not samples:
        raise EngineError(
            f"{graph.name} can't be quantised without samples of what it is given.", "Give some, or choose another precision."
        )
    opened = read_graph(graph)
    widen_bytes(opened)
    spread_normalisations(opened)
    halves = halved_nodes(opened)
    chosen = _choose(opened, halves)
    reaches = measure_ranges(opened, sorted({opened.nodes[index].input[0] for index in chosen}), samples)
    opened.raise_opset(OPSET)
    write_types(opened, _LevelWriter(opened, reaches).write(halves, chosen))
    return opened.to_bytes()


def _choose(graph: OnnxGraph, halves: set[int]) -> set[int]:
    """The places in `graph.nodes` of the convolutions to compute in int8."""
    outputs = [port.name for port in graph.outputs]
    grids = [node.input[1] for node in graph.nodes if node.op_type == "GridSample"]
    kept = back_to_convolutions(graph, outputs, including=True) | leading_nodes(graph, [*grids, *places(graph)])
    return {index for index in halves - kept if _is_worth_it(graph, graph.nodes[index])}


def _is_worth_it(graph: OnnxGraph, node: Any) -> bool:
    if node.op_type != "Conv" or node.input[1] not in graph.constants:
        return False
    return graph.attribute(node, "group", 1) == 1 and graph.shape(node.input[0])[1] > COLOURS


def _half_scale(scale: Array) -> Array:
    """A scale as float16 will hold it, so that levels are counted by what is really there."""
    return np.asarray(scale, np.float16).astype(np.float32)


class _LevelWriter:
    """Goes once through the nodes, in order, and puts levels before the convolutions."""

    def __init__(self, graph: OnnxGraph, reaches: Mapping[str, float]) -> None:
        self._graph = graph
        self._steps = {name: _half_scale(np.array(reach / LEVELS)) for name, reach in reaches.items()}
        self._nodes: list[Any] = []
        self._halves: set[int] = set()
        self._made: dict[str, str] = {}

    def write(self, halves: set[int], chosen: set[int]) -> set[int]:
        """Rewrite the graph, and return where its float16 nodes are now."""
        for index, node in enumerate(self._graph.nodes):
            if index in chosen and self._steps[node.input[0]]:
                node.input[:2] = [self._given(node.input[0]), self._weights(node.input[1])]
            self._put(node, index in halves)
        self._graph.nodes = self._nodes
        return self._halves

    def _put(self, node: Any, half: bool = True) -> None:
        if half:
            self._halves.add(len(self._nodes))
        self._nodes.append(node)

    def _given(self, name: str) -> str:
        """What a convolution is given, rounded to levels; once for all that look at it."""
        if name not in self._made:
            step = self._graph.add_constant(f"{name}_step", self._steps[name])
            zero = self._graph.add_constant(f"{name}_zero", np.zeros((), np.int8))
            levels = self._graph.add_value(f"{name}_int8", name)
            self._graph.retype(levels, "int8")
            self._put(self._graph.make_node("QuantizeLinear", [name, step, zero], levels))
            self._made[name] = self._from_levels(name, levels, step, zero)
        return self._made[name]

    def _weights(self, name: str) -> str:
        """Weights (outputs, inputs, height, width) as levels of their own for each output."""
        if name not in self._made:
            weights = self._graph.constants[name]
            steps = _half_scale(np.abs(weights).max(axis=(1, 2, 3)) / LEVELS)
            steps[steps == 0] = 1  # no weight of these counts in float16: any step gives zeros
            counted = np.clip(np.rint(weights / steps[:, None, None, None]), -LEVELS, LEVELS).astype(np.int8)
            levels = self._graph.add_constant(f"{name}_int8", counted)
            step = self._graph.add_constant(f"{name}_step", steps)
            zero = self._graph.add_constant(f"{name}_zero", np.zeros(len(steps), np.int8))
            self._made[name] = self._from_levels(name, levels, step, zero, axis=0)
        return self._made[name]

    def _from_levels(self, name: str, levels: str, step: str, zero: str, **attributes: int) -> str:
        made = self._graph.add_value(f"{name}_rounded", name)
        self._put(self._graph.make_node("DequantizeLinear", [levels, step, zero], made, **attributes))
        return made
