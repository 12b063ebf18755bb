"""The gate: what is faithful passes, and every planted fault is refused with its own sentence."""

from pathlib import Path

import numpy as np
import pytest

from engines.animator import open_animator
from engines.building import reference as references
from engines.building.parity_gate import Reference, Verdict, judge, reference_of
from engines.building.reference import stored_feeds
from engines.model_animator import open_graphs
from puppet import contract
from puppet.assets import EMBEDDED_MODEL, model_folder
from puppet.contract import ModelCard, read_card
from puppet.folders import cache_folder
from tests.engines.building.fake_builder import (
    FakeRuntime,
    Fault,
    another_order,
    astray,
    black,
    blue_for_red,
    noisy,
    not_a_number,
    one_colour,
    shifted,
)
from tests.toy_model import make_toy_model

SIDE, COUNT = 64, 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    make_toy_model(folder, SIDE, COUNT)
    return folder


@pytest.fixture(scope="module")
def reference(folder: Path) -> Reference:
    return reference_of(folder)


@pytest.fixture
def card(folder: Path) -> ModelCard:
    return read_card(folder)


def verdict_on(folder: Path, reference: Reference, graph: str, fault: Fault) -> Verdict:
    """The verdict on the toy with a fault planted in one graph."""
    animator = open_graphs(folder, read_card(folder), FakeRuntime(faults={(graph, "f32"): fault}), dict.fromkeys(contract.GRAPHS, "f32"))
    return judge(animator, reference)


def test_faithful_engine_passes(folder: Path, reference: Reference) -> None:
    verdict = verdict_on(folder, reference, contract.ANIMATE, lambda outputs: outputs)
    assert verdict == Verdict(points=0, psnr=100, passed=True)
    assert str(verdict) == "keypoints within 0.0e+00, pictures at least 100.0 dB"


@pytest.mark.parametrize(
    ("graph", "fault", "said"),
    [
        (contract.KEYPOINTS, not_a_number, "its keypoints are no numbers (NaN) in 6 of 6 pictures"),
        (contract.KEYPOINTS, another_order, "its keypoints come in another order"),
        (contract.KEYPOINTS, astray(0.012), "its keypoints lie up to 0.0120 from where they should, at most 0.005 is let through"),
        (contract.ANIMATE, black, "it draws black in 6 of 6 pictures"),
        (contract.ANIMATE, one_colour, "it draws one colour all over in 6 of 6 pictures"),
        (contract.ANIMATE, shifted, "it draws the picture 2.9 px too far right and 0.0 px too far down"),
        (contract.ANIMATE, blue_for_red, "it draws with red and blue exchanged"),
    ],
)
def test_planted_fault_is_named(folder: Path, reference: Reference, graph: str, fault: Fault, said: str) -> None:
    verdict = verdict_on(folder, reference, graph, fault)
    assert not verdict.passed
    assert verdict.reason == said
    assert str(verdict) == verdict.reason


def test_noise_is_refused_by_how_much_it_is(folder: Path, reference: Reference) -> None:
    verdict = verdict_on(folder, reference, contract.ANIMATE, noisy)
    assert verdict.reason == f"its pictures come within {verdict.psnr:.1f} dB of what they should be, at least 35 is needed"
    assert 5 < verdict.psnr < 35


def test_features_that_lie_are_seen_in_the_picture(folder: Path, reference: Reference) -> None:
    verdict = verdict_on(folder, reference, contract.APPEARANCE, lambda outputs: {name: value * 0 for name, value in outputs.items()})
    assert verdict.reason == "it draws black in 6 of 6 pictures"


def test_not_a_number_stands_for_a_distance_that_can_be_stored(folder: Path, reference: Reference) -> None:
    verdict = verdict_on(folder, reference, contract.KEYPOINTS, not_a_number)
    assert verdict.points == 2
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize(("distance", "passed"), [(0.0045, True), (-0.0045, True), (0.0055, False), (-0.0055, False)])
def test_keypoints_may_differ_by_so_much(folder: Path, reference: Reference, distance: float, passed: bool) -> None:
    """The toy's picture follows the shift from the portrait, which is none when all its points lie off."""
    verdict = verdict_on(folder, reference, contract.KEYPOINTS, astray(distance))
    assert verdict.points == pytest.approx(abs(distance), abs=1e-5)
    assert verdict.passed is passed


