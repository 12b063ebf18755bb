"""Keys that work while another window has the focus, heard by pynput: on X11, on Windows, and on macOS in a process of its own.

pynput (LGPL-3.0) may be missing and is imported only once keys are to be heard. It looks on: the program that has the focus gets the
key too. On macOS it must not run beside a window (it asks for the keyboard's layout on its own thread, and macOS ends a program with a
window for that), so there `ui/keys/listening_apart.py` runs it.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from time import perf_counter, sleep
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from puppet.errors import SettingsError
from ui.keys.chord import parse_chord
from ui.keys.chord_matcher import ChordMatcher
from ui.keys.heard_key import hear

if TYPE_CHECKING:
    from pynput.keyboard import Listener

PATIENCE = 2.0
"""How long opening may take, s; on X11 it takes some hundredths."""

Desktop = Literal["x11", "wayland", "windows", "macos", "none"]

INSTALL = "Install it: pip install 'puppet[keys]'."


class Hearing(NamedTuple):
    """Whether global keys are heard, in words, and what to do where they are not."""

    on: bool
    words: str
    hint: str = ""


OFF = Hearing(False, "Global keys are off.")


def desktop(platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> Desktop:
    """Who has to be asked for keys of other windows. In a Wayland session that is Wayland, though X programs run in it too."""
    if platform in ("win32", "darwin"):
        return "windows" if platform == "win32" else "macos"
    if environment.get("XDG_SESSION_TYPE") == "wayland" or environment.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "x11" if environment.get("DISPLAY") else "none"


def heard(count: int) -> Hearing:
    """What is told while keys are heard."""
    return Hearing(True, f"{count} global keys work in every window." if count != 1 else "1 global key works in every window.")


class GlobalKeys:
    """A context manager; `start` and `stop` may be called in any order and number.

    `fire` hears the name of an action on pynput's own thread, once for each time its chord is pressed, and must be quick. What stands in
    the way is not raised: `hearing` tells it.
    """

    def __init__(self, actions: Mapping[str, str], fire: Callable[[str], None]) -> None:
        """`actions`: names of actions by the portable text of their keys, as `KeyMap.everywhere` gives them. Raises `SettingsError`."""
        self._matcher = {parse_chord(key): name for key, name in actions.items()}
        self._fire = fire
        self._listener: Listener | None = None
        self._trouble: Hearing | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def hearing(self) -> Hearing:
        """How it stands now."""
        if self._listener is None:
            return self._trouble or OFF
        if not self._listener.is_alive():
            return Hearing(False, "Global keys are no longer heard: the connection to the desktop was lost.", "Turn them off and on again.")
        return heard(len(self._matcher))

    def start(self) -> None:
        """Listen, if that is possible and not done yet. Takes some hundredths of a second, the first time some tenths."""
        if self._listener is not None and self._listener.is_alive():
            return
        self.stop()
        try:
            self._listener = _open_listener(ChordMatcher(self._matcher), self._fire)
        except SettingsError as error:
            self._trouble = Hearing(False, error.sentence, error.hint)

    def stop(self) -> None:
        """Listen no more: no action is fired after this, unless it is called by one."""
        listener, self._listener, self._trouble = self._listener, None, None
        if listener is None or not listener.is_alive():
            return
        listener.stop()
        if threading.current_thread() is not listener:
            _end_record(listener)
            threading.Thread.join(listener, PATIENCE)  # pynput's own `join` raises what happened on the thread


def _open_listener(matcher: ChordMatcher, fire: Callable[[str], None]) -> "Listener":
    """A listener that hears. Raises `SettingsError` where none can be opened."""
    where = desktop()
    if where == "none":
        raise SettingsError("Global keys need a desktop, and there is none here.")
    if where == "wayland":
        raise SettingsError("Wayland lets no program listen to the keys of others.", "Its desktop has to be asked for global keys.")
    keyboard = _import_keyboard()

    class QuietListener(keyboard.Listener):  # type: ignore[misc, name-defined]  # known at run time only
        """Keeps what ended it, where pynput would print it."""

        failure: Exception | None = None

        def run(self) -> None:
            try:
                super().run()
            except Exception as error:  # told by whoever waits for it
                self.failure = error

    def pressed(key: object) -> None:
        action = matcher.press(hear(key, listener.canonical(key), sys.platform))
        if action is not None:
            fire(action)

    def released(key: object) -> None:
        matcher.release(hear(key, listener.canonical(key), sys.platform))

    listener = QuietListener(on_press=pressed, on_release=released)
    listener.start()
    _await(listener)
    return listener


def _import_keyboard() -> Any:
    try:
        from pynput import keyboard  # noqa: PLC0415  only where it is wanted: without a display it can't be imported
    except ModuleNotFoundError as error:
        raise SettingsError(f"Global keys need {error.name or 'pynput'}, which is not installed.", INSTALL) from error
    except Exception as error:  # pynput raises what its desktop's library raises
        reason = str(error).splitlines()[0].rstrip(". ") if str(error) else type(error).__name__
        raise SettingsError(f"The desktop's keys can't be heard: {reason}.", "Check that DISPLAY names a running X server.") from error
    return keyboard


def _await(listener: Any) -> None:
    """Wait until it hears. Raises `SettingsError` where it never will."""
    deadline = perf_counter() + PATIENCE
    while not listener._ready and listener.is_alive() and perf_counter() < deadline:  # its own `wait` never ends where its thread has
        sleep(0.002)
    if not listener._ready:
        reason = f": {listener.failure}" if listener.failure else ""
        raise SettingsError(f"The desktop does not let keys be heard{reason}.", "On X11 the server needs its RECORD extension.")
    if sys.platform == "darwin" and not getattr(listener, "IS_TRUSTED", True):
        listener.stop()
        raise SettingsError(
            "macOS does not let this program hear the keys of others.",
            "Allow it in System Settings, Privacy & Security, Accessibility and Input Monitoring, then turn global keys off and on.",
        )


def _end_record(listener: Any) -> None:
    """On X11 a listener that was stopped waits for one more key, since the server is not told: tell it, by a connection of our own."""
    context = getattr(listener, "_context", None)
    if desktop() != "x11" or context is None:
        return
    from Xlib.display import Display  # noqa: PLC0415  comes with pynput, where there is X11
    from Xlib.error import CatchError, DisplayError  # noqa: PLC0415

    try:
        display = Display()
    except DisplayError:  # the server is gone, and so will be the listener
        return
    display.set_error_handler(CatchError())  # it may have ended by itself meanwhile
    display.record_disable_context(context)
    display.sync()
    display.close()
