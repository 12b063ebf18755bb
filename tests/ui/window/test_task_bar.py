"""What takes a while: told while it lasts, given up when asked."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from ui.window.task_bar import TaskBar


@pytest.fixture
def bar(application: QApplication) -> Iterator[TaskBar]:
    window = QWidget()
    column = QVBoxLayout(window)
    bar = TaskBar()
    column.addWidget(bar)
    column.addWidget(QLabel("below"))
    window.resize(400, 120)
    window.show()
    yield bar


def test_it_tells_what_is_done_and_how_far_it_is(bar: TaskBar) -> None:
    assert not bar.isVisible()
    bar.show_task("Opening the model x …")
    assert bar.isVisible()
    assert bar.accessibleName() == "Opening the model x …"
    assert bar.progress is None
    bar.show_task("Opening the model x …", 0.6)
    assert bar.accessibleName() == "Opening the model x …, 60 %"
    bar.show_task("Opening the model x …", 1.7)
    assert bar.progress == 1
    bar.show_task("")
    assert not bar.isVisible()


def test_nothing_moves_when_it_comes_or_goes(bar: TaskBar) -> None:
    label = bar.window().findChildren(QLabel)[-1]
    QApplication.processEvents()
    before = label.geometry()
    bar.show_task("Working", 0.5)
    QApplication.processEvents()
    assert label.geometry() == before


def test_it_is_given_up(bar: TaskBar) -> None:
    given_up: list[bool] = []
    bar.cancelled.connect(lambda: given_up.append(True))
    bar.show_task("Working")
    QTest.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    assert given_up == [True]


def test_its_wheel_turns_only_while_nobody_knows_how_far_it_is(bar: TaskBar) -> None:
    def turns() -> bool:
        QTest.qWait(100)
        return any(bar._turning.isActive() for _ in range(5) if QTest.qWait(10) is None)  # between two paintings it is off for a moment

    bar.show_task("Working")
    assert turns()
    bar.show_task("Working", 0.2)
    assert not turns()
    bar.show_task("Working")
    assert turns()
    bar.window().hide()
    assert not turns()
    bar.window().show()
    assert turns()
