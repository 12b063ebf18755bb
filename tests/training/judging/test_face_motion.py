"""Signals of a face, on faces whose every angle and opening is known."""

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import LANDMARKS
from puppet.motion import FloatArray
from tests.training.judging.test_head_pose import turned
from training.judging.face_motion import LOWER_LIDS, LOWER_LIPS, UPPER_LIDS, UPPER_LIPS, FaceMotion, face_motion, following, jitter
from training.judging.head_pose import Doubles, mean_mesh

STILL = np.zeros(12, np.float32)


def face(turn: Doubles | None = None, *, mouth: float = 0.0, eyes: float = 0.1, size: float = 100.0) -> Face:
    """The mean face with its lips and lids so far apart, in outer-eye distances, then turned; one distance is `size` pixels."""
    mesh = mean_mesh().copy()
    for upper, lower, gap in ((UPPER_LIPS, LOWER_LIPS, mouth), (UPPER_LIDS, LOWER_LIDS, eyes)):
        middle = (mesh[list(upper), 1] + mesh[list(lower), 1]) / 2
        mesh[list(upper), 1], mesh[list(lower), 1] = middle - gap / 2, middle + gap / 2
    if turn is not None:
        mesh = mesh @ turn.T
    return Face(LANDMARKS, (mesh * size + 300).astype(np.float32), 1.0)


def motion(**signals: FloatArray) -> FaceMotion:
    return FaceMotion(*(signals.get(name, STILL) for name in FaceMotion._fields))


def test_openings_depend_neither_on_size_nor_on_the_head_s_turn() -> None:
    turn = turned(yaw=25, pitch=20, roll=-15)
    found = face_motion(
        [face(mouth=0.3, eyes=0.05), face(mouth=0.3, eyes=0.05, size=40), face(turn, mouth=0.3, eyes=0.05), face(mouth=0, eyes=0)]
    )
    np.testing.assert_allclose(found.mouth, [0.3, 0.3, 0.3, 0], atol=1e-5)
    np.testing.assert_allclose(found.eyes, [0.05, 0.05, 0.05, 0], atol=1e-5)


def test_a_mouth_that_opens_neither_turns_the_head_nor_closes_the_eyes() -> None:
    shut, wide = face(), face(mouth=0.6)
    wide.mesh[152, 1] += 40  # the chin drops with it
    found = face_motion([shut, wide])
    for signal in (found.eyes, found.yaw, found.pitch, found.roll):
        assert signal[0] == pytest.approx(signal[1], abs=1e-4)


def test_angles_are_those_of_the_pose() -> None:
    found = face_motion([face(turned(yaw=12)), face(turned(pitch=-30)), face(turned(roll=40))])
    np.testing.assert_allclose(np.stack(found[2:]), np.diag([12, -30, 40]), atol=1e-3)


def test_lost_faces_are_not_numbers() -> None:
    found = face_motion([None, face(mouth=0.1), None])
    for signal in found:
        assert np.isnan(signal).tolist() == [True, False, True]


def test_following_of_what_moves() -> None:
    wave = np.sin(np.arange(12)).astype(np.float32)
    driver = motion(mouth=wave * 0.1, yaw=wave * 10, roll=wave * 5, pitch=wave)  # a pitch of .7 degrees is still
    result = motion(mouth=wave * 0.02 + 1, yaw=-wave, pitch=wave)
    found = following(driver, result)
    assert list(found) == ["mouth", "yaw", "roll"]
    assert found["mouth"] == pytest.approx((1, 0.2), abs=1e-5)
    assert found["yaw"] == pytest.approx((-1, -0.1), abs=1e-5)
    assert found["roll"] == (0, 0)


def test_gain_is_that_of_the_part_that_follows() -> None:
    wave, other = np.sin(np.arange(24)).astype(np.float32), np.cos(np.arange(24)).astype(np.float32)
    found = following(motion(yaw=wave * 10), motion(yaw=wave * 5 + other * 5))
    assert found["yaw"].gain == pytest.approx(0.5, abs=0.03)
    assert found["yaw"].correlation == pytest.approx(0.5**0.5, abs=0.03)


def test_following_leaves_out_lost_frames_and_short_clips() -> None:
    wave = np.sin(np.arange(12)).astype(np.float32)
    lost = wave.copy()
    lost[3] = np.nan
    spoilt = wave.copy()
    spoilt[3] = 100
    assert following(motion(mouth=lost), motion(mouth=spoilt)) == {"mouth": pytest.approx((1, 1))}
    lost[:3] = np.nan
    assert following(motion(mouth=lost), motion(mouth=wave)) == {}, "eight frames are too few"


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
