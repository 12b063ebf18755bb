"""Faces back in their picture: nothing outside changes, nothing inside moves, no seam shows, no face touches another."""

import cv2
import numpy as np
import pytest

from puppet.demo import DemoAnimator, DemoFaceFinder, demo_picture
from puppet.picture import Picture, Square, cut
from puppet.portraits.compose import PasteBack
from puppet.portraits.portrait import make_portrait
from puppet.portraits.seam import measure_seam


def white(side: int) -> Picture:
    return np.full((side, side, 3), 255, np.uint8)


SQUARES = [
    Square(100, 80, 60),  # the face is shown at its size
    Square(100.3, 80.7, 120.5),  # enlarged
    Square(101, 79, 20),  # shrunk
    Square(10, 8, 90),  # beyond a corner
    Square(100, 80, 500),  # larger than the picture
]


@pytest.mark.parametrize("still_border", [False, True])
@pytest.mark.parametrize("square", SQUARES)
def test_outside_is_untouched_to_the_bit(square: Square, still_border: bool) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (160, 200, 3), np.uint8)
    face = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    paste = PasteBack(picture, [square], 64, ratio=0.45, still_border=still_border)
    (mask,) = paste.masks
    image = paste([face])
    assert mask.max() > 0.8
    assert np.array_equal(image[mask == 0], picture[mask == 0])
    ys, xs = np.mgrid[:160, :200]
    outside = (np.abs(xs - square.x) > 0.45 * square.side) | (np.abs(ys - square.y) > 0.45 * square.side)
    assert (mask[outside] == 0).all()
    assert not image.flags.writeable


@pytest.mark.parametrize("square", SQUARES[1:4])
def test_crop_put_back_is_where_it_was(square: Square) -> None:
    picture = demo_picture(0.5, 200, 160)
    paste = PasteBack(picture, [square], 64)
    image = paste([cut(picture, square, 64)])
    assert np.abs(image.astype(int) - picture).mean() < 1.5
    seen = paste.masks[0] > 0.98
    bright = picture.astype(float).mean(axis=2), image.astype(float).mean(axis=2)
    for axis in (0, 1):  # no shift of half a pixel either
        positions = np.indices(seen.shape)[axis]
        before, after = ((positions * values * seen).sum() / (values * seen).sum() for values in bright)
        assert before == pytest.approx(after, abs=0.1)


def test_picture_far_from_the_square_comes_back_as_it_is() -> None:
    picture = demo_picture(0, 64, 64)
    paste = PasteBack(picture, [Square(-500, -500, 50)], 64)
    paste.match([white(64)])
    assert np.array_equal(paste([white(64)]), picture)
    assert paste.masks[0].shape == (64, 64) and not paste.masks[0].any()


def test_light_is_blended_not_bytes() -> None:
    picture = np.zeros((200, 200, 3), np.uint8)
    paste = PasteBack(picture, [Square(100, 100, 200)], 64)
    half = np.abs(paste.masks[0] - 0.5) < 0.01
    assert half.any()
    assert paste([white(64)])[half].mean() == pytest.approx(188, abs=2)


@pytest.mark.parametrize("tint", [(12, 12, 12), (-10, 4, 8)])
def test_tint_of_a_model_does_not_show_at_the_seam(tint: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(2)
    picture = cv2.GaussianBlur(rng.integers(0, 256, (300, 300, 3), np.uint8), (0, 0), 20)
    picture = np.clip((picture.astype(int) - 128) * 4 + 128, 40, 215).astype(np.uint8)
    square = Square(150, 150, 256)
    face = (cut(picture, square, 256) + np.array(tint)).astype(np.uint8)
    paste = PasteBack(picture, [square], 256)
    (mask,) = paste.masks
    before = measure_seam(picture, paste([face]), mask, square.side)
    paste.match([face])
    after = measure_seam(picture, paste([face]), mask, square.side)
    assert before > 5
    assert after < 1
    assert np.abs(paste([face]).astype(int) - picture).max() < 6, "the middle is put right as well"


def test_still_driver_leaves_no_step_at_the_seam() -> None:
    picture = demo_picture(3.0, 500, 400)
    portrait = make_portrait(picture, DemoFaceFinder(), 256)
    assert portrait is not None
    animator = DemoAnimator()
    face = animator.animate(animator.wear(portrait.face))
    paste = PasteBack(picture, [portrait.square], 256)
    for _ in range(2):  # as it comes, then with colours matched
        assert measure_seam(picture, paste([face]), paste.masks[0], portrait.square.side) < 2
        paste.match([face])


def test_what_crosses_a_seam_that_stands_still_is_not_broken() -> None:
    """Stripes through a crop that is shifted whole, and but for its border."""
    stripes = np.rint(128 + 60 * np.sin(np.arange(300) / 5)).astype(np.uint8)
    picture = np.broadcast_to(stripes[None, :, None], (300, 300, 3)).copy()
    square, animator = Square(150, 150, 256), DemoAnimator(256)
    broken = []
    for still_border in (False, True):
        source = animator.wear(animator.encode(cut(picture, square, 256), still_border=still_border))
        paste = PasteBack(picture, [square], 256, still_border=still_border)
        image = paste([animator.animate(source._replace(points=source.points + np.float32(0.06)))])
        change, (mask,) = np.abs(image.astype(int) - picture), paste.masks
        assert change[mask == 1].mean() > 10, "it does move"
        broken.append(change[(mask > 0) & (mask < 0.5)].mean())
    assert broken[0] > 5
    assert broken[1] < 0.5


def test_match_is_the_same_for_every_frame() -> None:
    picture = demo_picture(3.0, 300, 300)
    square = Square(150, 150, 256)
    paste = PasteBack(picture, [square], 128)
    paste.match([cut(demo_picture(3.1, 300, 300), square, 128)])
    face = cut(picture, square, 128)
    assert np.array_equal(paste([face]), paste([face]))


def test_neighbours_do_not_touch_whatever_their_order() -> None:
    picture = np.zeros((200, 360, 3), np.uint8)
    squares = [Square(80, 100, 180), Square(175, 105, 160), Square(270, 100, 180)]
    red, green, blue = (np.zeros((64, 64, 3), np.uint8) for _ in range(3))
    red[:, :, 0], green[:, :, 1], blue[:, :, 2] = 255, 255, 255
    image = PasteBack(picture, squares, 64)([red, green, blue])
    assert (np.count_nonzero(image, axis=2) <= 1).all(), "a pixel shows two faces"
    for channel, square in enumerate(squares):
        assert image[round(square.y), round(square.x), channel] == 255
    turned = PasteBack(picture, squares[::-1], 64)([blue, green, red])
    assert np.array_equal(image, turned)


def test_matte_keeps_the_picture_where_nothing_may_move() -> None:
    picture = demo_picture(0.5, 200, 160)
    square = Square(100, 80, 128)
    matte = np.zeros((64, 64), np.float32)
    matte[24:40, 16:48] = 1  # in the picture 2 px for one: columns 68 to 132, rows 64 to 96
    paste = PasteBack(picture, [square], 64, mattes=[matte])
    image = paste([white(64)])
    assert (image[68:92, 72:128] == 255).all()
    outside = np.ones((160, 200), bool)
    outside[62:98, 66:134] = False
    assert np.array_equal(image[outside], picture[outside])
    assert not paste.masks[0][outside].any()
