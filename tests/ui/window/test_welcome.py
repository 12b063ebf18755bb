"""The first start: every step can be passed, what is chosen is told at once, and a still face gives the neutral pose."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from puppet.cameras.live_frame import LiveFrame
from puppet.live.shown import NOBODY, Shown, State
from puppet.picture import Picture, freeze
from tests.live_parts import portrait
from ui.window.portrait_tile import StripItem
from ui.window.welcome import HOLD, NOBODY_SEEN, STEADY, STEPS, TAKEN, Welcome

GREEN, BLUE = (30, 160, 40), (20, 30, 200)
CAMERAS = [("0", "Integrated Camera"), ("2", "Logitech C920")]


def plain(colour: tuple[int, int, int]) -> Picture:
    return freeze(np.full((60, 60, 3), colour, np.uint8))


DRIVER, RESULT = plain(GREEN), plain(BLUE)


def shown(state: State = "live", moment: float = 0.0) -> Shown:
    return Shown(LiveFrame(DRIVER, moment), moment, NOBODY, RESULT, state)


@pytest.fixture
def welcome(application: QApplication) -> Welcome:
    welcome = Welcome()
    welcome.resize(820, 640)
    welcome.show()
    QTest.qWaitForWindowActive(welcome)
    return welcome


@pytest.fixture
def heard(welcome: Welcome) -> list[tuple[str, Any]]:
    heard: list[tuple[str, Any]] = []
    for name in ("camera_chosen", "portrait_chosen", "portraits_added"):
        getattr(welcome, name).connect(lambda value, name=name: heard.append((name, value)))
    for name in ("neutral_wanted", "output_wanted", "finished"):
        getattr(welcome, name).connect(lambda name=name: heard.append((name, None)))
    return heard


def middle_of(widget: Any) -> tuple[int, ...]:
    colour = widget.grab().toImage().pixelColor(widget.width() // 2, widget.height() // 2)
    return colour.red(), colour.green(), colour.blue()


def test_it_can_be_gone_through_by_pressing_enter(welcome: Welcome, heard: list[tuple[str, Any]]) -> None:
    titles = []
    for _ in STEPS:
        titles.append(welcome.title.text())
        assert welcome.onward.hasFocus()
        QTest.keyClick(welcome.onward, Qt.Key.Key_Return)
    assert len(set(titles)) == len(STEPS)
    assert heard == [("output_wanted", None), ("finished", None)]


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_it_can_be_skipped_at_every_step(welcome: Welcome, heard: list[tuple[str, Any]], step: int) -> None:
    welcome.go_to(step)
    QTest.mouseClick(welcome.skip, Qt.MouseButton.LeftButton)
    assert heard == [("finished", None)]


def test_one_can_go_back(welcome: Welcome) -> None:
    assert not welcome.back.isEnabled()
    welcome.onward.click()
    welcome.back.click()
    assert welcome.step == 0
    assert welcome.line.accessibleName() == "Step 1 of 4: Camera"


def test_a_camera_is_chosen_while_one_sees_what_it_sees(welcome: Welcome, heard: list[tuple[str, Any]]) -> None:
    welcome.show_cameras(CAMERAS, "2")
    cameras = welcome.camera.list
    assert cameras.currentText() == "Logitech C920"
    assert heard == [], "showing is not choosing"
    cameras.setFocus()
    QTest.keyClick(cameras, Qt.Key.Key_Up)
    assert heard == [("camera_chosen", "0")]
    welcome.show_shown(shown())
    assert middle_of(welcome.camera.view) == GREEN
    welcome.show_camera_words("Camera 0 can't be opened.")
    assert welcome.camera.view.accessibleDescription() == "Camera 0 can't be opened."


def test_an_open_list_is_not_emptied_under_the_mouse(welcome: Welcome, monkeypatch: pytest.MonkeyPatch) -> None:
    welcome.show_cameras(CAMERAS, "2")
    cleared: list[bool] = []
    monkeypatch.setattr(welcome.camera.list, "clear", lambda: cleared.append(True))
    welcome.show_cameras(list(CAMERAS), "2")
    assert cleared == []


def test_a_portrait_is_chosen_while_one_sees_it_move(welcome: Welcome, heard: list[tuple[str, Any]]) -> None:
    welcome.go_to(1)
    welcome.show_portraits([StripItem("ada", portrait().face), StripItem("bob")], 0)
    welcome.show_shown(shown())
    assert middle_of(welcome.portrait.view) == BLUE
    welcome.portrait.strip.tiles[1].click()
    assert heard == [("portrait_chosen", 1)]
    assert welcome.portrait.strip.tiles[0].isChecked()


def test_a_face_that_keeps_still_gives_the_neutral_pose_once(welcome: Welcome, heard: list[tuple[str, Any]]) -> None:
    welcome.go_to(2)
    assert welcome.pose.words.text() == NOBODY_SEEN
    shares = []
    for moment in (10.0, 10 + HOLD / 2, 10 + HOLD, 11 + HOLD):
        welcome.show_shown(shown(moment=moment))
        shares.append(welcome.pose.view.share)
        assert welcome.pose.words.text() in (NOBODY_SEEN, STEADY, TAKEN)
    assert shares == [0, 0.5, 1, 1]
    assert heard == [("neutral_wanted", None)]
    assert welcome.pose.words.text() == TAKEN
    assert welcome.pose.again.isVisible()


def test_who_looks_away_begins_anew(welcome: Welcome, heard: list[tuple[str, Any]]) -> None:
    welcome.go_to(2)
    for moment, state in ((0.0, "live"), (0.9 * HOLD, "live"), (HOLD, "no face"), (1.1 * HOLD, "live"), (1.9 * HOLD, "live")):
        welcome.show_shown(shown(state, moment))  # type: ignore[arg-type]
    assert heard == []
    assert 0 < welcome.pose.view.share < 1


def test_the_pose_can_be_taken_once_more(welcome: Welcome, heard: list[tuple[str, Any]]) -> None:
    welcome.go_to(2)
    for moment in (0.0, HOLD):
        welcome.show_shown(shown(moment=moment))
    welcome.pose.again.click()
    welcome.show_shown(shown(moment=20.0))
    assert welcome.pose.view.share == 0
    welcome.show_shown(shown(moment=20 + HOLD))
    assert heard == [("neutral_wanted", None)] * 2


def test_the_last_step_says_what_to_choose_elsewhere(welcome: Welcome) -> None:
    welcome.go_to(3)
    welcome.show_output("OBS Virtual Camera")
    assert "“OBS Virtual Camera”" in welcome.ready.words.text()
    welcome.show_shown(shown())
    assert middle_of(welcome.ready.view) == BLUE


def test_it_fits_a_small_screen(welcome: Welcome) -> None:
    for step in range(len(STEPS)):
        welcome.go_to(step)
        size = welcome.minimumSizeHint()
        assert size.width() <= 640
        assert size.height() <= 520
