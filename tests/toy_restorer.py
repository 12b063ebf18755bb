"""Restorers small enough for tests: real graphs that enlarge a face and lift its edges, under any of the conventions that are known."""

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from tests.graph_files import save_graph

KINDS = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "uint8": TensorProto.UINT8}


def make_restorer(
    path: Path,
    side: int | None = 64,
    growth: int = 2,
    *,
    span: tuple[float, float] = (-1, 1),
    dtype: str = "float32",
    planes: bool = True,
    fidelity: tuple[str, int, tuple[int, ...]] | None = None,
    swaps_colours: bool = False,
    tint: float = 0.0,
    batch: int | str | None = 1,
    names: tuple[str, str] = ("input", "output"),
    extra: tuple[str, ...] = (),
) -> Path:
    """Write one.

    side None is any. span: the range it takes and gives, outside of which it is clipped. fidelity: name, type and shape of a further
    input, by which the edges are divided. tint: added to all of the result, in its range; extra: further outputs of 1x1, before the result.
    """
    black, white = np.float32(span[0]), np.float32(span[1])
    taken, given = names
    edge = np.zeros((3, 1, 3, 3), np.float32)
    edge[:, 0] = [[0, -0.1, 0], [-0.1, 1.4, -0.1], [0, -0.1, 0]]
    constants: dict[str, Any] = {
        "black": black, "white": white, "kernel": edge, "scales": np.array([1, 1, growth, growth], np.float32), "tint": np.float32(tint),
        "order": np.array([2, 1, 0] if swaps_colours else [0, 1, 2], np.int64), "one": np.float32(1), "none": np.zeros(0, np.float32),
    }  # fmt: skip
    inputs: dict[str, Any] = {}
    open_side: int | str = "any" if side is None else side
    grown: int | str = "grown" if side is None else side * growth
    inputs[taken] = (KINDS[dtype], (batch, 3, open_side, open_side) if planes else (batch, open_side, open_side, 3))
    nodes = [
        helper.make_node("Cast", [taken], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["laid"], perm=[0, 1, 2, 3] if planes else [0, 3, 1, 2]),
        helper.make_node("Clip", ["laid", "black", "white"], ["clipped"]),
        helper.make_node("Gather", ["clipped", "order"], ["ordered"], axis=1),
        helper.make_node("Resize", ["ordered", "", "scales"], ["large"], mode="linear"),
        helper.make_node("Conv", ["large", "kernel"], ["lifted"], group=3, pads=[1, 1, 1, 1]),
    ]
    if fidelity:
        name, kind, shape = fidelity
        inputs[name] = (kind, shape)
        nodes += [
            helper.make_node("Cast", [name], ["faith"], to=TensorProto.FLOAT),
            helper.make_node("Sub", ["lifted", "large"], ["edges"]),
            helper.make_node("Div", ["edges", "faith"], ["strong"]),
            helper.make_node("Add", ["large", "strong"], ["sharp"]),
        ]
    else:
        nodes.append(helper.make_node("Mul", ["lifted", "one"], ["sharp"]))
    nodes += [
        helper.make_node("Add", ["sharp", "tint"], ["tinted"]),
        helper.make_node("Clip", ["tinted", "black", "white"], ["whole"]),
        helper.make_node("Transpose", ["whole"], ["back"], perm=[0, 1, 2, 3] if planes else [0, 2, 3, 1]),
        helper.make_node("Cast", ["back"], [given], to=KINDS[dtype]),
    ]
    outputs: dict[str, Any] = {}
    for name in extra:
        nodes.append(helper.make_node("GlobalAveragePool", ["whole"], [name]))
        outputs[name] = (TensorProto.FLOAT, (batch, 3, 1, 1))
    outputs[given] = (KINDS[dtype], (batch, 3, grown, grown) if planes else (batch, grown, grown, 3))
    used = {name for node in nodes for name in node.input}
    return save_graph(path, nodes, {name: value for name, value in constants.items() if name in used}, inputs, outputs)
