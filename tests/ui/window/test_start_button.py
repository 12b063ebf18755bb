"""The button that starts and stops: what it says in each state, and that it never moves what is beside it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.window.stage_signs import bold
from ui.window.start_button import WORDS, StartButton


@pytest.fixture
def button(application: QApplication) -> StartButton:
    button = StartButton()
    button.show_key("F5")
    button.show()
    return button


def test_each_state_has_its_words_and_the_same_size(button: StartButton) -> None:
    size, pictures = button.sizeHint(), []
    for state, words in WORDS.items():
        button.show_state(state)
        assert button.text() == words
        assert button.sizeHint() == size
        pictures.append(button.grab().toImage())
    assert all(one != other for index, one in enumerate(pictures) for other in pictures[:index])


def test_the_longest_words_and_the_key_have_room(button: StartButton) -> None:
    longest = max(QFontMetricsF(bold(button.font())).horizontalAdvance(words) for words in WORDS.values())
    with_key = button.sizeHint().width()
    button.show_key("")
    assert longest < button.sizeHint().width() < with_key


def test_it_is_pressed_by_mouse_and_keys_in_every_state(button: StartButton) -> None:
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    for state in WORDS:
        button.show_state(state)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QTest.keyClick(button, Qt.Key.Key_Space)
    assert len(pressed) == 2 * len(WORDS)


def test_it_says_what_pressing_does_and_what_there_is_to_know(button: StartButton) -> None:
    interface = QAccessible.queryAccessibleInterface(button)
    assert interface.text(QAccessible.Text.Name) == "Start virtual camera"
    button.show_state("live", "/dev/video10")
    assert interface.text(QAccessible.Text.Name) == "Stop the virtual camera"
    assert interface.text(QAccessible.Text.Description) == button.toolTip() == "/dev/video10"


def test_its_wheel_turns_only_while_it_starts(button: StartButton) -> None:
    button.show_state("starting")
    first = button.grab().toImage()
    QTest.qWait(60)
    assert button.grab().toImage() != first
    button.show_state("live")
    QTest.qWait(100)
    assert not button._turning.isActive()


def test_the_same_state_costs_no_painting(button: StartButton, monkeypatch: pytest.MonkeyPatch) -> None:
    button.show_state("live", "/dev/video10")
    asked: list[bool] = []
    monkeypatch.setattr(button, "update", lambda: asked.append(True))
    button.show_state("live", "/dev/video10")
    button.show_key("F5")
    assert asked == []
    button.show_state("live", "/dev/video11")
    assert asked == [True]
