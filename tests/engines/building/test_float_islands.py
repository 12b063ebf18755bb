"""What stays float32 in a float16 graph, and what would be lost without."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engines.building.float_islands import CONVOLUTIONS, halved_nodes
from engines.building.graph_typing import typed_graph, write_types
from engines.building.onnx_graph import read_graph
from puppet import contract
from puppet.assets import ASSETS
from tests.engines.building.drawn_faces import largest, run_graph
from tests.engines.building.rounded_graphs import rounded_graph
from tests.engines.building.small_graphs import MAP, between_convolutions, kinds_in, types_of, weights
from tests.graph_files import save_graph

EMBEDDED = ASSETS / "models" / "compact-256"
SIDE = 96
EXACT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16


def node(kind: str, taken: list[str], given: str, **attributes: Any) -> Any:
    return helper.make_node(kind, taken, [given], **attributes)


def plant_keypoints(path: Path) -> Path:
    """A detector whose exponentials, sums over cells and squared distances in px are all beyond float16, though no place is."""
    cells = SIDE * SIDE
    grid = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=-1).reshape(1, cells, 2).astype(np.float32)
    nodes = [
        node("Conv", ["features", "w"], "heat", kernel_shape=[1, 1]),
        node("Reshape", ["heat", "by_cell"], "logits"),
        node("Exp", ["logits"], "grown"),
        node("ReduceSum", ["grown", "cells"], "mass", keepdims=1),
        node("Div", ["grown", "mass"], "shares"),
        node("Mul", ["shares", "grid"], "weighted"),
        node("ReduceSum", ["weighted", "cells"], "place", keepdims=1),
        node("Sub", ["grid", "place"], "offsets"),
        node("Mul", ["offsets", "offsets"], "squares"),
        node("ReduceSum", ["squares", "cells"], "spread", keepdims=1),
        node("Sqrt", ["spread"], "points"),
    ]
    constants = {
        "w": weights(1, 4, 1, spread=1.0),
        "grid": grid,
        "by_cell": np.array([1, cells, 1], np.int64),
        "cells": np.array([1], np.int64),
    }
    inputs = {"features": (EXACT, (1, 4, SIDE, SIDE))}
    return save_graph(path, nodes, constants, inputs, {"points": (EXACT, (1, 1, 2)), "place": (EXACT, (1, 1, 2))})


def seen_features() -> dict[str, Any]:
    """What makes of the planted detector's logits a cell of 13, whose exponential is 500,000."""
    return {"features": (5 * np.random.default_rng(0).standard_normal((1, 4, SIDE, SIDE))).astype(np.float32)}


def test_what_overflows_float16_comes_out_as_in_float32(tmp_path: Path) -> None:
    graph = plant_keypoints(tmp_path / "planted.onnx")
    features = seen_features()
    (expected,) = run_graph(graph.read_bytes(), features)
    (found,) = run_graph(rounded_graph(typed_graph(graph, "f16")), features)
    assert largest(expected, found) < 2e-3

    drowned = read_graph(graph)
    write_types(drowned, set(range(len(drowned.nodes))))
    with np.errstate(invalid="ignore"):
        (lost,) = run_graph(rounded_graph(drowned.to_bytes()), features)
    assert not np.isfinite(lost["points"]).all(), "the planted graph proves nothing"


@pytest.mark.parametrize("lost", ["Exp", "ReduceSum"])
def test_each_island_is_needed(tmp_path: Path, lost: str) -> None:
    graph = read_graph(plant_keypoints(tmp_path / "planted.onnx"))
    halves = halved_nodes(graph) | {index for index, each in enumerate(graph.nodes) if each.op_type == lost}
    write_types(graph, halves)
    features = seen_features()
    with np.errstate(invalid="ignore"):
        (found,) = run_graph(rounded_graph(graph.to_bytes()), features)
    assert not np.isfinite(found["points"]).all()


@pytest.mark.parametrize(
    ("kind", "attributes", "constants"),
    [
        ("Add", {}, {"c": np.float32(1e-6)}),
        ("Clip", {}, {"c": np.float32(-3e38)}),
        ("Softmax", {"axis": 1}, {}),
        ("Exp", {}, {}),
        ("Erf", {}, {}),
        ("AveragePool", {"kernel_shape": [9, 9], "pads": [4, 4, 4, 4]}, {}),
    ],
)
def test_what_may_not_be_halved_is_not(tmp_path: Path, kind: str, attributes: dict[str, Any], constants: dict[str, Any]) -> None:
    chain = [node(kind, ["a", *constants], "b", **attributes)]
    typed = typed_graph(between_convolutions(tmp_path / "graph.onnx", chain, constants), "f16")
    assert [each for each in kinds_in(typed, EXACT) if each != "Cast"] == [kind]
    assert [each for each in kinds_in(typed, HALF) if each != "Cast"] == ["Conv", "Conv"]


@pytest.mark.parametrize(("kind", "attributes"), [("Softmax", {"axis": 1}), ("Exp", {}), ("Sqrt", {}), ("Log", {})])
def test_what_is_magnified_is_exact_from_the_convolution_on(tmp_path: Path, kind: str, attributes: dict[str, Any]) -> None:
    chain = [node("Relu", ["a"], "r"), node("Mul", ["r", "c"], "s"), node(kind, ["s"], "b", **attributes)]
    typed = typed_graph(between_convolutions(tmp_path / "graph.onnx", chain, {"c": np.float32(10)}), "f16")
    assert kinds_in(typed, HALF) == ["Cast", "Conv", "Cast", "Conv"]


