"""Signals of a face, on faces whose every angle and opening is known."""

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import LANDMARKS
from puppet.motion import FloatArray
from training.face_motion import MESH_CHIN, MESH_EYES, MESH_FOREHEAD, FaceMotion, correlations, face_motion, jitter

STILL = np.zeros(12, np.float32)


def rotation(axis: int, degrees: float) -> FloatArray:
    """A turn of (x, y, z) columns from the next axis towards the one after it."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix[[first, first, second, second], [first, second, first, second]] = cosine, -sine, sine, cosine
    return matrix.astype(np.float32)


def face(turn: FloatArray | None = None, *, mouth: float = 0.0, eyes: float = 0.1, size: float = 100.0) -> Face:
    """A frontal face, turned; openings in face heights, `size` the pixels of one."""
    marks = LANDMARKS.copy()
    marks[[27, 8]] = (0, 0), (0, 1)
    marks[[62, 66]] = (0, 0.5), (0, 0.5 + mouth)
    marks[[37, 38, 43, 44], 1], marks[[40, 41, 46, 47], 1] = -eyes / 2, eyes / 2
    mesh = np.zeros((468, 3), np.float32)
    mesh[[*MESH_EYES, MESH_FOREHEAD, MESH_CHIN]] = (-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0)
    if turn is not None:
        mesh = mesh @ turn.T
    return Face(marks * size + 300, mesh * size + 300, 1.0)


def motion(**signals: FloatArray) -> FaceMotion:
    return FaceMotion(*(signals.get(name, STILL) for name in FaceMotion._fields))


def test_openings_do_not_depend_on_the_face_s_size() -> None:
    found = face_motion([face(mouth=0.3, eyes=0.05), face(mouth=0.3, eyes=0.05, size=40), face(mouth=0, eyes=0)])
    np.testing.assert_allclose(found.mouth, [0.3, 0.3, 0], atol=1e-5)
    np.testing.assert_allclose(found.eyes, [0.05, 0.05, 0], atol=1e-5)


@pytest.mark.parametrize("degrees", [-30.0, -5.0, 0.0, 12.0, 40.0])
def test_each_turn_is_its_own_angle(degrees: float) -> None:
    yaw, pitch, roll = (face_motion([face(turn)]) for turn in (rotation(1, -degrees), rotation(0, degrees), rotation(2, degrees)))
    assert (yaw.yaw[0], pitch.pitch[0], roll.roll[0]) == pytest.approx((degrees,) * 3, abs=1e-3)
    assert (yaw.pitch[0], yaw.roll[0], pitch.yaw[0], pitch.roll[0], roll.yaw[0]) == pytest.approx((0,) * 5, abs=1e-3)


def test_lost_faces_are_not_numbers() -> None:
    found = face_motion([None, face(mouth=0.1), None])
    for signal in found:
        assert np.isnan(signal).tolist() == [True, False, True]


def test_correlations_of_what_moves() -> None:
    wave = np.sin(np.arange(12)).astype(np.float32)
    driver = motion(mouth=wave * 0.1, yaw=wave * 10, roll=wave * 5, pitch=wave)  # a pitch of .7 degrees is still
    result = motion(mouth=wave * 0.02 + 1, yaw=-wave, pitch=wave)
    found = correlations(driver, result)
    assert found == {"mouth": pytest.approx(1, abs=1e-5), "yaw": pytest.approx(-1, abs=1e-5), "roll": 0.0}


def test_correlations_leave_out_lost_frames_and_short_clips() -> None:
    wave = np.sin(np.arange(12)).astype(np.float32)
    lost = wave.copy()
    lost[3] = np.nan
    spoilt = wave.copy()
    spoilt[3] = 100
    assert correlations(motion(mouth=lost), motion(mouth=spoilt)) == {"mouth": pytest.approx(1)}
    lost[:3] = np.nan
    assert correlations(motion(mouth=lost), motion(mouth=wave)) == {}, "eight frames are too few"


def moved(*steps: float) -> list[Face | None]:
    return [Face((LANDMARKS * 20 + step).astype(np.float32), np.zeros((468, 3), np.float32), 1.0) for step in steps]


def test_linear_motion_has_no_jitter() -> None:
    assert jitter(moved(0, 2, 4, 6, 8), 256) == pytest.approx(0, abs=1e-4)


def test_jitter_is_in_pixels_at_256() -> None:
    shaking = moved(0, 1, 0, 1, 0)  # both coordinates: a second difference of 2 * sqrt(2)
    assert jitter(shaking, 256) == pytest.approx(8**0.5, rel=1e-4)
    assert jitter(shaking, 64) == pytest.approx(4 * 8**0.5, rel=1e-4)


def test_jitter_leaves_gaps_out() -> None:
    assert jitter([*moved(0, 1, 2), None, *moved(50, 51, 52)], 256) == pytest.approx(0, abs=1e-4)
    assert np.isnan(jitter([*moved(0, 1), None, *moved(3, 4)], 256))
    assert np.isnan(jitter(moved(0, 1), 256))
