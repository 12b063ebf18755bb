"""A calm card with words on it, for when there is nobody to show."""

from functools import lru_cache

import numpy as np

from puppet.outputs.lettering import LINE_HEIGHT, broken, write_lines
from puppet.picture import Picture, freeze

ABOVE, BELOW, GLOW = (38, 46, 62), (20, 24, 34), (24, 28, 34)
"""The card's colour at its upper and lower edge, and what is added in its middle."""

INK = (236, 239, 244)
ACCENT = (240, 158, 82)

SIZE, SMALLEST = 0.1, 7
"""Of the letters: of the card's height where there is room, and the least, px."""

TINY = 0.6
"""Letters smaller than this, of the size they have where there is room, are no better than a word broken in two."""

ROOM = 0.84, 0.62
"""How much of the card's width and height the words may take."""


@lru_cache(maxsize=8)
def words_card(words: str, width: int, height: int) -> Picture:
    """Words in the middle of a dark card of (height, width, 3), as large as they fit; the same card again is the same picture."""
    card = backdrop(width, height)
    lines, size = _arranged(words, width, height)
    write_lines(card, lines, (width / 2, height / 2), size, INK)
    top = height / 2 - (len(lines) / 2 * LINE_HEIGHT + 0.45) * size
    bar = max(1, round(0.06 * size))
    left, right = round(width / 2 - 0.6 * size), round(width / 2 + 0.6 * size)
    if lines and top > bar:
        card[round(top) - bar : round(top), max(0, left) : right] = ACCENT
    return freeze(card)


def backdrop(width: int, height: int) -> Picture:
    """A dark card of (height, width, 3), writable: a gradient with a soft light in its middle, dithered so that it has no bands."""
    down, across = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    light = np.exp(-1.6 * (across**2 + down**2))[..., None]
    shade = (down[..., None] + 1) / 2
    colours = np.array(ABOVE) * (1 - shade) + np.array(BELOW) * shade + np.array(GLOW) * light
    dither = np.random.default_rng(0).random((height, width, 1))
    return np.asarray(np.floor(colours + dither), np.uint8)


def _arranged(words: str, width: int, height: int) -> tuple[list[str], int]:
    """The words in lines of like length, and the largest size at which they fit; a word is broken rather than made tiny."""
    across, down = round(ROOM[0] * width), ROOM[1] * height
    largest = size = max(SMALLEST, round(SIZE * min(height, width)))
    while size > SMALLEST:
        lines = broken(words, size, across)
        if len(lines) * LINE_HEIGHT * size <= down and (size < TINY * largest or " ".join(lines) == " ".join(words.split())):
            break
        size -= max(1, size // 12)
    lines = broken(words, size, across)
    while across > size and len(evener := broken(words, size, across - size)) == len(lines):
        lines, across = evener, across - size
    return lines, size
