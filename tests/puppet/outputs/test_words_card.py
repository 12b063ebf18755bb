"""Words on a card: they fit, at any size, and what is drawn once is not drawn again."""

import numpy as np
import pytest

from puppet.outputs.words_card import INK, backdrop, words_card
from puppet.picture import Picture


def ink(card: Picture) -> tuple[int, int, int, int]:
    """Where letters are: the first and the last row, the first and the last column."""
    rows, columns = np.nonzero(np.abs(card.astype(int) - INK).max(axis=2) < 40)
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


@pytest.mark.parametrize("size", [(1280, 720), (256, 256), (64, 64), (360, 640), (512, 512)])
@pytest.mark.parametrize(
    "words", ["Back in a moment", "Ich bin gleich wieder da, bitte einen kleinen Augenblick Geduld, vielen Dank", "少々お待ちください"]
)
def test_words_are_drawn_within_the_card(words: str, size: tuple[int, int]) -> None:
    width, height = size
    card = words_card(words, width, height)
    assert card.shape == (height, width, 3)
    assert not card.flags.writeable
    top, bottom, left, right = ink(card)
    assert top > 0
    assert bottom < height - 1
    assert left > 0
    assert right < width - 1
    assert abs((left + right) / 2 - width / 2) < max(4, 0.02 * width)
    assert abs((top + bottom) / 2 - height / 2) < 0.1 * height


def test_short_words_are_large() -> None:
    top, bottom, *_ = ink(words_card("HH", 1280, 720))
    assert bottom - top > 40


def test_other_words_are_another_picture_and_the_same_ones_the_same() -> None:
    assert words_card("one", 128, 96) is words_card("one", 128, 96)
    assert not np.array_equal(words_card("one", 128, 96), words_card("two", 128, 96))


def test_without_words_the_card_is_bare() -> None:
    assert np.array_equal(words_card("", 128, 96), backdrop(128, 96))


def test_the_backdrop_is_dark_and_has_no_bands() -> None:
    card = backdrop(640, 360).astype(float)
    assert card.max() < 90
    # A band is an edge as long as the card; dither leaves each row its own mixture of neighbouring shades.
    means = card.mean(axis=(1, 2))
    assert np.abs(np.diff(means)).max() < 0.6
