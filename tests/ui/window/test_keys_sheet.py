"""The sheet of keys: shown, looked for, changed in place, taken from others, given back, global ones switched."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from puppet.settings import KeySettings
from ui.keys.actions import ACTIONS, GROUPS
from ui.keys.global_keys import Hearing
from ui.keys.key_map import KeyMap, Reach
from ui.window.key_edit import KeyEdit
from ui.window.keys_sheet import KeysSheet

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


class Seen:
    """A sheet, and the settings it said were chosen."""

    def __init__(self, settings: KeySettings | None = None, hearing: Hearing | None = None) -> None:
        self.sheet = KeysSheet(settings or KeySettings(), hearing or Hearing(False, "Global keys are off."))
        self.changes: list[KeySettings] = []
        self.sheet.changed.connect(self.changes.append)
        self.sheet.show()
        QTest.qWaitForWindowActive(self.sheet)

    def edit(self, action: str, reach: Reach = "window") -> KeyEdit:
        edit = self.sheet.find_edit(action, reach)
        assert isinstance(edit, KeyEdit)
        return edit

    def press(
        self, action: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, reach: Reach = "window"
    ) -> None:
        edit = self.edit(action, reach)
        edit.setFocus()
        QTest.keyClick(edit, Qt.Key.Key_Return)
        QTest.keyClick(edit, key, modifiers)

    @property
    def keys(self) -> KeyMap:
        return KeyMap(self.changes[-1])

    def titles(self) -> list[str]:
        """Actions in sight."""
        return [row.action.name for group in self.sheet.groups for row in group.rows if row.title.isVisible()]


@pytest.fixture
def seen(application: QApplication) -> Seen:
    return Seen()


def test_it_shows_all_actions_in_their_groups_with_their_keys(seen: Seen) -> None:
    assert seen.titles() == [action.name for action in ACTIONS]
    assert [group.accessibleName() for group in seen.sheet.groups] == list(GROUPS)
    assert all(seen.edit(action.name).key == action.key for action in ACTIONS)
    assert all(seen.edit(action.name, "everywhere").key == action.everywhere for action in ACTIONS)
    assert not seen.sheet.notice.isVisible()


def test_a_key_is_changed_where_it_stands(seen: Seen) -> None:
    seen.press("zoom_in", Qt.Key.Key_F8)
    assert seen.keys.key_of("zoom_in") == "F8"
    assert seen.edit("zoom_in").key == "F8"
    assert "“Zoom in” is on F8 now." in seen.sheet.notice.words.text()
    seen.press("record", Qt.Key.Key_F8, CTRL | ALT, "everywhere")
    assert seen.keys.key_of("record", "everywhere") == "Ctrl+Alt+F8"
    assert seen.sheet.settings == seen.changes[-1]


def test_a_conflict_is_told_at_once_and_nothing_changes_until_it_is_agreed_to(seen: Seen) -> None:
    seen.press("zoom_in", Qt.Key.Key_D)
    assert seen.changes == []
    assert seen.edit("zoom_in").key == "W"
    assert seen.sheet.notice.words.text() == "D is the key of “Next portrait”, which would go without."
    assert seen.sheet.notice.leave.hasFocus()
    QTest.mouseClick(seen.sheet.notice.agree, Qt.MouseButton.LeftButton)
    assert seen.keys.key_of("zoom_in") == "D"
    assert seen.keys.key_of("next_portrait") == ""
    assert seen.edit("next_portrait").key == ""
    assert seen.keys.conflicts() == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_conflict_can_be_left(seen: Seen, key: Qt.Key) -> None:
    seen.press("zoom_in", Qt.Key.Key_D)
    QTest.keyClick(seen.sheet.notice.leave, key)
    assert seen.changes == []
    assert not seen.sheet.notice.isVisible()
    assert seen.sheet.isVisible()


def test_a_conflict_is_agreed_to_by_keyboard(seen: Seen) -> None:
    seen.press("zoom_in", Qt.Key.Key_D)
    QTest.keyClick(seen.sheet.notice.leave, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert seen.sheet.notice.agree.hasFocus()
    QTest.keyClick(seen.sheet.notice.agree, Qt.Key.Key_Return)
    assert seen.keys.key_of("zoom_in") == "D"


def test_a_global_key_without_modifiers_is_given_only_after_the_warning(seen: Seen) -> None:
    seen.press("snapshot", Qt.Key.Key_F9, reach="everywhere")
    assert seen.changes == []
    assert "other programs" in seen.sheet.notice.words.text()
    assert seen.sheet.notice.agree.text() == "Use it anyway"
    QTest.mouseClick(seen.sheet.notice.agree, Qt.MouseButton.LeftButton)
    assert seen.keys.everywhere()["F9"] == "snapshot"


def test_a_key_is_taken_away_and_given_back(seen: Seen) -> None:
    row = next(row for group in seen.sheet.groups for row in group.rows if row.action.name == "zoom_in")
    assert not row.reset.isVisible()
    seen.press("zoom_in", Qt.Key.Key_Backspace)
    assert seen.keys.key_of("zoom_in") == ""
    assert "has no key now" in seen.sheet.notice.words.text()
    assert row.reset.isVisible()
    QTest.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert seen.changes[-1] == KeySettings()
    assert not row.reset.isVisible()
    assert seen.edit("zoom_in").hasFocus()


def test_all_keys_are_given_back(application: QApplication) -> None:
    seen = Seen(KeySettings(window={"zoom_in": "F8", "quit": ""}, everywhere={"record": ""}, use_everywhere=True))
    assert seen.edit("quit").key == ""
    QTest.mouseClick(seen.sheet.reset_all, Qt.MouseButton.LeftButton)
    assert seen.changes == [KeySettings(use_everywhere=True)]
    assert not seen.sheet.reset_all.isEnabled()


def test_the_switch_turns_global_keys_on_and_words_say_how_it_stands(seen: Seen) -> None:
    assert "Global keys are off." in seen.sheet.state.text()
    assert "hears every key" in seen.sheet.state.text()
    seen.sheet.switch.click()
    assert seen.changes[-1].use_everywhere
    seen.sheet.show_hearing(Hearing(False, "Global keys need pynput.", "Install it."))
    assert seen.sheet.state.text() == "Global keys need pynput. Install it."
    assert seen.sheet.switch.accessibleDescription() == "Global keys need pynput. Install it."
    seen.sheet.show_hearing(Hearing(True, "17 global keys work in every window."))
    assert seen.sheet.state.text().startswith("17 global keys work")
    seen.sheet.switch.click()
    assert not seen.changes[-1].use_everywhere


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("strong", ["more_strength"]),
        ("MIRROR", ["mirror_driver", "mirror_output"]),
        ("w", ["zoom_in"]),
        ("ctrl+alt+v", ["toggle_output"]),
        ("puppet", ["show_settings", "show_keys", "quit"]),
        ("no such thing", []),
    ],
)
def test_it_can_be_searched_by_title_group_or_key(seen: Seen, text: str, found: list[str]) -> None:
    QTest.keyClicks(seen.sheet.search, text)
    assert seen.titles() == found
    assert seen.sheet.nothing.isVisible() is not bool(found)
    QTest.keyClick(seen.sheet.search, Qt.Key.Key_Escape)
    assert len(seen.titles()) == len(ACTIONS)
    assert seen.sheet.isVisible()


def test_by_keyboard_alone_a_key_is_found_and_changed(seen: Seen) -> None:
    assert seen.sheet.search.hasFocus()
    QTest.keyClicks(seen.sheet.search, "strong")
    QTest.keyClick(seen.sheet.search, Qt.Key.Key_Return)
    assert seen.edit("more_strength").hasFocus()
    QTest.keyClick(seen.edit("more_strength"), Qt.Key.Key_Return)
    QTest.keyClick(seen.edit("more_strength"), Qt.Key.Key_F8)
    assert seen.keys.key_of("more_strength") == "F8"
    QTest.keyClick(seen.edit("more_strength"), Qt.Key.Key_Tab)
    assert seen.edit("more_strength", "everywhere").hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Escape])
def test_f1_and_escape_close_it(seen: Seen, key: Qt.Key) -> None:
    QTest.keyClick(seen.sheet.search, key)
    assert not seen.sheet.isVisible()


def test_escape_while_waiting_for_a_key_does_not_close_it(seen: Seen) -> None:
    waiting: list[bool] = []
    seen.sheet.waiting.connect(waiting.append)
    seen.press("zoom_in", Qt.Key.Key_Escape)
    assert seen.sheet.isVisible()
    assert waiting == [True, False]
    assert seen.changes == []


def test_settings_that_make_no_sense_are_told(application: QApplication) -> None:
    seen = Seen(KeySettings(window={"fly": "F8", "zoom_in": "D"}))
    assert seen.sheet.notice.isVisible()
    told = seen.sheet.notice.words.text()
    assert "'fly'" in told and "“Next portrait”" in told
    assert not seen.sheet.notice.agree.isVisible()


def test_other_settings_can_be_shown(seen: Seen) -> None:
    seen.sheet.show_settings(KeySettings(window={"zoom_in": "F8"}, use_everywhere=True))
    assert seen.edit("zoom_in").key == "F8"
    assert seen.sheet.switch.isChecked()
    assert seen.changes == []


def test_everything_has_a_name_for_those_who_hear_the_screen(seen: Seen) -> None:
    nameless = [edit for edit in seen.sheet.findChildren(KeyEdit) if not edit.accessibleName()]
    assert nameless == []
    assert len({edit.accessibleName().split(":")[0] for edit in seen.sheet.findChildren(KeyEdit)}) == 2 * len(ACTIONS)
    assert all(
        button.text() or button.accessibleName() for button in seen.sheet.findChildren(QPushButton) if not isinstance(button, KeyEdit)
    )


@pytest.mark.parametrize(("width", "columns"), [(300, 1), (900, 2), (1300, 3)])
def test_it_uses_as_many_columns_as_there_is_room_for(seen: Seen, width: int, columns: int) -> None:
    seen.sheet.resize(width, 700)
    QTest.qWait(1)
    lefts = {group.mapTo(seen.sheet, group.rect().topLeft()).x() for group in seen.sheet.groups}
    assert len(lefts) == columns
    titles = [label for group in seen.sheet.groups for label in group.findChildren(QLabel)]
    assert all(label.width() >= label.minimumSizeHint().width() for label in titles)
    assert len(seen.titles()) == len(ACTIONS)
