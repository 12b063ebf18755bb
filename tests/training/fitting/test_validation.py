"""The figures of a run: perfect networks get perfect ones, and a still source gets those of the copy."""

from pathlib import Path

import cv2
import pytest
import torch
from torch import Tensor, nn

from tests.training.small_networks import build_small
from tests.training.small_run import NETWORKS
from training.data.anchors import Anchors, load_mean_face, make_anchors
from training.data.packs import FaceFrames, read_faces
from training.fitting.validation import ValidationPairs, draw_pairs, validate
from training.networks.first_order import coordinate_grid
from training.networks.pair import NetworkPair
from training.networks.tensors import Animated, Appearance, Keypoints
from training.objectives.perceptual import Lpips

COUNT = 20
"""Pairs: more than one batch of the validation."""


class TrueDetector(nn.Module):
    """Knows the pictures and the keypoints of every frame."""

    def __init__(self, images: Tensor, keypoints: Keypoints) -> None:
        super().__init__()
        self.images, self.keypoints = images, keypoints

    def forward(self, image: Tensor) -> Keypoints:
        found = [int((self.images - one).abs().amax(dim=(1, 2, 3)).argmin()) for one in image]
        return Keypoints(self.keypoints.points[found], self.keypoints.jacobians[found])


class TrueGenerator(nn.Module):
    """Shows the very frame whose keypoints it is given, with `still` the source; its warp is the source's negative."""

    def __init__(self, images: Tensor, keypoints: Keypoints, still: bool) -> None:
        super().__init__()
        self.images, self.keypoints, self.still = images, keypoints, still
        self.weight = nn.Parameter(torch.zeros(1))

    def encode(self, image: Tensor) -> Appearance:
        return {"image": image}

    def animate(self, appearance: Appearance, source: Keypoints, driving: Keypoints) -> Animated:
        shown = source if self.still else driving
        found = [int((self.keypoints.points - one).abs().amax(dim=(1, 2)).argmin()) for one in shown.points]
        image = self.images[found]
        grid = coordinate_grid(64, 64, align_corners=False, like=image).expand(len(image), 64, 64, 2)
        return Animated(image, 1 - appearance["image"], grid, image[:, :1])


@pytest.fixture(scope="module")
def faces(pack: Path) -> FaceFrames:
    return read_faces([pack], 64, lambda entry: entry.split == "val")


@pytest.fixture(scope="module")
def anchors(faces: FaceFrames) -> Anchors:
    return make_anchors(load_mean_face(), torch.device("cpu"))


@pytest.fixture(scope="module")
def pairs(faces: FaceFrames) -> ValidationPairs:
    return draw_pairs(faces, COUNT)


def true_networks(faces: FaceFrames, anchors: Anchors, still: bool) -> NetworkPair:
    images = torch.from_numpy(faces.frames).permute(0, 3, 1, 2).float() / 255
    keypoints = anchors.keypoints(torch.from_numpy(faces.landmarks))
    return NetworkPair(NETWORKS, TrueDetector(images, keypoints), TrueGenerator(images, keypoints, still))  # type: ignore[arg-type]


def test_pairs_are_the_same_every_time(faces: FaceFrames, pairs: ValidationPairs) -> None:
    assert pairs.source.shape == pairs.target.shape == (COUNT, 3, 64, 64)
    assert pairs.source_marks.shape == pairs.target_marks.shape == (COUNT, 68, 2)
    assert 0 <= pairs.source.min() <= pairs.source.max() <= 1
    for one, other in zip(pairs, draw_pairs(faces, COUNT), strict=True):
        assert torch.equal(one, other)


def test_pairs_are_drawn_from_stills_and_real_clips(faces: FaceFrames) -> None:
    pairs = draw_pairs(faces, 200)
    rendered, real = faces.clips

    def share(marks: Tensor, start: int, stop: int) -> float:
        known = torch.from_numpy(faces.landmarks[start:stop])
        return float((marks[:, None] == known[None]).all(dim=(2, 3)).any(dim=1).float().mean())

    assert share(pairs.target_marks, real.start, real.start + real.length) == pytest.approx(0.35, abs=0.1)
    assert share(pairs.source_marks, rendered.still, rendered.still + 1) == pytest.approx(0.65 / 2, abs=0.1)
    assert share(pairs.target_marks, rendered.still, rendered.still + 1) == 0


def test_perfect_networks_have_perfect_figures(faces: FaceFrames, pairs: ValidationPairs, anchors: Anchors, tmp_path: Path) -> None:
    figures = validate(true_networks(faces, anchors, still=False), pairs, anchors, None, tmp_path / "sheet.png")
    assert "lpips" not in figures
    for name in ("l1", "points", "eyes"):
        assert figures[name] == pytest.approx(0, abs=1e-6), name
    assert figures["blink_r"] == pytest.approx(1, abs=1e-4)
    assert figures["mouth_r"] == pytest.approx(1, abs=1e-4)
    assert figures["l1_copy"] == pytest.approx(float((pairs.source - pairs.target).abs().mean()), rel=1e-4)
    assert figures["l1_warp"] == pytest.approx(float((1 - pairs.source - pairs.target).abs().mean()), rel=1e-4)
    assert figures["eyes_copy"] > 0.01


def test_a_still_source_scores_as_its_copy(faces: FaceFrames, pairs: ValidationPairs, anchors: Anchors, tmp_path: Path) -> None:
    torch.manual_seed(0)
    figures = validate(true_networks(faces, anchors, still=True), pairs, anchors, Lpips(), tmp_path / "sheet.png")
    assert figures["l1"] == pytest.approx(figures["l1_copy"])
    assert figures["l1"] > 0.01
    assert figures["eyes"] == pytest.approx(figures["eyes_copy"])
    assert figures["lpips"] > 0
    assert figures["points"] == pytest.approx(0, abs=1e-6)
    assert figures["blink_r"] < 0.9


@pytest.mark.parametrize(("count", "cells"), [(COUNT, (4, 8)), (3, (3, 4))])
def test_sheet_shows_source_driver_warp_and_result(
    faces: FaceFrames, anchors: Anchors, tmp_path: Path, count: int, cells: tuple[int, int]
) -> None:
    validate(build_small(NETWORKS), draw_pairs(faces, count), anchors, None, tmp_path / "sheet.png")
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None
    assert (sheet.shape[0] // 164, sheet.shape[1] // 164) == cells


def test_networks_stay_in_evaluation_mode(faces: FaceFrames, anchors: Anchors, tmp_path: Path) -> None:
    pair = build_small(NETWORKS)
    before = {name: tensor.clone() for name, tensor in pair.state_dict().items()}
    validate(pair.train(), draw_pairs(faces, 2), anchors, None, tmp_path / "sheet.png")
    assert not pair.training
    assert all(torch.equal(before[name], tensor) for name, tensor in pair.state_dict().items())
