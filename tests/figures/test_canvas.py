"""Tubes and balls: where they cover the picture, how they are lit, and what lies outside of it."""

import numpy as np

from scripts.figures.canvas import Ball, Canvas, Point, Tube
from scripts.figures.cloth import Cloth, plain

WHITE = (255.0, 255.0, 255.0)
SIDE = 64


def on_black(*shapes: Tube | Ball) -> np.ndarray:
    canvas = Canvas(np.zeros((SIDE, SIDE, 3), np.uint8))
    for shape in shapes:
        canvas.draw(shape)
    return canvas.picture()


def test_a_tube_covers_its_length_and_its_round_ends() -> None:
    seen = on_black(Tube(Point(20, 30), Point(44, 30), (6, 6), plain(WHITE)))[..., 0] > 60
    rows, columns = np.nonzero(seen)
    assert (rows.min(), rows.max()) == (24, 36)
    assert (columns.min(), columns.max()) == (14, 50)
    assert not seen[25, 15], "its ends are round"


def test_a_flat_tube_ends_where_it_ends() -> None:
    columns = np.nonzero(on_black(Tube(Point(20, 30), Point(44, 30), (6, 6), plain(WHITE), flat=True)).max(axis=(0, 2)) > 60)[0]
    assert (columns.min(), columns.max()) == (20, 44)


def test_light_comes_from_the_upper_left() -> None:
    ball = on_black(Ball(Point(32, 32), 20, 20, WHITE))[..., 0].astype(int)
    assert ball[20, 22] > ball[44, 42] + 40


def test_a_pattern_turns_with_its_tube() -> None:
    def turned(spin: float) -> np.ndarray:
        cloth = Cloth(WHITE, (0, 0, 0), "stripes", period=8)
        return on_black(Tube(Point(32, 4), Point(32, 60), (14, 14), cloth, spin))

    assert not np.array_equal(turned(0.0), turned(0.3))


def test_what_is_drawn_later_covers_what_was_there() -> None:
    first, second = Ball(Point(32, 32), 12, 12, (255, 0, 0)), Ball(Point(32, 32), 12, 12, (0, 255, 0))
    assert np.array_equal(on_black(first, second)[32, 32], on_black(second)[32, 32])


def test_outside_of_the_picture_nothing_is_drawn() -> None:
    away = on_black(Ball(Point(-40, 200), 10, 10, WHITE), Tube(Point(90, 90), Point(120, 90), (4, 4), plain(WHITE)))
    assert not away.any()
    assert on_black(Ball(Point(0, 0), 10, 10, WHITE))[0, 0].any(), "a part is drawn"
