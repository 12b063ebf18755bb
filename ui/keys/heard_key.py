"""What pynput reports of a key, as a modifier or as names that a chord may have."""

from typing import NamedTuple

MODIFIER_KEYS = {
    **dict.fromkeys(("ctrl", "ctrl_l", "ctrl_r"), "Ctrl"),
    **dict.fromkeys(("alt", "alt_l", "alt_r"), "Alt"),
    **dict.fromkeys(("shift", "shift_l", "shift_r"), "Shift"),
    **dict.fromkeys(("cmd", "cmd_l", "cmd_r"), "Meta"),
    "alt_gr": "AltGr",
}
"""AltGr is a modifier of its own, which no chord has: it writes signs, and must not fire what Ctrl and Alt would."""

ON_MACOS = {"Ctrl": "Meta", "Meta": "Ctrl"}
"""Qt calls the Command key Ctrl there, and the Control key Meta."""

_PYNPUT = "space tab enter esc backspace insert delete home end page_up page_down left right up down pause print_screen menu"
_QT = "Space Tab Return Esc Backspace Ins Del Home End PgUp PgDown Left Right Up Down Pause Print Menu"
NAMED_KEYS = {
    **dict(zip(_PYNPUT.split(), _QT.split(), strict=True)),
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
    "media_next": "Media Next",
    "media_previous": "Media Previous",
    "media_stop": "Media Stop",
    "media_volume_up": "Volume Up",
    "media_volume_down": "Volume Down",
    "media_volume_mute": "Volume Mute",
}
"""Qt's names by those of `pynput.keyboard.Key`."""

_ROWS = ("ASDFHGZXCV", " BQWERYT", "1234", "65=97-80]", "OU[IP", "LJ'K;\\,/NM.")
_STARTS = (0, 10, 18, 22, 31, 37)
MAC_KEYS = {start + index: name for start, row in zip(_STARTS, _ROWS, strict=True) for index, name in enumerate(row) if name != " "}
"""Keys by their place on an ANSI keyboard (Carbon's `kVK_ANSI` numbers): with Option held, macOS tells another sign than the key's."""


class Heard(NamedTuple):
    """A key as it was pressed or released: a modifier, or the names that it may go by, the likeliest first; neither where it is unknown.

    A sign that Shift brought forth is named in `shifted`: in a chord, Shift is then part of the sign.
    """

    modifier: str
    names: tuple[str, ...] = ()
    shifted: str = ""


def hear(key: object, plain: object, platform: str) -> Heard:
    """What a `Key` or `KeyCode` of pynput is; `plain` is its canonical form (`Listener.canonical`), `platform` is `sys.platform`."""
    name = getattr(key, "name", None)  # only members of the enumeration have one
    if name is not None:
        return _hear_named(name, platform)
    signs = [sign for sign in (_sign(plain), _sign(key)) if sign]
    if platform == "darwin" and getattr(key, "vk", None) in MAC_KEYS:
        signs.insert(0, MAC_KEYS[getattr(key, "vk", 0)])
    written = _sign(key)
    return Heard("", tuple(dict.fromkeys(signs)), written if written and not written.isalpha() else "")


def _hear_named(name: str, platform: str) -> Heard:
    modifier = MODIFIER_KEYS.get(name, "")
    if modifier:
        if platform == "darwin":
            modifier = "Alt" if modifier == "AltGr" else ON_MACOS.get(modifier, modifier)
        elif platform == "win32" and name == "alt_r":
            modifier = "AltGr"  # Windows tells AltGr as the right Alt, with Ctrl
        return Heard(modifier)
    if name == "media_play_pause":
        return Heard("", ("Toggle Media Play/Pause", "Media Play"))
    return Heard("", (NAMED_KEYS[name],)) if name in NAMED_KEYS else Heard("")


def _sign(key: object) -> str:
    """The character of a key, as a chord names it; empty where it has none."""
    character = getattr(key, "char", None)
    if not isinstance(character, str) or len(character) != 1 or not character.isprintable() or character.isspace():
        return ""
    capital = character.upper()
    return capital if len(capital) == 1 else character
