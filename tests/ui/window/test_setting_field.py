"""One setting's row: the control that its kind gets, what it tells, and the way back to the default."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from puppet.settings import CameraSettings, LiveSettings, MotionSettings, OutputSettings, RecordingSettings, SafetySettings
from ui.window.number_field import NumberField, decimals
from ui.window.segments import Segments
from ui.window.setting_facts import settings_in
from ui.window.setting_field import SettingField
from ui.window.switch import Switch
from ui.window.words_field import OTHER, WordsField

MODELS: dict[str, type[BaseModel]] = {
    "motion": MotionSettings,
    "camera": CameraSettings,
    "output": OutputSettings,
    "safety": SafetySettings,
    "recording": RecordingSettings,
}

Heard = list[tuple[str, Any]]


def field(name: str, **given: Any) -> SettingField:
    section = name.partition("__")[0]
    model = MODELS.get(section, LiveSettings)
    facts = next(facts for facts in settings_in(model, section if section in MODELS else "") if facts.name == name)
    made = SettingField(facts, **given)
    made.show()
    return made


def heard_by(made: SettingField) -> Heard:
    heard: Heard = []
    made.changed.connect(lambda name, value: heard.append((name, value)))
    return heard


def number_of(made: SettingField) -> NumberField:
    assert isinstance(made.control, NumberField)
    return made.control


def words_of(made: SettingField) -> WordsField:
    assert isinstance(made.control, WordsField)
    return made.control


@pytest.mark.usefixtures("application")
class TestKinds:
    def test_a_switch_tells_when_it_is_turned(self) -> None:
        made = field("motion__relative")
        heard = heard_by(made)
        assert isinstance(made.control, Switch)
        QTest.mouseClick(made.control, Qt.MouseButton.LeftButton)
        QTest.keyClick(made.control, Qt.Key.Key_Space)
        assert heard == [("motion__relative", False), ("motion__relative", True)]

    def test_options_are_chosen_by_mouse_and_arrows_and_tell_what_they_mean(self) -> None:
        made = field("safety__when_lost")
        heard = heard_by(made)
        assert isinstance(made.control, Segments)
        assert made.caption.text() == "A calm motion"
        QTest.mouseClick(made.control.segments[0], Qt.MouseButton.LeftButton)
        assert made.caption.text() == "The last picture"
        QTest.keyClick(made.control.segments[0], Qt.Key.Key_Left)
        for _ in range(3):
            QTest.keyClick(made.control, Qt.Key.Key_Right)
        assert [value for _, value in heard] == ["hold", "idle", "card"]
        assert [segment.focusPolicy() == Qt.FocusPolicy.StrongFocus for segment in made.control.segments] == [False, False, True]

    def test_a_number_is_typed_or_dragged(self) -> None:
        made = field("motion__strength")
        heard, number = heard_by(made), number_of(made)
        assert number.slider is not None
        number.lineEdit().setText("1.25")
        QTest.keyClick(number, Qt.Key.Key_Return)
        assert heard == [("motion__strength", 1.25)]
        assert number.slider.value() == 625
        number.slider.setValue(700)
        number.slider.setValue(800)
        assert [value for _, value in heard[1:]] == [1.4, 1.6]
        assert number.value() == 1.6

    def test_a_number_stays_in_its_range_and_shows_its_unit(self) -> None:
        made = field("motion__min_cutoff")
        number = number_of(made)
        assert number.text() == "2.00 Hz"
        number.lineEdit().setText("99")
        QTest.keyClick(number, Qt.Key.Key_Return)
        assert made.value <= 30

    def test_a_device_is_not_opened_anew_at_each_step(self) -> None:
        made = field("camera__width", restful=True)
        heard, number = heard_by(made), number_of(made)
        assert number.slider is None
        number._resting.setInterval(30)
        number.setFocus()
        for _ in range(3):
            QTest.keyClick(number, Qt.Key.Key_Up)
        assert heard == []
        QTest.qWait(60)
        assert heard == [("camera__width", 643)]
        assert isinstance(heard[0][1], int)

    def test_a_multiple_is_kept(self) -> None:
        made = field("output__width")
        heard, number = heard_by(made), number_of(made)
        number.lineEdit().setText("801")
        QTest.keyClick(number, Qt.Key.Key_Return)
        assert heard == [("output__width", 800)]
        assert number.value() == 800

    def test_words_are_told_once_they_are_written(self) -> None:
        made = field("safety__card_words")
        heard, line = heard_by(made), words_of(made).line
        line.selectAll()
        QTest.keyClicks(line, "Tea")
        assert heard == []
        QTest.keyClick(line, Qt.Key.Key_Return)
        line.clearFocus()
        assert heard == [("safety__card_words", "Tea")]
        assert line.maxLength() == 80


@pytest.mark.usefixtures("application")
class TestChoices:
    CAMERAS = (("", "First camera"), ("0", "Integrated Camera"), ("2", "Logitech C920"))

    def test_what_there_is_can_be_chosen(self) -> None:
        made = field("camera__source")
        heard, words = heard_by(made), words_of(made)
        made.offer(self.CAMERAS)
        assert words.list.isVisible()
        assert not words.line.isVisible()
        assert words.list.currentText() == "First camera"
        words.list.activated.emit(2)
        assert heard == [("camera__source", "2")]

    def test_something_else_can_still_be_written(self) -> None:
        made = field("camera__source")
        heard, words = heard_by(made), words_of(made)
        made.offer(self.CAMERAS)
        words.list.activated.emit(words.list.findText(OTHER))
        assert words.line.isVisible()
        words.line.setText("rtsp://attic/1")
        words.line.editingFinished.emit()
        assert heard == [("camera__source", "rtsp://attic/1")]

    def test_a_value_that_is_not_offered_is_shown_as_written(self) -> None:
        made = field("camera__source")
        words = words_of(made)
        made.offer(self.CAMERAS)
        made.show_value("clip.mp4")
        assert words.list.currentText() == OTHER
        assert (words.line.isVisible(), words.line.text()) == (True, "clip.mp4")
        made.show_value("0")
        assert words.list.currentText() == "Integrated Camera"
        assert not words.line.isVisible()

    def test_where_nothing_else_can_be_meant_nothing_else_is_offered(self) -> None:
        made = field("engine", free=False)
        words = words_of(made)
        made.offer([("auto", "Automatic"), ("openvino", "OpenVINO")])
        assert [words.list.itemText(index) for index in range(words.list.count())] == ["Automatic", "OpenVINO"]
        made.show_value("tensorrt")
        assert words.list.currentText() == "tensorrt"

    def test_a_folder_is_looked_for(self, tmp_path: Path) -> None:
        made = field("recording__folder", names="folder")
        heard = heard_by(made)
        words_of(made).browse.click()
        dialog = made.window().findChild(QFileDialog)
        assert dialog is not None
        assert dialog.fileMode() == QFileDialog.FileMode.Directory
        dialog.fileSelected.emit(str(tmp_path))
        assert heard == [("recording__folder", str(tmp_path))]
        dialog.close()


SAMPLES = [
    ("motion__relative", False),
    ("motion__emphasis", "face"),
    ("motion__strength", 0.4),
    ("camera__width", 800),
    ("safety__card_words", "Tea"),
]


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize(("name", "value"), SAMPLES)
def test_showing_a_value_tells_nothing_and_resetting_does(name: str, value: Any) -> None:
    made = field(name)
    heard = heard_by(made)
    assert not made.reset.isVisible()
    made.show_value(value)
    assert (heard, made.value) == ([], value)
    assert made.reset.isVisible()
    made.reset.click()
    assert heard == [(name, made.facts.default)]
    assert made.value == made.facts.default
    assert not made.reset.isVisible()


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize(("name", "value"), SAMPLES)
def test_controls_have_names_and_say_what_they_do(name: str, value: Any) -> None:
    made = field(name)
    control = words_of(made).line if isinstance(made.control, WordsField) else made.control
    interface = QAccessible.queryAccessibleInterface(control)
    assert interface.text(QAccessible.Text.Name) == made.facts.title
    assert made.control.accessibleDescription() == made.facts.sentence
    if isinstance(control, Switch):
        assert interface.role() == QAccessible.Role.CheckBox


@pytest.mark.parametrize(("least", "greatest", "digits"), [(0, 2, 2), (0.05, 30, 2), (0, 500, 0), (-0.5, 0.5, 2), (1, 240, 1), (0, 60, 1)])
def test_numbers_are_told_as_finely_as_their_range_is_wide(least: float, greatest: float, digits: int) -> None:
    assert decimals(least, greatest) == digits
