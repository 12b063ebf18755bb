"""The habits that every test keeps: no thread left behind, no network, nobody's home folder, no window on a screen.

Nothing heavy is imported here: Qt comes with the `application` fixture, and torch is only told to keep to one thread.
"""

import ipaddress
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from puppet.folders import cache_folder

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType
    from PySide6.QtWidgets import QApplication

GRACE = 1.0
"""Seconds that a test's threads have to end after it."""

HOMES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")

# Read by the libraries when they are first loaded, so said before any test imports one.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def _left_behind(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads begun since `before` that would outlive the test: every non-daemon, and Puppet's own by their name."""
    begun = [thread for thread in threading.enumerate() if thread not in before]
    return [thread for thread in begun if not thread.daemon or thread.name.lower().startswith("puppet")]


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Fails a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    deadline = time.perf_counter() + GRACE
    while left := _left_behind(before):
        if time.perf_counter() > deadline:
            pytest.fail(f"The test left threads running: {', '.join(sorted(thread.name for thread in left))}.")
        left[0].join(0.01)


def _is_local(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _refuse_distant(method: Callable[..., Any], host: Callable[..., object]) -> Callable[..., Any]:
    """`method`, but failing the test where `host` of its arguments is not this machine.

    The failure is no `Exception`, so that a handler for lost connections can't swallow it.
    """

    def guarded(*arguments: Any, **keywords: Any) -> Any:
        if not _is_local(host(*arguments)):
            pytest.fail(f"A test reached for the network: {host(*arguments)}.")
        return method(*arguments, **keywords)

    return guarded


def _peer(connection: socket.socket, *arguments: Any) -> object:
    address = arguments[-1]
    return address[0] if isinstance(address, tuple) else None  # a Unix socket's address is a path


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Fails a test that connects, sends or asks for a name beyond this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _refuse_distant(getattr(socket.socket, name), _peer))
        patch.setattr(socket, "getaddrinfo", _refuse_distant(socket.getaddrinfo, lambda host, *_: host))
        yield


def _move_home(patch: pytest.MonkeyPatch, folder: Path) -> Path:
    for name in HOMES:
        patch.setenv(name, str(folder / ("" if name in ("HOME", "USERPROFILE") else name.lower())))
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    patch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return folder


@pytest.fixture(autouse=True, scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The empty home folder that fixtures of wider scope than a test see."""
    with pytest.MonkeyPatch.context() as patch:
        yield _move_home(patch, tmp_path_factory.mktemp("shared_home"))


def _share_choices(shared: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let a test look up which engine is best where the others do; returns what makes known what it found out by itself.

    It takes a second or two to find out, so the first test that asks does it for all, as on anybody's computer. Nothing of `engines` is
    loaded for it: where that is not loaded yet, the test finds out in its own home.
    """
    if module := sys.modules.get("engines.choosing.remembered_choice"):
        monkeypatch.setattr(module, "choices_folder", lambda: shared)

    def make_known() -> None:
        for path in own.glob("*.json"):
            shared.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, shared / path.name)

    return make_known


@pytest.fixture(autouse=True)
def home(shared_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The test's own empty home folder; caches and settings folders lie in it."""
    shared = cache_folder() / "choices"
    folder = _move_home(monkeypatch, tmp_path_factory.mktemp("home"))
    make_known = _share_choices(shared, cache_folder() / "choices", monkeypatch)
    yield folder
    make_known()


@pytest.fixture
def own_choices(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a test that compares engines of its own making: what is chosen there no other test learns of."""
    monkeypatch.setattr("engines.choosing.remembered_choice.choices_folder", lambda: home / "choices")
    return home / "choices"


@pytest.fixture(scope="session")
def _one_application() -> "QApplication":
    from PySide6.QtWidgets import QApplication

    return cast(QApplication, QApplication.instance() or QApplication([]))


@pytest.fixture
def application(_one_application: "QApplication") -> Iterator["QApplication"]:
    """The one Qt application, offscreen; a Qt warning fails the test, and windows left open are closed after it."""
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    complaints: list[str] = []

    def hear(kind: "QtMsgType", context: "QMessageLogContext", text: str | None) -> None:
        # The offscreen platform owns up to what it can't do at every window: no fault of ours.
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not (text or "").startswith("This plugin does not support"):
            complaints.append(text or "")

    previous = qInstallMessageHandler(hear)
    yield _one_application
    _one_application.closeAllWindows()
    _one_application.processEvents()
    qInstallMessageHandler(previous)
    assert not complaints, f"Qt complained: {complaints}"
