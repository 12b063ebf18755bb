"""Sliders: where a number lies, also over wide ranges, and what a mouse, keys and a wheel make of it."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.window.slider import INSET, Scale, Slider


@pytest.mark.parametrize(("least", "greatest"), [(0.05, 30.0), (0.0, 2.0), (-0.5, 0.5)])
def test_places_and_numbers_belong_to_each_other(least: float, greatest: float) -> None:
    scale = Scale(least, greatest)
    assert (scale.place(least), scale.place(greatest)) == (0, 1)
    for place in (0.0, 0.1, 0.5, 0.93, 1.0):
        assert scale.place(scale.value(place)) == pytest.approx(place)
    assert scale.place(greatest + 5) == 1


def test_a_wide_range_gives_its_small_numbers_room() -> None:
    assert Scale(0.05, 30).value(0.5) == pytest.approx((0.05 * 30) ** 0.5)
    assert Scale(0.05, 30).place(2.0) > 0.5
    assert Scale(0.5, 2).value(0.5) == 1.25, "a narrow one is even"


@pytest.fixture
def slider(application: QApplication) -> Slider:
    slider = Slider("Strength", Scale(0, 2), usual=1.0)
    slider.resize(222, 28)
    slider.show()
    return slider


def heard_by(slider: Slider) -> list[float]:
    heard: list[float] = []
    slider.moved.connect(heard.append)
    return heard


def at(slider: Slider, place: float) -> QPoint:
    return QPoint(round(INSET + place * (slider.width() - 2 * INSET)), 14)


def test_showing_a_number_tells_nothing(slider: Slider) -> None:
    heard = heard_by(slider)
    slider.show_number(1.5)
    assert slider.value() == 750
    assert heard == []


def test_a_click_brings_the_knob_there_and_dragging_tells_all_the_way(slider: Slider) -> None:
    heard = heard_by(slider)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(slider, 0.25))
    assert heard == [pytest.approx(0.5, abs=0.01)]
    for place in (0.5, 0.75):
        QTest.mouseMove(slider, at(slider, place))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(slider, 0.75))
    assert heard[1:] == [1.0, pytest.approx(1.5, abs=0.01)]
    QTest.mouseMove(slider, at(slider, 0.1))
    assert len(heard) == 3, "let go is let go"


def test_the_mouse_finds_the_default(slider: Slider) -> None:
    heard = heard_by(slider)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(slider, 0.49))
    assert heard == [1.0]


def test_arrow_keys_move_it(slider: Slider) -> None:
    slider.show_number(1.0)
    heard = heard_by(slider)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    QTest.keyClick(slider, Qt.Key.Key_PageDown)
    assert heard == [pytest.approx(1.02), pytest.approx(0.82)]


def test_the_wheel_goes_by_unless_the_slider_has_the_focus(slider: Slider) -> None:
    heard = heard_by(slider)
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    turn = QWheelEvent(QPointF(50, 14), QPointF(50, 14), QPoint(), QPoint(0, 120), *none, Qt.ScrollPhase.NoScrollPhase, False)
    slider.clearFocus()
    slider.wheelEvent(turn)
    assert heard == []
    assert not turn.isAccepted()
    QTest.qWaitForWindowActive(slider)
    slider.setFocus()
    slider.wheelEvent(turn)
    assert len(heard) == 1
