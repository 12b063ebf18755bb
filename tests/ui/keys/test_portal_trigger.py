"""Chords as the desktop portal writes them."""

import pytest

from ui.keys.actions import ACTIONS
from ui.keys.chord import NAMED, parse_chord
from ui.keys.portal_trigger import portal_trigger


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("Ctrl+Alt+1", "CTRL+ALT+1"),
        ("Shift+W", "SHIFT+w"),
        ("Meta+PgDown", "LOGO+Page_Down"),
        ("Ctrl+Alt++", "CTRL+ALT+plus"),
        ("F9", "F9"),
        ("Media Next", "XF86AudioNext"),
        ("Ctrl+É", ""),
    ],
)
def test_it_names_keys_as_xkbcommon_does(text: str, trigger: str) -> None:
    assert portal_trigger(parse_chord(text)) == trigger


def test_every_named_key_and_every_global_key_has_a_trigger() -> None:
    assert all(portal_trigger(parse_chord(name)) for name in NAMED)
    assert all(portal_trigger(parse_chord(action.everywhere)) for action in ACTIONS if action.everywhere)
