"""Cameras that are plugged in: what they are called, what they can do, and who holds them."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

PROCESSES = Path("/proc")
"""Where Linux tells what each process has open."""

VIDEO_DEVICES = Path("/sys/class/video4linux")
"""Where Linux lists what takes or gives pictures."""

DEVICES = Path("/dev")
"""Where the files of Linux's devices lie."""


class CameraMode(NamedTuple):
    """One way in which a camera gives pictures. rate: frames per second, 0 where it isn't told; format: "MJPG", "YUYV", ..."""

    width: int
    height: int
    rate: float
    format: str


class CameraInfo(NamedTuple):
    """A camera that is plugged in.

    source: what `settings.camera.source` takes; name: for a person; identity: stays the same when the camera comes back under
    another number; modes: empty where the platform doesn't tell.
    """

    source: str
    name: str
    identity: str
    modes: tuple[CameraMode, ...] = ()


def list_cameras() -> list[CameraInfo]:
    """Every device that gives pictures now, in the order of their numbers. It opens no stream, but on Linux each device for a moment.

    What only takes pictures is left out: a virtual camera that nobody feeds, where it can be told.
    """
    if sys.platform == "linux":
        from puppet.cameras.v4l2 import list_devices  # noqa: PLC0415  its ioctls exist on Linux alone

        return list_devices(VIDEO_DEVICES, DEVICES)
    return _list_by_opencv_number()


def plugged_in() -> frozenset[str]:
    """A mark for each video device: the set changes when one is plugged in or pulled. On Linux no device is touched."""
    if sys.platform != "linux":
        return frozenset(camera.identity for camera in list_cameras())
    try:
        return frozenset(os.listdir(VIDEO_DEVICES))  # noqa: PTH208  the names alone
    except OSError:  # no video device has ever been plugged in
        return frozenset()


def find_camera(source: str, cameras: Sequence[CameraInfo]) -> CameraInfo | None:
    """The camera that a person means by a number, a device's path, a name or an identity; the first by an empty source."""
    if not source:
        return next(iter(cameras), None)
    number = device_number(source)
    return next((camera for camera in cameras if camera.source == number or source in (camera.name, camera.identity)), None)


def find_again(lost: CameraInfo, known: frozenset[str], cameras: Sequence[CameraInfo]) -> CameraInfo | None:
    """A camera that was lost, under whatever number it has come back.

    Some drivers name a new place each time. So a camera of the same name will do where none has the identity, but only one
    that is not among the `known` identities, those of cameras that were there beside the lost one: it is not its twin.
    """
    for camera in cameras:
        if camera.identity == lost.identity:
            return camera
    return next((camera for camera in cameras if camera.name == lost.name and camera.identity not in known), None)


def device_number(source: str) -> str | None:
    """The number of a camera named by it or, on Linux, by a path to its device; None for other names."""
    if source.isdecimal():
        return str(int(source))
    name = Path(os.path.realpath(source)).name if is_device_path(source) else ""
    return name[5:] if name.startswith("video") and name[5:].isdecimal() else None


def is_device_path(source: str) -> bool:
    """Whether a source is the path of a device, even of one that is not plugged in: never a file to play."""
    return Path(source).is_relative_to(DEVICES)


def device_path(source: str) -> Path | None:
    """The device file of a camera named by number or path, on Linux, whether it exists or not; None for other names."""
    number = device_number(source)
    return DEVICES / f"video{number}" if number is not None and sys.platform == "linux" else None


def busy_with(source: str) -> str | None:
    """The other programs that have a camera open, in words; None when none is seen. Linux, as far as this account may look."""
    path = device_path(source)
    holders = _holders(path) if path is not None else []
    if not holders:
        return None
    return " and ".join(", ".join(holders).rsplit(", ", 1))


def _holders(path: Path) -> list[str]:
    """Processes other than this one that have the file open, each as "name (process 4711)"."""
    found = []
    for process in sorted(int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdecimal()):
        folder = PROCESSES / str(process)
        try:
            held = process != os.getpid() and any(link.readlink() == path for link in (folder / "fd").iterdir())
            if held:
                found.append(f"{(folder / 'comm').read_text(encoding='utf-8', errors='replace').strip()} (process {process})")
        except OSError:  # it has ended, or belongs to somebody else
            continue
    return found


def _list_by_opencv_number() -> list[CameraInfo]:
    """Windows and macOS: names in the order in which OpenCV numbers the cameras of the backend that opens them."""
    import cv2  # noqa: PLC0415
    from cv2_enumerate_cameras import enumerate_cameras  # noqa: PLC0415

    backend = cv2.CAP_DSHOW if sys.platform == "win32" else cv2.CAP_AVFOUNDATION
    cameras = []
    for found in enumerate_cameras(backend):
        name = str(found.name or f"camera {found.index}")
        cameras.append(CameraInfo(str(found.index), name, str(found.path or f"{name}, {found.index}")))
    return cameras
