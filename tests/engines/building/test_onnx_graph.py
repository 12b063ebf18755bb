"""Graphs taken apart, and what is refused."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engines.building.onnx_graph import read_graph
from puppet.errors import EngineError, ModelError
from tests.engines.building.drawn_faces import run_graph
from tests.engines.building.small_graphs import MAP
from tests.graph_files import save_graph

FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE


def small_graph(path: Path, *nodes: Any, shape: tuple[int, ...] = MAP, opset: int = 17) -> Path:
    """From `x` to `y`, whose shape is given; of one node when none is named."""
    chain = nodes or (helper.make_node("Abs", ["x"], ["y"]),)
    return save_graph(path, chain, {}, {"x": (FLOAT, MAP)}, {"y": (FLOAT, shape)}, opset=opset)


def test_what_is_no_graph_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"<html>not found</html>")
    for path in (broken, tmp_path / "absent.onnx"):
        with pytest.raises(ModelError, match=f"{path.name} can't be read as ONNX"):
            read_graph(path)


@pytest.mark.parametrize(
    ("kind", "shape", "said"),
    [(DOUBLE, MAP, "x in float64"), (TensorProto.BFLOAT16, MAP, "x in bfloat16"), (FLOAT, ("batch", 8), "x is no tensor of a fixed shape")],
)
def test_types_and_shapes_that_are_not_ours(tmp_path: Path, kind: int, shape: tuple[int | str, ...], said: str) -> None:
    node = helper.make_node("Abs", ["x"], ["y"])
    graph = save_graph(tmp_path / "odd.onnx", [node], {}, {"x": (kind, shape)}, {"y": (kind, shape)})
    with pytest.raises(ModelError, match=rf"odd\.onnx.*{said}"):
        read_graph(graph)


def test_branches_and_foreign_operators_are_refused(tmp_path: Path) -> None:
    made = helper.make_graph([helper.make_node("Abs", ["x"], ["z"])], "branch", [], [helper.make_tensor_value_info("z", FLOAT, MAP)])
    node = helper.make_node("If", ["so"], ["y"], then_branch=made, else_branch=made)
    ports = {"x": (FLOAT, MAP), "so": (TensorProto.BOOL, ())}
    with pytest.raises(ModelError, match="holds If, which is no plain standard operator"):
        read_graph(save_graph(tmp_path / "branch.onnx", [node], {}, ports, {"y": (FLOAT, MAP)}))

    foreign = onnx.load(small_graph(tmp_path / "plain.onnx"))
    foreign.graph.node[0].domain = "ours"
    foreign.opset_import.append(helper.make_opsetid("ours", 1))
    onnx.save(foreign, tmp_path / "foreign.onnx")
    with pytest.raises(ModelError, match=r"foreign\.onnx"):
        read_graph(tmp_path / "foreign.onnx")


def test_without_the_package_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(EngineError, match="pip install onnx"):
        read_graph(tmp_path / "graph.onnx")


def test_names_are_never_given_twice(tmp_path: Path) -> None:
    graph = read_graph(small_graph(tmp_path / "g.onnx"))
    given = [graph.add_constant("x", np.zeros(1, np.float32)), graph.add_value("x", "y"), graph.add_value("new", "y")]
    assert given == ["x_1", "x_2", "new"]
    assert (graph.dtype("new"), graph.shape("new"), graph.dtype("")) == ("float32", MAP, "")


def test_newer_operators_say_the_same(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Split", ["x"], ["low", "high"], axis=1),
        helper.make_node("ReduceMean", ["low"], ["mean"], axes=[2, 3], keepdims=1),
        helper.make_node("ReduceMax", ["high"], ["most"], axes=[1], keepdims=1),
        helper.make_node("Add", ["mean", "most"], ["y"]),
    ]
    graph = small_graph(tmp_path / "old.onnx", *nodes, shape=(1, 4, 16, 16))
    values = {"x": np.random.default_rng(0).standard_normal(MAP).astype(np.float32)}
    newer = read_graph(graph)
    newer.raise_opset(19)
    written = newer.to_bytes()
    assert [entry.version for entry in onnx.load_from_string(written).opset_import] == [19]
    assert np.allclose(run_graph(written, values)[0]["y"], run_graph(graph.read_bytes(), values)[0]["y"])

    ancient = read_graph(small_graph(tmp_path / "ancient.onnx", opset=11))
    with pytest.raises(ModelError, match="operators of set 11"):
        ancient.raise_opset(19)


def test_values_within_can_be_shown(tmp_path: Path) -> None:
    nodes = [helper.make_node("Abs", ["x"], ["a"]), helper.make_node("Neg", ["a"], ["y"])]
    graph = read_graph(small_graph(tmp_path / "g.onnx", *nodes))
    (seen,) = run_graph(graph.to_bytes(shown=["a", "y"]), {"x": np.full(MAP, -2, np.float32)})
    assert set(seen) == {"a", "y"}
    assert (seen["a"] == 2).all()
