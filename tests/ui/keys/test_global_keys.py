"""Listening for global keys with a keyboard library drawn up for the test: what fires, what is told, starting and stopping."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from puppet.errors import SettingsError
from ui.keys import global_keys
from ui.keys.global_keys import OFF, GlobalKeys, desktop


class Code(NamedTuple):
    char: str


class Key(NamedTuple):
    name: str


class Keyboard:
    """Stands in for `pynput.keyboard`: its listeners hear what `type` presses. `refusal` is raised on a listener's thread."""

    def __init__(self) -> None:
        self.listeners: list[Any] = []
        self.refusal: Exception | None = None
        keyboard = self

        class Listener(threading.Thread):
            IS_TRUSTED = True

            def __init__(self, on_press: Callable[[object], None], on_release: Callable[[object], None]) -> None:
                super().__init__(daemon=True)
                self._ready = False
                self._events: queue.Queue[tuple[Callable[[object], None], object] | None] = queue.Queue()
                self.on_press, self.on_release = on_press, on_release
                keyboard.listeners.append(self)

            def run(self) -> None:
                if keyboard.refusal:
                    raise keyboard.refusal
                self._ready = True
                while (event := self._events.get()) is not None:
                    event[0](event[1])

            def canonical(self, key: object) -> object:
                return key

            def stop(self) -> None:
                self._events.put(None)

            def press(self, *keys: object) -> None:
                for key in keys:
                    self._events.put((self.on_press, key))
                for key in reversed(keys):
                    self._events.put((self.on_release, key))

        self.Listener = Listener

    def type(self, *keys: object) -> None:
        """Press keys one after another, then let go."""
        self.listeners[-1].press(*keys)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    keyboard = Keyboard()
    library = ModuleType("pynput")
    library.keyboard = keyboard  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pynput", library)
    monkeypatch.setattr(global_keys, "desktop", lambda: "x11")
    return keyboard


CHORD = (Key("ctrl_l"), Key("alt_l"), Code("1"))


def test_a_chord_fires_its_action_on_the_listeners_thread(keyboard: Keyboard) -> None:
    fired: queue.Queue[tuple[str, threading.Thread]] = queue.Queue()
    with GlobalKeys({"Ctrl+Alt+1": "portrait_1"}, lambda action: fired.put((action, threading.current_thread()))) as keys:
        assert keys.hearing.on
        assert keys.hearing.words == "1 global key works in every window."
        keyboard.type(Code("1"))
        keyboard.type(*CHORD)
        assert fired.get(timeout=2) == ("portrait_1", keyboard.listeners[0])
    assert fired.empty()


def test_after_stop_nothing_fires_and_it_can_start_again(keyboard: Keyboard) -> None:
    fired: queue.Queue[str] = queue.Queue()
    keys = GlobalKeys({"Ctrl+Alt+1": "portrait_1", "F9": "snapshot"}, fired.put)
    assert keys.hearing == OFF
    keys.start()
    keys.start()
    assert len(keyboard.listeners) == 1
    assert keys.hearing.words == "2 global keys work in every window."
    keys.stop()
    keys.stop()
    assert keys.hearing == OFF
    assert not keyboard.listeners[0].is_alive()
    keyboard.type(*CHORD)
    keys.start()
    keyboard.type(Key("f9"))
    assert fired.get(timeout=2) == "snapshot"
    keys.stop()
    assert fired.empty()


def test_an_action_may_stop_them(keyboard: Keyboard) -> None:
    done = threading.Event()
    keys = GlobalKeys({"F9": "quit"}, lambda _: (keys.stop(), done.set()))  # type: ignore[func-returns-value,arg-type]
    keys.start()
    keyboard.type(Key("f9"))
    assert done.wait(2)
    assert keys.hearing == OFF
    keyboard.listeners[0].join(2)
    assert not keyboard.listeners[0].is_alive()


