"""What pynput reports, as names a chord may have, on each platform."""

from typing import NamedTuple

import pytest

from ui.keys.heard_key import MAC_KEYS, Heard, hear


class Member(NamedTuple):
    """As a member of `pynput.keyboard.Key`."""

    name: str


class Code(NamedTuple):
    """As a `pynput.keyboard.KeyCode`."""

    char: str | None
    vk: int | None = None


def heard(key: object, platform: str = "linux") -> Heard:
    return hear(key, key, platform)


@pytest.mark.parametrize(
    ("name", "platform", "modifier"),
    [
        ("ctrl_l", "linux", "Ctrl"),
        ("ctrl_r", "win32", "Ctrl"),
        ("alt_r", "linux", "Alt"),
        ("alt_l", "win32", "Alt"),
        ("shift", "linux", "Shift"),
        ("cmd_r", "linux", "Meta"),
        ("cmd", "darwin", "Ctrl"),
        ("ctrl", "darwin", "Meta"),
        ("alt_r", "darwin", "Alt"),
        ("alt_gr", "darwin", "Alt"),
    ],
)
def test_left_and_right_modifiers_are_one_by_the_names_of_qt(name: str, platform: str, modifier: str) -> None:
    assert heard(Member(name), platform) == Heard(modifier)


@pytest.mark.parametrize(("name", "platform"), [("alt_gr", "linux"), ("alt_gr", "win32"), ("alt_r", "win32")])
def test_alt_gr_is_no_alt(name: str, platform: str) -> None:
    assert heard(Member(name), platform).modifier == "AltGr"


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("f9", ("F9",)),
        ("page_down", ("PgDown",)),
        ("enter", ("Return",)),
        ("media_next", ("Media Next",)),
        ("media_play_pause", ("Toggle Media Play/Pause", "Media Play")),
        ("caps_lock", ()),
    ],
)
def test_named_keys(name: str, names: tuple[str, ...]) -> None:
    assert heard(Member(name)) == Heard("", names)


def test_letters_are_capital_and_signs_brought_forth_by_shift_are_told() -> None:
    assert heard(Code("w")) == Heard("", ("W",))
    assert heard(Code("W")) == Heard("", ("W",))
    assert heard(Code("!")) == Heard("", ("!",), "!")
    assert hear(Code("!"), Code("1"), "win32") == Heard("", ("1", "!"), "!")


@pytest.mark.parametrize("key", [None, Code(None), Code("\x18"), Code(" "), Code("ab")])
def test_what_is_no_sign_has_no_name(key: object) -> None:
    assert heard(key) == Heard("")


def test_windows_tells_a_letter_held_with_ctrl_by_its_canonical_form() -> None:
    assert hear(Code("\x18"), Code("x"), "win32") == Heard("", ("X",))


def test_macos_tells_a_key_by_its_place_whatever_option_makes_of_it() -> None:
    assert heard(Code("¡", 18), "darwin").names == ("1", "¡")
    assert heard(Code("¡", 18)).names == ("¡",)
    assert {MAC_KEYS[code] for code in (0, 11, 17, 29, 35, 37, 47)} == {"A", "B", "T", "0", "P", "L", "."}
    assert 10 not in MAC_KEYS and 36 not in MAC_KEYS
    assert len(set(MAC_KEYS.values())) == len(MAC_KEYS) == 46
