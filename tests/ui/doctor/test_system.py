"""The system: its name, its desktop, whether a window opens, and the folders that Puppet keeps things in."""

from pathlib import Path

import pytest

from tests.ui.doctor.machines import refuse
from ui.doctor.system import desktop_words, look_at_system, system_name

NO_DESKTOP: dict[str, str] = {}


@pytest.mark.parametrize(
    ("platform", "environment", "words"),
    [
        (
            "linux",
            {"XDG_CURRENT_DESKTOP": "ubuntu:GNOME", "XDG_SESSION_TYPE": "wayland", "DISPLAY": ":0"},
            "ubuntu, GNOME, Wayland (X programs too)",
        ),
        ("linux", {"XDG_CURRENT_DESKTOP": "XFCE", "DISPLAY": ":0"}, "XFCE, X11"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, "an unnamed desktop, Wayland"),
        ("linux", NO_DESKTOP, "none: neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ("win32", NO_DESKTOP, "the system's own"),
    ],
)
def test_desktop_is_told_with_its_session(platform: str, environment: dict[str, str], words: str) -> None:
    assert desktop_words(platform, environment) == words


def test_system_is_called_what_it_calls_itself(tmp_path: Path) -> None:
    assert system_name("linux", tmp_path) == "Linux"
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text('ID=fedora\nPRETTY_NAME="Fedora Linux 43"\n')
    assert system_name("linux", tmp_path) == "Fedora Linux 43"
    (tmp_path / ".dockerenv").touch()
    assert system_name("linux", tmp_path) == "Fedora Linux 43, in a container"


def test_linux_inside_windows_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.release", lambda: "5.15.153.1-microsoft-standard-WSL2")
    assert system_name("linux", tmp_path) == "Linux, inside Windows (WSL)"


def test_folder_that_does_not_exist_yet_is_judged_by_the_one_it_would_lie_in(tmp_path: Path) -> None:
    asked: list[Path] = []

    def may_write(folder: Path) -> bool:
        asked.append(folder)
        return False

    found = look_at_system(window=lambda: "6.11", places=(("cache", lambda: tmp_path / "a" / "b"),), may_write=may_write)
    (place,) = found.places
    assert asked == [tmp_path]
    assert not place.writable
    assert place.free > 0
    assert not (tmp_path / "a").exists()


def test_file_in_a_folders_place_can_not_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    found = look_at_system(window=lambda: "6.11", places=(("cache", lambda: tmp_path / "cache" / "puppet"),))
    assert not found.places[0].writable


def test_qt_that_can_not_be_loaded_is_told_with_its_reason() -> None:
    lost = refuse(ImportError("libEGL.so.1: cannot open shared object file"))
    found = look_at_system(platform="linux", environment=NO_DESKTOP, window=lost, places=())
    assert found.window == ""
    assert "libEGL.so.1: cannot open shared object file" in found.window_trouble
    assert "system_packages.sh" in found.window_fix


def test_x11_without_what_qt_needs_for_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.doctor.system.FOR_X11", "libnothing-of-this-name.so.0")
    found = look_at_system(platform="linux", environment={"DISPLAY": ":0"}, window=lambda: "6.11", places=())
    assert found.window == "6.11"
    assert "can open no window on X11" in found.window_trouble
    assert look_at_system(platform="linux", environment={"WAYLAND_DISPLAY": "0"}, window=lambda: "6.11", places=()).window_trouble == ""


def test_system_that_tells_nothing_costs_only_what_it_does_not_tell(tmp_path: Path) -> None:
    found = look_at_system(platform="linux", environment=NO_DESKTOP, root=tmp_path, window=lambda: "6.11", places=())
    assert {"processor", "instructions", "memory"} <= set(found.unknown)
    assert found.kernel
