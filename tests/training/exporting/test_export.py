"""The export: graphs that agree with torch, or no folder at all."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from puppet import contract
from puppet.contract import ModelCard, read_card
from puppet.errors import ModelError
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from training.configuration import Configuration
from training.exporting import export, export_check
from training.exporting.export import export_networks
from training.exporting.export_check import Difference, check_pictures, measure_difference
from training.exporting.export_graphs import MOTION_INPUTS, PREDICTION, picture_from_prediction, trace_pair
from training.exporting.graph_runs import GraphRun
from training.exporting.onnx_edits import halve_weights
from training.networks.pair import NetworkPair
from training.networks.tensors import Keypoints

BOTH = pytest.mark.parametrize("configuration", [SMALL_FOMM, SMALL_COMPACT], ids=["fomm", "compact"])


def card(precision: str = "fp32") -> ModelCard:
    return ModelCard(name="small", family="?", side=32, keypoint_count=1, align_corners=False, precision=precision, licence="MIT")


@pytest.fixture(scope="module")
def pair() -> NetworkPair:
    return build_small(SMALL_FOMM)


@pytest.fixture(scope="module")
def graphs(pair: NetworkPair) -> dict[str, bytes]:
    return trace_pair(pair)


def names(values: Any) -> list[str]:
    return [value.name for value in values]


@BOTH
def test_folder_keeps_the_contract(configuration: Configuration, tmp_path: Path) -> None:
    difference = export_networks(build_small(configuration), card(), tmp_path / "model")
    assert difference.prediction < 1e-4
    assert [path.name for path in tmp_path.iterdir()] == ["model"], "something was left beside the folder"
    written = read_card(tmp_path / "model")
    assert (written.family, written.side, written.keypoint_count) == (configuration.family, 64, 3)
    assert written.align_corners == configuration.align_corners

    appearance, keypoints, animate = (onnx.load(tmp_path / "model" / name) for name in contract.GRAPHS)
    features = names(appearance.graph.output)
    assert names(appearance.graph.input) == names(keypoints.graph.input) == names(animate.graph.output) == [contract.IMAGE]
    assert names(keypoints.graph.output) == [contract.POINTS, contract.JACOBIANS]
    assert names(animate.graph.input) == [*features, *MOTION_INPUTS, contract.STILL_BORDER]
    assert [size.dim_value for size in animate.graph.input[-1].type.tensor_type.shape.dim] == [1]
    for graph, values in ((appearance, appearance.graph.input), (animate, animate.graph.output)):
        kind = values[0].type.tensor_type
        assert kind.elem_type == onnx.TensorProto.UINT8
        assert [size.dim_value for size in kind.shape.dim] == [64, 64, 3]
        assert [(entry.domain, entry.version) for entry in graph.opset_import] == [("", 17)]


@pytest.mark.parametrize("still", [0.0, 1.0])
@BOTH
def test_written_graphs_draw_what_torch_draws(configuration: Configuration, still: float, tmp_path: Path) -> None:
    """Once more by the files alone, and with the uint8 conversion of this test's own."""
    pair = build_small(configuration)
    export_networks(pair, card(), tmp_path / "model")
    appearance, keypoints, animate = (GraphRun((tmp_path / "model" / name).read_bytes()) for name in contract.GRAPHS)
    source, driving = (picture.numpy() for picture in check_pictures(64)[:2])
    seen = [*keypoints({contract.IMAGE: source}).values(), *keypoints({contract.IMAGE: driving}).values()]
    border = np.array([still], np.float32)
    pose = dict(zip(MOTION_INPUTS, seen, strict=True))
    drawn = animate({**appearance({contract.IMAGE: source}), **pose, contract.STILL_BORDER: border})[contract.IMAGE]
    with torch.no_grad():
        planes = torch.from_numpy(np.stack((source, driving))).permute(0, 3, 1, 2) / 255
        points, jacobians = pair.detector(planes)
        rest, moved = ((points[index : index + 1], jacobians[index : index + 1]) for index in (0, 1))
        wanted = pair.generator.animate(
            pair.generator.encode(planes[:1]), Keypoints(*rest), Keypoints(*moved), torch.from_numpy(border) if still else None
        )
    levels = np.rint(wanted.prediction[0].permute(1, 2, 0).numpy().astype(np.float64) * 255)
    assert drawn.dtype == np.uint8
    assert np.abs(drawn - levels).max() <= 1
    assert (drawn != levels).mean() < 0.01
    assert drawn.std() > 1, "a flat picture proves nothing"


def test_rounding_is_half_to_even_after_clamping(graphs: dict[str, bytes]) -> None:
    prediction = torch.tensor([-1.0, 0.0, 0.5 / 255, 1.5 / 255, 2.5 / 255, 1.0, 2.0], dtype=torch.float64)
    assert picture_from_prediction(prediction).tolist() == [0, 0, 0, 2, 2, 255, 255]
    kinds = [node.op_type for node in onnx.load_from_string(graphs[contract.ANIMATE]).graph.node]
    assert kinds[-2:] == ["Round", "Cast"]


