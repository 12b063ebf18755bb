"""Pictures at an output's size: nothing stretched, nothing cut but where that is asked for."""

import numpy as np
import pytest

from puppet.outputs.fit import fit_picture
from puppet.picture import Picture, freeze
from puppet.settings import Fit

HOWS: tuple[Fit, ...] = ("whole", "fill", "blur")


def disc(width: int, height: int) -> Picture:
    """A white disc on mid-grey, a third of the shorter side wide, in the middle."""
    down, across = np.mgrid[:height, :width]
    inside = (across - (width - 1) / 2) ** 2 + (down - (height - 1) / 2) ** 2 <= (min(width, height) / 6) ** 2
    return freeze(np.where(inside[..., None], 255, 128).astype(np.uint8).repeat(3, axis=2))


def extent(picture: Picture) -> tuple[int, int]:
    """Width and height of what is white."""
    white = picture.min(axis=2) > 190
    return int(white.any(axis=0).sum()), int(white.any(axis=1).sum())


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("size", [(256, 256), (640, 480), (90, 160), (1920, 1080), (1, 300), (300, 1)])
def test_has_the_size_and_is_never_stretched(how: Fit, size: tuple[int, int]) -> None:
    fitted = fit_picture(disc(*size), 320, 180, how)
    assert fitted.shape == (180, 320, 3)
    assert fitted.dtype == np.uint8
    assert not fitted.flags.writeable
    if min(size) > 1:
        width, height = extent(fitted)
        assert width > 20
        assert abs(width - height) <= 3


def test_whole_lies_between_black_bars() -> None:
    fitted = fit_picture(disc(100, 100), 320, 180, "whole")
    assert not fitted[:, :70].any()
    assert not fitted[:, 250:].any()
    assert (fitted[:, 70:250] >= 100).all()
    tall = fit_picture(disc(100, 100), 180, 320, "whole")
    assert not tall[:70].any()
    assert (tall[70:250] >= 100).all()


def test_fill_leaves_no_bar_and_cuts_both_sides_alike() -> None:
    picture = np.full((100, 100, 3), 128, np.uint8)
    picture[:22] = picture[-22:] = 0  # just what 16:9 of a square leaves out
    assert (fit_picture(picture, 320, 180, "fill") == 128).all()


def test_blur_has_the_whole_picture_upon_a_darker_backdrop_of_it() -> None:
    picture = np.full((100, 100, 3), (200, 40, 40), np.uint8)
    fitted = fit_picture(picture, 320, 180, "blur").astype(int)
    assert (fitted[:, 70:250] == (200, 40, 40)).all()
    sides = np.concatenate([fitted[:, :70], fitted[:, 250:]], axis=1)
    assert (sides[..., 0] < 140).all()
    assert (sides[..., 0] > 2 * sides[..., 1]).all()


def test_a_backdrop_is_smooth() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), np.uint8)
    side = fit_picture(noise, 320, 180, "blur")[:, :60].astype(int)
    assert np.abs(np.diff(side, axis=1)).max() <= 6


@pytest.mark.parametrize("how", HOWS)
def test_the_right_size_is_passed_on(how: Fit) -> None:
    picture = disc(320, 180)
    assert fit_picture(picture, 320, 180, how) is picture
