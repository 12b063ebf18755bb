"""Keys a person chose, laid over the table's: rebinding, taking, resetting, and settings that make no sense."""

import pytest

from puppet.errors import SettingsError
from puppet.settings import KeySettings
from ui.keys.actions import ACTIONS
from ui.keys.key_map import KeyMap


def test_without_settings_it_is_the_table() -> None:
    keys = KeyMap()
    assert all(keys.key_of(action.name) == action.key for action in ACTIONS)
    assert all(keys.key_of(action.name, "everywhere") == action.everywhere for action in ACTIONS)
    assert keys.conflicts() == keys.troubles == []
    assert keys.window()["Shift+W"] == "zoom_in_fine"
    assert keys.everywhere()["Ctrl+Alt+1"] == "portrait_1"


def test_an_action_is_found_by_its_key_in_any_spelling() -> None:
    keys = KeyMap()
    assert keys.action_of("shift+w") == "zoom_in_fine"
    assert keys.action_of("alt+ctrl+0", "everywhere") == "portrait_10"
    assert keys.action_of("Ctrl+Alt+0") is None  # it is no key of the window
    assert keys.action_of("F8") is None
    assert keys.action_of("no key") is None


def test_a_free_key_is_given_and_the_old_one_is_free_again() -> None:
    keys = KeyMap(KeyMap().rebind("zoom_in", "f8"))
    assert keys.key_of("zoom_in") == "F8"
    assert keys.action_of("W") is None
    assert keys.is_changed("zoom_in")
    assert not keys.is_changed("zoom_out")
    assert keys.settings.window == {"zoom_in": "F8"}


def test_the_usual_key_given_again_leaves_nothing_in_the_settings() -> None:
    keys = KeyMap(KeyMap().rebind("zoom_in", "F8"))
    assert KeyMap(keys.rebind("zoom_in", "W")).settings == KeySettings()


def test_a_taken_key_is_refused_with_the_action_that_has_it() -> None:
    with pytest.raises(SettingsError) as caught:
        KeyMap().rebind("zoom_in", "D")
    assert caught.value.sentence == "D is the key of “Next portrait”, which would go without."


def test_agreed_to_it_is_taken_away() -> None:
    plan = KeyMap().plan("zoom_in", "D")
    assert "Next portrait" in plan.taken
    keys = KeyMap(plan.settings)
    assert keys.action_of("D") == "zoom_in"
    assert keys.key_of("next_portrait") == ""
    assert keys.conflicts() == []


def test_a_key_does_one_thing_in_the_window_and_everywhere_together() -> None:
    plan = KeyMap().plan("snapshot", "Ctrl+Shift+F", "everywhere")
    assert "is the key of “Real face" in plan.taken
    keys = KeyMap(plan.settings)
    assert keys.key_of("snapshot", "everywhere") == "Ctrl+Shift+F"
    assert keys.key_of("arm_real_face") == ""


def test_its_own_key_conflicts_with_nobody() -> None:
    assert KeyMap().plan("zoom_in", "W").is_plain


@pytest.mark.parametrize("key", ["F9", "Shift+Y", "Media Play"])
def test_a_global_key_without_modifiers_is_given_only_after_a_warning(key: str) -> None:
    keys = KeyMap()
    with pytest.raises(SettingsError, match="without Ctrl or Alt"):
        keys.rebind("snapshot", key, "everywhere")
    plan = keys.plan("snapshot", key, "everywhere")
    assert plan.taken == ""
    assert KeyMap(plan.settings).everywhere()[key] == "snapshot"


def test_a_key_that_moves_between_controls_is_given_only_after_a_warning() -> None:
    with pytest.raises(SettingsError, match="no longer moves"):
        KeyMap().rebind("swap_views", "Tab")


def test_a_key_can_be_taken_away() -> None:
    keys = KeyMap(KeyMap().unbind("next_portrait"))
    assert keys.key_of("next_portrait") == ""
    assert keys.key_of("next_portrait", "everywhere") == "Ctrl+Alt+PgDown"
    assert keys.action_of("D") is None


def test_reset_takes_the_usual_keys_back() -> None:
    keys = KeyMap(KeyMap().plan("zoom_in", "D").settings)
    again = KeyMap(keys.reset("next_portrait"))
    assert again.key_of("next_portrait") == "D"
    assert again.key_of("zoom_in") == ""
    assert again.conflicts() == []


def test_reset_all_keeps_whether_global_keys_are_on() -> None:
    keys = KeyMap(KeySettings(window={"zoom_in": "F8"}, everywhere={"record": ""}, use_everywhere=True))
    assert keys.reset_all() == KeySettings(use_everywhere=True)


def test_a_map_is_not_changed_by_what_is_asked_of_it() -> None:
    keys = KeyMap()
    keys.plan("zoom_in", "D")
    keys.unbind("quit")
    keys.reset("zoom_in")
    assert keys.key_of("zoom_in") == "W"
    assert keys.settings == KeySettings()


def test_settings_that_make_no_sense_are_told_and_the_rest_works() -> None:
    keys = KeyMap(KeySettings(window={"fly": "F8", "zoom_in": "Hyper+W", "zoom_out": "F8"}, everywhere={"swim": "F9"}))
    assert len(keys.troubles) == 3
    told = " ".join(keys.troubles)
    for word in ("'fly'", "'swim'", "“Zoom in”", "'Hyper+W'"):
        assert word in told
    assert keys.key_of("zoom_in") == ""
    assert keys.action_of("F8") == "zoom_out"


def test_two_actions_with_one_key_are_both_named_and_the_choice_wins_over_the_table() -> None:
    keys = KeyMap(KeySettings(window={"zoom_in": "D"}))
    assert keys.action_of("D") == "zoom_in"
    assert keys.key_of("next_portrait") == ""
    (told,) = keys.conflicts()
    assert "D is the key of “Zoom in”, which keeps it" in told
    assert "“Next portrait”" in told


def test_of_two_choices_the_first_in_the_table_keeps_the_key() -> None:
    keys = KeyMap(KeySettings(window={"zoom_out": "F8", "zoom_in": "F8"}))
    assert keys.action_of("F8") == "zoom_in"
    assert len(keys.conflicts()) == 1


def test_unknown_names_and_keys_are_refused_when_asked_for() -> None:
    with pytest.raises(SettingsError, match="no action"):
        KeyMap().plan("fly", "F8")
    with pytest.raises(SettingsError, match="no key"):
        KeyMap().plan("zoom_in", "Hyper")
    with pytest.raises(SettingsError, match="no action"):
        KeyMap().key_of("fly")
