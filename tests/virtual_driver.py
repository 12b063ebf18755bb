"""A driver of virtual cameras that keeps what is sent, for use behind pyvirtualcam's own front: no device is needed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import pyvirtualcam.camera

from puppet.outputs import loopback, virtual_camera, virtual_drivers
from puppet.outputs.loopback import LoopbackDevice


class RecordingDriver:
    """What each `Camera` of pyvirtualcam opens; `opened` holds those that were, in order."""

    opened: "list[RecordingDriver]" = []  # noqa: RUF012  emptied by `install_driver`
    refusals: dict[str | None, str] = {}  # noqa: RUF012
    """Words of the driver for each device that it refuses; None stands for the first free one."""

    def __init__(self, *, width: int, height: int, fps: float, fourcc: int, device: str | None) -> None:
        if device in self.refusals:
            raise RuntimeError(self.refusals[device])
        self.width, self.height, self.fps, self._device = width, height, fps, device or "OBS Virtual Camera"
        self.pictures: list[npt.NDArray[np.uint8]] = []
        self.failure: Exception | None = None
        self.is_open = True
        self.opened.append(self)

    def close(self) -> None:
        self.is_open = False

    def send(self, frame: npt.NDArray[np.uint8]) -> None:
        if self.failure is not None:
            raise self.failure
        self.pictures.append(frame.reshape(self.height, self.width, 3).copy())

    def device(self) -> str:
        return self._device

    def native_fourcc(self) -> int | None:
        return None


def install_driver(monkeypatch: pytest.MonkeyPatch, platform: str = "linux", **refusals: str) -> list[RecordingDriver]:
    """Put the driver behind pyvirtualcam as it is on a platform; what will be opened. refusals: by device, "first" for any."""
    RecordingDriver.opened, RecordingDriver.refusals = [], {None if name == "first" else name: words for name, words in refusals.items()}
    names = {"linux": ["v4l2loopback"], "darwin": ["obs"], "win32": ["obs", "unitycapture"]}[platform]
    monkeypatch.setattr(pyvirtualcam.camera, "BACKENDS", dict.fromkeys(names, RecordingDriver))
    for module in (virtual_camera, virtual_drivers):
        monkeypatch.setattr(module, "sys", SimpleNamespace(platform=platform))
    return RecordingDriver.opened


def plug_in(monkeypatch: pytest.MonkeyPatch, folder: Path, *names: str, **facts: Any) -> list[Path]:
    """Let Linux have virtual cameras of these names that take pictures; the files of their devices."""
    paths = []
    for number, _ in enumerate(names):
        paths.append(folder / f"video{number}")
        paths[-1].symlink_to("/dev/null")  # a character device, as a camera is
    about = {"writable": True, "takes": True, "exclusive": True} | facts
    devices = [LoopbackDevice(path, name, **about) for path, name in zip(paths, names, strict=True)]
    monkeypatch.setattr(loopback, "list_loopback_devices", lambda: devices)
    return paths
