"""A key that is changed by pressing another: waiting, pressing, leaving, taking away."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.keys.chord import NAMED, parse_chord
from ui.window.key_edit import KeyEdit, key_text

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def window(application: QApplication) -> QWidget:
    window = QWidget()
    layout = QVBoxLayout(window)
    for title in ("Key of Zoom in", "Key of Zoom out"):
        layout.addWidget(KeyEdit(title))
    window.show()
    QTest.qWaitForWindowActive(window)
    return window


@pytest.fixture
def edit(window: QWidget) -> KeyEdit:
    edit = window.findChildren(KeyEdit)[0]
    edit.show_key("W")
    edit.setFocus()
    return edit


@pytest.fixture
def pressed(edit: KeyEdit) -> list[str]:
    pressed: list[str] = []
    edit.pressed_key.connect(pressed.append)
    return pressed


@pytest.mark.parametrize("begin", [Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Enter])
def test_enter_or_space_makes_it_wait_and_the_next_key_is_told(edit: KeyEdit, pressed: list[str], begin: Qt.Key) -> None:
    QTest.keyClick(edit, begin)
    assert edit.is_waiting
    QTest.keyPress(edit, Qt.Key.Key_Control, CTRL)
    QTest.keyPress(edit, Qt.Key.Key_Alt, CTRL | ALT)
    assert edit.is_waiting and pressed == []
    QTest.keyClick(edit, Qt.Key.Key_1, CTRL | ALT)
    assert pressed == ["Ctrl+Alt+1"]
    assert not edit.is_waiting
    assert edit.key == "W"  # whoever hears it decides


def test_a_click_makes_it_wait_and_it_says_so(edit: KeyEdit, pressed: list[str]) -> None:
    waiting: list[bool] = []
    edit.waiting.connect(waiting.append)
    QTest.mouseClick(edit, Qt.MouseButton.LeftButton)
    QTest.keyClick(edit, Qt.Key.Key_Space)
    assert pressed == ["Space"]
    assert waiting == [True, False]


def test_without_waiting_keys_do_nothing(edit: KeyEdit, pressed: list[str]) -> None:
    QTest.keyClick(edit, Qt.Key.Key_Y)
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    assert pressed == []


def test_escape_leaves_it_and_backspace_takes_it_away(edit: KeyEdit, pressed: list[str]) -> None:
    edit.wait()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert not edit.is_waiting and pressed == []
    edit.wait()
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    assert not edit.is_waiting and pressed == [""]
    edit.wait()
    QTest.keyClick(edit, Qt.Key.Key_Backspace, CTRL)
    assert pressed == ["", "Ctrl+Backspace"]


def test_going_elsewhere_ends_the_waiting(window: QWidget, edit: KeyEdit, pressed: list[str]) -> None:
    edit.wait()
    window.findChildren(KeyEdit)[1].setFocus()
    assert not edit.is_waiting and pressed == []


def test_tab_moves_on(window: QWidget, edit: KeyEdit, pressed: list[str]) -> None:
    edit.wait()
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert not edit.is_waiting and pressed == []
    assert window.findChildren(KeyEdit)[1].hasFocus()


def test_while_it_waits_no_shortcut_takes_the_key(window: QWidget, edit: KeyEdit, pressed: list[str]) -> None:
    fired: list[str] = []
    QShortcut(QKeySequence("Y"), window).activated.connect(lambda: fired.append("Y"))
    edit.wait()
    QTest.keyClick(edit, Qt.Key.Key_Y)
    assert (pressed, fired) == (["Y"], [])
    QTest.keyClick(edit, Qt.Key.Key_Y)
    assert (pressed, fired) == (["Y"], ["Y"])


def test_a_key_held_from_before_is_not_taken(edit: KeyEdit, pressed: list[str]) -> None:
    edit.wait()
    QApplication.sendEvent(edit, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, NONE, "\r", True))
    assert edit.is_waiting and pressed == []


@pytest.mark.parametrize(
    ("key", "modifiers", "text"),
    [
        (Qt.Key.Key_W, NONE, "W"),
        (Qt.Key.Key_W, SHIFT, "Shift+W"),
        (Qt.Key.Key_Exclam, SHIFT, "!"),
        (Qt.Key.Key_Exclam, CTRL | SHIFT, "Ctrl+!"),
        (Qt.Key.Key_Plus, SHIFT, "+"),
        (Qt.Key.Key_F5, SHIFT, "Shift+F5"),
        (Qt.Key.Key_7, Qt.KeyboardModifier.KeypadModifier, "7"),
        (Qt.Key.Key_MediaNext, NONE, "Media Next"),
        (Qt.Key.Key_Eacute, NONE, "É"),
        (Qt.Key.Key_unknown, NONE, ""),
    ],
)
def test_what_is_told_is_a_chord(application: QApplication, key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str) -> None:
    assert key_text(QKeyEvent(QEvent.Type.KeyPress, key, modifiers)) == text


def test_chords_and_qt_name_keys_alike(application: QApplication) -> None:
    differing = {}
    for name in (*NAMED, "W", "1", "+", ",", "É"):
        for held in ("", "Ctrl+", "Meta+Ctrl+Alt+Shift+"):
            text = QKeySequence(held + name, QKeySequence.SequenceFormat.PortableText).toString(QKeySequence.SequenceFormat.PortableText)
            if text != parse_chord(held + name).text:
                differing[held + name] = text
    assert differing == {}


def test_it_says_whose_key_it_is_and_which(edit: KeyEdit) -> None:
    edit.show_key("Ctrl+Alt+PgDown")
    assert edit.caps == ["Ctrl", "Alt", "PgDown"]
    assert edit.accessibleName() == "Key of Zoom in: Ctrl+Alt+PgDown"
    wide = edit.sizeHint().width()
    edit.show_key("")
    assert edit.accessibleName() == "Key of Zoom in: no key"
    assert edit.sizeHint().width() < wide


def test_waiting_and_dim_look_different(edit: KeyEdit) -> None:
    edit.clearFocus()
    edit.show_key("W")
    usual = edit.grab().toImage()
    edit.show_key("W", dim=True)
    dim = edit.grab().toImage()
    edit.wait()
    assert usual != dim != edit.grab().toImage()
