"""Crops for a whole clip: one that stays where that does, one that follows smoothly where it must."""

import numpy as np
import pytest

from puppet.demo import LANDMARKS
from puppet.motion import FloatArray
from puppet.offline.driver_crop import plan_crops
from puppet.picture import Square


def face(x: float, y: float = 100, size: float = 30) -> FloatArray:
    return np.asarray(LANDMARKS * size + (x, y), dtype=np.float32)


def holds(square: Square | None, landmarks: FloatArray) -> bool:
    """Whether the crop holds the whole face."""
    assert square is not None
    return bool(np.abs(landmarks - (square.x, square.y)).max() <= square.side / 2)


def test_swaying_face_gets_one_square_that_holds_it() -> None:
    faces = [face(200 + 15 * np.sin(index / 5), size=30 + 2 * np.cos(index / 7)) for index in range(60)]
    squares, steady = plan_crops(faces, 25)
    assert steady and len(set(squares)) == 1
    assert all(holds(square, points) for square, points in zip(squares, faces, strict=True))


def test_crop_goes_with_a_swaying_face_where_that_is_asked_for() -> None:
    faces = [face(200 + 15 * np.sin(index / 40)) for index in range(250)]
    squares, steady = plan_crops(faces, 25, follow=True)
    shifts = [square.x - float(points[:, 0].mean()) for square, points in zip(squares, faces, strict=True) if square]
    assert not steady and np.ptp(shifts) < 5


def test_face_mostly_to_one_side_is_held_at_the_other_too() -> None:
    faces = [face(200)] * 50 + [face(222)] * 10
    squares, steady = plan_crops(faces, 25)
    assert steady and all(holds(square, points) for square, points in zip(squares, faces, strict=True))


def test_wandering_face_is_followed_without_a_jerk() -> None:
    faces = [face(100 + 3 * index, size=30) for index in range(120)]
    squares, steady = plan_crops(faces, 25)
    assert not steady and all(holds(square, points) for square, points in zip(squares, faces, strict=True))
    middles = np.array([square.x for square in squares if square])
    assert np.abs(np.diff(middles, 2)).max() < 0.5


def test_face_that_comes_close_is_followed() -> None:
    faces = [face(300, 300, 30 + index / 2) for index in range(120)]
    squares, steady = plan_crops(faces, 25)
    sides = [square.side for square in squares if square]
    assert not steady
    assert sides[-1] / sides[0] == pytest.approx(89 / 31, rel=0.25)


def test_trembling_is_smoothed_away() -> None:
    noise = np.random.default_rng(0).normal(0, 3, 120)
    squares, steady = plan_crops([face(100 + 3 * index + noise[index]) for index in range(120)], 25)
    middles = np.array([square.x for square in squares if square])
    assert not steady and np.diff(middles, 2).std() < 0.2


def test_missing_faces_have_no_square_and_shift_nothing() -> None:
    faces: list[FloatArray | None] = [face(100 + 4 * index) for index in range(100)]
    whole, _ = plan_crops(faces, 25)
    faces[3] = faces[50] = None
    squares, _ = plan_crops(faces, 25)
    assert [index for index, square in enumerate(squares) if square is None] == [3, 50]
    assert squares[70] is not None and whole[70] is not None
    assert squares[70].x == pytest.approx(whole[70].x, abs=2)


def test_a_single_false_find_does_not_move_the_square() -> None:
    faces = [face(200)] * 99
    squares, steady = plan_crops([*faces, face(900)], 25)
    assert steady and holds(squares[0], faces[0])
