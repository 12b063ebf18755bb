"""Faces back in their picture, and green where what is behind people is taken away."""

import numpy as np
import pytest

from puppet.live.backdrop import GREEN, Backdrop, over_green
from puppet.picture import Picture, Square, freeze

SIDE = 64
PICTURE: Picture = freeze(np.full((120, 200, 3), 90, np.uint8))
PLACES = [Square(49.5, 59.5, 80.0), Square(149.5, 59.5, 60.0)]
WHITE: Picture = freeze(np.full((SIDE, SIDE, 3), 255, np.uint8))
BLACK: Picture = freeze(np.zeros((SIDE, SIDE, 3), np.uint8))


def face(level: int) -> Picture:
    return freeze(np.full((SIDE, SIDE, 3), level, np.uint8))


@pytest.mark.parametrize(("opacity", "expected"), [(0, GREEN), (255, (10, 20, 30)), (128, (5, 137, 15))])
def test_green_shows_as_far_as_nothing_covers_it(opacity: int, expected: tuple[int, int, int]) -> None:
    image = np.zeros((4, 5, 3), np.uint8) + np.array((10, 20, 30), np.uint8)
    laid = over_green(freeze(image), freeze(np.full((4, 5, 3), opacity, np.uint8)))
    assert np.abs(laid.astype(int) - expected).max() <= 1
    assert not laid.flags.writeable


def test_each_face_is_put_where_it_was_cut_from_and_the_rest_stays() -> None:
    backdrop = Backdrop(PICTURE, None, PLACES, SIDE, [], still_border=True)
    assert backdrop.at_rest is PICTURE
    image = backdrop([face(200), face(10)], [])
    assert image[60, 50, 0] == 200 and image[60, 150, 0] == 10
    assert (image[:, 92:118] == 90).all() and (image[:10] == 90).all()


def test_a_lock_of_any_side_keeps_what_it_covers() -> None:
    lock = np.ones((32, 32), np.float32)
    lock[:, :16] = 0
    image = Backdrop(PICTURE, None, PLACES[:1], SIDE, [lock], still_border=True)([face(200)], [])
    assert image[60, 35, 0] == 90 and image[60, 65, 0] == 200


def test_before_green_the_mattes_say_where_people_are_now_and_elsewhere_where_they_were() -> None:
    people = np.zeros((120, 200), np.float32)
    people[:, :100] = 1
    backdrop = Backdrop(PICTURE, people, PLACES, SIDE, [], still_border=True)
    assert (backdrop.at_rest[:, :100] == 90).all() and (backdrop.at_rest[:, 100:] == GREEN).all()
    image = backdrop([face(200), face(10)], [BLACK, WHITE])
    assert tuple(image[60, 50]) == GREEN, "the left one has gone from there"
    assert tuple(image[60, 150]) == (10, 10, 10), "the right one is there now"
    assert tuple(image[3, 3]) == (90, 90, 90) and tuple(image[3, 190]) == GREEN


def test_a_tint_of_the_model_is_taken_off() -> None:
    backdrop = Backdrop(PICTURE, None, PLACES, SIDE, [], still_border=False)
    backdrop.match([face(100), face(90)])
    image = backdrop([face(100), face(90)], [])
    assert np.abs(image.astype(int) - 90).max() <= 1


def test_a_face_beyond_the_border_is_clipped() -> None:
    people = np.ones((120, 200), np.float32)
    backdrop = Backdrop(PICTURE, people, [Square(-10.5, 119.5, 80.0), Square(400.5, 20.5, 40.0)], SIDE, [], still_border=True)
    image = backdrop([face(200), face(10)], [WHITE, WHITE])
    assert image.shape == PICTURE.shape and image[115, 3, 0] == 200
