"""No jump from one motion to another."""

from itertools import pairwise

import numpy as np

from puppet.motion import Motion
from puppet.steering.crossing import CROSSING, STEP, Crossing
from tests.puppet.steering.steered_faces import assert_alike, carried, face, similarity

RATE = 50.0
FIRST = face(1)
SECOND = carried(FIRST, similarity(30, 1.2), (0.4, -0.2))


def crossed(crossing: Crossing, motion: Motion, start: float, seconds: float) -> list[Motion]:
    """What is shown while the same motion is given from `start` for `seconds`."""
    return [crossing(motion, start + index / RATE) for index in range(round(seconds * RATE))]


def farthest(shown: list[Motion]) -> float:
    """The farthest any point goes from one frame to the next."""
    return max(float(np.abs(after.points - before.points).max()) for before, after in pairwise(shown))


def test_motions_pass_as_they_are_until_it_begins() -> None:
    crossing = Crossing()
    crossing.begin()
    assert crossing(FIRST, 0) is FIRST, "there is nothing to come from"
    assert crossing(SECOND, 0.02) is SECOND


def test_it_leads_from_one_to_the_other_in_its_time_without_a_jump() -> None:
    crossing = Crossing()
    shown = crossed(crossing, FIRST, 0, 0.2)
    crossing.begin()
    shown += crossed(crossing, SECOND, 0.2, 1)
    whole = float(np.abs(SECOND.points - FIRST.points).max())
    assert farthest(shown) < 2 * whole / (CROSSING * RATE)
    assert shown[-1] is SECOND
    assert shown[10 + round(CROSSING * RATE)] is SECOND
    assert all((np.linalg.det(motion.jacobians) > 0.5).all() for motion in shown)


def test_halfway_it_is_in_the_middle() -> None:
    crossing = Crossing()
    crossing(FIRST, 1.0)
    crossing.begin()
    crossing(SECOND, 1.0)
    halfway = crossing(SECOND, 1 + CROSSING / 2)
    np.testing.assert_allclose(halfway.points, (FIRST.points + SECOND.points) / 2, atol=1e-6)
    np.testing.assert_allclose(halfway.jacobians, similarity(15, 1.2**0.5) @ FIRST.jacobians, atol=1e-5)


def test_the_new_motion_is_followed_from_the_first_frame() -> None:
    crossing = Crossing()
    crossing(FIRST, 0)
    crossing.begin()
    before = crossing(SECOND, 0.02)
    after = crossing(carried(SECOND, similarity(), (0.1, 0)), 0.02)
    np.testing.assert_allclose(after.points - before.points, np.tile((0.1, 0), (20, 1)), atol=1e-6)


def test_beginning_again_midway_does_not_jump() -> None:
    crossing = Crossing()
    shown = crossed(crossing, FIRST, 0, 0.1)
    for start, motion in ((0.1, SECOND), (0.3, FIRST), (0.4, SECOND)):
        crossing.begin()
        shown += crossed(crossing, motion, start, 0.1 if motion is FIRST else 0.2)
    assert farthest(shown) < 0.08
    assert crossed(crossing, SECOND, 0.6, 0.5)[-1] is SECOND


def test_after_a_pause_it_begins_where_the_portrait_was_left() -> None:
    crossing = Crossing()
    crossing(FIRST, 0)
    crossing.begin()
    first = crossing(SECOND, 100.0)
    left = float(np.abs(first.points - FIRST.points).max() / np.abs(SECOND.points - FIRST.points).max())
    assert left < 3 * (STEP / CROSSING) ** 2 + 1e-6
    assert crossing(SECOND, 100.0 + CROSSING) is SECOND


def test_after_a_reset_the_next_motion_passes() -> None:
    crossing = Crossing()
    crossing(FIRST, 0)
    crossing.begin()
    crossing.reset()
    assert_alike(crossing(SECOND, 0.02), SECOND, 0)
