"""A picture at the size it is shown in: sharp on dense screens, scaled once, its colours its own."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from puppet.picture import Picture, freeze
from ui.window.fitted_picture import FittedPicture, place_within


def stripes(side: int) -> Picture:
    picture = np.zeros((side, side, 3), np.uint8)
    picture[:, ::2] = (250, 10, 20)
    return freeze(picture)


def painted(fitted: FittedPicture, picture: Picture, place: QRectF, density: float = 1.0) -> QImage:
    canvas = QImage(round(100 * density), round(100 * density), QImage.Format.Format_RGB32)
    canvas.setDevicePixelRatio(density)
    canvas.fill(0)
    painter = QPainter(canvas)
    fitted.paint(painter, picture, place, density)
    painter.end()
    return canvas


def test_on_a_dense_screen_every_pixel_of_the_picture_has_a_dot_of_its_own() -> None:
    canvas = painted(FittedPicture(), stripes(80), QRectF(10, 10, 40, 40), density=2)
    row = [canvas.pixelColor(20 + x, 60) for x in range(8)]
    assert [colour.red() for colour in row] == [250, 0] * 4
    assert (row[0].green(), row[0].blue()) == (10, 20)
    assert canvas.pixelColor(19, 60).red() == 0


def test_it_fills_its_place_and_nothing_else() -> None:
    canvas = painted(FittedPicture(), freeze(np.full((30, 50, 3), 200, np.uint8)), QRectF(20, 30, 60, 40))
    assert all(canvas.pixelColor(x, y).red() == 200 for x, y in ((20, 30), (79, 69), (50, 50)))
    assert all(canvas.pixelColor(x, y).red() == 0 for x, y in ((19, 50), (80, 50), (50, 29), (50, 70)))


def test_the_same_picture_is_scaled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted, picture, other = FittedPicture(), stripes(30), stripes(30)
    scalings: list[tuple[int, int]] = []
    scale = FittedPicture._scale

    def counted(self: FittedPicture, picture: Picture, size: tuple[int, int]) -> None:
        scalings.append(size)
        scale(self, picture, size)

    monkeypatch.setattr(FittedPicture, "_scale", counted)
    for _ in range(3):
        painted(fitted, picture, QRectF(0, 0, 50, 50))
    assert scalings == [(50, 50)]
    painted(fitted, other, QRectF(0, 0, 50, 50))
    painted(fitted, other, QRectF(0, 0, 60, 60))
    assert scalings == [(50, 50), (50, 50), (60, 60)]


@pytest.mark.parametrize(("height", "width", "place"), [(50, 100, (0, 25, 100, 50)), (100, 50, (25, 0, 50, 100)), (7, 7, (0, 0, 100, 100))])
def test_a_picture_is_as_large_as_fits(height: int, width: int, place: tuple[float, ...]) -> None:
    assert place_within(freeze(np.zeros((height, width, 3), np.uint8)), QRectF(0, 0, 100, 100)) == QRectF(*place)
