"""The race of a model against the full one."""

import time

import pytest

from puppet.demo import DemoAnimator
from puppet.motion import Motion
from puppet.picture import Picture
from training.judging.speed import Race, race


class Slow(DemoAnimator):
    """Takes its time for every frame."""

    def animate(self, posed: Motion) -> Picture:
        time.sleep(0.02)
        return super().animate(posed)


def test_the_slower_one_is_told_by_how_much() -> None:
    rounds: list[tuple[int, int]] = []
    result = race(DemoAnimator(64), Slow(64), rounds=2, on_round=lambda done, of: rounds.append((done, of)))
    assert rounds == [(1, 2), (2, 2)]
    assert len(result.model) == len(result.full) == 2
    assert min(result.full) >= 20 > max(result.model)
    assert result.ratio > 1


def test_the_ratio_is_that_of_the_medians() -> None:
    assert Race(model=[2.0, 4.0, 90.0], full=[40.0, 1.0, 44.0]).ratio == pytest.approx(10)
