"""Global keys for the window: on and off by the settings, paused, and heard on the window's thread."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from puppet.settings import KeySettings
from ui.keys.global_keys import OFF, Desktop, Hearing
from ui.keys.key_map import KeyMap
from ui.window import everywhere_keys
from ui.window.everywhere_keys import EverywhereKeys
from ui.window.process_keys import ProcessKeys
from ui.window.wayland_keys import WaylandKeys

ON = KeyMap(KeySettings(use_everywhere=True))


class FakeKeys:
    """Stands in for `GlobalKeys`: `press` fires on a thread of its own, as pynput does."""

    made: list["FakeKeys"]

    def __init__(self, actions: Mapping[str, str], fire: Callable[[str], None]) -> None:
        self.actions, self.fire = actions, fire
        self.hearing = OFF
        FakeKeys.made.append(self)

    def start(self) -> None:
        self.hearing = Hearing(True, "heard")

    def stop(self) -> None:
        self.hearing = OFF

    def press(self, key: str) -> None:
        thread = threading.Thread(target=lambda: self.fire(self.actions[key]))
        thread.start()
        thread.join()


@pytest.fixture
def keys(application: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[EverywhereKeys]:
    FakeKeys.made = []
    monkeypatch.setattr(everywhere_keys, "GlobalKeys", FakeKeys)
    keys = EverywhereKeys(where="x11")
    yield keys
    keys.close()


def test_off_by_default_nothing_listens(keys: EverywhereKeys) -> None:
    keys.show_map(KeyMap())
    assert keys.hearing == OFF
    assert FakeKeys.made == []


def test_an_action_is_heard_on_the_windows_thread(keys: EverywhereKeys) -> None:
    fired: list[tuple[str, threading.Thread]] = []
    keys.fired.connect(lambda action: fired.append((action, threading.current_thread())))
    keys.show_map(ON)
    assert keys.hearing.on
    FakeKeys.made[0].press("Ctrl+Alt+2")
    assert fired == []  # not on the thread that heard it
    QTest.qWait(1)
    assert fired == [("portrait_2", threading.main_thread())]


def test_it_starts_anew_only_where_keys_or_switch_change(keys: EverywhereKeys) -> None:
    told: list[bool] = []
    keys.hearing_changed.connect(lambda: told.append(keys.hearing.on))
    keys.show_map(ON)
    keys.show_map(KeyMap(ON.rebind("zoom_in", "F8")))
    assert len(FakeKeys.made) == 1
    keys.show_map(KeyMap(ON.unbind("record", "everywhere")))
    assert len(FakeKeys.made) == 2
    assert not FakeKeys.made[0].hearing.on
    assert "record" not in FakeKeys.made[1].actions.values()
    keys.show_map(KeyMap())
    assert keys.hearing == OFF
    assert told == [True, True, False]


def test_while_paused_nothing_is_fired(keys: EverywhereKeys) -> None:
    fired: list[str] = []
    keys.fired.connect(fired.append)
    keys.show_map(ON)
    keys.pause(True)
    FakeKeys.made[0].press("Ctrl+Alt+1")
    QTest.qWait(1)
    keys.pause(False)
    FakeKeys.made[0].press("Ctrl+Alt+2")
    QTest.qWait(1)
    assert fired == ["portrait_2"]


def test_what_was_heard_before_it_was_closed_is_not_fired_after(keys: EverywhereKeys) -> None:
    fired: list[str] = []
    keys.fired.connect(fired.append)
    keys.show_map(ON)
    FakeKeys.made[0].press("Ctrl+Alt+1")
    keys.close()
    keys.close()
    QTest.qWait(1)
    assert fired == []


def test_retry_starts_anew(keys: EverywhereKeys) -> None:
    keys.show_map(ON)
    keys.retry()
    assert len(FakeKeys.made) == 2
    assert keys.hearing.on


@pytest.mark.parametrize(("where", "kind"), [("wayland", WaylandKeys), ("macos", ProcessKeys)])
def test_each_desktop_is_asked_in_its_own_way(
    application: QApplication, monkeypatch: pytest.MonkeyPatch, where: Desktop, kind: type
) -> None:
    started: list[object] = []

    def start(keys: object) -> None:
        started.append(keys)

    monkeypatch.setattr(kind, "start", start)
    keys = EverywhereKeys(where=where)
    told: list[int] = []
    keys.show_map(ON)
    keys.hearing_changed.connect(lambda: told.append(1))
    begun = time.perf_counter()
    assert isinstance(started[0], kind)
    started[0].hearing_changed.emit()  # type: ignore[attr-defined]
    assert told == [1]
    keys.close()
    assert time.perf_counter() - begun < 1.0
