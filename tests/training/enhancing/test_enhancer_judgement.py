"""The figures of the card: what does nothing changes nothing, and what tints or flickers shows."""

from pathlib import Path

import numpy as np
import pytest
import torch

from puppet.animator import Face
from puppet.demo import LANDMARKS
from puppet.picture import Picture
from tests.training.small_networks import SMALL_COMPACT, build_small
from training.enhancing.enhancer_judgement import Restore, Tools, judge_enhancer, judge_face
from training.enhancing.face_bank import FaceBank
from training.enhancing.plan import EnhancerPlan
from training.enhancing.unseen_faces import enlarge
from training.judging.perceived_distance import PerceivedDistance
from training.networks.pair import NetworkPair
from training.objectives.perceptual import Lpips

PLAN = EnhancerPlan(pairs={"real": 2, "still": 1, "rendered": 1, "fine": 1})


class SteadyFinder:
    """Finds a face in the middle of any picture."""

    def find(self, picture: Picture, near: object = None) -> Face:
        side = picture.shape[0]
        return Face((LANDMARKS * 0.6 + 1) * side / 2, np.zeros((468, 3), np.float32), 1.0)

    def close(self) -> None:
        pass


class ColourEmbedder:
    """Takes a face for its mean colour."""

    def __call__(self, picture: Picture, face: Face) -> np.ndarray:
        mean = picture.mean(axis=(0, 1)) - 128
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


@pytest.fixture(scope="module")
def networks() -> NetworkPair:
    return build_small(SMALL_COMPACT.model_copy(update={"side": 256}))


@pytest.fixture(scope="module")
def bank(networks: NetworkPair, pack: Path, tmp_path_factory: pytest.TempPathFactory) -> FaceBank:
    bank = FaceBank(tmp_path_factory.mktemp("bank"), [pack], PLAN, "val")
    bank.fill(networks, lambda done, of: None, jittered=False)
    return bank


def judged(restore: Restore, bank: FaceBank, networks: NetworkPair, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    torch.manual_seed(0)
    network = Lpips()
    monkeypatch.setattr("training.judging.perceived_distance.load_lpips", lambda device: network)
    monkeypatch.setattr("training.enhancing.enhancer_judgement.STILL_PEOPLE", 1)
    tools = Tools(PerceivedDistance(), SteadyFinder(), ColourEmbedder())  # type: ignore[arg-type]
    return judge_enhancer(restore, bank, networks, tools, lambda done, of: None)


def test_who_only_enlarges_is_as_good_as_before(bank: FaceBank, networks: NetworkPair, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = judged(enlarge, bank, networks, monkeypatch)
    for name in ("real_lpips", "real_sharpness", "real_identity", "still_lpips", "flicker"):
        assert figures[name] == figures[f"{name}_before"], name
    assert figures["real_colour"] == 0
    assert figures["flicker"] > 0


def test_a_tint_shows_in_colour_and_identity_and_blur_in_sharpness(
    bank: FaceBank, networks: NetworkPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tinted(picture: Picture) -> Picture:
        shifted = enlarge(picture[::8, ::8].repeat(8, 0).repeat(8, 1)).astype(int) + np.array([20, 0, -20])
        return np.asarray(np.clip(shifted, 0, 255), np.uint8)

    figures = judged(tinted, bank, networks, monkeypatch)
    assert 8 < figures["real_colour"] < 20
    assert figures["real_identity"] < figures["real_identity_before"]
    assert figures["real_kept_lpips"] > 0


def test_a_truth_of_twice_the_side_is_judged_at_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that is the truth itself has no distance, though the drawn face that it was made from has."""
    network = Lpips()
    monkeypatch.setattr("training.judging.perceived_distance.load_lpips", lambda device: network)
    tools = Tools(PerceivedDistance(), SteadyFinder(), ColourEmbedder())  # type: ignore[arg-type]
    truth = np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)
    figures = judge_face(lambda drawn: truth, truth[::2, ::2], truth, truth, tools)
    assert figures["lpips"] == 0 and figures["sharpness"] == 1
    assert figures["lpips_before"] > 0.01 and figures["sharpness_before"] != 1


def test_flicker_that_is_added_shows(bank: FaceBank, networks: NetworkPair, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(0)

    def flickering(picture: Picture) -> Picture:
        return np.asarray(np.clip(enlarge(picture) + chance.normal(0, 5, (512, 512, 1)), 0, 255), np.uint8)

    figures = judged(flickering, bank, networks, monkeypatch)
    assert figures["flicker"] > figures["flicker_before"] + 2
