"""The table of keys: complete, without clashes, and kind to those who move by keyboard."""

import pytest

from puppet.errors import SettingsError
from ui.keys.actions import ACTIONS, GROUPS, find_action
from ui.keys.chord import parse_chord

PROMISED = (
    [f"portrait_{number}" for number in range(1, 11)]
    + ["next_portrait", "previous_portrait", "random_portrait", "reload_portraits", "recalibrate", "auto_calibrate", "toggle_relative"]
    + ["toggle_adapt_scale", "toggle_smoothing", "cycle_emphasis", "more_strength", "less_strength", "zoom_in", "zoom_out", "move_left"]
    + ["move_down", "move_right", "move_up", "zoom_in_fine", "zoom_out_fine", "move_left_fine", "move_down_fine", "move_right_fine"]
    + [
        "move_up_fine",
        "reset_crop",
        "mirror_driver",
        "mirror_output",
        "more_overlay",
        "less_overlay",
        "toggle_landmarks",
        "toggle_keypoints",
    ]
    + ["toggle_rate", "toggle_timings", "swap_views", "toggle_driver", "toggle_output", "toggle_test_card", "record", "snapshot"]
    + ["record_take", "play_take", "stop_take", "arm_real_face", "show_settings", "show_keys", "full_screen", "import_portrait"]
    + ["paste_portrait", "cycle_shows", "toggle_enhance", "swap_people", "quit"]
)
"""Names that the session is steered by."""

AVATARIFY = {
    **{f"portrait_{number}": str(number) for number in range(1, 10)},
    "next_portrait": "D",
    "previous_portrait": "A",
    "random_portrait": "Q",
    "reload_portraits": "L",
    "recalibrate": "X",
    "auto_calibrate": "F",
    "zoom_in": "W",
    "zoom_out": "S",
    "move_left": "H",
    "move_down": "J",
    "move_right": "K",
    "move_up": "U",
    "move_left_fine": "Shift+H",
    "reset_crop": "Shift+Z",
    "mirror_driver": "R",
    "mirror_output": "T",
    "more_overlay": "C",
    "less_overlay": "Z",
    "toggle_landmarks": "O",
    "toggle_rate": "I",
}


def test_it_holds_the_promised_actions_and_no_other() -> None:
    assert sorted(action.name for action in ACTIONS) == sorted(PROMISED)


def test_every_key_is_written_as_qt_writes_it_and_given_once() -> None:
    keys = [key for action in ACTIONS for key in (action.key, action.everywhere) if key]
    assert [parse_chord(key).text for key in keys] == keys
    assert len(set(keys)) == len(keys)


def test_every_action_has_a_key_a_title_and_a_group() -> None:
    assert all(action.key and action.title and action.group in GROUPS for action in ACTIONS)
    assert len({action.title for action in ACTIONS}) == len(ACTIONS)


def test_keys_of_avatarify_do_the_same() -> None:
    assert {name: find_action(name).key for name in AVATARIFY} == AVATARIFY


def test_global_keys_hold_modifiers_and_none_shows_the_real_face() -> None:
    assert not any(parse_chord(action.everywhere).is_bare for action in ACTIONS if action.everywhere)
    assert find_action("arm_real_face").everywhere == ""
    assert not parse_chord(find_action("arm_real_face").key).is_bare


def test_what_moves_between_controls_stays_free() -> None:
    taken = {parse_chord(action.key) for action in ACTIONS}
    assert not {parse_chord(key) for key in ("Tab", "Backtab", "Space", "Return", "Enter", "Esc", "Left", "Right", "Up", "Down")} & taken


def test_only_what_goes_on_repeats() -> None:
    repeating = {action.name for action in ACTIONS if action.repeats}
    assert {"zoom_in", "move_left", "move_left_fine", "more_strength", "less_overlay"} <= repeating
    assert not any(name.startswith(("toggle", "portrait", "record", "arm", "mirror", "quit")) for name in repeating)


def test_an_unknown_action_is_told_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="no action 'fly'") as caught:
        find_action("fly")
    assert "zoom_in" in caught.value.hint
