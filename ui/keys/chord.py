"""A key with the modifiers held to it, read from Qt's portable text and written as it, without Qt."""

from typing import NamedTuple

from puppet.errors import SettingsError

MODIFIERS = ("Meta", "Ctrl", "Alt", "Shift")
"""In the order in which Qt writes them. On macOS Ctrl is the Command key and Meta the Control key, as in Qt."""

NAMED = (
    *("Space", "Tab", "Backtab", "Return", "Enter", "Esc", "Backspace", "Ins", "Del", "Home", "End", "PgUp", "PgDown"),
    *("Left", "Right", "Up", "Down", "Pause", "Print", "Menu", *(f"F{number}" for number in range(1, 36))),
    *("Media Play", "Media Stop", "Media Previous", "Media Next", "Media Pause", "Toggle Media Play/Pause"),
    *("Volume Up", "Volume Down", "Volume Mute"),
)
"""Keys that are no character, by Qt's names."""

_KEYS = {name.lower(): name for name in NAMED} | {
    "escape": "Esc",
    "insert": "Ins",
    "delete": "Del",
    "page up": "PgUp",
    "pageup": "PgUp",
    "page down": "PgDown",
    "pagedown": "PgDown",
    "plus": "+",
}
_MODIFIERS = {name.lower(): name for name in MODIFIERS} | {
    "control": "Ctrl",
    "option": "Alt",
    "command": "Ctrl",
    "win": "Meta",
    "super": "Meta",
}

HINT = "Write a key as in: W, Shift+W, Ctrl+Alt+1, F9, Space."


class Chord(NamedTuple):
    """`key` is a capital letter, another single character, or one of `NAMED`."""

    modifiers: frozenset[str]
    key: str

    @property
    def text(self) -> str:
        """The portable text, the one way of writing it."""
        return "+".join([*(name for name in MODIFIERS if name in self.modifiers), self.key])

    @property
    def is_bare(self) -> bool:
        """Whether it holds no modifier but Shift, so that plain typing can hit it."""
        return not self.modifiers - {"Shift"}


def parse_chord(text: str) -> Chord:
    """The chord that a text names, in any case of letters. Raises `SettingsError` where it names none."""
    words = text.strip()
    plus = words == "+" or words.endswith("++")
    *held, key = [*words[:-1].split("+"), "+"] if plus else words.split("+")
    held = held[:-1] if plus else held
    names = [_MODIFIERS.get(name.strip().lower()) for name in held]
    named = _named(key.strip())
    if not named or None in names or len(set(names)) < len(names):
        raise SettingsError(f"{text!r} is no key that Puppet knows.", HINT)
    return Chord(frozenset(name for name in names if name), named)


def _named(key: str) -> str:
    """The key as Qt names it; empty where there is none of this name."""
    if len(key) == 1:
        capital = key.upper()
        return (capital if len(capital) == 1 else key) if key.isprintable() else ""
    return _KEYS.get(key.lower(), "")
