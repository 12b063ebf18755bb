"""A portrait at rest: alive, calm, and never in a hurry."""

import numpy as np
import pytest

from puppet.steering.change import take_apart
from puppet.steering.distortion_guard import measure
from puppet.steering.idle_motion import CLOSING, IdleMotion
from tests.puppet.steering.steered_faces import LIDS, assert_alike, carried, face, gaps, similarity

SOURCE = face(1)
RATE = 25.0
TIMES = np.arange(0, 120, 1 / RATE)
IDLE = IdleMotion(LIDS)


@pytest.fixture(scope="module")
def openings() -> np.ndarray:
    """How far each eye is open, as shares, at each of `TIMES` (N, 2)."""
    return np.array([gaps(IDLE.at(SOURCE, time)) for time in TIMES]) / gaps(SOURCE)


def test_it_begins_with_the_portrait_as_it_is_and_slowly() -> None:
    assert IDLE.at(SOURCE, 0) is SOURCE
    assert_alike(IDLE.at(SOURCE, 1e-3), SOURCE, 1e-5)
    assert np.abs(IDLE.at(SOURCE, 0.2).points - SOURCE.points).max() < 0.004


def test_it_is_a_function_of_time_and_seed_alone() -> None:
    for time in (3.0, 7.77, 1e5):
        assert_alike(IdleMotion(LIDS).at(SOURCE, time), IDLE.at(SOURCE, time), 0)
    assert np.abs(IdleMotion(LIDS, seed=2).at(SOURCE, 7.0).points - IDLE.at(SOURCE, 7.0).points).max() > 1e-3


def test_it_moves_all_the_time_but_little_and_calmly() -> None:
    points = np.stack([IdleMotion().at(SOURCE, time).points for time in TIMES])
    away = np.abs(points - SOURCE.points).max(axis=(1, 2))
    speed = np.abs(np.diff(points, axis=0)).max(axis=(1, 2)) * RATE
    assert 0.01 < np.median(away) < 0.05 and away.max() < 0.1
    assert speed[75:].min() > 1e-4, "nobody holds quite still"
    assert speed.max() < 0.06


def test_it_stays_well_within_what_a_model_can_draw() -> None:
    assert max(max(measure(SOURCE, take_apart(SOURCE, IDLE.at(SOURCE, time)))) for time in TIMES[::5]) < 0.7


def test_eyes_shut_both_at_once_and_open_again(openings: np.ndarray) -> None:
    assert openings.min() < 0.03 and openings.max() < 1.05
    assert np.abs(openings[:, 0] - openings[:, 1]).max() < 0.06
    assert np.mean(openings.min(axis=1) < 0.5) < 0.1


def test_blinks_come_at_odd_intervals_as_peoples_do(openings: np.ndarray) -> None:
    shut = openings.mean(axis=1) < 0.5
    begun = TIMES[1:][shut[1:] & ~shut[:-1]]
    pauses = np.diff(begun)
    assert 10 < 60 * len(begun) / TIMES[-1] < 25, "a minute"
    assert begun[0] > 0.5
    assert pauses.max() < 9 and pauses.min() > CLOSING
    assert pauses.std() > 0.3 * pauses.mean()


def test_without_lids_nothing_blinks() -> None:
    plain = np.array([gaps(IdleMotion().at(SOURCE, time)) for time in TIMES[:1000:3]])
    assert plain.min() > 0.9 * gaps(SOURCE).min()


def test_it_never_comes_round_again() -> None:
    first = np.stack([IdleMotion().at(SOURCE, time).points for time in np.arange(10.0, 40, 3)])
    for later in np.arange(60, 3600, 31.7).tolist():
        other = np.stack([IdleMotion().at(SOURCE, later + time).points for time in np.arange(0.0, 30, 3)])
        assert np.abs(other - first).max() > 0.01


def test_it_grows_with_the_face() -> None:
    small = carried(SOURCE, similarity(0, 0.5))
    moved, half = (np.abs(IDLE.at(source, 20.0).points - source.points).max() for source in (SOURCE, small))
    assert half == pytest.approx(moved / 2, rel=1e-3)
