"""Microphones, and who would hear global keys on each desktop."""

import shutil
import subprocess
from importlib.metadata import PackageNotFoundError

import pytest

from puppet.errors import OutputError
from puppet.outputs.microphone import MicrophoneInfo
from tests.ui.doctor.machines import refuse
from ui.doctor.listening import look_at_keys, look_at_sound, portal_version
from ui.keys.global_keys import Hearing

X11, WAYLAND = {"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}


def test_microphones_are_named_without_their_owner() -> None:
    there = [MicrophoneInfo("default", "The system's microphone"), MicrophoneInfo("Ada's AirPods", "Ada's AirPods")]
    assert look_at_sound(lambda: there).microphones == ["someone's AirPods"]
    assert look_at_sound(list).microphones == []


def test_sound_that_can_not_be_had_is_told() -> None:
    found = look_at_sound(refuse(OutputError("Microphones need miniaudio, which can't be loaded.", "pip install miniaudio")))
    assert found.unknown == {"microphones": "Microphones need miniaudio, which can't be loaded."}


def test_pynput_hears_on_x11() -> None:
    keys = look_at_keys(platform="linux", environment=X11, listen=lambda: Hearing(True, "heard"), installed=lambda _: "1.8.1")
    assert (keys.listener, keys.trouble) == ("pynput 1.8.1", "")


def test_desktop_that_does_not_let_pynput_hear_is_told() -> None:
    deaf = Hearing(False, "The desktop does not let keys be heard.", "On X11 the server needs its RECORD extension.")
    keys = look_at_keys(platform="linux", environment=X11, listen=lambda: deaf, installed=lambda _: "1.8.1", wanted=True)
    assert (keys.wanted, keys.trouble, keys.fix) == (True, deaf.words, deaf.hint)


def test_pynput_that_is_not_installed_is_told() -> None:
    keys = look_at_keys(platform="linux", environment=X11, installed=_absent)
    assert "pynput is not installed" in keys.listener
    assert "which is not installed" in keys.trouble


def _absent(name: str) -> str:
    raise PackageNotFoundError(name)


def test_nothing_is_tried_on_macos() -> None:
    keys = look_at_keys(
        platform="darwin", environment={}, listen=refuse(AssertionError("macOS would ask the person")), installed=lambda _: "1.8"
    )
    assert "Input Monitoring" in keys.listener
    assert keys.trouble == ""


def test_portal_hears_on_wayland() -> None:
    keys = look_at_keys(platform="linux", environment=WAYLAND, portal=lambda: 2)
    assert (keys.listener, keys.trouble) == ("the desktop's portal (GlobalShortcuts, version 2)", "")


def test_desktop_without_such_a_portal_is_told() -> None:
    keys = look_at_keys(platform="linux", environment=WAYLAND, portal=refuse(OSError("No such interface")))
    assert keys.trouble == "The desktop offers no global keys: OSError: No such interface."
    assert "X11 session" in keys.fix


def test_without_a_desktop_nobody_listens() -> None:
    keys = look_at_keys(platform="linux", environment={}, portal=refuse(AssertionError("nobody to ask")))
    assert keys.listener == "nobody: there is no desktop"


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="needs a message bus")
def test_bus_without_a_portal_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", "echo $DBUS_SESSION_BUS_ADDRESS; cat"], stdin=-1, stdout=-1, text=True
    ) as bus:
        assert bus.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().strip())
        with pytest.raises(OSError, match=r"org\.freedesktop\.portal\.Desktop|portal"):
            portal_version()
        bus.communicate("")
