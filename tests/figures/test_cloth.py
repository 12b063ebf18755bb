"""Patterns of cloth: two colours, softly parted, again after a period."""

import numpy as np
import pytest

from scripts.figures.cloth import PATTERNS, Cloth, Pattern

RED, BLUE = (200.0, 20.0, 20.0), (20.0, 20.0, 200.0)
PLACES = np.meshgrid(np.linspace(0, 47, 96), np.linspace(0, 47, 96))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_shows_both_colours_unless_it_is_plain(pattern: Pattern) -> None:
    painted = Cloth(RED, BLUE, pattern).paint(*PLACES)
    assert painted.shape == (96, 96, 3)
    blue = painted[..., 2] > 110
    assert blue.any() == (pattern != "plain")
    assert not blue.all()


@pytest.mark.parametrize("pattern", ["rings", "stripes", "checks", "dots", "diamonds"])
def test_a_pattern_repeats(pattern: Pattern) -> None:
    around, along = PLACES
    cloth = Cloth(RED, BLUE, pattern, period=10)
    assert np.allclose(cloth.paint(around, along), cloth.paint(around + 20, along + 20), atol=1e-6)


def test_rings_run_around_and_stripes_along() -> None:
    around, along = PLACES
    rings, stripes = (Cloth(RED, BLUE, pattern).paint(around, along) for pattern in ("rings", "stripes"))
    assert np.ptp(rings, axis=1).max() == 0
    assert np.ptp(stripes, axis=0).max() == 0


def test_dimmed_cloth_is_darker_in_both_colours() -> None:
    cloth = Cloth(RED, BLUE, "dots").dimmed(0.5)
    assert cloth.colour == (100, 10, 10)
    assert cloth.second == (10, 10, 100)