def test_one_black_picture_among_good_ones_is_enough(folder: Path, reference: Reference) -> None:
    drawn: list[int] = []

    def last_is_black(outputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        drawn.append(1)
        return black(outputs) if len(drawn) == 6 else outputs

    assert verdict_on(folder, reference, contract.ANIMATE, last_is_black).reason == "it draws black in 1 of 6 pictures"


def test_reference_has_faces_that_move(reference: Reference) -> None:
    portraits, drivers, answers, _ = reference
    assert portraits.shape == (2, SIDE, SIDE, 3)
    assert drivers.shape == (2, 3, SIDE, SIDE, 3)
    assert np.array_equal(portraits, drivers[:, 0]), "the first driver is the portrait itself"
    assert answers.points.shape == (2, 3, COUNT, 2)
    assert answers.pictures.shape == drivers.shape
    assert np.abs(answers.pictures[:, 0].astype(int) - portraits).max() <= 1, "which the toy draws as it is"
    assert np.abs(answers.points[:, 1:] - answers.points[:, :1]).max(axis=(2, 3)).min() > 0.01


@pytest.fixture
def made(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runtimes on which a reference was made since, in an empty home."""
    made: list[str] = []
    make = references.make_reference

    def noted(folder: Path, card: ModelCard) -> Reference:
        reference = make(folder, card)
        made.append(reference.runtime)
        return reference

    monkeypatch.setattr(references, "make_reference", noted)
    return made


def test_reference_is_made_once(folder: Path, made: list[str]) -> None:
    first, second = reference_of(folder), reference_of(folder)
    assert made == ["onnxruntime"]
    assert (first.runtime, second.runtime) == ("onnxruntime", "")
    assert all(np.array_equal(first.answers._asdict()[name], array) for name, array in second.answers._asdict().items())
    assert np.array_equal(first.drivers, second.drivers)


@pytest.mark.parametrize("keep", [0, 100, -40])
def test_damaged_reference_is_made_again(folder: Path, made: list[str], keep: int) -> None:
    reference_of(folder)
    stored = next((cache_folder() / "references").iterdir())
    stored.write_bytes(stored.read_bytes()[:keep])
    reference_of(folder)
    assert len(made) == 2


def test_reference_with_a_changed_byte_is_made_again(folder: Path, made: list[str]) -> None:
    reference_of(folder)
    stored = next((cache_folder() / "references").iterdir())
    data = bytearray(stored.read_bytes())
    data[len(data) // 2] ^= 1
    stored.write_bytes(data)
    reference_of(folder)
    assert len(made) == 2


def test_other_graphs_have_another_reference(folder: Path, made: list[str], tmp_path: Path) -> None:
    make_toy_model(tmp_path, SIDE, COUNT - 1)
    assert reference_of(folder).answers.points.shape[2] == COUNT
    assert reference_of(tmp_path).answers.points.shape[2] == COUNT - 1


def test_stored_feeds_are_what_each_graph_takes(folder: Path, card: ModelCard) -> None:
    feeds = stored_feeds(folder)
    animator = open_animator(folder, "onnxruntime", threads=1)
    assert {name: len(given) for name, given in feeds.items()} == {contract.APPEARANCE: 2, contract.KEYPOINTS: 6, contract.ANIMATE: 6}
    for name, engine in animator.graphs.items():
        for given in feeds[name]:
            assert set(given) == set(engine.inputs)
            engine.run(**given)


def test_embedded_model_passes_as_the_processor_computes_it() -> None:
    folder = model_folder(EMBEDDED_MODEL)
    animator = open_animator(folder, "openvino")
    verdict = judge(animator, reference_of(folder))
    animator.close()
    assert verdict.passed, verdict.reason
    assert verdict.psnr > 45
