"""The pane that shows a picture: as large as fits, its shape kept, with words on it."""

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from puppet.picture import Picture, Square, freeze
from ui.window.picture_view import PictureView


def plain(height: int, width: int, colour: tuple[int, int, int] = (200, 30, 60)) -> Picture:
    return freeze(np.full((height, width, 3), colour, np.uint8))


@pytest.fixture
def view(application: QApplication) -> PictureView:
    view = PictureView("You")
    view.resize(400, 400)
    return view


def colour_at(view: PictureView, x: int, y: int) -> QColor:
    return QColor(view.grab().toImage().pixelColor(x, y))


def test_a_wide_picture_keeps_its_shape(view: PictureView) -> None:
    view.show_picture(plain(100, 200))
    picture = QColor(200, 30, 60)
    assert colour_at(view, 200, 220) == picture
    assert colour_at(view, 390, 220) == picture
    assert colour_at(view, 200, 80) != picture
    assert colour_at(view, 200, 330) != picture


def test_colours_are_not_swapped(view: PictureView) -> None:
    view.show_picture(plain(64, 64, (250, 10, 20)))
    assert colour_at(view, 200, 200) == QColor(250, 10, 20)


def test_an_odd_width_is_not_sheared(view: PictureView) -> None:
    picture = np.zeros((50, 51, 3), np.uint8)
    picture[:, 20:31] = 255
    view.show_picture(freeze(picture))
    for y in (60, 200, 340):
        assert colour_at(view, 200, y).red() > 200
        assert colour_at(view, 100, y).red() < 50


def test_a_message_lies_on_the_picture_until_it_is_taken_away(view: PictureView) -> None:
    view.show_picture(plain(64, 64))
    without = view.grab().toImage()
    view.show_picture(plain(64, 64), "No face")
    assert view.message == view.accessibleDescription() == "No face"
    assert view.grab().toImage() != without
    view.show_message("")
    assert view.grab().toImage() == without


def test_an_outline_is_drawn_where_the_square_is(view: PictureView) -> None:
    view.show_picture(plain(100, 100, (0, 0, 0)), outline=Square(49.5, 49.5, 50))
    left_edge = max(colour_at(view, x, y).red() for x in (99, 100, 101) for y in range(180, 220))
    assert left_edge > 80
    assert colour_at(view, 200, 200).red() == 0


def test_every_painting_of_a_picture_is_timed(application: QApplication) -> None:
    heard: list[float] = []
    view = PictureView("You", heard.append)
    view.grab()
    assert heard == []
    view.show_picture(plain(64, 64))
    view.grab()
    assert len(heard) == 1
    assert 0 < heard[0] < 1