def test_features_that_animate_never_looks_at_are_not_written(pair: NetworkPair, graphs: dict[str, bytes]) -> None:
    assert GraphRun(graphs[contract.APPEARANCE]).outputs == ("features", "small_source")
    assert "source" in pair.generator.encode(torch.zeros(1, 3, 64, 64))


def test_tracing_leaves_eval_mode(pair: NetworkPair, graphs: dict[str, bytes]) -> None:
    assert not any(module.training for module in pair.modules())


def assert_refused(folder: Path, said: str, precision: str = "fp32", pair: NetworkPair | None = None) -> None:
    before = sorted(folder.parent.rglob("*"))
    with pytest.raises(ModelError, match=said):
        export_networks(pair or build_small(SMALL_FOMM), card(precision), folder)
    assert sorted(folder.parent.rglob("*")) == before, "something was written"


@pytest.mark.parametrize("name", contract.GRAPHS)
def test_graphs_that_differ_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, graphs: dict[str, bytes]) -> None:
    other = trace_pair(build_small(SMALL_FOMM, seed=1))
    monkeypatch.setattr(export, "trace_pair", lambda pair: {**graphs, name: other[name]})
    assert_refused(tmp_path / "model", r"fp32 graphs differ from torch by .* nothing was written")


def test_graph_that_gives_no_numbers_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing = float("nan")
    monkeypatch.setattr(export, "measure_difference", lambda pair, graphs: Difference(nothing, nothing, nothing, nothing, 0))
    assert_refused(tmp_path / "model", "differ from torch by nan")


def test_worse_of_two_differences_keeps_what_is_not_a_number() -> None:
    nothing, fine = Difference(float("nan"), 0, 0, 0, 0), Difference(1.0, 2, 0, 0, 3)
    for worse in (nothing.worst(fine), fine.worst(nothing)):
        assert np.isnan(worse.points)
        assert worse.levels == 3


def test_half_weights_halve_the_files_and_hardly_the_picture(pair: NetworkPair, graphs: dict[str, bytes], tmp_path: Path) -> None:
    difference = export_networks(pair, card("fp16"), tmp_path / "model")
    assert read_card(tmp_path / "model").precision == "fp16"
    assert 1e-7 < difference.mean < export_check.HALF_MEAN_TOLERANCE
    large = {name: onnx.load(tmp_path / "model" / name).graph.initializer for name in contract.GRAPHS}
    kinds = {
        tensor.data_type for tensors in large.values() for tensor in tensors if "weight" in tensor.name and np.prod(tensor.dims) >= 1024
    }
    assert kinds == {onnx.TensorProto.FLOAT16}
    for name in (contract.KEYPOINTS, contract.ANIMATE):
        graph = onnx.load_from_string(graphs[name]).graph
        kernels = {node.input[1] for node in graph.node if node.op_type == "Conv"}
        sizes = [int(np.prod(tensor.dims)) for tensor in graph.initializer if tensor.name in kernels]
        weights = 4 * sum(size for size in sizes if size >= 1024)
        assert len(graphs[name]) - (tmp_path / "model" / name).stat().st_size > 0.4 * weights


def test_half_weights_that_cost_too_much_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pair: NetworkPair) -> None:
    monkeypatch.setattr(export_check, "HALF_MEAN_TOLERANCE", 1e-9)
    assert_refused(tmp_path / "model", "fp16 graphs differ from torch", "fp16", pair)


def test_weight_beyond_fp16_is_refused() -> None:
    pair = build_small(SMALL_FOMM)
    with torch.no_grad():
        pair.generator.get_parameter("up_blocks.0.conv.weight")[0, 0, 0, 0] = 1e6
    with pytest.raises(ModelError, match="beyond the range of fp16"):
        halve_weights(trace_pair(pair)[contract.ANIMATE])


def test_half_weights_are_measured_against_the_same_networks(pair: NetworkPair, graphs: dict[str, bytes]) -> None:
    halved = {name: halve_weights(graph) for name, graph in graphs.items()}
    assert measure_difference(pair, halved).mean > measure_difference(pair, graphs).mean
    assert PREDICTION in GraphRun(halved[contract.ANIMATE]).outputs


def test_other_folders_and_files_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "holiday.jpg").write_bytes(b"x")
    assert_refused(tmp_path / "photos", "holds other things than a model")
    (tmp_path / "file").write_bytes(b"x")
    assert_refused(tmp_path / "file", "is not a folder")


def test_a_model_is_replaced_and_files_beside_it_are_kept(pair: NetworkPair, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    export_networks(pair, card(), folder)
    (folder / "LICENSE").write_text("MIT")
    export_networks(pair, card().model_copy(update={"name": "newer"}), folder)
    assert read_card(folder).name == "newer"
    assert (folder / "LICENSE").read_text() == "MIT"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_full_disk_leaves_the_old_model(monkeypatch: pytest.MonkeyPatch, pair: NetworkPair, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    export_networks(pair, card(), folder)

    def fail(folder: Path, card: ModelCard) -> ModelCard:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "write_card", fail)
    assert_refused(folder, "can't be written: No space left on device", pair=pair)
    assert read_card(folder).name == "small"
