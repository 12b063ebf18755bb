"""What a graph takes, counted by hand and from the file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from engines.measuring.convolutions import OPERATIONS, PICTURE, convolution_graph
from engines.measuring.graph_work import GraphWork, graph_work
from puppet import contract
from puppet.errors import ModelError
from tests.toy_model import make_toy_model

Constants = Mapping[str, np.ndarray]


def counted(folder: Path, nodes: Sequence[onnx.NodeProto], taken: Sequence[int], given: Sequence[int], constants: Constants) -> GraphWork:
    """The work of a graph from `x` to `y`."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, taken)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, given)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    path = folder / "graph.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString())
    return graph_work(path)


def weights(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


@pytest.mark.parametrize(
    ("node", "taken", "given", "shape", "multiply_adds"),
    [
        (helper.make_node("Conv", ["x", "w"], ["y"], pads=[1] * 4), (1, 3, 8, 8), (1, 5, 8, 8), (5, 3, 3, 3), 5 * 64 * 27),
        (helper.make_node("Conv", ["x", "w"], ["y"], group=3, pads=[1] * 4), (1, 3, 8, 8), (1, 3, 8, 8), (3, 1, 3, 3), 3 * 64 * 9),
        (helper.make_node("Conv", ["x", "w"], ["y"], strides=[2, 2]), (1, 4, 8, 8), (1, 2, 4, 4), (2, 4, 2, 2), 2 * 16 * 16),
        (helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2]), (1, 4, 8, 8), (1, 3, 16, 16), (4, 3, 2, 2), 4 * 64 * 12),
        (helper.make_node("ConvTranspose", ["x", "w"], ["y"], group=2), (1, 4, 8, 8), (1, 6, 8, 8), (4, 3, 1, 1), 4 * 64 * 3),
        (helper.make_node("MatMul", ["x", "w"], ["y"]), (2, 6, 7), (2, 6, 9), (7, 9), 2 * 6 * 9 * 7),
    ],
)
def test_products_are_counted(
    tmp_path: Path, *, node: onnx.NodeProto, taken: Sequence[int], given: Sequence[int], shape: Sequence[int], multiply_adds: int
) -> None:
    work = counted(tmp_path, [node], taken, given, {"w": weights(*shape)})
    assert work.multiply_adds == multiply_adds
    assert work.operations == 2 * multiply_adds
    assert work.weights == np.prod(shape)
    assert work.ports == 4 * (np.prod(taken) + np.prod(given))


def test_product_of_a_turned_matrix_runs_over_its_rows(tmp_path: Path) -> None:
    product = helper.make_node("Gemm", ["x", "w"], ["y"], transA=1)
    assert counted(tmp_path, [product], (7, 6), (6, 9), {"w": weights(7, 9)}).multiply_adds == 6 * 9 * 7


def test_sampling_takes_four_neighbours(tmp_path: Path) -> None:
    grid = {"grid": weights(1, 6, 6, 2)}
    sample = helper.make_node("GridSample", ["x", "grid"], ["y"], mode="bilinear")
    assert counted(tmp_path, [sample], (1, 2, 4, 4), (1, 2, 6, 6), grid).multiply_adds == 4 * 72
    double = {"scales": np.array([1, 1, 2, 2], np.float32)}
    for mode, multiply_adds in (("linear", 4 * 128), ("nearest", 0)):
        resize = helper.make_node("Resize", ["x", "", "scales"], ["y"], mode=mode)
        assert counted(tmp_path, [resize], (1, 2, 4, 4), (1, 2, 8, 8), double).multiply_adds == multiply_adds


def test_other_arithmetic_counts_once_a_number(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["bent"]),
        helper.make_node("MaxPool", ["bent"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("ReduceMean", ["pooled"], ["y"], axes=[2, 3], keepdims=0),
    ]
    work = counted(tmp_path, nodes, (1, 2, 4, 4), (1, 2), {})
    assert (work.multiply_adds, work.operations) == (0, 32 + 2 * 4 * 4 + 8)


def test_what_follows_from_constants_is_free_and_shared_weights_are_read_once(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["w", "w"], ["squared"]),
        helper.make_node("MatMul", ["x", "squared"], ["once"]),
        helper.make_node("MatMul", ["once", "squared"], ["twice"]),
        helper.make_node("MatMul", ["twice", "w"], ["y"]),
    ]
    work = counted(tmp_path, nodes, (3, 4), (3, 4), {"w": weights(4, 4), "unused": weights(100)})
    assert work.multiply_adds == 3 * 3 * 4 * 4
    assert work.weights == 16


def test_weights_stored_in_half_size_are_counted_by_number(tmp_path: Path) -> None:
    nodes = [helper.make_node("Cast", ["w"], ["whole"], to=TensorProto.FLOAT), helper.make_node("MatMul", ["x", "whole"], ["y"])]
    assert counted(tmp_path, nodes, (3, 4), (3, 5), {"w": np.ones((4, 5), np.float16)}).weights == 20


def test_pictures_are_counted_in_bytes(tmp_path: Path) -> None:
    make_toy_model(tmp_path / "toy", side=32)
    assert graph_work(tmp_path / "toy" / contract.APPEARANCE).ports == 32 * 32 * 3 * (1 + 4)


def test_large_convolutions_do_what_they_say() -> None:
    with convolution_graph() as graph:
        work = graph_work(graph)
    assert work.operations == OPERATIONS
    assert work.ports == 2 * 4 * np.prod(PICTURE)
    assert not graph.exists()


def test_broken_graph_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError, match="broken"):
        graph_work(tmp_path / "broken.onnx")
