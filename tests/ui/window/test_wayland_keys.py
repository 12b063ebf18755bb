"""Global keys by the desktop's portal: a portal drawn up for the test, on a message bus of its own."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.desktop_entry import APPLICATION
from ui.keys.global_keys import OFF
from ui.window.wayland_keys import WaylandKeys

ACTIONS = {"Ctrl+Alt+1": "portrait_1", "Ctrl+Alt+PgDown": "next_portrait", "Ctrl+Alt+X": "recalibrate"}

needs_a_bus = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None or find_spec("jeepney") is None, reason="needs dbus-daemon (package dbus) and jeepney"
)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator["subprocess.Popen[str]"]:
    """A session bus of its own, which the environment names."""
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
        yield daemon
        daemon.terminate()


class Portal:
    """The fake portal: what it was asked, and how to press a key of it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def asked(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def press(self, name: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()


@contextmanager
def portal(mode: str) -> Iterator[Portal]:
    command = [sys.executable, str(Path(__file__).with_name("fake_portal.py")), mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        drawn = Portal(process)
        assert drawn.asked() == {"method": "ready"}
        yield drawn


@pytest.fixture
def keys(application: QApplication) -> Iterator[tuple[WaylandKeys, list[str]]]:
    fired: list[str] = []
    keys = WaylandKeys(ACTIONS, fired.append)
    yield keys, fired
    keys.stop()


def watch(condition: Callable[[], object]) -> None:
    deadline = time.perf_counter() + 5.0
    while not condition():
        assert time.perf_counter() < deadline, "it never came to be"
        QTest.qWait(5)


@needs_a_bus
def test_it_asks_for_the_keys_and_fires_them(bus: object, keys: tuple[WaylandKeys, list[str]]) -> None:
    listening, fired = keys
    told: list[bool] = []
    listening.hearing_changed.connect(lambda: told.append(listening.hearing.on))
    with portal("grant") as desktop:
        listening.start()
        listening.start()
        assert "Asking" in listening.hearing.words
        watch(lambda: listening.hearing.on)
        assert listening.hearing.words == "3 global keys work in every window."
        assert desktop.asked()["body"] == [APPLICATION, {}]
        assert desktop.asked()["method"] == "CreateSession"
        bound = desktop.asked()
        assert bound["method"] == "BindShortcuts"
        session, wishes, parent, _ = bound["body"]
        assert "/session/" in session and parent == ""
        wished = {name: {key: value for key, (_, value) in wish.items()} for name, wish in wishes}
        assert wished["portrait_1"] == {"description": "Portrait 1", "preferred_trigger": "CTRL+ALT+1"}
        assert wished["next_portrait"]["preferred_trigger"] == "CTRL+ALT+Page_Down"
        for name in ("recalibrate", "unheard_of", "portrait_1"):
            desktop.press(name)
        watch(lambda: len(fired) == 2)
        assert fired == ["recalibrate", "portrait_1"]
        listening.stop()
        closed = desktop.asked()
        assert (closed["method"], closed["path"]) == ("Close", session)
        desktop.press("recalibrate")
        QTest.qWait(50)
        assert len(fired) == 2
    assert listening.hearing == OFF
    assert told == [False, True, False]


@needs_a_bus
@pytest.mark.parametrize(
    ("mode", "words", "hint"),
    [
        ("decline", "you declined", "asked again"),
        ("empty", "gave none", "settings of the keyboard"),
        ("nameless", "does not know who asks", "--install-desktop-entry"),
        ("without", "no portal for them", "X11"),
    ],
)
def test_what_stands_in_the_way_is_told(bus: object, keys: tuple[WaylandKeys, list[str]], mode: str, words: str, hint: str) -> None:
    listening, _ = keys
    with portal(mode):
        listening.start()
        watch(lambda: words in listening.hearing.words)
        assert not listening.hearing.on
        assert hint in listening.hearing.hint


@needs_a_bus
def test_without_any_portal_it_says_so(bus: object, keys: tuple[WaylandKeys, list[str]]) -> None:
    listening, _ = keys
    listening.start()
    watch(lambda: "no portal for them" in listening.hearing.words)


@needs_a_bus
def test_keys_that_are_taken_back_are_told_and_can_be_asked_for_again(bus: object, keys: tuple[WaylandKeys, list[str]]) -> None:
    listening, fired = keys
    with portal("grant") as desktop:
        listening.start()
        watch(lambda: listening.hearing.on)
        desktop.press("close")
        watch(lambda: "took them back" in listening.hearing.words)
        listening.start()
        watch(lambda: listening.hearing.on)
        desktop.press("portrait_1")
        watch(lambda: fired == ["portrait_1"])


@needs_a_bus
def test_a_bus_that_goes_away_is_told(bus: "subprocess.Popen[str]", keys: tuple[WaylandKeys, list[str]]) -> None:
    listening, _ = keys
    with portal("grant"):
        listening.start()
        watch(lambda: listening.hearing.on)
        bus.kill()
        watch(lambda: "went away" in listening.hearing.words)


@pytest.mark.skipif(find_spec("jeepney") is None, reason="needs jeepney")
def test_without_a_bus_it_says_so(keys: tuple[WaylandKeys, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    listening, _ = keys
    listening.start()
    assert "message bus can't be reached" in listening.hearing.words


def test_without_jeepney_it_says_how_to_install_it(keys: tuple[WaylandKeys, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jeepney", None)
    listening, _ = keys
    listening.start()
    assert "jeepney" in listening.hearing.words
    assert "pip install" in listening.hearing.hint
