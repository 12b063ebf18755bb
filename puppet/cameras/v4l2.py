"""Linux video devices: what the kernel tells of them. Numbers and layouts are those of linux/videodev2.h."""

import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from puppet.cameras.camera_list import CameraInfo, CameraMode
from puppet.cameras.mode_choice import FORMATS

Ask = Callable[[int, int, bytearray], object]
"""`ioctl`: file descriptor, request, and the structure that is sent and filled in. Raises `OSError`."""

QUERY_CAPABILITY = 0x80685600
ENUMERATE_FORMATS = 0xC0405602
ENUMERATE_SIZES = 0xC02C564A
ENUMERATE_INTERVALS = 0xC034564B
REQUEST_BUFFERS = 0xC0145608

CAPTURE, OUTPUT, CAPTURE_PLANES = 0x1, 0x2, 0x1000
MEMORY_TO_MEMORY, CONTROLLED_ELSEWHERE, OF_THIS_NODE = 0xC000, 0x20000000, 0x80000000
"""Capabilities: converts rather than captures; its pictures must be led to it by a media controller; flags of the node are told."""

DISCRETE = 1
"""Kind of size or interval that is a single one, not a range."""

USUAL_SIZES = (
    (320, 240),
    (640, 360),
    (640, 480),
    (800, 600),
    (960, 540),
    (1280, 720),
    (1280, 960),
    (1920, 1080),
    (2560, 1440),
    (3840, 2160),
)
USUAL_RATES = (5.0, 10.0, 15.0, 24.0, 25.0, 30.0, 50.0, 60.0, 90.0, 120.0)
"""What is told of a device that takes any size or rate within a range."""

MOST = 500
"""No list of a driver is followed further: some repeat themselves without an end."""


class Capability(NamedTuple):
    """What a device says it is. bus: where it is plugged in; flags: what this node of it can do."""

    card: str
    bus: str
    flags: int

    @property
    def captures(self) -> bool:
        """Whether it is a camera that can be opened as it is."""
        return bool(self.flags & (CAPTURE | CAPTURE_PLANES)) and not self.flags & (MEMORY_TO_MEMORY | CONTROLLED_ELSEWHERE)


def list_devices(folder: Path, devices: Path, ask: Ask = fcntl.ioctl) -> list[CameraInfo]:
    """Cameras of this machine. folder: /sys/class/video4linux; devices: where their files lie."""
    numbers = sorted(int(entry.name[5:]) for entry in folder.glob("video*") if entry.name[5:].isdecimal())
    found = (_look(folder / f"video{number}", devices / f"video{number}", ask) for number in numbers)
    return [camera for camera in found if camera is not None]


def query(path: Path, ask: Ask = fcntl.ioctl) -> Capability:
    """What a device says it is. Raises `OSError`."""
    with _opened(path) as device:
        return _query(device, ask)


def is_busy(path: Path, ask: Ask = fcntl.ioctl) -> bool:
    """Whether another program streams from the device, so that this one can't."""
    try:
        with _opened(path) as device:
            kind = 9 if _query(device, ask).flags & CAPTURE_PLANES else 1
            ask(device, REQUEST_BUFFERS, bytearray(struct.pack("=5I", 0, kind, 1, 0, 0)))  # none wanted: only to be refused or not
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    device = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield device
    finally:
        os.close(device)


def _look(about: Path, path: Path, ask: Ask) -> CameraInfo | None:
    """One device as a camera; None when it is none. One that may not be opened is taken at the word of its folder in /sys."""
    try:
        name, order = _line(about / "name"), _line(about / "index")
    except OSError:  # pulled in this moment
        return None
    try:
        with _opened(path) as device:
            capability = _query(device, ask)
            modes = tuple(dict.fromkeys(_modes(device, capability, ask)))
    except OSError as error:
        untold = error.errno in (errno.EACCES, errno.EPERM, errno.EBUSY)
        return _info(path, name, "", order) if untold and order == "0" else None  # further nodes of one device are seldom cameras
    if not capability.captures or (capability.flags & OUTPUT and not modes):  # none, or a virtual one that nobody feeds
        return None
    return _info(path, capability.card or name, capability.bus, order, modes)


def _info(path: Path, name: str, bus: str, order: str, modes: tuple[CameraMode, ...] = ()) -> CameraInfo:
    name = _plain(name) or path.name
    return CameraInfo(path.name[5:], name, f"{bus or path.name}, {name}, {order}", modes)


def _plain(name: str) -> str:
    """A card's name said once: "Webcam C310: Webcam C" has it twice, cut short."""
    first, _, second = name.partition(": ")
    return first if second and first.startswith(second) else name


def _query(device: int, ask: Ask) -> Capability:
    answer = bytearray(104)
    ask(device, QUERY_CAPABILITY, answer)
    _, card, bus, _, whole, node = struct.unpack_from("=16s32s32sIII", answer)
    return Capability(_text(card), _text(bus), node if whole & OF_THIS_NODE else whole)


def _modes(device: int, capability: Capability, ask: Ask) -> Iterator[CameraMode]:
    """The modes that can be read: some drivers know a hundred formats, each in every size and rate."""
    if not capability.captures:
        return
    kind = 9 if capability.flags & CAPTURE_PLANES else 1
    for answer in _each(device, ENUMERATE_FORMATS, 64, struct.pack("=I", kind), ask):
        (code,) = struct.unpack_from("=I", answer, 44)
        name = _text(code.to_bytes(4, "little"))
        if name not in FORMATS:
            continue
        for width, height in _sizes(device, code, ask):
            for rate in _rates(device, code, width, height, ask):
                yield CameraMode(width, height, rate, name)


def _sizes(device: int, code: int, ask: Ask) -> Iterator[tuple[int, int]]:
    for answer in _each(device, ENUMERATE_SIZES, 44, struct.pack("=I", code), ask):
        kind, *numbers = struct.unpack_from("=7I", answer, 8)
        if kind == DISCRETE:
            yield numbers[0], numbers[1]
            continue
        left, right, across, top, bottom, down = numbers
        for width, height in USUAL_SIZES:
            if (
                left <= width <= right
                and top <= height <= bottom
                and not (width - left) % (across or 1)
                and not (height - top) % (down or 1)
            ):
                yield width, height
        return


def _rates(device: int, code: int, width: int, height: int, ask: Ask) -> Iterator[float]:
    """Frames per second at this format and size; 0 where the driver tells none."""
    told = False
    for answer in _each(device, ENUMERATE_INTERVALS, 52, struct.pack("=3I", code, width, height), ask):
        kind, shortest, of, longest, of_longest = struct.unpack_from("=5I", answer, 16)
        if not shortest:
            continue
        told = True
        if kind == DISCRETE:
            yield round(of / shortest, 3)
            continue
        slowest = of_longest / longest if longest else 0.0
        yield from (rate for rate in USUAL_RATES if slowest <= rate <= of / shortest)
        return
    if not told:
        yield 0.0


def _each(device: int, request: int, size: int, question: bytes, ask: Ask) -> Iterator[bytearray]:
    """The driver's answers to one question, from index 0 on, until it refuses."""
    for index in range(MOST):
        answer = bytearray(struct.pack("=I", index) + question).ljust(size, b"\0")
        try:
            ask(device, request, answer)
        except OSError:  # the end of the list, or a driver without such a list
            return
        yield answer


def _text(value: bytes) -> str:
    return value.split(b"\0")[0].decode("utf-8", "replace").strip()


def _line(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").strip()
