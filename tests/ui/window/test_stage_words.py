"""What the stage says: the important before the rest, in words for everybody."""

import pytest

from puppet.cameras.live_frame import LiveFrame
from puppet.live.capture import CameraState
from puppet.live.shown import NOBODY, Shown, State
from tests.live_parts import COVERED
from ui.window.situation import Situation
from ui.window.stage_words import badges, clock, headline, pill_words, spoken

FINE = Situation(camera=CameraState("camera 7", lost=False))
LOST = Situation(camera=CameraState("camera 7 was lost; next try in 2 s", lost=True, hint="Plug it in again."))


def shown(state: State = "live", trouble: str = "") -> Shown:
    return Shown(LiveFrame(COVERED, 0.0), 0.0, NOBODY, COVERED, state, trouble=trouble)


def test_before_the_first_picture_it_says_what_it_waits_for() -> None:
    told = headline(None, Situation())
    assert told is not None
    assert told.waiting
    assert told.title == "Opening the camera …"
    told = headline(None, FINE._replace(opening="opening the model"))
    assert told is not None
    assert told.title == "Opening the model …"


@pytest.mark.parametrize("before", [None, shown("camera lost"), shown("camera lost")._replace(frame=None)])
def test_a_lost_camera_is_told_with_what_to_do(before: Shown | None) -> None:
    told = headline(before, LOST)
    assert told is not None
    assert (told.title, told.hint) == ("Camera 7 was lost; next try in 2 s.", "Plug it in again.")
    assert not told.waiting


def test_engine_trouble_is_told_before_anything_else() -> None:
    told = headline(shown("engine trouble", "The engine is out of memory."), LOST)
    assert told is not None
    assert told.title == "The engine is out of memory."


def test_a_take_goes_on_without_a_camera() -> None:
    assert headline(shown("take"), LOST) is None


def test_a_message_goes_before_what_is_seen() -> None:
    assert pill_words(shown("settling"), FINE, "idle") == "Look straight ahead"
    assert pill_words(shown("settling"), FINE._replace(message="Saved x.png"), "idle") == "Saved x.png"
    assert pill_words(shown(), FINE, "idle") == ""


def test_who_is_out_of_sight_learns_what_others_see() -> None:
    assert pill_words(shown("no face"), FINE, "card") == "No face in sight"
    live = FINE._replace(output="live")
    assert pill_words(shown("no face"), live, "card") == "No face in sight: others see the card"
    assert pill_words(shown("no face"), live, "hold") == "No face in sight: others see the last picture"


def test_badges_tell_what_goes_on() -> None:
    assert badges(shown(), FINE) == []
    busy = FINE._replace(output="live", recording=73.9, test_card=True, taking=True)
    assert [badge.words for badge in badges(shown("take"), busy)] == ["Live", "1:13", "Motion take", "Playing a take", "Test card"]
    assert [badge.kind for badge in badges(None, FINE._replace(output="starting"))] == ["starting"]
    assert badges(None, FINE._replace(output="failed")) == []


def test_the_real_face_is_spoken_of_first() -> None:
    words = spoken(shown("real face"), FINE._replace(output="live", message="Saved x.png"), "idle")
    assert words == "Your real face is shown. Live. Saved x.png"
    assert spoken(shown(), FINE._replace(arming=2.0), "idle") == "Press again to show your real face"


def test_spoken_words_do_not_change_with_every_second() -> None:
    assert spoken(shown(), FINE._replace(recording=3.0), "idle") == spoken(shown(), FINE._replace(recording=4.0), "idle") == "Recording"


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (7.9, "0:07"), (754, "12:34"), (3723, "1:02:03")])
def test_durations_read_as_clocks_do(seconds: float, words: str) -> None:
    assert clock(seconds) == words