def test_a_sum_is_exact_from_the_convolution_on(tmp_path: Path) -> None:
    axes = np.array([1], np.int64)
    chain = [node("Abs", ["a"], "r"), node("ReduceSum", ["r", "axes"], "s", keepdims=1), node("Sub", ["a", "s"], "b")]
    typed = typed_graph(between_convolutions(tmp_path / "graph.onnx", chain, {"axes": axes}), "f16")
    assert [kind for kind in kinds_in(typed, EXACT) if kind != "Cast"] == ["Abs", "ReduceSum"]


def test_a_grid_is_exact_from_the_convolution_on(tmp_path: Path) -> None:
    nodes = [
        node("Conv", ["x", "w"], "shift", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Transpose", ["shift"], "moved", perm=[0, 2, 3, 1]),
        node("Add", ["moved", "still"], "grid"),
        node("GridSample", ["x", "grid"], "seen", align_corners=0),
        node("Conv", ["seen", "v"], "y", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
    ]
    held = {"w": weights(2, 8), "v": weights(8, 8), "still": np.full((1, 16, 16, 2), 0.5, np.float32)}
    typed = typed_graph(save_graph(tmp_path / "warp.onnx", nodes, held, {"x": (EXACT, MAP)}, {"y": (EXACT, MAP)}), "f16")
    assert [kind for kind in kinds_in(typed, EXACT) if kind != "Cast"] == ["Transpose", "Add", "GridSample"]


def test_a_square_is_not_halved(tmp_path: Path) -> None:
    typed = typed_graph(between_convolutions(tmp_path / "graph.onnx", [node("Mul", ["a", "a"], "b")]), "f16")
    assert "Mul" in kinds_in(typed, EXACT)


def test_weights_beyond_float16_keep_their_convolution_exact(tmp_path: Path) -> None:
    large = weights(8, 8)
    large[0, 0, 0, 0] = 1e5
    typed = typed_graph(between_convolutions(tmp_path / "graph.onnx", [node("Relu", ["a"], "b")], {"v": large}), "f16")
    assert kinds_in(typed, HALF) == ["Cast", "Conv", "Relu"]


def test_harmless_chain_is_halved_whole(tmp_path: Path) -> None:
    chain = [node("Relu", ["a"], "r"), node("Add", ["r", "a"], "s"), node("Mul", ["s", "c"], "b")]
    typed = typed_graph(between_convolutions(tmp_path / "graph.onnx", chain, {"c": np.float32(0.5)}), "f16")
    assert kinds_in(typed, HALF) == ["Cast", "Conv", "Relu", "Add", "Mul", "Conv"]
    assert kinds_in(typed, EXACT) == ["Cast"], "what leaves is cast to the port's type"


def test_nothing_is_halved_where_there_is_no_heavy_work(tmp_path: Path) -> None:
    """Else values would be cast to float16 and back for nothing."""
    nodes = [node("Exp", ["x"], "a"), node("Relu", ["a"], "b"), node("Add", ["b", "x"], "c"), node("Exp", ["c"], "y")]
    graph = save_graph(tmp_path / "light.onnx", nodes, {}, {"x": (EXACT, MAP)}, {"y": (EXACT, MAP)})
    assert not kinds_in(typed_graph(graph, "f16"), HALF)


@pytest.mark.parametrize("name", contract.GRAPHS)
def test_embedded_model_has_its_islands(name: str) -> None:
    typed = typed_graph(EMBEDDED / name, "f16")
    half, exact = kinds_in(typed, HALF), kinds_in(typed, EXACT)
    assert not set(half) & {"Softmax", "Exp", "Sqrt", "Div", "ReduceSum", "ReduceMean", "GridSample", "Round", "MatMul"}
    assert exact.count("Conv") == (6 if name == contract.KEYPOINTS else 0), "the last on the way to keypoints"
    assert half.count("Conv") == {contract.APPEARANCE: 14, contract.KEYPOINTS: 92, contract.ANIMATE: 57}[name]
    if name != contract.APPEARANCE:
        assert "GridSample" in exact


@pytest.mark.parametrize("name", [contract.KEYPOINTS, contract.ANIMATE])
def test_grids_are_exact_back_to_the_last_convolution(name: str) -> None:
    """The softmax of the flow, the 2x2 inverses and the motions of every keypoint lie on that way."""
    typed = typed_graph(EMBEDDED / name, "f16")
    types = types_of(typed)
    nodes = onnx.load_from_string(typed).graph.node
    makers = {output: each for each in nodes for output in each.output}
    waiting = [each.input[1] for each in nodes if each.op_type == "GridSample"]
    assert waiting
    seen: set[str] = set()
    kinds: set[str] = set()
    while waiting:
        value = waiting.pop()
        maker = makers.get(value)
        if value in seen or maker is None or maker.op_type in CONVOLUTIONS:
            continue
        seen.add(value)
        kinds.add(maker.op_type)
        fed_by_convolution = maker.op_type == "Cast" and types[maker.input[0]] == HALF
        assert fed_by_convolution or HALF not in {types[each] for each in [value, *maker.input] if each}
        if fed_by_convolution:
            assert makers[maker.input[0]].op_type in CONVOLUTIONS
        waiting += maker.input
    assert {"Softmax", "ReduceSum"} <= kinds
    assert name == contract.KEYPOINTS or "Div" in kinds
