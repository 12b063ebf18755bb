"""The pose of heads whose turn is known, in degrees and in directions that a person can check by eye."""

import numpy as np
import pytest

from training.judging.head_pose import RIGID, Doubles, head_pose, mean_mesh


def turned(yaw: float = 0, pitch: float = 0, roll: float = 0) -> Doubles:
    """The rotation of a head that rolls, then nods, then turns; (3, 3)."""
    y, p, r = np.radians([yaw, pitch, roll])
    turn = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(turn @ nod @ tilt)


def test_the_mean_face_is_symmetric_upright_and_a_unit_wide() -> None:
    mean = mean_mesh()
    assert np.linalg.norm(mean[263] - mean[33]) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(mean[263] * (-1, 1, 1), mean[33], atol=1e-5)
    assert mean[10, 2] == pytest.approx(mean[152, 2], abs=1e-5)
    assert mean[4, 2] == mean[:, 2].min(), "the tip of the nose is nearest to the viewer"
    pose = head_pose((mean * 80 + 100).astype(np.float32))
    assert (pose.yaw, pose.pitch, pose.roll, pose.scale) == pytest.approx((0, 0, 0, 80), abs=1e-3)


@pytest.mark.parametrize("angles", [(30, 0, 0), (0, -20, 0), (0, 0, 45), (-25, 15, -10), (40, -30, 20)])
def test_a_turn_is_read_back(angles: tuple[float, float, float]) -> None:
    mesh = (mean_mesh() @ turned(*angles).T * 60 + (130, 90, 0)).astype(np.float32)
    pose = head_pose(mesh)
    assert (pose.yaw, pose.pitch, pose.roll, pose.scale) == pytest.approx((*angles, 60), abs=1e-3)
    upright = mean_mesh() - mean_mesh().mean(axis=0)
    np.testing.assert_allclose(pose.upright(mesh), upright, atol=1e-4)


def test_directions_are_those_of_the_picture() -> None:
    nose = [(mean_mesh() @ turned(**angle).T)[4] for angle in ({"yaw": 20}, {"pitch": 20}, {"roll": 20})]
    assert nose[0][0] > 0.1, "yaw turns the nose to the right"
    assert nose[1][1] > 0.1, "pitch lowers it"
    eyes = mean_mesh() @ turned(roll=20).T
    assert eyes[263, 1] > eyes[33, 1], "roll lowers the eye on the right"


def test_the_jaw_turns_nothing() -> None:
    mesh = mean_mesh() * 80
    loose = np.setdiff1d(np.arange(468), RIGID)
    mesh[loose] += np.random.default_rng(0).normal(0, 20, (len(loose), 3))
    pose = head_pose(mesh.astype(np.float32))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((0, 0, 0), abs=1e-3)


def test_noise_makes_no_mirror_of_a_head() -> None:
    noise = np.random.default_rng(1).normal(0, 0.5, (468, 3))
    assert np.linalg.det(head_pose((mean_mesh() + noise).astype(np.float32)).rotation) == pytest.approx(1)
    flat = head_pose((mean_mesh() * (1, 1, 0)).astype(np.float32))
    assert np.linalg.det(flat.rotation) == pytest.approx(1)
    assert flat.yaw == pytest.approx(0, abs=1e-3)


def test_a_mesh_that_is_a_point_has_a_pose_of_numbers() -> None:
    pose = head_pose(np.full((468, 3), 7, np.float32))
    assert np.isfinite([pose.yaw, pose.pitch, pose.roll, pose.scale]).all()
    assert np.linalg.det(pose.rotation) == pytest.approx(1)
