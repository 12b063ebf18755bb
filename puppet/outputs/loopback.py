"""Linux's virtual cameras: the devices of v4l2loopback, found in /sys, and made ready to be written to.

With `exclusive_caps=1`, which Chrome and Zoom need to list a device, it says at each moment that it takes pictures or that it gives
them, never both.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from puppet.cameras.v4l2 import CAPTURE, OUTPUT, query
from puppet.errors import OutputError
from puppet.outputs.virtual_drivers import LOAD

FOLDER, DEVICES = Path("/sys/class/video4linux"), Path("/dev")

MARK = "max_openers"
"""A file that v4l2loopback alone has in a device's folder."""

STREAM_ON, VIDEO_OUTPUT = 0x40045612, 2
"""The request by which a program begins to stream, and the kind of stream that is written; linux/videodev2.h."""

Ask = Callable[[int, int, bytearray], object]
"""`ioctl`: file descriptor, request, and the structure that is sent and filled in. Raises `OSError`."""


class LoopbackDevice(NamedTuple):
    """A virtual camera. name: what other programs call it; takes: whether it says that it can be written to.

    exclusive: whether it has `exclusive_caps=1`; None when it does not tell, because this account may not open it.
    """

    path: Path
    name: str
    writable: bool
    takes: bool
    exclusive: bool | None

    @property
    def words(self) -> str:
        """What it is called for a person."""
        return f"{self.name} ({self.path})"


def list_loopback_devices(folder: Path = FOLDER, devices: Path = DEVICES, ask: Ask = fcntl.ioctl) -> list[LoopbackDevice]:
    """Every virtual camera there is, in the order of their numbers; each is opened for a moment."""
    numbers = sorted(int(entry.parent.name[5:]) for entry in folder.glob(f"video*/{MARK}"))
    return [_look(folder / f"video{number}", devices / f"video{number}", ask) for number in numbers]


def choose_devices(wanted: str, devices: Sequence[LoopbackDevice]) -> list[LoopbackDevice]:
    """The devices to be tried, in order: the one that `wanted` names by path, number or name, or else all. Raises `OutputError`."""
    named = [device for device in devices if not wanted or wanted in (str(device.path), device.path.name[5:], device.name)]
    if not named:
        there = "; ".join(device.words for device in devices)
        raise OutputError(f"There is no virtual camera {wanted}.", f"Choose one of these: {there}.")
    writable = [device for device in named if device.writable]
    if not writable:
        raise OutputError(
            f"{named[0].words} may not be written to by you.",
            'It belongs to the group "video": sudo usermod -a -G video "$USER", then log out and in again.',
        )
    return sorted(writable, key=lambda device: not device.takes)


def heal(path: Path, ask: Ask = fcntl.ioctl) -> None:
    """Let a device that says that it can't be written to say that it can; one that another program writes to refuses that later.

    Whoever writes without having begun a stream leaves v4l2loopback 0.12 (Debian 12, Ubuntu 22.04 and 24.04) so that it takes no
    pictures until the module is loaded anew. Beginning a stream, refused or not, and leaving brings it back, even while it is read.
    """
    with suppress(OSError):
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            ask(device, STREAM_ON, bytearray(struct.pack("=i", VIDEO_OUTPUT)))
        finally:
            os.close(device)


def advice(device: LoopbackDevice) -> str:
    """What keeps other programs from seeing this device and how to mend it; empty when nothing is known to."""
    if device.exclusive is not False:
        return ""
    return (
        f"Chrome, Zoom and others do not list {device.name}, because v4l2loopback was loaded without exclusive_caps. "
        f"Close the programs that use it, then: sudo modprobe -r v4l2loopback; {LOAD}"
    )


def _look(about: Path, path: Path, ask: Ask) -> LoopbackDevice:
    try:
        name = (about / "name").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # unloaded in this moment
        name = ""
    name = name or path.name
    writable = os.access(path, os.W_OK)
    try:
        flags = query(path, ask).flags
    except OSError as error:
        in_use = error.errno == errno.EBUSY  # as many have it open as it lets
        return LoopbackDevice(path, name, writable, takes=in_use, exclusive=None)
    return LoopbackDevice(path, name, writable, bool(flags & OUTPUT), not (flags & OUTPUT and flags & CAPTURE))
