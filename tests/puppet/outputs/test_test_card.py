"""The test card: it moves, its colours are true, and it tells its size, its pace and whether it is mirrored."""

import numpy as np
import pytest

from puppet.outputs import test_card as subject
from puppet.outputs.words_card import ACCENT
from puppet.picture import Picture


def card(time: float = 0.0, width: int = 640, height: int = 360, rate: float = 30.0) -> Picture:
    return subject.test_card(width, height, time, rate)


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (320, 240), (64, 64), (180, 320), (3840, 64)])
def test_has_the_size(size: tuple[int, int]) -> None:
    picture = card(1.0, *size)
    assert picture.shape == (size[1], size[0], 3)
    assert picture.dtype == np.uint8
    assert not picture.flags.writeable


def test_moves_from_one_picture_to_the_next() -> None:
    assert not np.array_equal(card(3.0), card(3.0 + 1 / 30))
    assert np.array_equal(card(3.0), card(3.0))


@pytest.mark.parametrize("size", [(1280, 720), (320, 240), (64, 64)])
def test_has_every_colour_and_grey(size: tuple[int, int]) -> None:
    numbers = (1, 256, 65_536)
    colours = set(np.unique(card(0.0, *size) @ np.array(numbers)).tolist())
    greys = [(step, step, step) for step in (0, 26, 51, 76, 102, 128, 153, 178, 204, 230, 255)]
    assert {sum(part * number for part, number in zip(each, numbers, strict=True)) for each in (*subject.BARS, *greys)} <= colours


def test_is_not_its_own_mirror_image() -> None:
    assert not np.array_equal(card(), card()[:, ::-1])


def test_tells_its_pace() -> None:
    assert not np.array_equal(card(rate=30), card(rate=25))


def test_marks_its_very_corners() -> None:
    picture = card(0.0, 1280, 720)
    assert {tuple(picture[row, column]) for row in (0, -1) for column in (0, -1)} == {ACCENT}
