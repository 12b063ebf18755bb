"""A video device as Linux shows it to programs, and the virtual webcam's ways of failing."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from puppet.cameras.v4l2 import CAPTURE, query

VIVID = Path("/sys/bus/platform/drivers/vivid")
WEBCAM = "vivid.0"
MODULES = "/puppet_modules"
"""Where guest_init.sh put the kernel's modules."""

STILL, MOVING = 3, 5
"""Entries of vivid's movement menus: no movement, and some."""


def load_module(name: str, *options: str) -> None:
    """Load a kernel module."""
    subprocess.run(["modprobe", "-d", MODULES, name, *options], check=True, timeout=30)


def gives_pictures(device: str) -> bool:
    """Whether a device says at the moment that it is a camera."""
    return bool(query(Path(device)).flags & CAPTURE)


def await_capture(device: str, seconds: float) -> None:
    """Wait until a device says that it gives pictures. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not gives_pictures(device):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{device} gave no pictures within {seconds:g} s")
        time.sleep(0.1)


@contextmanager
def held(device: str) -> Iterator[int]:
    """Hold a device open without using it, as a forgotten program does."""
    handle = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    try:
        yield handle
    finally:
        os.close(handle)


def control(device: str, *settings: str) -> None:
    """Set controls of a device, NAME=VALUE."""
    subprocess.run(["v4l2-ctl", "-d", device, *(part for setting in settings for part in ("-c", setting))], check=True, timeout=30)


def show_cross(device: str, movement: int) -> None:
    """Let the virtual webcam show a black cross on white with nothing written over it, that moves or stands still."""
    control(device, "test_pattern=19", "osd_text_mode=2", f"horizontal_movement={movement}", f"vertical_movement={movement}")


def webcam_devices() -> list[str]:
    """The virtual webcam's devices that there are now."""
    names = {entry.parent.name: entry.read_text() for entry in Path("/sys/class/video4linux").glob("*/name")}
    return sorted(f"/dev/{entry}" for entry, name in names.items() if name.startswith("vivid"))


def unplug() -> None:
    """Take the virtual webcam away."""
    (VIVID / "unbind").write_text(WEBCAM)


def plug_in() -> None:
    """Bring the virtual webcam back."""
    (VIVID / "bind").write_text(WEBCAM)
