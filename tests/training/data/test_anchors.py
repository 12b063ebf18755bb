"""Anchors: exact under every affine, and true to their mirror image."""

import numpy as np
import pytest
import torch

from puppet.demo import LANDMARKS
from puppet.faces.ibug import MESH_POINTS
from puppet.motion import HEAD, SLOPES
from training.data.anchors import ANCHORS, LIDS, LIPS, MIRRORED, load_mean_face, make_anchors
from training.judging.head_pose import mean_mesh

CPU = torch.device("cpu")
MEAN = (LANDMARKS * 0.6).astype(np.float32)


def test_mean_face_has_identity_jacobians() -> None:
    found = make_anchors(MEAN, CPU).keypoints(torch.from_numpy(MEAN)[None])
    torch.testing.assert_close(found.jacobians, torch.eye(2).expand(1, len(ANCHORS), 2, 2), rtol=0, atol=1e-5)
    wanted = np.stack([MEAN[list(anchor)].mean(axis=0) for anchor in ANCHORS])
    np.testing.assert_allclose(found.points[0].numpy(), wanted, atol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_an_affine_moves_points_and_is_the_jacobian(seed: int) -> None:
    random = np.random.default_rng(seed)
    affine, shift = random.normal(size=(2, 2)).astype(np.float32), random.normal(size=2).astype(np.float32)
    anchors = make_anchors(MEAN, CPU)
    still = anchors.keypoints(torch.from_numpy(MEAN)[None])
    moved = anchors.keypoints(torch.from_numpy(MEAN @ affine.T + shift)[None])
    torch.testing.assert_close(moved.points[0], still.points[0] @ torch.from_numpy(affine.T) + torch.from_numpy(shift), rtol=0, atol=1e-5)
    torch.testing.assert_close(moved.jacobians[0], torch.from_numpy(affine).expand(len(ANCHORS), 2, 2), rtol=0, atol=2e-5)


def test_jacobians_feel_their_surroundings_most() -> None:
    """A mouth stretched wide is seen at the lower lip more than twice as much as at the brows."""
    stretched = MEAN.copy()
    stretched[48:, 0] *= 1.5
    found = make_anchors(MEAN, CPU).keypoints(torch.from_numpy(stretched)[None]).jacobians[0, :, 0, 0] - 1
    lip, brow = ANCHORS.index((57,)), ANCHORS.index((19,))
    assert found[lip] > 0.05
    assert 0 < found[brow] < found[lip] / 2


def test_a_closed_eye_keeps_an_invertible_jacobian() -> None:
    shut = MEAN.copy()
    shut[36:48, 1] = shut[36:48, 1].mean()
    determinants = torch.linalg.det(make_anchors(MEAN, CPU).keypoints(torch.from_numpy(shut)[None]).jacobians)
    assert (determinants > 0.3).all()


def test_mirrored_is_its_own_inverse_and_mirrors_the_drawn_face() -> None:
    np.testing.assert_array_equal(MIRRORED[MIRRORED], np.arange(68))
    jaw_and_brows = [*range(27), *range(48, 60)]
    np.testing.assert_allclose(MEAN[MIRRORED][jaw_and_brows] * (-1, 1), MEAN[jaw_and_brows], atol=1e-6)
    assert (np.sign(MEAN[MIRRORED, 0].round(3)) == -np.sign(MEAN[:, 0].round(3))).all()


def test_every_anchor_has_its_mirror_image() -> None:
    sets = {frozenset(anchor) for anchor in ANCHORS}
    assert len(sets) == len(ANCHORS)
    for anchor in ANCHORS:
        assert frozenset(int(MIRRORED[index]) for index in anchor) in sets


def test_lids_and_lips_name_upper_and_lower_points() -> None:
    points = make_anchors(MEAN, CPU).keypoints(torch.from_numpy(MEAN)[None]).points[0]
    for upper, lower in (*LIDS, LIPS):
        assert points[upper, 1] < points[lower, 1]
        torch.testing.assert_close(points[upper, 0], points[lower, 0], rtol=0, atol=0.02)


def test_the_head_that_motion_is_carried_over_by_has_its_points_at_the_anchors() -> None:
    """The mean mesh at the anchors, as large as the mean face and where that lies; depths about the middle of all landmarks."""
    face, mesh = load_mean_face(), mean_mesh()[MESH_POINTS]
    mesh = mesh - mesh.mean(axis=0)
    centred = face - face.mean(axis=0)
    mesh = mesh * ((centred * mesh[:, :2]).sum() / np.square(mesh[:, :2]).sum()) + np.append(face.mean(axis=0), 0)
    np.testing.assert_allclose(HEAD, [mesh[list(anchor)].mean(axis=0) for anchor in ANCHORS], atol=1e-3)
    np.testing.assert_allclose(SLOPES, make_anchors(face, CPU).fit.numpy() @ mesh[:, 2], atol=1e-3)
