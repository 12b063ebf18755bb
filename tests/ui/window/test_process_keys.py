"""Global keys heard by another process: what it says, what it fires, and how it ends."""

import sys
import time
from collections.abc import Callable

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.keys.global_keys import OFF
from ui.window.process_keys import ProcessKeys

ACTIONS = {"Ctrl+Alt+1": "portrait_1", "F9": "snapshot"}

HEARS = """
import json, sys
assert json.loads(sys.argv[1]) == {"Ctrl+Alt+1": "portrait_1", "F9": "snapshot"}
print("on 2 global keys work", flush=True)
print("fire snapshot", flush=True)
print("fire unheard_of", flush=True)
print("fire portrait_1", flush=True)
sys.stdin.read()
"""


def watch(condition: Callable[[], object]) -> None:
    deadline = time.perf_counter() + 10.0
    while not condition():
        assert time.perf_counter() < deadline, "it never came to be"
        QTest.qWait(5)


def test_it_fires_what_the_process_hears_until_it_is_stopped(application: QApplication) -> None:
    fired: list[str] = []
    keys = ProcessKeys(ACTIONS, fired.append, command=(sys.executable, "-c", HEARS))
    keys.start()
    keys.start()
    watch(lambda: len(fired) == 2)
    assert fired == ["snapshot", "portrait_1"]
    assert keys.hearing.on and keys.hearing.words == "2 global keys work"
    keys.stop()
    keys.stop()
    assert keys.hearing == OFF
    keys.start()
    watch(lambda: len(fired) == 4)
    keys.stop()


def test_a_process_that_ends_is_told(application: QApplication) -> None:
    keys = ProcessKeys(ACTIONS, lambda _: None, command=(sys.executable, "-c", "print('on yes')"))
    keys.start()
    watch(lambda: "ended" in keys.hearing.words)
    assert not keys.hearing.on


def test_a_process_that_can_not_be_started_is_told(application: QApplication) -> None:
    keys = ProcessKeys(ACTIONS, lambda _: None, command=("/no/such/program",))
    keys.start()
    watch(lambda: "ended" in keys.hearing.words)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a desktop is always there")
def test_the_real_one_says_what_stands_in_the_way(application: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    keys = ProcessKeys(ACTIONS, lambda _: None)
    keys.start()
    watch(lambda: "need a desktop" in keys.hearing.words)
    watch(lambda: keys.hearing.words == "Global keys need a desktop, and there is none here.")
    assert not keys.hearing.on
    keys.stop()
