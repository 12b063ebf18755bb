"""Stands for the devices that OpenCV opens, and for the system that lists them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from puppet.cameras import camera, camera_list, camera_trouble
from puppet.cameras.camera_list import CameraInfo, CameraMode

WEBCAM = CameraInfo(
    "0", "Integrated Webcam", "usb-5, Integrated Webcam, 0", (CameraMode(640, 480, 30.0, "YUYV"), CameraMode(1280, 720, 30.0, "MJPG"))
)
STICK = CameraInfo("2", "Stick", "usb-6, Stick, 0")


class FakeDevice:
    """Stands for `cv2.VideoCapture`: gives `frames` pictures, then none. rate: what it says it gives."""

    def __init__(self, frames: int = 1000, opens: bool = True, rate: float = 0.0) -> None:
        self.frames = frames
        self.opens = opens
        self.rate = rate
        self.backend = "FAKE"
        self.picture = np.full((48, 64, 3), (10, 20, 30), np.uint8)
        self.asked: dict[int, float] = {}
        self.arguments: tuple[object, ...] = ()
        self.opened: list[object] = []
        self.released = False

    def __call__(self, *arguments: object) -> "FakeDevice":
        self.arguments = arguments
        self.opened.append(arguments[0])
        self.released = False
        return self

    def isOpened(self) -> bool:  # noqa: N802
        return self.opens

    def getBackendName(self) -> str:  # noqa: N802
        return self.backend

    def set(self, wish: int, value: float) -> bool:
        self.asked[wish] = value
        return False

    def get(self, wish: int) -> float:
        return self.rate if wish == cv2.CAP_PROP_FPS else 0.0

    def waitAny(self, captures: list["FakeDevice"], wait: int) -> tuple[bool, list[int]]:  # noqa: N802
        assert captures == [self]
        assert 0 < wait <= 0.2e9
        return self.frames > 0, [0] if self.frames > 0 else []

    def grab(self) -> bool:
        self.frames -= 1
        return self.frames >= 0

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, self.picture

    def release(self) -> None:
        self.released = True


class System:
    """What is plugged in: `cameras` are listed, and each has a file in `folder`."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.device = FakeDevice()
        self.cameras: list[CameraInfo] = []
        patch.setattr(camera, "PATIENCE", 0.05)
        patch.setattr(camera_list, "DEVICES", folder)
        for module in (camera, camera_trouble):
            patch.setattr(module, "list_cameras", lambda: list(self.cameras))
        patch.setattr(cv2, "VideoCapture", self.device)

    def plug(self, *cameras: CameraInfo) -> None:
        """Have these, and no others."""
        self.cameras = list(cameras)
        for file in self.folder.iterdir():
            file.unlink()
        for plugged in cameras:
            (self.folder / f"video{plugged.source}").touch()
