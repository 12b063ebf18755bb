"""The computer and its system: what it is, whether a window can be opened on it, and the folders that Puppet keeps things in."""

import ctypes
import os
import platform as python_platform
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from engines.choosing.processor_name import ROOT, processor_name
from puppet.folders import cache_folder, data_folder, settings_folder
from ui.display import has_display
from ui.doctor.part import gather, reason_of
from ui.doctor.processor import core_words, instructions, memory
from ui.doctor.report import Place, System
from ui.keys.global_keys import desktop

FOR_X11 = "libxcb-cursor.so.0"
"""What Qt's part for X11 needs beyond what other programs bring."""

PLACES: tuple[tuple[str, Callable[[], Path]], ...] = (
    ("settings", settings_folder),
    ("portraits, takes", data_folder),
    ("cache, engines", cache_folder),
)


def look_at_system(
    *,
    platform: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
    root: Path = ROOT,
    window: Callable[[], str] | None = None,
    places: tuple[tuple[str, Callable[[], Path]], ...] = PLACES,
    may_write: Callable[[Path], bool] = lambda folder: os.access(folder, os.W_OK),
) -> System:
    """What the system tells. window: Qt's version where it loads; raises what keeps it from loading."""
    found = gather(
        System,
        name=lambda: system_name(platform, root),
        kernel=lambda: f"{python_platform.release()}, {python_platform.machine()}",
        desktop=lambda: desktop_words(platform, environment),
        display=has_display,
        processor=lambda: processor_name(platform, root),
        cores=lambda: core_words(platform, root),
        instructions=lambda: instructions(platform, root),
        memory=lambda: memory(platform, root)[0],
        memory_free=lambda: memory(platform, root)[1],
        places=lambda: [_place(use, folder(), may_write) for use, folder in places],
    )
    return found.model_copy(update=_window(window or _load_qt, desktop(platform, environment)))


def system_name(platform: str, root: Path = ROOT) -> str:
    """What it calls itself, with its version, and what it runs in where that matters."""
    if platform == "win32":
        return f"Windows {python_platform.release()} ({python_platform.version()})"
    if platform == "darwin":
        return f"macOS {python_platform.mac_ver()[0]}"
    named = next((name for place in ("etc", "usr/lib") if (name := _pretty(root / place / "os-release"))), "Linux")
    if "microsoft" in python_platform.release().lower():
        return f"{named}, inside Windows (WSL)"
    inside = any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv"))
    return f"{named}, in a container" if inside else named


def desktop_words(platform: str, environment: Mapping[str, str]) -> str:
    """The desktop and how programs draw on it."""
    kind = desktop(platform, environment)
    if kind in ("windows", "macos"):
        return "the system's own"
    name = environment.get("XDG_CURRENT_DESKTOP", "").replace(":", ", ") or "an unnamed desktop"
    if kind == "none":
        return "none: neither DISPLAY nor WAYLAND_DISPLAY is set"
    through = " (X programs too)" if kind == "wayland" and environment.get("DISPLAY") else ""
    return f"{name}, {'Wayland' if kind == 'wayland' else 'X11'}{through}"


def _window(load: Callable[[], str], kind: str) -> dict[str, str]:
    """Whether Qt can open a window: what to put into the part."""
    try:
        version = load()
    except Exception as error:  # a library of the system that is missing, or Qt itself
        return {"window_trouble": f"Qt can't be loaded: {reason_of(error)}.", "window_fix": "bash scripts/system_packages.sh --display"}
    if kind == "x11":
        try:
            ctypes.CDLL(FOR_X11)
        except OSError:
            trouble = f"Qt can open no window on X11, because {FOR_X11} is not installed."
            return {"window": version, "window_trouble": trouble, "window_fix": "sudo apt install libxcb-cursor0"}
    return {"window": version}


def _load_qt() -> str:
    from PySide6 import QtWidgets, __version__  # noqa: F401, PLC0415  loaded to see whether it can be

    return str(__version__)


def _place(use: str, folder: Path, may_write: Callable[[Path], bool]) -> Place:
    """A folder as it is, or as it would be made below the nearest one that exists."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return Place(use=use, folder=str(folder), free=shutil.disk_usage(there).free, writable=there.is_dir() and may_write(there))


def _pretty(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition("=")[2].strip("\"'") for line in lines if line.startswith("PRETTY_NAME=")), "")
