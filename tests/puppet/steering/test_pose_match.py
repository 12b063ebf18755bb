"""How well two poses match."""

import math

import numpy as np
import pytest

from puppet.demo import LANDMARKS
from puppet.motion import FloatArray
from puppet.steering.best_frame import pose_distance
from puppet.steering.pose_match import ALIKE, UNLIKE, PoseMatch, match_of

MATCH = PoseMatch(LANDMARKS)


def tilted(degrees: float) -> FloatArray:
    angle = np.radians(degrees)
    return np.asarray(LANDMARKS @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]), np.float32)


def test_the_same_pose_matches_wherever_it_is() -> None:
    assert MATCH.of(LANDMARKS * 130 + (300, 200)) == 1
    assert MATCH.distance(LANDMARKS * 130 + (300, 200)) == pytest.approx(0, abs=1e-4)


def test_the_distance_is_the_one_that_finds_the_best_frame() -> None:
    assert MATCH.distance(tilted(20)) ** 2 == pytest.approx(pose_distance(LANDMARKS, tilted(20)), rel=1e-5)


def test_the_match_falls_with_the_distance_from_one_to_nothing() -> None:
    matches = [MATCH.of(tilted(degrees)) for degrees in range(0, 60, 3)]
    assert matches == sorted(matches, reverse=True)
    assert matches[0] == 1 and matches[-1] == 0
    assert match_of(ALIKE) == 1 and match_of(UNLIKE) == 0 and match_of((ALIKE + UNLIKE) / 2) == pytest.approx(0.5)
    assert match_of(math.nan) == 0


def test_points_in_one_place_are_no_match_and_no_error() -> None:
    assert 0 <= MATCH.of(np.zeros((68, 2), np.float32)) <= 1
    assert 0 <= PoseMatch(np.zeros((68, 2), np.float32)).of(LANDMARKS) <= 1
