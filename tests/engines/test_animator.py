"""A model folder as an animator: wearing, drawing, refusing what breaks the contract."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from engines.animator import ModelAnimator, engine_to_build, open_animator
from puppet import contract
from puppet.contract import read_card, write_card
from puppet.errors import EngineError, ModelError
from puppet.motion import Motion
from puppet.picture import Picture, freeze
from puppet.still_border import still_share
from tests.engines.tensorrt_machine import tensorrt_machine
from tests.toy_model import make_toy_model

SIDE, COUNT = 32, 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_toy_model(tmp_path / "toy", SIDE, COUNT)
    return tmp_path / "toy"


@pytest.fixture(params=["openvino", "onnxruntime"])
def animator(request: pytest.FixtureRequest, folder: Path) -> ModelAnimator:
    return open_animator(folder, request.param, threads=1)


def portrait(seed: int = 0) -> Picture:
    return freeze(np.random.default_rng(seed).integers(40, 255, (SIDE, SIDE, 3), dtype=np.uint8))


def moved(motion: Motion, pixels: float) -> Motion:
    return Motion(motion.points + np.float32(2 * pixels / SIDE), motion.jacobians)


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    """Rename a tensor of a graph, and make the card agree with the file again."""
    card = read_card(folder)
    graph = onnx.load(folder / name)
    for value in (*graph.graph.input, *graph.graph.output):
        value.name = new if value.name == old else value.name
    for node in graph.graph.node:
        for names in (node.input, node.output):
            names[:] = [new if each == old else each for each in names]
    onnx.save(graph, folder / name)
    write_card(folder, card)


def test_worn_portrait_in_its_own_pose_is_the_portrait(animator: ModelAnimator) -> None:
    source = animator.wear(portrait())
    assert np.abs(animator.animate(source).astype(np.int16) - portrait()).max() <= 1


def test_portrait_follows_the_points(animator: ModelAnimator) -> None:
    source = animator.wear(portrait())
    drawn = animator.animate(moved(source, 3))
    assert np.abs(drawn[3:, 3:].astype(np.int16) - portrait()[:-3, :-3]).max() <= 1


def test_new_portrait_replaces_the_old_one(animator: ModelAnimator) -> None:
    animator.wear(portrait(0))
    source = animator.wear(portrait(1))
    assert np.abs(animator.animate(source).astype(np.int16) - portrait(1)).max() <= 1


def test_wear_returns_what_detect_sees(animator: ModelAnimator) -> None:
    worn, seen = animator.wear(portrait()), animator.detect(portrait())
    assert np.array_equal(worn.points, seen.points)
    assert np.array_equal(worn.jacobians, seen.jacobians)
    assert seen.points.shape == (COUNT, 2)


def test_pictures_are_immutable(animator: ModelAnimator) -> None:
    picture = animator.animate(animator.wear(portrait()))
    assert picture.dtype == np.uint8
    assert not picture.flags.writeable


def test_nothing_is_drawn_before_a_portrait_is_worn(animator: ModelAnimator) -> None:
    with pytest.raises(EngineError, match="No portrait is worn"):
        animator.animate(animator.detect(portrait()))


def test_picture_of_another_size_is_named(animator: ModelAnimator) -> None:
    with pytest.raises(EngineError, match=r"wants image as uint8 \(32, 32, 3\)"):
        animator.detect(freeze(np.zeros((48, 48, 3), np.uint8)))


def test_close_may_be_called_twice(animator: ModelAnimator) -> None:
    animator.close()
    animator.close()
    with pytest.raises(EngineError, match="closed"):
        animator.detect(portrait())


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_border_stands_still_where_it_is_asked_to(tmp_path: Path, engine: str) -> None:
    make_toy_model(tmp_path / "toy", SIDE, COUNT, still_border=True)
    animator = open_animator(tmp_path / "toy", engine, threads=1)
    assert animator.holds_border
    edge = still_share(SIDE) == 1
    free, still = animator.encode(portrait()), animator.encode(portrait(), still_border=True)
    assert [encoded.features[contract.STILL_BORDER].tolist() for encoded in (free, still)] == [[0], [1]]
    drawn = {}
    for name, worn in (("free", free), ("still", still), ("again", free), ("picture", portrait())):
        drawn[name] = animator.animate(moved(animator.wear(worn), 3)).astype(np.int16)
    assert np.abs(drawn["still"] - portrait())[edge].max() <= 1
    middle = still_share(SIDE) == 0
    assert np.abs(drawn["still"] - drawn["free"])[middle].max() <= 1
    assert np.abs(drawn["free"] - portrait())[edge].mean() > 20
    assert np.array_equal(drawn["free"], drawn["again"]) and np.array_equal(drawn["free"], drawn["picture"])


def test_folder_without_a_still_border_serves_and_says_so(animator: ModelAnimator) -> None:
    assert not animator.holds_border
    encoded = animator.encode(portrait(), still_border=True)
    assert contract.STILL_BORDER not in encoded.features
    drawn = animator.animate(moved(animator.wear(encoded), 3))
    assert np.abs(drawn[3:, 3:].astype(np.int16) - portrait()[:-3, :-3]).max() <= 1


def test_still_border_of_another_kind_is_named(tmp_path: Path) -> None:
    card = make_toy_model(tmp_path / "toy", SIDE, COUNT, still_border=True)
    graph = onnx.load(tmp_path / "toy" / contract.ANIMATE)
    (border,) = (value for value in graph.graph.input if value.name == contract.STILL_BORDER)
    del border.type.tensor_type.shape.dim[:]
    onnx.save(graph, tmp_path / "toy" / contract.ANIMATE)
    write_card(tmp_path / "toy", card)
    with pytest.raises(ModelError, match=r"still_border is float32 \(\), which should be float32 \(1,\)"):
        open_animator(tmp_path / "toy", "onnxruntime", threads=1)


def test_keypoints_are_exact_whatever_the_precision(folder: Path) -> None:
    animator = open_animator(folder, "openvino", precision="bf16", threads=1)
    assert animator.graphs[contract.KEYPOINTS].device.precision == "f32"
    assert animator.graphs[contract.ANIMATE].device.precision == "bf16"


def test_auto_says_what_it_took(folder: Path) -> None:
    animator = open_animator(folder, threads=1)
    assert animator.engine in ("openvino", "onnxruntime")
    assert animator.device.name in animator.device.description


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (contract.KEYPOINTS, "points", "kp", "keypoints.onnx gives jacobians, kp; the contract differs in kp, points"),
        (contract.ANIMATE, "driving_points", "pose", "animate.onnx takes .*differs in driving_points, pose"),
        (contract.APPEARANCE, "features", "traits", "animate.onnx takes .*differs in features, traits"),
        (contract.APPEARANCE, "image", "portrait", "appearance.onnx takes portrait"),
    ],
)
def test_tensor_that_breaks_the_contract_is_named(folder: Path, name: str, old: str, new: str, said: str) -> None:
    rewrite(folder, name, old, new)
    with pytest.raises(ModelError, match=said):
        open_animator(folder, "onnxruntime", threads=1)


@pytest.mark.parametrize(
    ("field", "value", "said"), [("side", 64, r"uint8 \(64, 64, 3\)"), ("keypoint_count", 9, r"the card says \(9, 2\)")]
)
def test_card_that_lies_about_the_graphs_is_found_out(folder: Path, field: str, value: int, said: str) -> None:
    write_card(folder, read_card(folder).model_copy(update={field: value}))
    with pytest.raises(ModelError, match=said):
        open_animator(folder, "onnxruntime", threads=1)


def test_damaged_folder_is_refused(folder: Path) -> None:
    (folder / contract.ANIMATE).write_bytes((folder / contract.ANIMATE).read_bytes()[:-10])
    with pytest.raises(ModelError, match="damaged or was changed"):
        open_animator(folder)


def test_tensorrt_is_built_gated_and_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a fake GPU, with the runtime that the registry holds."""
    heard: list[float] = []

    def hear(share: float, words: str) -> bool:
        heard.append(share)
        return True

    with tensorrt_machine(monkeypatch, tmp_path) as machine:
        assert engine_to_build(machine.folder, "tensorrt-rtx").startswith("Building toy for ")
        animator = open_animator(machine.folder, "tensorrt-rtx", report=hear)
        built = len(machine.trt.built)
        assert animator.engine == "tensorrt-rtx"
        assert animator.device.name == "CUDA:0"
        source = animator.wear(portrait())
        assert np.abs(animator.animate(source).astype(np.int16) - portrait()).max() <= 2
        animator.close()
        assert heard == sorted(heard)
        assert engine_to_build(machine.folder, "tensorrt-rtx") == ""
        open_animator(machine.folder, "tensorrt-rtx", build=False).close()
        assert len(machine.trt.built) == built >= 3
