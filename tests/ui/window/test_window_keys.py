"""The window's keys: they fire, repeat where they should, and leave text fields and controls alone."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QSlider, QSpinBox, QVBoxLayout, QWidget

from puppet.settings import KeySettings
from ui.keys.actions import ACTIONS
from ui.keys.key_map import KeyMap
from ui.window.window_keys import WindowKeys, install_shortcuts

SHIFT, CTRL, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


class Window(QWidget):
    """A window with one control of each kind, and what its keys fired."""

    def __init__(self) -> None:
        super().__init__()
        self.fired: list[str] = []
        self.line, self.spin, self.button, self.slider, self.combo = QLineEdit(), QSpinBox(), QPushButton("Go"), QSlider(), QComboBox()
        self.combo.addItems(["Anna", "Dora"])
        layout = QVBoxLayout(self)
        for control in (self.line, self.spin, self.button, self.slider, self.combo):
            layout.addWidget(control)
        self.keys: WindowKeys = install_shortcuts(self, KeyMap(), self.fired.append)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> list[str]:
        """Press a key on whatever has the focus; what was fired."""
        self.fired.clear()
        QTest.keyClick(QApplication.focusWidget() or self, key, modifiers)
        return list(self.fired)


@pytest.fixture
def window(application: QApplication) -> Iterator[Window]:
    window = Window()
    window.show()
    window.setFocus()
    QTest.qWaitForWindowActive(window)
    yield window
    window.close()


def test_keys_fire_their_actions(window: Window) -> None:
    assert window.press(Qt.Key.Key_W) == ["zoom_in"]
    assert window.press(Qt.Key.Key_W, SHIFT) == ["zoom_in_fine"]
    assert window.press(Qt.Key.Key_0) == ["portrait_10"]
    assert window.press(Qt.Key.Key_F1) == ["show_keys"]
    assert window.press(Qt.Key.Key_R, CTRL) == ["record"]
    assert window.press(Qt.Key.Key_Plus) == ["more_strength"]
    assert window.press(Qt.Key.Key_Comma, CTRL) == ["show_settings"]
    assert window.press(Qt.Key.Key_F8) == []
    assert window.press(Qt.Key.Key_1, CTRL | Qt.KeyboardModifier.AltModifier) == []


def test_every_key_of_the_table_works(window: Window) -> None:
    missed = {}
    for key, action in KeyMap().window().items():
        combination: QKeyCombination = QKeySequence(key)[0]  # type: ignore[index]  # it can be, whatever its stub says
        if window.press(combination.key(), combination.keyboardModifiers()) != [action]:
            missed[key] = window.fired
    assert missed == {}


def test_other_keys_are_obeyed_at_once(window: Window) -> None:
    window.keys.show_map(KeyMap(KeyMap().rebind("zoom_in", "F8")))
    assert window.press(Qt.Key.Key_F8) == ["zoom_in"]
    assert window.press(Qt.Key.Key_W) == []
    window.keys.show_map(KeyMap(KeySettings(window={"zoom_in": "D"})))
    assert window.press(Qt.Key.Key_D) == ["zoom_in"]
    assert window.press(Qt.Key.Key_F8) == []
    window.keys.show_map(KeyMap())
    assert window.press(Qt.Key.Key_D) == ["next_portrait"]


def test_a_text_field_keeps_its_letters_and_its_own_keys(window: Window) -> None:
    window.line.setFocus()
    for key in (Qt.Key.Key_W, Qt.Key.Key_1, Qt.Key.Key_Minus):
        assert window.press(key) == []
    assert window.press(Qt.Key.Key_W, SHIFT) == []
    assert window.line.text() == "w1-w"
    assert window.press(Qt.Key.Key_V, CTRL) == []  # it pastes into the field
    assert window.press(Qt.Key.Key_F1) == ["show_keys"]
    assert window.press(Qt.Key.Key_R, CTRL) == ["record"]


def test_a_number_field_keeps_its_digits(window: Window) -> None:
    window.spin.setFocus()
    window.spin.selectAll()
    assert window.press(Qt.Key.Key_7) == []
    assert window.spin.value() == 7


def test_controls_keep_the_keys_they_are_worked_by(window: Window) -> None:
    window.keys.show_map(KeyMap(KeySettings(window={"toggle_output": "Space", "more_strength": "PgUp"})))
    window.setFocus()
    assert window.press(Qt.Key.Key_Space) == ["toggle_output"]
    pressed: list[bool] = []
    window.button.clicked.connect(lambda: pressed.append(True))
    window.button.setFocus()
    assert window.press(Qt.Key.Key_Space) == []
    assert pressed == [True]
    assert window.press(Qt.Key.Key_W) == ["zoom_in"]
    assert window.press(Qt.Key.Key_PageUp) == ["more_strength"]
    window.slider.setFocus()
    assert window.press(Qt.Key.Key_PageUp) == []
    assert window.slider.value() > 0
    assert window.press(Qt.Key.Key_W) == ["zoom_in"]
    window.combo.setFocus()
    assert window.press(Qt.Key.Key_D) == []
    assert window.combo.currentText() == "Dora"
    assert window.press(Qt.Key.Key_F1) == ["show_keys"]


def test_only_what_goes_on_repeats_while_its_key_is_held(window: Window) -> None:
    repeating = {shortcut.objectName() for shortcut in window.findChildren(QShortcut) if shortcut.autoRepeat()}
    assert repeating == {action.name for action in ACTIONS if action.repeats}
    window.keys.show_map(KeyMap(KeyMap().plan("next_portrait", "W").settings))
    assert not any(shortcut.autoRepeat() for shortcut in window.findChildren(QShortcut) if shortcut.objectName() == "next_portrait")


@pytest.mark.parametrize(("later", "fired"), [(0, ["zoom_in"]), (40, ["next_portrait", "zoom_in"])])
def test_a_key_let_go_and_pressed_at_the_same_time_is_held(window: Window, later: int, fired: list[str]) -> None:
    shortcuts = {shortcut.objectName(): shortcut for shortcut in window.findChildren(QShortcut)}
    for key, action in ((Qt.Key.Key_D, "next_portrait"), (Qt.Key.Key_W, "zoom_in")):
        released = QKeyEvent(QEvent.Type.KeyRelease, key, NONE)
        released.setTimestamp(5000)
        QApplication.sendEvent(window.windowHandle(), released)
        pressed = QKeyEvent(QEvent.Type.ShortcutOverride, key, NONE)
        pressed.setTimestamp(5000 + later)
        QApplication.sendEvent(window, pressed)
        shortcuts[action].activated.emit()
    assert window.fired == fired
