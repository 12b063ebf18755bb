"""The line at the foot: words for everything, in places that keep still, and a way out of trouble."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.session.status import Status
from ui.window.status_line import HEIGHT, StatusLine

FINE = Status("Intel Core i7", "OpenVINO", "compact", "camera 7, 640 x 480", "off")
LOST = FINE._replace(camera="camera 7 was lost", trouble="camera 7 was lost", hint="Plug it in again.")


@pytest.fixture
def line(application: QApplication) -> StatusLine:
    line = StatusLine()
    line.resize(1000, HEIGHT)
    line.show()
    line.show_status(FINE)
    return line


def places(line: StatusLine) -> list[tuple[int, int]]:
    QApplication.processEvents()
    return [(chip.x(), chip.width()) for chip in line.chips.values()]


def test_everything_is_told_in_words(line: StatusLine) -> None:
    names = [QAccessible.queryAccessibleInterface(chip).text(QAccessible.Text.Name) for chip in line.chips.values()]
    assert names == ["Device: Intel Core i7", "Engine: OpenVINO", "Model: compact", "Camera: camera 7, 640 x 480", "Virtual camera: off"]
    assert [chip.toolTip() for chip in line.chips.values()] == names


def test_longer_words_move_nothing(line: StatusLine) -> None:
    before = places(line)
    line.show_status(FINE._replace(device="A device with a name " * 9, camera="c", output="/dev/video10 " * 9))
    assert places(line) == before
    assert line.height() == HEIGHT
    assert line.minimumSizeHint().width() < 600


def test_trouble_is_told_with_its_remedy_and_goes_again(line: StatusLine) -> None:
    before = places(line)
    pressed: list[bool] = []
    line.remedy_wanted.connect(lambda: pressed.append(True))
    assert not line.trouble.isVisible()
    line.show_status(LOST, "Choose camera")
    assert line.trouble.isVisible()
    assert line.trouble.accessibleName() == "Trouble: camera 7 was lost"
    assert line.accessibleDescription() == "camera 7 was lost Plug it in again."
    assert [field for field, chip in line.chips.items() if chip.troubled] == ["camera"]
    QTest.mouseClick(line.trouble.button, Qt.MouseButton.LeftButton)
    assert pressed == [True]
    assert line.trouble.button.text() == "Choose camera"
    assert line.height() == HEIGHT
    line.show_status(FINE)
    assert not line.trouble.isVisible()
    assert places(line) == before


def test_trouble_without_a_remedy_has_no_button(line: StatusLine) -> None:
    line.show_status(LOST)
    assert line.trouble.isVisible()
    assert not line.trouble.button.isVisible()


def test_the_same_words_cost_no_painting(line: StatusLine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name, chip in line.chips.items():
        monkeypatch.setattr(chip, "update", lambda name=name: asked.append(name))
    line.show_status(FINE)
    assert asked == []
    line.show_status(FINE._replace(output="live"))
    assert asked == ["output"]
