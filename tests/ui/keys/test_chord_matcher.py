"""Chords among keys pressed and released: exact, and once for each time they are pressed."""

import pytest

from ui.keys.chord import parse_chord
from ui.keys.chord_matcher import ChordMatcher
from ui.keys.heard_key import Heard

CTRL, ALT, SHIFT, ALT_GR = Heard("Ctrl"), Heard("Alt"), Heard("Shift"), Heard("AltGr")
ONE = Heard("", ("1",), "1")


@pytest.fixture
def matcher() -> ChordMatcher:
    keys = {
        "Ctrl+Alt+1": "portrait_1",
        "Ctrl+1": "other",
        "F9": "snapshot",
        "Ctrl+Alt+!": "sign",
        "Ctrl+Shift+W": "wide",
        "Media Play": "play",
    }
    return ChordMatcher({parse_chord(key): action for key, action in keys.items()})


def press(matcher: ChordMatcher, *keys: Heard) -> list[str]:
    return [action for key in keys if (action := matcher.press(key))]


def test_it_fires_when_the_last_key_goes_down(matcher: ChordMatcher) -> None:
    assert press(matcher, ALT, CTRL) == []
    assert press(matcher, ONE) == ["portrait_1"]


def test_fewer_or_more_modifiers_are_another_chord(matcher: ChordMatcher) -> None:
    assert press(matcher, CTRL, ONE) == ["other"]
    matcher.release(ONE)
    assert press(matcher, SHIFT, Heard("", ("!",), "!")) == []


def test_alt_gr_writes_signs_and_fires_nothing(matcher: ChordMatcher) -> None:
    assert press(matcher, CTRL, ALT_GR, ONE) == []


def test_a_modifier_that_was_let_go_counts_no_more(matcher: ChordMatcher) -> None:
    press(matcher, CTRL, ALT)
    matcher.release(ALT)
    assert press(matcher, ONE) == ["other"]


def test_a_key_held_down_fires_once_and_again_when_pressed_anew(matcher: ChordMatcher) -> None:
    nine = Heard("", ("F9",))
    assert press(matcher, nine, nine, nine) == ["snapshot"]
    matcher.release(nine)
    assert press(matcher, nine) == ["snapshot"]


def test_a_sign_may_need_shift(matcher: ChordMatcher) -> None:
    assert press(matcher, CTRL, ALT, SHIFT, Heard("", ("!",), "!")) == ["sign"]


def test_a_sign_fires_again_though_shift_was_let_go_first(matcher: ChordMatcher) -> None:
    sign = Heard("", ("!",), "!")
    for _ in range(2):
        assert press(matcher, CTRL, ALT, SHIFT, sign) == ["sign"]
        for key in (SHIFT, ONE, ALT, CTRL):  # without Shift the key is called by its other name
            matcher.release(key)


def test_a_letter_with_shift_is_another_than_without(matcher: ChordMatcher) -> None:
    assert press(matcher, CTRL, Heard("", ("W",))) == []
    matcher.release(Heard("", ("W",)))
    assert press(matcher, SHIFT, Heard("", ("W",))) == ["wide"]


def test_any_of_a_keys_names_will_do(matcher: ChordMatcher) -> None:
    assert press(matcher, Heard("", ("Toggle Media Play/Pause", "Media Play"))) == ["play"]


def test_unknown_keys_are_passed_over(matcher: ChordMatcher) -> None:
    assert press(matcher, Heard(""), Heard(""), CTRL, ALT, ONE) == ["portrait_1"]
    matcher.release(Heard(""))
