"""Where a motion is joined to itself."""

import numpy as np
import pytest

from puppet.motion import FloatArray
from puppet.steering.seamless_loop import JOINT, find_loop

POINTS: FloatArray = np.random.default_rng(0).uniform(-0.5, 0.5, (20, 2)).astype(np.float32)


def swaying(times: np.ndarray, period: float) -> FloatArray:
    """Points that sway with this period. (N, 20, 2)."""
    turn = 2 * np.pi * times[:, None, None] / period
    return np.asarray(POINTS + 0.1 * np.sin(turn + np.array([0, 1.0])), np.float32)


def test_a_motion_that_comes_round_is_joined_where_it_does() -> None:
    times = np.arange(0, 11, 0.04)
    loop = find_loop(times, swaying(times, 3.0))
    assert (loop.end - loop.start) % 3.0 == pytest.approx(0, abs=0.05) or (loop.end - loop.start) % 3.0 == pytest.approx(3, abs=0.05)
    assert loop.end - loop.start > 5.9
    assert loop.start >= loop.joint == JOINT


def test_speed_counts_too() -> None:
    """On its way up and on its way down a sway passes the same place."""
    times = np.arange(0, 7, 0.04)
    points = POINTS + 0.1 * np.sin(2 * np.pi * times[:, None, None] / 3.0)
    loop = find_loop(times, points.astype(np.float32))
    speeds = [np.cos(2 * np.pi * time / 3.0) for time in (loop.start, loop.end)]
    assert speeds[0] == pytest.approx(speeds[1], abs=0.15)


def test_a_long_still_motion_is_used_in_full() -> None:
    times = np.arange(0, 60, 1 / 30)
    loop = find_loop(times, np.tile(POINTS, (len(times), 1, 1)))
    assert loop.start < 1 and loop.end > 59


@pytest.mark.parametrize("times", [(0, 0.1), (0, 1.0), (0, 0.02, 0.5), (0, 0.04, 0.08, 3.0)])
def test_short_motions_loop_too(times: tuple[float, ...]) -> None:
    moments = np.array(times)
    loop = find_loop(moments, swaying(moments, 3.0))
    assert 0 < loop.joint <= loop.start < loop.end <= moments[-1]
    assert loop.end - loop.start >= loop.joint
