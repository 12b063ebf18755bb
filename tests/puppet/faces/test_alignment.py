"""The similarity that lays a face on the template."""

import cv2
import numpy as np
import pytest

from puppet.faces.alignment import TEMPLATE, aligned_from_picture, five_points


def test_five_points_are_read_off_the_landmarks_image_left_first() -> None:
    landmarks = np.zeros((68, 2), np.float32)
    landmarks[36:42], landmarks[42:48] = (-1, -2), (1, -2)
    landmarks[36, 0] = -1.6
    landmarks[30], landmarks[48], landmarks[54] = (0, 0), (-0.5, 1), (0.5, 1)
    wanted = np.array([[-1.1, -2], [1, -2], [0, 0], [-0.5, 1], [0.5, 1]])
    assert np.allclose(five_points(landmarks), wanted)


@pytest.mark.parametrize("side", [256, 512])
def test_a_turned_grown_and_shifted_face_lands_on_the_template(side: int) -> None:
    turn = np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]]) * 90
    affine = aligned_from_picture((TEMPLATE @ turn.T + [310, 40]).astype(np.float32), side)
    landed = (TEMPLATE @ turn.T + [310, 40]) @ affine[:, :2].T + affine[:, 2]
    assert np.abs(landed - (TEMPLATE * side - 0.5)).max() < 1e-3


def test_it_only_turns_grows_and_shifts_whatever_the_points() -> None:
    points = TEMPLATE * [300, 200] * [-1, 1] + [400, 0]  # mirrored and squeezed: no similarity fits
    affine = aligned_from_picture(points.astype(np.float32), 256)
    assert affine[0, 0] == pytest.approx(affine[1, 1]) and affine[0, 1] == pytest.approx(-affine[1, 0])


def test_points_in_one_place_give_a_finite_affine() -> None:
    assert np.isfinite(aligned_from_picture(np.full((5, 2), 7, np.float32), 256)).all()


def test_pixels_are_counted_by_their_centres() -> None:
    """A picture of the template at twice the side, shrunk by the affine, is the picture shrunk by area."""
    large = cv2.GaussianBlur(np.random.default_rng(3).random((512, 512)).astype(np.float32), (0, 0), 6)
    small = cv2.warpAffine(large, aligned_from_picture(TEMPLATE * 512 - 0.5, 256), (256, 256))
    shrunk = cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA)
    assert np.abs(small - shrunk)[2:-2, 2:-2].max() < 1e-4
