"""Icons: each there, each another, all within their square."""

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.window.icon_button import IconButton
from ui.window.icons import ICONS, paint_icon


def painted(name: str) -> QImage:
    canvas = QImage(40, 40, QImage.Format.Format_RGB32)
    canvas.fill(0)
    painter = QPainter(canvas)
    paint_icon(painter, name, QRectF(8, 8, 24, 24), QColor(255, 0, 0))
    painter.end()
    return canvas


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_is_drawn_in_its_colour_and_within_its_square(name: str) -> None:
    canvas = painted(name)
    inked = [(x, y) for x in range(40) for y in range(40) if canvas.pixelColor(x, y).red()]
    assert len(inked) > 20
    assert all(8 <= x < 32 and 8 <= y < 32 for x, y in inked)
    assert all(canvas.pixelColor(x, y).blue() == 0 for x, y in inked)


def test_no_two_icons_are_alike() -> None:
    pictures = [painted(name) for name in ICONS]
    assert all(one != other for index, one in enumerate(pictures) for other in pictures[:index])


def test_a_button_of_an_icon_has_words_for_everybody(application: QApplication) -> None:
    button = IconButton("snapshot", "Save a picture", "Ctrl+S")
    assert "Save a picture" in button.toolTip()
    assert "Ctrl+S" in button.toolTip()
    interface = QAccessible.queryAccessibleInterface(button)
    assert interface.text(QAccessible.Text.Name) == "Save a picture"
    assert interface.text(QAccessible.Text.Description) == "key Ctrl+S"


def test_a_button_shows_its_focus_and_whether_it_holds(application: QApplication) -> None:
    button = IconButton("settings", "Settings", checkable=True)
    button.show()
    QTest.qWaitForWindowActive(button)
    button.clearFocus()
    plain = button.grab().toImage()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    focused = button.grab().toImage()
    assert focused != plain
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert button.isChecked()
    assert button.grab().toImage() not in (plain, focused)
