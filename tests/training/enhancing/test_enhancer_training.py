"""A run from the bank to the file: cut and resumed it is the uncut one, and what it is held to leaves out what was drawn wrong."""

import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import torch

from puppet.animator import Face
from puppet.errors import TrainingError
from puppet.picture import Picture
from tests.training.small_networks import SMALL_COMPACT, build_small
from training.enhancing.enhancer_card import CARD, GRAPH, read_enhancer_card
from training.enhancing.enhancer_losses import enhancer_losses
from training.enhancing.enhancer_state import EnhancerState
from training.enhancing.enhancer_training import Drawing, train_enhancer
from training.enhancing.face_bank import FaceBank
from training.enhancing.face_feed import FaceBatch, FaceFeed, region_map
from training.enhancing.plan import EnhancerPlan
from training.fitting.run_state import STATE
from training.objectives.perceptual import Lpips

PLAN = EnhancerPlan(
    widths=(8, 8, 8), middle=1, crop=64, batch=2, samples=8, warmup=1, pairs={"real": 3, "still": 1, "rendered": 1, "fine": 1}
)


class NobodyFinder:
    """Finds nobody."""

    def find(self, picture: Picture, near: object = None) -> Face | None:
        return None

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    """A model that draws noise, at the side of its own."""
    return Drawing("noise", build_small(SMALL_COMPACT.model_copy(update={"side": 256})))


