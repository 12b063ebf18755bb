"""The wheel changes a field that has the focus, and scrolls past every other."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.window.choice_box import ChoiceBox
from ui.window.number_field import NumberBox
from ui.window.slider import Scale, Slider


def choices() -> tuple[QWidget, Callable[[], float]]:
    box = ChoiceBox("Fit")
    box.addItems(["whole", "fill", "blur"])
    box.setCurrentIndex(1)
    return box, box.currentIndex


def number() -> tuple[QWidget, Callable[[], float]]:
    box = NumberBox()
    box.setValue(5)
    return box, box.value


def slider() -> tuple[QWidget, Callable[[], float]]:
    slider = Slider("Strength", Scale(0, 2), 1)
    slider.show_number(1)
    return slider, slider.value


@pytest.mark.parametrize("make", [choices, number, slider])
def test_only_a_field_with_the_focus_heeds_it(application: QApplication, make: Callable[[], tuple[QWidget, Callable[[], float]]]) -> None:
    around, (field, value) = QWidget(), make()
    layout = QVBoxLayout(around)
    other = QWidget()
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    layout.addWidget(field)
    layout.addWidget(other)
    around.show()
    around.activateWindow()
    for focused, changes in ((other, False), (field, True)):
        focused.setFocus()
        QApplication.processEvents()
        assert focused.hasFocus()
        before, none = value(), (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
        turn = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120), *none, Qt.ScrollPhase.NoScrollPhase, False)
        field.wheelEvent(turn)
        assert (value() != before, turn.isAccepted()) == (changes, changes)
