"""A neutral pose found by watching."""

import numpy as np
import pytest

from puppet.demo import LANDMARKS
from puppet.motion import FloatArray, Motion
from puppet.steering.auto_calibration import HELD, PATIENCE, PAUSE, AutoCalibration
from puppet.steering.pose_match import PoseMatch
from tests.puppet.steering.steered_faces import carried, face, similarity

RATE = 25.0
MATCH = PoseMatch(LANDMARKS)


def tilted(degrees: float) -> FloatArray:
    return np.asarray(LANDMARKS @ similarity(degrees).T, np.float32)


def driving(degrees: float) -> Motion:
    return carried(face(1), similarity(degrees))


class Watch:
    """A calibration that is shown a driver who tilts the head, at `RATE`."""

    def __init__(self, calibration: AutoCalibration | None = None) -> None:
        self.calibration = calibration or AutoCalibration(MATCH)
        self.now = 50.0

    def __call__(self, degrees: float, seconds: float) -> list[float]:
        """The tilts of the poses given while the head is held so."""
        taken = []
        for _ in range(round(seconds * RATE)):
            self.now += 1 / RATE
            better = self.calibration.look(driving(degrees), tilted(degrees), self.now)
            if better is not None:
                turn = better.points[5] - better.points[2]
                taken.append(float(np.degrees(np.arctan2(turn[1], turn[0]))))
        return taken


def test_a_better_pose_that_is_held_is_taken_and_a_worse_one_is_not() -> None:
    watch = Watch()
    assert watch(20, 1) == pytest.approx([20], abs=0.1), "the first that is held"
    assert watch(30, 1) == []
    assert watch(10, 1) == pytest.approx([10], abs=0.1)
    assert watch(20, 1) == []
    assert watch(9.5, 1) == [], "better by too little to move the portrait for"
    assert watch(0, 1) == pytest.approx([0], abs=0.1)


def test_a_pose_passed_by_is_not_taken() -> None:
    watch = Watch()
    watch(20, 1)
    assert watch(5, HELD / 2) + watch(20, 1) == []
    assert [taken for degrees in range(20, -20, -1) for taken in watch(degrees, 1 / RATE)] == []


def test_one_is_not_taken_right_after_another() -> None:
    watch = Watch()
    assert watch(20, 0.28) == pytest.approx([20], abs=0.1)
    assert watch(10, PAUSE - 0.1) == []
    assert watch(10, 0.3) == pytest.approx([10], abs=0.1)


def test_a_pose_known_already_must_be_bettered() -> None:
    watch = Watch(AutoCalibration(MATCH, nearest=MATCH.distance(tilted(10))))
    assert watch(15, 2) == []
    assert watch(5, 2) == pytest.approx([5], abs=0.1)
    assert watch.calibration.nearest == pytest.approx(MATCH.distance(tilted(5)), abs=1e-4)


def test_a_face_that_was_away_must_hold_its_pose_anew() -> None:
    watch = Watch()
    watch(20, 1)
    watch(5, 0.1)
    watch.now += 5
    assert watch(5, 0.1) == []


def test_in_the_end_it_settles() -> None:
    watch = Watch()
    watch(20, 1)
    assert not watch.calibration.is_settled(watch.now)
    watch(20, PATIENCE + 1)
    assert watch.calibration.is_settled(watch.now)
    assert watch(0, 2) == []


def test_a_blink_does_not_decide_the_pose() -> None:
    calibration = AutoCalibration(MATCH)
    taken = None
    for index in range(20):
        motion = face(1)
        if index in (3, 4):
            motion = motion._replace(points=motion.points + np.float32(0.5))
        taken = calibration.look(motion, LANDMARKS, index / RATE) or taken
    assert taken is not None
    np.testing.assert_allclose(taken.points, face(1).points, atol=1e-6)