@pytest.fixture(scope="module")
def bank(drawing: Drawing, pack: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[FaceBank, Path]:
    folder = tmp_path_factory.mktemp("bank")
    bank = FaceBank(folder, [pack], PLAN, "train")
    bank.fill(drawing.networks, lambda done, of: None)
    return bank, folder


@pytest.fixture(autouse=True)
def light_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judges that need nothing installed: LPIPS of random features, nobody found."""
    torch.manual_seed(0)
    network = Lpips()
    monkeypatch.setattr("training.enhancing.enhancer_training.load_lpips", lambda device: network)
    monkeypatch.setattr("training.judging.perceived_distance.load_lpips", lambda device: network)
    monkeypatch.setattr("training.enhancing.enhancer_training.open_face_finder", NobodyFinder)
    monkeypatch.setattr("training.enhancing.enhancer_training.IdentityEmbedder", lambda: None)
    monkeypatch.setattr("training.enhancing.enhancer_training.EnhancerPlan.unseen", lambda plan: plan)
    monkeypatch.setattr("training.enhancing.unseen_faces.FACES", 1)
    monkeypatch.setattr("training.enhancing.unseen_faces.SHEET_FACES", 1)
    monkeypatch.setattr("training.enhancing.enhancer_judgement.FACES", 1)
    monkeypatch.setattr("training.enhancing.enhancer_judgement.STILL_PEOPLE", 1)


def run(folder: Path, pack: Path, drawing: Drawing, resume: bool = False) -> object:
    return train_enhancer(PLAN, drawing, [pack], folder, resume=resume)


def interrupt_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Ctrl-C in the middle of that step."""
    apply = EnhancerState.apply

    def stopping(state: EnhancerState, total: torch.Tensor) -> None:
        apply(state, total)
        if state.steps == step:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(EnhancerState, "apply", stopping)


def test_a_run_cut_in_two_is_the_uncut_one_and_ends_in_a_file(
    drawing: Drawing, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path / "whole", pack, drawing) is not None
    card = read_enhancer_card(tmp_path / "whole")
    assert (card.steps, card.samples, card.drawn_by) == (4, 8, "noise")
    assert {"real_lpips", "real_lpips_before", "still_lpips", "flicker", "real_colour"} <= set(card.metrics)

    with monkeypatch.context() as patch:
        interrupt_at(patch, 2)
        assert run(tmp_path / "cut", pack, drawing) is None
    assert not (tmp_path / "cut" / GRAPH).exists(), "an interrupted run writes no file"
    assert "stopped; go on with --resume" in (tmp_path / "cut" / "log.txt").read_text()
    assert run(tmp_path / "cut", pack, drawing, resume=True) == card
    assert (tmp_path / "cut" / GRAPH).read_bytes() == (tmp_path / "whole" / GRAPH).read_bytes()
    assert (tmp_path / "cut" / CARD).is_file()


def test_a_used_folder_is_refused_and_an_empty_one_holds_nothing_to_resume(drawing: Drawing, pack: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="nothing to resume"):
        run(tmp_path / "run", pack, drawing, resume=True)
    EnhancerState(PLAN).save(tmp_path / "run")
    with pytest.raises(TrainingError, match="not empty"):
        run(tmp_path / "run", pack, drawing)


def test_a_state_of_another_network_is_refused(tmp_path: Path) -> None:
    EnhancerState(PLAN).save(tmp_path)
    assert (tmp_path / STATE).is_file()
    with pytest.raises(TrainingError, match="another network"):
        EnhancerState(PLAN.model_copy(update={"widths": (8, 8, 16)})).load(tmp_path)


def test_a_bank_goes_on_where_it_was_stopped(drawing: Drawing, pack: Path, bank: tuple[FaceBank, Path], tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(done: int, of: int) -> None:
        raise StoppedError

    cut = FaceBank(tmp_path, [pack], PLAN, "train")
    with pytest.raises(StoppedError):
        cut.fill(drawing.networks, stop)
    assert 0 < sum(len(kept.full()) for kept in cut.kinds.values()) < 4
    FaceBank(tmp_path, [pack], PLAN, "train").fill(drawing.networks, lambda done, of: None)
    for path in bank[1].iterdir():
        assert np.array_equal(np.load(path), np.load(tmp_path / path.name)), path.name
    assert {kind: len(kept.full()) for kind, kept in cut.kinds.items()} == {"real": 3, "still": 1}


def test_a_bank_of_other_data_is_refused(pack: Path, bank: tuple[FaceBank, Path], tmp_path: Path) -> None:
    shutil.copytree(bank[1], tmp_path / "bank")
    with pytest.raises(TrainingError, match="made for other data"):
        FaceBank(tmp_path / "bank", [pack], PLAN.model_copy(update={"pairs": PLAN.pairs | {"real": 5}}), "train")


def test_the_batch_of_a_step_is_always_the_same(bank: tuple[FaceBank, Path]) -> None:
    batches = [FaceFeed(bank[0], PLAN).batch(step) for step in (3, 3, 4)]
    assert all(torch.equal(one, other) for one, other in zip(batches[0], batches[1], strict=True))
    assert not torch.equal(batches[0].image, batches[2].image)
    assert batches[0].image.shape == batches[0].small.shape == (2, 3, 64, 64)


def test_eyes_and_mouth_count_most() -> None:
    places = region_map()
    assert places.shape == (256, 256)
    for x, y in ((0.377, 0.469), (0.623, 0.469), (0.5, 0.725)):
        assert places[int(y * 256), int(x * 256)] == 1
    assert places[10:40].max() == 0 and places.mean() < 0.25


def test_nothing_is_learnt_where_the_truth_is_not_to_be_believed() -> None:
    torch.manual_seed(1)
    state, lpips = EnhancerState(PLAN.model_copy(update={"steadiness": 0.0})), Lpips()
    image, truth = torch.rand(2, 3, 64, 64) * 2 - 1, torch.rand(2, 3, 64, 64)
    fine, weight = torch.rand(1, 3, 128, 128), torch.ones(2, 1, 64, 64)
    gradients = []
    for trust in (0.0, 1.0):
        batch = FaceBatch(image, truth, fine, torch.tensor([1]), weight, torch.full_like(weight, trust))
        state.network.zero_grad()
        enhancer_losses(state.network, batch, state.plan, lpips, 0)["total"].backward()  # type: ignore[no-untyped-call]
        gradients.append(sum(float(value.grad.abs().sum()) for value in state.network.parameters() if value.grad is not None))
    assert gradients[0] < 1e-6 < gradients[1]
