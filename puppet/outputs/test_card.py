"""A card that tells at a glance whether the virtual camera works: alive, in its true colours, uncut, and the right way round."""

from collections.abc import Sequence
from functools import lru_cache
from math import cos, pi, sin

import cv2
import numpy as np

from puppet.outputs.lettering import BOLD, Colour, write_line
from puppet.outputs.words_card import ACCENT, INK, backdrop
from puppet.picture import Picture, freeze

BARS = ((191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191))
"""Colours at three quarters: white, yellow, cyan, green, magenta, red, blue."""

GREYS = 11
QUIET = (150, 160, 176)

MIRROR_WORDS = "If you can read this, the picture is not mirrored."

TURN = 2.0
"""The dot goes once around in this time, s."""

DOTS = 24
"""Places around the circle."""

ROOMY = 170
"""Height at 16:9 below which there is no room for a sentence, px."""


def test_card(width: int, height: int, time: float, rate: float = 0.0) -> Picture:
    """The card as it looks at `time`, s: (height, width, 3). rate: pictures a second that it tells, 0 for none."""
    card = _still_card(width, height, rate).copy()
    middle, radius = _circle(width, height)
    turned = time / TURN % 1
    for place in range(DOTS):
        angle = 2 * pi * place / DOTS
        freshness = max(0.0, 1 - (turned - place / DOTS) % 1 * 2)
        _dot(card, (middle[0] + radius * sin(angle), middle[1] - radius * cos(angle)), radius * (0.045 + 0.055 * freshness), freshness)
    write_line(card, f"{time % 100:04.1f}", middle, round(0.62 * radius), INK, weight=BOLD)
    return freeze(card)


@lru_cache(maxsize=2)
def _still_card(width: int, height: int, rate: float) -> Picture:
    """All that does not move. Everything is measured in units: the largest height that the card has at 16:9."""
    card = backdrop(width, height)
    unit = _unit(width, height)
    _draw_frame(card, unit)
    middle = width / 2, height / 2
    left, right = round(middle[0] - 0.72 * unit), round(middle[0] + 0.72 * unit)
    top, between, bottom = (round(middle[1] + place * unit) for place in (0.02, 0.15, 0.195))
    _fill(card, BARS, (left, right), (top, between))
    steps = [round(255 * step / (GREYS - 1)) for step in range(GREYS)]
    _fill(card, [(step, step, step) for step in steps], (left, right), (between, bottom))
    size = f"{width} × {height}"
    if unit < ROOMY:
        write_line(card, size, (middle[0], middle[1] + 0.3 * unit), max(7, round(0.08 * unit)), INK)
        return freeze(card)
    write_line(card, "PUPPET   ·   TEST CARD", (middle[0], middle[1] - 0.41 * unit), round(0.032 * unit), QUIET, weight=BOLD)
    write_line(card, MIRROR_WORDS, (middle[0], middle[1] + 0.28 * unit), round(0.052 * unit), INK)
    facts = f"{size}   ·   {rate:g} pictures a second" if rate else size
    write_line(card, facts, (middle[0], middle[1] + 0.365 * unit), round(0.04 * unit), QUIET)
    return freeze(card)


def _unit(width: int, height: int) -> float:
    return min(height, width * 9 / 16)


def _circle(width: int, height: int) -> tuple[tuple[float, float], float]:
    """Centre and radius of the circle that the dot goes around."""
    unit = _unit(width, height)
    return (width / 2, height / 2 - 0.195 * unit), 0.145 * unit


def _draw_frame(card: Picture, unit: float) -> None:
    """A fine line near the edges, with corners at the very edge: whoever cuts the picture cuts them."""
    height, width = card.shape[:2]
    line, arm, inset = max(1, round(0.004 * unit)), round(0.07 * unit), round(0.035 * unit)
    cv2.rectangle(card, (inset, inset), (width - 1 - inset, height - 1 - inset), (70, 80, 98), 1)
    for rows in (slice(0, line), slice(height - line, height)):
        card[rows, :arm] = card[rows, width - arm :] = ACCENT
    for columns in (slice(0, line), slice(width - line, width)):
        card[:arm, columns] = card[height - arm :, columns] = ACCENT


def _fill(card: Picture, colours: Sequence[Colour], across: tuple[int, int], down: tuple[int, int]) -> None:
    """Patches of one width, side by side."""
    edges = np.linspace(*across, len(colours) + 1).round().astype(int)
    for colour, left, right in zip(colours, edges, edges[1:], strict=False):
        card[down[0] : down[1], left:right] = colour


def _dot(card: Picture, centre: tuple[float, float], radius: float, freshness: float) -> None:
    colour = tuple(float(faint + (bright - faint) * freshness) for faint, bright in zip((84, 96, 116), ACCENT, strict=True))
    fine = 16  # places to a pixel, so that nothing jumps
    at = round(centre[0] * fine), round(centre[1] * fine)
    cv2.circle(card, at, max(fine, round(radius * fine)), colour, -1, cv2.LINE_AA, 4)
