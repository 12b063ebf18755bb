"""Drawn figures: the same numbers draw the same clip, a figure keeps its looks, and all of it moves smoothly within the picture."""

from itertools import pairwise
from typing import get_args

import numpy as np
import pytest

from puppet.picture import Picture
from scripts.figures.figure_clip import Kind, Take, draw_clip

SIDE, FRAMES = 96, 50
KINDS: tuple[Kind, ...] = get_args(Kind)


def frames(kind: Kind, number: int = 0, take: int = 0, seed: int = 0) -> list[Picture]:
    return list(draw_clip(Take(kind, seed, number, take), SIDE, FRAMES))


def apart(one: Picture, other: Picture) -> float:
    """Mean distance of two pictures in levels."""
    return float(np.abs(one.astype(float) - other).mean())


def changed(clip: list[Picture]) -> np.ndarray:
    """Pixels that anything of a clip passes over."""
    return np.asarray(np.ptp(np.stack(clip), axis=0).max(axis=-1) > 40)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_numbers_draw_the_same_clip(kind: Kind) -> None:
    assert np.array_equal(frames(kind), frames(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_figure_take_and_seed_each_make_another_clip(kind: Kind) -> None:
    first = frames(kind)[0]
    for other in (frames(kind, number=1), frames(kind, take=1), frames(kind, seed=1)):
        assert apart(first, other[0]) > 3


@pytest.mark.parametrize("kind", KINDS)
def test_figures_move_smoothly(kind: Kind) -> None:
    for number in range(4):
        clip = frames(kind, number)
        steps = [apart(one, other) for one, other in pairwise(clip)]
        farthest = max(apart(clip[0], other) for other in clip)
        assert farthest > 2, "something moves"
        assert max(steps) < 0.6 * farthest, "nothing jumps"


@pytest.mark.parametrize("kind", KINDS)
def test_the_ground_stands_still_and_the_figure_stays_in_the_picture(kind: Kind) -> None:
    for number in range(4):
        touched = changed(frames(kind, number))
        assert 0.02 < touched.mean() < 0.7
        assert not touched[-2:].any()
        assert touched[:, [0, -1]].mean() < 0.1, "a hand may leave it"


def test_a_person_keeps_their_looks_over_takes() -> None:
    """The colours of the figure in two takes are nearer than those of two figures, on average."""

    def colours(number: int, take: int) -> np.ndarray:
        clip = frames("people", number, take)
        trunk = clip[0][SIDE * 2 // 5 : SIDE // 2, SIDE * 9 // 20 : SIDE * 11 // 20]
        return np.asarray(np.median(trunk, axis=(0, 1)))

    own = [np.abs(colours(number, 0) - colours(number, 1)).mean() for number in range(5)]
    others = [np.abs(colours(number, 0) - colours(number + 1, 1)).mean() for number in range(5)]
    assert np.mean(own) < 0.6 * np.mean(others)
