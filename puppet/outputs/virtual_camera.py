"""The virtual camera that other programs see: pictures of one size at one pace, whatever happens in here.

The one file that knows pyvirtualcam. Drivers: v4l2loopback on Linux, OBS on macOS, OBS or UnityCapture on Windows.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import cv2
import numpy as np

from puppet.errors import OutputError
from puppet.live.shown import Shown
from puppet.outputs.fit import fit_picture
from puppet.outputs.test_card import test_card
from puppet.outputs.virtual_drivers import explain_missing, explain_refusal, list_virtual_cameras
from puppet.outputs.words_card import words_card
from puppet.picture import Picture, freeze
from puppet.settings import OutputSettings

__all__ = ["VirtualCamera", "explain_missing", "list_virtual_cameras"]

STARTING = "Starting"
"""Words of the card that is shown before there is any picture."""


class VirtualCamera:
    """A sink that sends the newest picture at a steady pace, again and again, whether anybody looks or not. Its sink's thread.

    Only `shown.image` is ever sent, never the driver's frame. Size and pace stay for the whole run.
    """

    name = "virtual camera"
    backlog = 0

    def __init__(self, settings: OutputSettings, opened: Callable[[str], None]) -> None:
        """`opened` is told what the device is called, on the sink's thread, once it is open."""
        self.rate = settings.rate
        self.sent = 0
        self.advice = ""
        """What keeps other programs from seeing the device and how to mend it; empty when nothing is known to."""
        self._settings = settings
        self._device, self._width, self._height = settings.device, settings.width, settings.height
        self._opened = opened
        self._camera: Any = None
        self._path: Path | None = None
        self._begun = perf_counter()
        self._last: tuple[Picture, OutputSettings, Picture] | None = None

    def adjust(self, settings: OutputSettings) -> None:
        """Show it otherwise from now on (fit, mirror, test card); device, size and rate stay as they were. Any thread."""
        self._settings = settings

    def show(self, shown: Shown | None) -> None:
        """Send one picture; the first call opens the device. Raises `OutputError`."""
        if self._camera is None:
            self._open()
        picture = self._picture(shown, self._settings)
        if self._path is not None and not self._path.is_char_device():
            raise OutputError(f"The virtual camera {self._path} is gone.", "Load v4l2loopback again, then start the output again.")
        try:
            self._camera.send(picture)
        except (RuntimeError, OSError, ValueError) as error:
            raise OutputError(f"The virtual camera takes no more pictures: {error}.", "Start the output again.") from error
        self.sent += 1

    def close(self) -> None:
        """Let the device go; may be called twice."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()
        if camera is not None and self._path is not None:
            from puppet.outputs.loopback import heal  # noqa: PLC0415  ioctls: Linux alone

            heal(self._path)  # the next program finds it as we did

    def _picture(self, shown: Shown | None, settings: OutputSettings) -> Picture:
        """What is sent. A card with words is for others to read and never mirrored; the test card shows whether all is."""
        if settings.test_card:
            card = test_card(self._width, self._height, perf_counter() - self._begun, self.rate)
            return _mirrored(card) if settings.mirror else card
        if shown is None or shown.words:
            return words_card(STARTING if shown is None else shown.words, self._width, self._height)
        if self._last is None or self._last[0] is not shown.image or self._last[1] is not settings:
            fitted = fit_picture(shown.image, self._width, self._height, settings.fit)
            self._last = shown.image, settings, _mirrored(fitted) if settings.mirror else fitted
        return self._last[2]

    def _open(self) -> None:
        driver = _driver()
        if sys.platform == "linux":
            words = self._open_loopback(driver)
        else:
            self._camera = self._connect(driver, self._device, self._device or "The virtual camera")
            words = str(self._camera.device)
        self._opened(words)

    def _open_loopback(self, driver: ModuleType) -> str:
        """Open the first device that can be had; what it is called."""
        from puppet.outputs.loopback import advice, choose_devices, heal, list_loopback_devices  # noqa: PLC0415  ioctls: Linux alone

        there = list_loopback_devices()
        if not there:
            raise OutputError(*explain_missing(sys.platform))
        refused: OutputError | None = None
        for device in choose_devices(self._device, there):
            if not device.takes:
                heal(device.path)
            try:
                self._camera = self._connect(driver, str(device.path), device.words)
            except OutputError as error:
                refused = refused or error
                continue
            self._path, self.advice = device.path, advice(device)
            return f"{device.words}, which Chrome and Zoom do not list without exclusive_caps" if self.advice else device.words
        assert refused is not None, "there was a device to be tried"
        raise refused

    def _connect(self, driver: ModuleType, device: str, words: str) -> Any:
        """pyvirtualcam's camera. Raises `OutputError`."""
        try:
            return driver.Camera(self._width, self._height, self.rate, fmt=driver.PixelFormat.RGB, device=device or None)
        except (RuntimeError, OSError, ValueError) as error:
            raise explain_refusal(sys.platform, words, str(error)) from error


def _driver() -> ModuleType:
    """pyvirtualcam, loaded only where a virtual camera is wanted. Raises `OutputError`."""
    try:
        import pyvirtualcam  # noqa: PLC0415
    except ImportError as error:
        raise OutputError(f"The virtual camera needs pyvirtualcam, which can't be loaded: {error}.", "pip install pyvirtualcam") from error
    module: ModuleType = pyvirtualcam
    return module


def _mirrored(picture: Picture) -> Picture:
    return freeze(np.asarray(cv2.flip(picture, 1), np.uint8))
