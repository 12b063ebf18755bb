"""The camera's modes: shown, chosen by mouse and keys, and absent where the camera tells none."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from puppet.cameras.camera_list import CameraMode
from puppet.settings import CameraSettings
from ui.window.mode_field import ModeField

SMALL, LARGE, FAST = CameraMode(640, 480, 29.97, "YUYV"), CameraMode(1280, 720, 30.0, "MJPG"), CameraMode(1280, 720, 60.0, "MJPG")


@pytest.fixture
def field(application: QApplication) -> ModeField:
    field = ModeField()
    field.show_modes([SMALL, LARGE, FAST])
    field.show()
    return field


@pytest.fixture
def heard(field: ModeField) -> list[CameraMode]:
    heard: list[CameraMode] = []
    field.chosen.connect(heard.append)
    return heard


def test_what_holds_is_shown_and_nothing_told_of_it(field: ModeField, heard: list[CameraMode]) -> None:
    assert field.list.currentText() == "640x480 at 29.97 fps, YUYV"
    field.show_settings(CameraSettings(width=1280, height=720, rate=60))
    assert field.list.currentText() == "1280x720 at 60 fps, MJPG"
    assert heard == []


def test_a_size_that_is_not_listed_is_shown_as_that_and_goes_again(field: ModeField, heard: list[CameraMode]) -> None:
    field.show_settings(CameraSettings(width=700, height=480, rate=30))
    assert field.list.currentText() == "700x480 at 30 fps, not in the list"
    field.list.activated.emit(3)
    assert heard == []
    field.show_settings(CameraSettings(width=701, height=480, rate=30))
    assert (field.list.count(), field.list.currentText()) == (4, "701x480 at 30 fps, not in the list")
    field.show_settings(CameraSettings())
    assert (field.list.count(), field.list.currentIndex()) == (3, 0)


def test_a_mode_is_chosen_by_keys(field: ModeField, heard: list[CameraMode]) -> None:
    field.list.setFocus()
    QTest.keyClick(field.list, Qt.Key.Key_Down)
    assert heard == [LARGE]


def test_another_camera_has_other_modes(field: ModeField) -> None:
    field.show_modes([LARGE])
    assert [field.list.itemText(index) for index in range(field.list.count())] == [
        "1280x720 at 30 fps, MJPG",
        "640x480 at 30 fps, not in the list",
    ]
    assert field.answers("") and field.answers("mode") and not field.answers("mirror")
    field.show_modes([])
    assert not field.answers("") and not field.answers("mode")


def test_it_has_a_name_for_those_who_hear_the_screen(field: ModeField) -> None:
    interface = QAccessible.queryAccessibleInterface(field.list)
    assert field.list.accessibleName() == "Mode"
    (label,) = [label for label in field.findChildren(QLabel) if label.buddy() is field.list]
    assert label.text() == "Mode", "where Qt names a list for what is chosen in it, its label says what for"
    assert "this camera" in interface.text(QAccessible.Text.Description)
