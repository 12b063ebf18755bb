"""Keys as text: read in any spelling, written in one, and refused in words."""

import pytest

from puppet.errors import SettingsError
from ui.keys.chord import NAMED, Chord, parse_chord


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("w", "W"),
        ("shift+w", "Shift+W"),
        ("Alt + Ctrl + 1", "Ctrl+Alt+1"),
        ("SHIFT+ALT+CTRL+META+x", "Meta+Ctrl+Alt+Shift+X"),
        ("control+option+f9", "Ctrl+Alt+F9"),
        ("Page Down", "PgDown"),
        ("ctrl+escape", "Ctrl+Esc"),
        ("+", "+"),
        ("Ctrl++", "Ctrl++"),
        ("-", "-"),
        ("Ctrl+,", "Ctrl+,"),
        ("é", "É"),
        ("ß", "ß"),
        ("toggle media play/pause", "Toggle Media Play/Pause"),
    ],
)
def test_it_is_written_in_one_way_however_it_was_spelled(text: str, written: str) -> None:
    assert parse_chord(text).text == written
    assert parse_chord(written) == parse_chord(text)


@pytest.mark.parametrize(
    "text", ["", " ", "Ctrl", "Ctrl+", "Ctrl+Shift", "Hyper+W", "F36", "WW", "Ctrl+Ctrl+W", "Ctrl+Control+W", "+W", "\x07"]
)
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="is no key that Puppet knows") as caught:
        parse_chord(text)
    assert repr(text) in caught.value.sentence
    assert "Ctrl+Alt+1" in caught.value.hint


def test_every_named_key_can_be_read() -> None:
    assert [parse_chord(name).text for name in NAMED] == list(NAMED)


@pytest.mark.parametrize(
    ("text", "bare"), [("F9", True), ("Shift+W", True), ("Ctrl+W", False), ("Alt+Shift+1", False), ("Meta+Space", False)]
)
def test_shift_alone_leaves_a_key_bare(text: str, bare: bool) -> None:
    assert parse_chord(text).is_bare is bare


def test_the_order_of_modifiers_makes_no_difference() -> None:
    assert parse_chord("Shift+Ctrl+W") == Chord(frozenset({"Ctrl", "Shift"}), "W")
