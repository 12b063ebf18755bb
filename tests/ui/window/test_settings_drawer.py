"""The panel of all settings: complete, quiet while it shows, and found one's way in by keys and words."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from puppet.cameras.camera_list import CameraMode
from puppet.settings import LiveSettings, changed
from ui.window.segments import Segment
from ui.window.setting_field import SettingField
from ui.window.settings_drawer import LEFT_OUT, SettingsDrawer
from ui.window.words_field import WordsField


@pytest.fixture
def drawer(application: QApplication) -> SettingsDrawer:
    drawer = SettingsDrawer()
    drawer.resize(drawer.width(), 560)
    drawer.show()
    QTest.qWaitForWindowActive(drawer)
    return drawer


@pytest.fixture
def heard(drawer: SettingsDrawer) -> list[tuple[str, Any]]:
    heard: list[tuple[str, Any]] = []
    drawer.changed.connect(lambda name, value: heard.append((name, value)))
    return heard


def test_every_setting_has_its_field(drawer: SettingsDrawer) -> None:
    wanted = set()
    for name, value in LiveSettings().model_dump().items():
        if name == "keys":
            continue  # they have a sheet of their own
        wanted |= {f"{name}__{field}" for field in value} if isinstance(value, dict) else {name}
    assert set(drawer.fields) == wanted - LEFT_OUT
    titles = [section.heading.text() for section in drawer.sections]
    assert titles == ["Motion", "Camera", "Output", "Portraits", "Safety", "View", "Recording", "Model"]


def test_it_shows_what_holds_and_tells_nothing_of_it(drawer: SettingsDrawer, heard: list[tuple[str, Any]]) -> None:
    others = changed(
        LiveSettings(),
        motion__strength=1.5,
        motion__relative=False,
        camera__width=1280,
        output__fit="fill",
        safety__card_words="Tea",
        model="x",
    )
    drawer.show_settings(others)
    assert heard == []
    for name, field in drawer.fields.items():
        section, _, key = name.rpartition("__")
        assert field.value == getattr(getattr(others, section) if section else others, key), name


def test_every_value_that_comes_from_it_is_a_valid_setting(drawer: SettingsDrawer) -> None:
    settings = LiveSettings()
    for name, field in drawer.fields.items():
        values: dict[str, list[Any]] = {"switch": [True, False], "words": ["x"], "choice": [value for value, _ in field.facts.options]}
        for value in values.get(field.facts.kind, [field.facts.least, field.facts.greatest]):
            field.show_value(value)
            settings = changed(settings, **{name: field.value})


def test_what_a_person_chooses_is_told_by_its_name(drawer: SettingsDrawer, heard: list[tuple[str, Any]]) -> None:
    drawer.fields["motion__guard"].control.click()  # type: ignore[union-attr]
    drawer.choices("camera__source", [("", "First"), ("3", "Attic")])
    control = drawer.fields["camera__source"].control
    assert isinstance(control, WordsField)
    control.list.activated.emit(1)
    assert heard == [("motion__guard", False), ("camera__source", "3")]


def test_what_is_refused_is_taken_back_by_showing_what_holds(drawer: SettingsDrawer, heard: list[tuple[str, Any]]) -> None:
    field = drawer.fields["model"]
    assert isinstance(field.control, WordsField)
    field.control.line.setText("nonsense")
    field.control.line.editingFinished.emit()
    assert heard == [("model", "nonsense")]
    drawer.show_settings(LiveSettings())
    assert field.control.line.text() == LiveSettings().model
    assert len(heard) == 1


def test_a_line_that_is_being_written_is_left_alone(drawer: SettingsDrawer) -> None:
    control = drawer.fields["safety__card_words"].control
    assert isinstance(control, WordsField)
    control.line.setText("Half a sen")
    drawer.show_settings(changed(LiveSettings(), motion__strength=0.5))
    assert control.line.text() == "Half a sen"


def test_sections_open_and_close_by_keys(drawer: SettingsDrawer) -> None:
    motion, camera = drawer.sections[:2]
    assert motion.fields[0].isVisible()
    assert not camera.fields[0].isVisible()
    QTest.keyClick(camera.heading, Qt.Key.Key_Right)
    assert camera.fields[0].isVisible()
    assert camera.heading.accessibleDescription() == "open"
    QTest.keyClick(camera.heading, Qt.Key.Key_Right)
    assert camera.fields[0].isVisible()
    QTest.keyClick(camera.heading, Qt.Key.Key_Space)
    assert not camera.fields[0].isVisible()


def test_words_find_a_setting_in_a_closed_section(drawer: SettingsDrawer) -> None:
    QTest.keyClicks(drawer.search, "cross-f")
    visible = [name for name, field in drawer.fields.items() if field.isVisible()]
    assert visible == ["portraits__fade"]
    drawer.search.setText("no such thing")
    assert drawer._nothing.isVisible()
    QTest.keyClick(drawer.search, Qt.Key.Key_Escape)
    assert drawer.search.text() == ""
    assert drawer.fields["motion__relative"].isVisible()
    assert not drawer.fields["portraits__fade"].isVisible(), "its section is closed as before"


def test_escape_closes_it(drawer: SettingsDrawer) -> None:
    closed: list[bool] = []
    drawer.closed.connect(lambda: closed.append(True))
    QTest.keyClick(drawer, Qt.Key.Key_Escape)
    drawer.close_button.click()
    assert closed == [True, True]


def test_tab_reaches_everything_that_is_open_and_brings_it_into_view(drawer: SettingsDrawer) -> None:
    drawer.search.setFocus()
    reached, last = set(), QApplication.focusWidget()
    for _ in range(60):
        assert last is not None
        QTest.keyClick(last, Qt.Key.Key_Tab)
        last = QApplication.focusWidget()
        assert last is not None
        reached.add(last)
        if not drawer.close_button.hasFocus():
            place = last.mapTo(drawer, last.rect().center())
            assert drawer.rect().contains(place), last.accessibleName()
        else:
            break
    for section in drawer.sections:
        assert section.heading in reached
    for field in (field for field in drawer.sections[0].fields if isinstance(field, SettingField)):
        parts = {field.control, *field.control.findChildren(Segment)}
        assert parts & reached, field.facts.title


def test_it_keeps_its_width_whatever_it_says(drawer: SettingsDrawer) -> None:
    width = drawer.width()
    drawer.choices("camera__source", [("", "A camera " + "with a very long name " * 10)])
    for section in drawer.sections:
        section.heading.setChecked(True)
    QApplication.processEvents()
    assert drawer.width() == width
    inside = drawer._inside.width()
    assert all(section.width() <= inside <= width for section in drawer.sections)
    assert all(field.minimumSizeHint().width() <= inside for field in drawer.fields.values())


def test_modes_are_there_only_where_a_camera_tells_them(drawer: SettingsDrawer) -> None:
    camera = drawer.sections[1]
    camera.heading.setChecked(True)
    assert not drawer.modes.isVisible()
    chosen: list[CameraMode] = []
    drawer.mode_chosen.connect(chosen.append)
    mode = CameraMode(1280, 720, 30.0, "MJPG")
    drawer.show_modes([mode])
    assert drawer.modes.isVisible()
    drawer.modes.list.activated.emit(0)
    assert chosen == [mode]
    drawer.search.setText("zoom")
    drawer.show_modes([mode, mode._replace(rate=15.0)])
    assert not drawer.modes.isVisible(), "somebody looks for something else"
    drawer.search.setText("camera")
    assert drawer.modes.isVisible()
    drawer.search.clear()
    drawer.show_modes([])
    assert not drawer.modes.isVisible()
