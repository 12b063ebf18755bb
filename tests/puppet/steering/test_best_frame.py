"""The frame most like the portrait."""

import numpy as np
import pytest

from puppet.demo import LANDMARKS
from puppet.motion import FloatArray, hull_area
from puppet.steering.best_frame import hull_normalised, pose_distance


def turned(degrees: float) -> FloatArray:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(LANDMARKS @ turn.T, dtype=np.float32)


def test_place_and_size_do_not_count() -> None:
    assert pose_distance(LANDMARKS, LANDMARKS * 37 + (250, -40)) == pytest.approx(0, abs=1e-8)
    normal = hull_normalised(LANDMARKS * 12 + 5)
    assert hull_area(normal) == pytest.approx(1, rel=1e-5)
    assert normal.mean(axis=0) == pytest.approx([0, 0], abs=1e-5)


def test_distance_grows_with_the_difference() -> None:
    distances = [pose_distance(LANDMARKS, turned(angle)) for angle in (0, 5, 10, 20)]
    assert distances == sorted(distances) and distances[1] > 1e-3
    yawned = LANDMARKS.copy()
    yawned[60:68, 1] += 0.2
    assert pose_distance(LANDMARKS, yawned) > 1e-3


def test_points_in_one_place_are_no_error() -> None:
    assert np.isfinite(pose_distance(LANDMARKS, np.zeros((68, 2), np.float32)))
