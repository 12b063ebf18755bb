"""The face mesh inside the detector: the published network number for number, and keypoints that follow a face about."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from puppet.assets import portraits
from puppet.errors import ModelError
from puppet.media.picture_file import read_picture
from puppet.plugins import open_face_finder
from training.configuration import CompactConfiguration
from training.data.anchors import LIDS, load_mean_face, make_anchors
from training.mesh_weights import MESH_FILE, load_face_mesh
from training.networks.compact_detector import CompactDetector
from training.networks.compact_mesh import cut_turned, face_region, rotate
from training.networks.tensors import Keypoints

CPU = torch.device("cpu")
Seen = tuple[torch.Tensor, torch.Tensor]
EYES = ((2, 3, 6, 7), (5, 4, 8, 9))


@pytest.fixture
def face() -> Seen:
    """A portrait at 256 px and its 68 landmarks in [-1, 1] by the face finder that the app runs."""
    import cv2

    finder = open_face_finder()
    try:
        astronaut = next(path for path in portraits() if path.stem == "astronaut")
        picture = np.asarray(cv2.resize(read_picture(astronaut), (256, 256), interpolation=cv2.INTER_AREA), np.uint8)
        found = finder.find(picture)
    finally:
        finder.close()
    assert found is not None
    image = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255
    return image, torch.from_numpy((found.landmarks + 0.5) / 128 - 1).float()[None]


def meshed_detector() -> CompactDetector:
    detector = CompactDetector(CompactConfiguration(eyes=EYES, mouth=(12, 13, 14, 15, 16), face_mesh=True)).eval()
    assert detector.mesh is not None
    detector.mesh.network.load_state_dict(load_face_mesh().state_dict())
    return detector


@torch.no_grad()
def test_it_finds_the_landmarks_that_the_face_finder_finds(face: Seen) -> None:
    """The finder runs the published file on OpenVINO; ours is torch, from another crop of the same face."""
    image, landmarks = face
    wanted = make_anchors(load_mean_face(), CPU).keypoints(landmarks)
    rough = Keypoints(wanted.points + 0.01 * torch.randn(wanted.points.shape), torch.eye(2).expand(1, 20, 2, 2))
    mesh = meshed_detector().mesh
    assert mesh is not None
    found = mesh(image, rough)
    lids = [index for pair in LIDS for index in pair]
    others = [index for index in range(20) if index not in lids]
    assert (found.points - wanted.points)[:, others].abs().max() < 0.02  # 2.5 px of 256
    assert (found.jacobians - wanted.jacobians).abs().max() < 0.1


@torch.no_grad()
def test_the_rough_points_alone_say_how_far_the_eyes_stand_open(face: Seen) -> None:
    image, landmarks = face
    rough = make_anchors(load_mean_face(), CPU).keypoints(landmarks)
    closed = rough.points.clone()
    for upper, lower in LIDS:
        closed[:, lower] = closed[:, upper]
    mesh = meshed_detector().mesh
    assert mesh is not None
    found = mesh(image, Keypoints(closed, rough.jacobians)).points
    for upper, lower in LIDS:
        assert torch.allclose(found[:, upper], found[:, lower], atol=1e-6)


@torch.no_grad()
def test_where_no_face_is_the_rough_keypoints_stay() -> None:
    rough = Keypoints(torch.rand(2, 20, 2) - 0.5, torch.randn(2, 20, 2, 2))
    mesh = meshed_detector().mesh
    assert mesh is not None
    found = mesh(torch.full((2, 3, 256, 256), 0.5), rough)
    assert torch.equal(found.points, rough.points)
    assert torch.equal(found.jacobians, rough.jacobians)


def test_the_region_turns_and_grows_with_the_face() -> None:
    points = make_anchors(load_mean_face(), CPU).keypoints(torch.from_numpy(load_mean_face())[None]).points
    centre, radius, _ = face_region(points)
    angle = torch.tensor([[math.cos(0.4), math.sin(0.4)]])
    turned_centre, turned_radius, turn = face_region(1.5 * rotate(points, angle) + 0.1)
    assert torch.allclose(turn, angle, atol=1e-5)
    assert torch.allclose(turned_radius, 1.5 * radius, atol=1e-5)
    assert torch.allclose(turned_centre, 1.5 * rotate(centre[:, None], angle)[:, 0] + 0.1, atol=1e-5)


def test_a_crop_that_is_the_whole_picture_is_the_picture() -> None:
    image = torch.rand(1, 3, 192, 192)
    cut = cut_turned(image, torch.zeros(1, 2), torch.ones(1, 1), torch.tensor([[1.0, 0.0]]))
    assert torch.allclose(cut, image, atol=1e-4)


def test_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        load_face_mesh(tmp_path / "nothing.tflite")
    with pytest.raises(ModelError, match="another network"):
        load_face_mesh(MESH_FILE.with_name("face_detection_short_range.tflite"))


def test_the_mesh_gives_the_anchored_keypoints_and_no_others() -> None:
    with pytest.raises(ValidationError, match="the face mesh gives 20 keypoints, not 12"):
        CompactConfiguration(keypoint_count=12, face_mesh=True)
