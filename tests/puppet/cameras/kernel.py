"""A kernel that knows a few video devices: folders as in /sys and /dev, and an `ioctl` that answers for them."""

import errno
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")

CAPTURE, OUTPUT, CAPTURE_PLANES, CONVERTER, METADATA, CONTROLLED = 0x1, 0x2, 0x1000, 0x8000, 0x00800000, 0x20000000

Interval = tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]
"""Seconds between frames as a fraction; a pair of fractions is a range, the shortest first."""

Size = tuple[int, int] | tuple[int, int, int, int, int, int]
"""Width and height; six numbers are a range: least, most and step across, then down."""


class Driver(NamedTuple):
    """One node of a device. whole: what all its nodes can do together; node: which of them it is."""

    card: str
    bus: str = "usb-0000:00:14.0-5"
    can: int = CAPTURE
    formats: Mapping[str, Mapping[Size, Sequence[Interval]]] = {}
    node: int = 0
    whole: int = CAPTURE | OUTPUT | METADATA
    streams: bool = False
    endless: bool = False


WEBCAM = Driver(
    "Integrated Webcam",
    formats={
        "YUYV": {(640, 480): [(1, 30), (1, 15)], (1280, 720): [(1, 10)]},
        "MJPG": {(640, 480): [(1, 30)], (1280, 720): [(1, 60), (1001, 30_000)]},
        "H264": {(1920, 1080): [(1, 30)]},
    },
)


class Kernel:
    """Devices by number; one can be plugged in and pulled at any time."""

    def __init__(self, folder: Path) -> None:
        self.about = folder / "video4linux"
        self.devices = folder / "dev"
        self.about.mkdir()
        self.devices.mkdir()
        self.drivers: dict[str, Driver] = {}

    def plug(self, number: int, driver: Driver) -> None:
        """Put in a device under this number."""
        name = f"video{number}"
        self.drivers[name] = driver
        (self.about / name).mkdir()
        (self.about / name / "name").write_text(f"{driver.card}\n")
        (self.about / name / "index").write_text(f"{driver.node}\n")
        (self.devices / name).touch()

    def pull(self, number: int) -> None:
        """Take a device out."""
        name = f"video{number}"
        del self.drivers[name]
        (self.devices / name).unlink()
        for file in (self.about / name).iterdir():
            file.unlink()
        (self.about / name).rmdir()

    def ask(self, device: int, request: int, answer: bytearray) -> None:
        """Answer as `fcntl.ioctl` would. The size that a request itself names must be the structure's."""
        assert len(answer) == request >> 16 & 0x3FFF
        driver = self.drivers[Path(f"/proc/self/fd/{device}").readlink().name]
        match request & 0xFF:
            case 0:
                whole = driver.whole | 0x80000000
                struct.pack_into("=16s32s32sIII", answer, 0, b"fake", driver.card.encode(), driver.bus.encode(), 0, whole, driver.can)
            case 8 if driver.streams:
                raise OSError(errno.EBUSY, "busy")
            case 2:
                index, kind = struct.unpack_from("=2I", answer)
                assert kind == (9 if driver.can & CAPTURE_PLANES else 1)
                struct.pack_into("=4s", answer, 44, _pick(list(driver.formats), index).encode())
            case 74:
                self._tell_size(driver, answer)
            case 75:
                self._tell_interval(driver, answer)

    def _tell_size(self, driver: Driver, answer: bytearray) -> None:
        index, name = struct.unpack_from("=I4s", answer)
        size = _pick(list(driver.formats[name.decode()]), 0 if driver.endless else index)
        struct.pack_into(f"={1 + len(size)}I", answer, 8, 1 if len(size) == 2 else 3, *size)

    def _tell_interval(self, driver: Driver, answer: bytearray) -> None:
        index, name, width, height = struct.unpack_from("=I4s2I", answer)
        sizes = driver.formats[name.decode()]
        key = next(size for size in sizes if size == (width, height) or len(size) == 6)
        interval = _pick(list(sizes[key]), index)
        shortest, longest = interval
        if isinstance(shortest, tuple) and isinstance(longest, tuple):
            struct.pack_into("=7I", answer, 16, 3, *shortest, *longest, 0, 1)
        else:
            struct.pack_into("=3I", answer, 16, 1, shortest, longest)


def _pick(values: Sequence[T], index: int) -> T:
    if index >= len(values):
        raise OSError(errno.EINVAL, "no more")
    return values[index]
