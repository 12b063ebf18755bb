"""What hears: microphones, and whoever listens for global keys on this desktop."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from puppet.outputs.microphone import MicrophoneInfo, list_microphones
from ui.doctor.discretion import device_words
from ui.doctor.part import gather, reason_of
from ui.doctor.report import Keys, Sound
from ui.keys.actions import ACTIONS
from ui.keys.global_keys import GlobalKeys, Hearing, desktop

PORTAL = "org.freedesktop.portal.GlobalShortcuts"
PATIENCE = 1.5
"""How long the desktop's portal may take to answer, s; it may have to be started first."""


def look_at_sound(microphones: Callable[[], Sequence[MicrophoneInfo]] = list_microphones) -> Sound:
    """The microphones there are, by name; none of them is opened."""
    return gather(Sound, microphones=lambda: [device_words(microphone.name) for microphone in microphones()[1:]])


def look_at_keys(
    *,
    platform: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
    listen: Callable[[], Hearing] | None = None,
    portal: Callable[[], int] | None = None,
    installed: Callable[[str], str] = version,
    wanted: bool = False,
) -> Keys:
    """Who would hear global keys. listen: tries pynput for a moment; portal: asks the desktop; wanted: whether the settings want any."""
    where = desktop(platform, environment)
    keys = Keys(wanted=wanted)
    if where == "none":
        keys.listener = "nobody: there is no desktop"
    elif where == "wayland":
        keys.listener = "the desktop's portal"
        try:
            keys.listener += f" (GlobalShortcuts, version {(portal or portal_version)()})"
        except Exception as error:  # no bus, no portal, or one that does not offer it: each library has errors of its own
            keys.trouble = f"The desktop offers no global keys: {reason_of(error).rstrip('.')}."
            keys.fix = "Use a desktop whose portal has GlobalShortcuts (KDE Plasma, GNOME 48, Hyprland), or an X11 session."
    else:
        _look_at_pynput(keys, where, listen or _listen, installed)
    return keys


def portal_version() -> int:
    """The version of the desktop's portal for global keys. Raises whatever stands in the way."""
    from jeepney import DBusAddress, MessageType, Properties  # noqa: PLC0415  only where a portal is asked
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415

    address = DBusAddress("/org/freedesktop/portal/desktop", bus_name="org.freedesktop.portal.Desktop", interface=PORTAL)
    with open_dbus_connection("SESSION", auth_timeout=PATIENCE) as bus:
        answer = bus.send_and_get_reply(Properties(address).get("version"), timeout=PATIENCE)
    if answer.header.message_type is MessageType.error:
        raise OSError(answer.body[0] if answer.body else "no reason given")
    return int(answer.body[0][1])


def _look_at_pynput(keys: Keys, where: str, listen: Callable[[], Hearing], installed: Callable[[str], str]) -> None:
    try:
        keys.listener = f"pynput {installed('pynput')}"
    except PackageNotFoundError:
        keys.listener = "nobody: pynput is not installed"
        keys.trouble = "Global keys need pynput, which is not installed."
        return
    if where == "macos":  # to try it would make macOS ask the person for the right to it
        keys.listener += ", in a process of its own, once Accessibility and Input Monitoring are allowed"
        return
    hearing = listen()
    if not hearing.on:
        keys.trouble, keys.fix = hearing.words, hearing.hint


def _ignore(action: str) -> None:
    """Do nothing with a key that happens to be pressed in this moment."""


def _listen() -> Hearing:
    """Listen for a moment, to see whether it can be done."""
    chord = next(action.everywhere for action in ACTIONS if action.everywhere)
    with GlobalKeys({chord: "none"}, _ignore) as keys:
        return keys.hearing
