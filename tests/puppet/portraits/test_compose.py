"""The face back in its picture: nothing outside changes, nothing inside moves, no seam shows."""

import numpy as np
import pytest

from puppet.demo import demo_picture
from puppet.picture import Picture, Square, cut
from puppet.portraits.compose import PasteBack, seam_mask


def weights(picture: Picture, square: Square, side: int) -> np.ndarray:
    """How much of the face is seen at each pixel, 0 to 255, as pasting white on black shows it."""
    return PasteBack(np.zeros_like(picture), square, side)(np.full((side, side, 3), 255, np.uint8))[:, :, 0]


SQUARES = [
    Square(100, 80, 60),  # the face is shown at its size
    Square(100.3, 80.7, 120.5),  # enlarged
    Square(101, 79, 20),  # shrunk
    Square(10, 8, 90),  # beyond a corner
    Square(100, 80, 500),  # larger than the picture
]


@pytest.mark.parametrize("square", SQUARES)
def test_outside_is_untouched_to_the_bit(square: Square) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (160, 200, 3), np.uint8)
    face = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    weight = weights(picture, square, 64)
    image = PasteBack(picture, square, 64)(face)
    assert weight.max() > 200
    assert np.array_equal(image[weight == 0], picture[weight == 0])
    ys, xs = np.mgrid[:160, :200]
    outside = (np.abs(xs - square.x) > square.side / 2) | (np.abs(ys - square.y) > square.side / 2)
    assert np.array_equal(image[outside], picture[outside])
    assert not image.flags.writeable


@pytest.mark.parametrize("square", SQUARES[1:4])
def test_crop_put_back_is_where_it_was(square: Square) -> None:
    picture = demo_picture(0.5, 200, 160)
    image = PasteBack(picture, square, 64)(cut(picture, square, 64))
    assert np.abs(image.astype(int) - picture).mean() < 1.5
    seen = weights(picture, square, 64) > 250
    bright = picture.astype(float).mean(axis=2), image.astype(float).mean(axis=2)
    for axis in (0, 1):  # no shift of half a pixel either
        positions = np.indices(seen.shape)[axis]
        before, after = ((positions * values * seen).sum() / (values * seen).sum() for values in bright)
        assert before == pytest.approx(after, abs=0.1)


def test_seam_is_smooth_and_closes_before_the_border() -> None:
    mask = seam_mask((np.arange(256) + 0.5) / 256)
    assert (mask[:5] == 0).all() and (mask[-5:] == 0).all() and (mask[50:206] == 1).all()
    assert np.diff(mask).max() < 0.04
    assert np.array_equal(mask, mask[::-1])


def test_picture_far_from_the_square_comes_back_as_it_is() -> None:
    picture = demo_picture(0, 64, 64)
    assert np.array_equal(PasteBack(picture, Square(-500, -500, 50), 64)(np.zeros((64, 64, 3), np.uint8)), picture)
