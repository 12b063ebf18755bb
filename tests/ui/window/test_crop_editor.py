"""The crop is dragged, resized, moved by keys and chosen by face; what it would be worth is told as it changes."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from puppet.animator import Face
from puppet.demo import DemoFaceFinder, demo_picture
from puppet.faces.tracker import square_around
from puppet.picture import Square, freeze
from puppet.portraits.portrait import middle_square
from puppet.portraits.wardrobe import Look
from ui.window.crop_editor import CropEditor
from ui.window.crop_frame import CORNERS, EDGES, LEAST, CropFrame, Grip

FRAME = CropFrame(600, 400)


def shifted(face: Face, x: float) -> Face:
    return Face(face.landmarks + np.array((x, 0), np.float32), face.mesh + np.array((x, 0, 0), np.float32), face.score)


def look_at_two() -> Look:
    """The drawn face, and beside it the same once more."""
    one = demo_picture(0.0, 320, 240)
    face = DemoFaceFinder().find(one)
    assert face is not None
    return Look(freeze(np.concatenate([one, one], axis=1)), (face, shifted(face, 320)), 1.0)


def look_at_nobody() -> Look:
    return Look(freeze(np.full((120, 200, 3), 90, np.uint8)), (), 1.0)


Opener = Callable[..., CropEditor]


@pytest.fixture
def open_editor(application: QApplication) -> Opener:
    def opener(look: Look | None = None, crop: Square | None = None) -> CropEditor:
        editor = CropEditor("ada", look or look_at_two(), crop, 256)
        editor.show()
        QTest.qWaitForWindowExposed(editor)
        application.processEvents()
        return editor

    return opener


def point(editor: CropEditor, square: Square, x: float = 0, y: float = 0) -> QPoint:
    """A point of a square on the canvas: -1 left or top, 0 middle, 1 right or bottom."""
    place = editor.canvas.place(square)
    return QPointF(place.center().x() + x * place.width() / 2, place.center().y() + y * place.height() / 2).toPoint()


def drag(editor: CropEditor, start: QPoint, by: tuple[int, int]) -> None:
    end = start + QPoint(*by)
    QTest.mousePress(editor.canvas, Qt.MouseButton.LeftButton, pos=start)
    for share in (0.5, 1.0):
        QTest.mouseMove(editor.canvas, start + (end - start) * share)
    QTest.mouseRelease(editor.canvas, Qt.MouseButton.LeftButton, pos=end)


def told(editor: CropEditor, application: QApplication) -> list[str]:
    """The words, when they have caught up."""
    QTest.qWait(60)
    application.processEvents()
    return editor.quality.words


def scale(editor: CropEditor) -> float:
    return editor.canvas.place(editor.canvas.square).width() / editor.canvas.square.side


def test_it_begins_as_found_and_accepting_that_is_no_choice(open_editor: Opener) -> None:
    editor = open_editor()
    assert editor.canvas.square == square_around(look_at_two().faces[0].landmarks)
    assert editor.crop is None
    assert not editor.as_found.isEnabled()
    assert editor.canvas.hasFocus()
    QTest.keyClick(editor.canvas, Qt.Key.Key_Return)
    assert editor.result() == QDialog.DialogCode.Accepted


def test_it_begins_with_the_crop_chosen_before_and_can_go_back(open_editor: Opener) -> None:
    crop = Square(300, 120, 150)
    editor = open_editor(crop=crop)
    assert editor.crop == crop
    assert editor.as_found.isEnabled()
    editor.as_found.click()
    assert editor.crop is None


def test_inside_it_is_moved_as_far_as_the_mouse(open_editor: Opener) -> None:
    editor = open_editor(crop=Square(300, 120, 100))
    factor = scale(editor)
    drag(editor, point(editor, editor.canvas.square), (40, -20))
    crop = editor.crop
    assert crop is not None
    assert (crop.x - 300, crop.y - 120) == pytest.approx((40 / factor, -20 / factor), abs=1 / factor)
    assert crop.side == 100


@pytest.mark.parametrize("grip", [*CORNERS, *EDGES], ids=str)
def test_a_grip_resizes_and_what_is_opposite_stays(open_editor: Opener, grip: Grip) -> None:
    before = Square(300, 120, 100)
    editor = open_editor(crop=before)
    drag(editor, point(editor, before, *grip), (30 * grip.x, 30 * grip.y))
    crop = editor.crop
    assert crop is not None and crop.side == pytest.approx(100 + 30 / scale(open_editor(crop=before)), abs=1.5)
    for at, was, way in ((crop.x, before.x, grip.x), (crop.y, before.y, grip.y)):
        assert at - way * crop.side / 2 == pytest.approx(was - way * 50, abs=0.01), "the opposite side, or the middle of an edge"


def test_outside_nothing_is_moved(open_editor: Opener) -> None:
    editor = open_editor(crop=Square(300, 120, 60))
    drag(editor, point(editor, Square(60, 30, 10)), (30, 30))
    assert editor.crop == Square(300, 120, 60)


def test_a_click_on_another_face_chooses_it(open_editor: Opener, application: QApplication) -> None:
    editor = open_editor()
    look = look_at_two()
    second = square_around(look.faces[1].landmarks)
    QTest.mouseClick(editor.canvas, Qt.MouseButton.LeftButton, pos=point(editor, second))
    assert editor.crop == second
    told(editor, application)
    assert [button.isChecked() for button in editor.faces] == [False, True]
    editor.faces[0].click()
    assert editor.crop is None
    assert [button.isChecked() for button in editor.faces] == [True, False]
    editor.faces[0].click()
    assert editor.faces[0].isChecked()


def test_keys_move_and_resize_and_shift_does_so_finely(open_editor: Opener) -> None:
    editor = open_editor(crop=Square(300, 120, 200))
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(editor.canvas, Qt.Key.Key_Right)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Up)
    assert editor.crop == Square(304, 116, 200)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Left, shift)
    assert editor.crop == Square(303.5, 116, 200)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Plus)
    assert editor.crop is not None and editor.crop.side == pytest.approx(210)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Minus)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Minus, shift)
    assert editor.crop.side == pytest.approx(200 / 1.01)
    QTest.keyClick(editor.canvas, Qt.Key.Key_Escape)
    assert editor.result() == QDialog.DialogCode.Rejected


def test_the_words_follow_the_square(open_editor: Opener, application: QApplication) -> None:
    editor = open_editor()
    before = told(editor, application)
    assert not any("No face" in words for words in before)
    assert not any("faces" in words for words in before), "who edits the crop knows that there are several"
    editor.canvas.set_square(Square(320, 30, 90))
    assert told(editor, application)[0].startswith("No face was found in the crop")
    assert editor.canvas.accessibleDescription() == "90 pixels wide, its middle at 320, 30"
    assert editor.quality.accessibleDescription()


def test_the_preview_shows_what_is_in_the_square(open_editor: Opener, application: QApplication) -> None:
    picture = np.zeros((200, 300, 3), np.uint8)
    cv2.rectangle(picture, (200, 0), (299, 199), (200, 40, 40), -1)
    editor = open_editor(Look(freeze(picture), (), 1.0), Square(250, 100, 60))
    assert editor.preview.grab().toImage().pixelColor(120, 120) == QColor(200, 40, 40)
    editor.canvas.set_square(Square(60, 100, 60))
    told(editor, application)
    assert editor.preview.grab().toImage().pixelColor(120, 120) == QColor(0, 0, 0)


def test_without_a_face_the_middle_is_offered_and_is_a_choice(open_editor: Opener) -> None:
    editor = open_editor(look_at_nobody())
    assert editor.crop == middle_square(200, 120)
    assert not editor.as_found.isEnabled()
    assert editor.faces == []


def test_all_of_a_square_that_reaches_beyond_the_picture_is_seen(open_editor: Opener) -> None:
    editor = open_editor(crop=Square(10, 10, 300))
    place = editor.canvas.place(editor.canvas.square)
    assert editor.canvas.rect().contains(place.toAlignedRect())
    picture = editor.grab().toImage()
    assert picture.width() > 900


def test_the_square_keeps_to_the_picture() -> None:
    assert FRAME.moved(Square(300, 200, 100), 1000, -1000) == Square(599, 0, 100)
    assert FRAME.resized(Square(300, 200, 100), 0.001).side == LEAST
    assert FRAME.resized(Square(300, 200, 100), 1000).side == 1200
    assert FRAME.pulled(Square(300, 200, 100), Grip(1, 1), -500, -500) == Square(262, 162, LEAST)
    assert FRAME.pulled(Square(300, 200, 100), Grip(1, 1), 10, 30) == Square(315, 215, 130)
