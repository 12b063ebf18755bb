"""A chord as the desktop portal writes it: the shortcuts specification of freedesktop.org, with names of keys from xkbcommon."""

from ui.keys.chord import Chord

MODIFIERS = {"Ctrl": "CTRL", "Alt": "ALT", "Shift": "SHIFT", "Meta": "LOGO"}

_SIGNS = {
    "+": "plus",
    "-": "minus",
    ",": "comma",
    ".": "period",
    ";": "semicolon",
    ":": "colon",
    "=": "equal",
    "!": "exclam",
    "?": "question",
    "#": "numbersign",
    "*": "asterisk",
    "/": "slash",
    "\\": "backslash",
    "[": "bracketleft",
    "]": "bracketright",
    "'": "apostrophe",
    "`": "grave",
    "<": "less",
    ">": "greater",
    "(": "parenleft",
    ")": "parenright",
    "&": "ampersand",
    "%": "percent",
    "$": "dollar",
}
_NAMED = {
    "Space": "space",
    "Tab": "Tab",
    "Backtab": "ISO_Left_Tab",
    "Return": "Return",
    "Enter": "KP_Enter",
    "Esc": "Escape",
    "Backspace": "BackSpace",
    "Ins": "Insert",
    "Del": "Delete",
    "Home": "Home",
    "End": "End",
    "PgUp": "Page_Up",
    "PgDown": "Page_Down",
    "Left": "Left",
    "Right": "Right",
    "Up": "Up",
    "Down": "Down",
    "Pause": "Pause",
    "Print": "Print",
    "Menu": "Menu",
    "Media Play": "XF86AudioPlay",
    "Toggle Media Play/Pause": "XF86AudioPlay",
    "Media Pause": "XF86AudioPause",
    "Media Stop": "XF86AudioStop",
    "Media Previous": "XF86AudioPrev",
    "Media Next": "XF86AudioNext",
    "Volume Up": "XF86AudioRaiseVolume",
    "Volume Down": "XF86AudioLowerVolume",
    "Volume Mute": "XF86AudioMute",
    **{f"F{number}": f"F{number}" for number in range(1, 36)},
}


def portal_trigger(chord: Chord) -> str:
    """The chord's text; empty for a key that has no name there, which the desktop then lets a person choose."""
    plain = chord.key.isascii() and len(chord.key) == 1 and chord.key.isalnum()
    key = chord.key.lower() if plain else _SIGNS.get(chord.key) or _NAMED.get(chord.key, "")
    return "+".join([*(name for modifier, name in MODIFIERS.items() if modifier in chord.modifiers), key]) if key else ""