def test_a_listener_that_ends_by_itself_is_told_and_can_be_started_again(keyboard: Keyboard) -> None:
    keys = GlobalKeys({"F9": "snapshot"}, lambda _: None)
    keys.start()
    keyboard.listeners[0].stop()
    keyboard.listeners[0].join(2)
    assert not keys.hearing.on
    assert "no longer heard" in keys.hearing.words
    keys.start()
    assert keys.hearing.on
    keys.stop()


def test_a_desktop_that_refuses_is_told_in_words(keyboard: Keyboard) -> None:
    keyboard.refusal = RuntimeError("no RECORD extension")
    with GlobalKeys({"F9": "snapshot"}, lambda _: None) as keys:
        assert not keys.hearing.on
        assert "no RECORD extension" in keys.hearing.words
    assert keys.hearing == OFF


def test_a_listener_that_never_opens_is_given_up(keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(global_keys, "PATIENCE", 0.05)
    monkeypatch.setattr(keyboard.Listener, "run", lambda self: self._events.get())
    with GlobalKeys({"F9": "snapshot"}, lambda _: None) as keys:
        assert "does not let keys be heard" in keys.hearing.words
    keyboard.listeners[0].stop()


def test_a_mac_that_does_not_trust_the_program_says_where_to_allow_it(keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(keyboard.Listener, "IS_TRUSTED", False)
    with GlobalKeys({"F9": "snapshot"}, lambda _: None) as keys:
        assert "macOS does not let" in keys.hearing.words
        assert "Accessibility" in keys.hearing.hint
    keyboard.listeners[0].join(2)
    assert not keyboard.listeners[0].is_alive()


def test_without_pynput_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(global_keys, "desktop", lambda: "x11")
    monkeypatch.setitem(sys.modules, "pynput", None)
    with GlobalKeys({"F9": "snapshot"}, lambda _: None) as keys:
        assert "not installed" in keys.hearing.words
        assert "pip install" in keys.hearing.hint


def test_without_a_display_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(global_keys, "desktop", lambda: "none")
    with GlobalKeys({"F9": "snapshot"}, lambda _: None) as keys:
        assert keys.hearing.words == "Global keys need a desktop, and there is none here."


def test_on_wayland_it_does_not_pretend(monkeypatch: pytest.MonkeyPatch, keyboard: Keyboard) -> None:
    monkeypatch.setattr(global_keys, "desktop", lambda: "wayland")
    with GlobalKeys({"F9": "snapshot"}, lambda _: None) as keys:
        assert "Wayland" in keys.hearing.words
        assert not keys.hearing.on
    assert not keyboard.listeners


@pytest.mark.skipif(desktop(environment={"DISPLAY": ":987"}) != "x11", reason="only X11 has a display to miss")
def test_a_display_that_is_not_there_is_told() -> None:
    if find_spec("pynput") is None:
        pytest.skip("pynput is not installed")
    environment = {**os.environ, "DISPLAY": ":987", "WAYLAND_DISPLAY": "", "XDG_SESSION_TYPE": ""}
    lines = (
        "from ui.keys.global_keys import GlobalKeys",
        "with GlobalKeys({'F9': 'snapshot'}, print) as keys: print(keys.hearing.words, keys.hearing.hint)",
    )
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], env=environment, capture_output=True, text=True, check=True, timeout=30
    )
    assert "can't be heard" in ended.stdout
    assert "DISPLAY" in ended.stdout
    assert ended.stderr == ""


def test_a_text_that_names_no_key_is_refused_at_once() -> None:
    with pytest.raises(SettingsError, match="no key"):
        GlobalKeys({"Hyper+W": "zoom_in"}, lambda _: None)


@pytest.mark.parametrize(
    ("platform", "environment", "found"),
    [
        ("win32", {}, "windows"),
        ("darwin", {"DISPLAY": ":0"}, "macos"),
        ("linux", {"DISPLAY": ":0"}, "x11"),
        ("linux", {"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11"}, "x11"),
        ("linux", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ("linux", {"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "wayland"),
        ("linux", {}, "none"),
    ],
)
def test_whose_desktop_it_is(platform: str, environment: dict[str, str], found: str) -> None:
    assert desktop(platform, environment) == found
