"""Cameras by number, device path or URL, through OpenCV."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Protocol

import cv2
import numpy as np

from puppet.cameras.live_frame import LiveFrame
from puppet.errors import CameraError
from puppet.live.timings import Timings
from puppet.picture import freeze
from puppet.settings import CameraSettings

PATIENCE = 2.0
"""A device that says it is open but gives no frame for this long is lost, s."""

OPENING = 5.0
"""How long a URL may take to answer, s."""

RETRY = 0.01
"""Pause after a device gave no frame, s."""

BACKENDS = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
"""The API that opens a numbered camera. DirectShow, because Media Foundation takes many seconds to open on some machines."""


class Camera(Protocol):
    """Gives frames of the driver, one at a time. Opened, read and closed on one thread."""

    @property
    def words(self) -> str:
        """What it is, for a person: never empty."""
        ...

    def open(self) -> None:
        """Open it again after `close`. Raises `CameraError`, `MediaError`."""
        ...

    def read(self) -> LiveFrame | None:
        """The next frame; None when the camera is lost or was interrupted. Blocks until then."""
        ...

    def interrupt(self) -> None:
        """Let a blocked `read` return None soon, for good. Any thread."""
        ...

    def close(self) -> None:
        """Free the device; may be called twice."""
        ...


class DeviceCamera:
    """A camera or stream that OpenCV can open."""

    def __init__(self, source: int | str, settings: CameraSettings, timings: Timings) -> None:
        """`source`: a camera's number, a device's path or a URL. Opens it and waits for its first picture. Raises `CameraError`."""
        self._source = source
        self._settings = settings
        self._timings = timings
        self._interrupted = threading.Event()
        self._capture: cv2.VideoCapture | None = None
        self.words = f"camera {source}"
        self.open()

    def open(self) -> None:
        """Open the device again, ask for size, rate and MJPG, and wait for its first picture. Raises `CameraError`."""
        self.close()
        with _quiet():
            capture = self._capture = _open_stream(self._source) if is_url(self._source) else _open_device(self._source, self._settings)
        if not capture.isOpened():
            self.close()
            hint = "Check the address and the network." if is_url(self._source) else "Is it plugged in, and free of other programs?"
            raise CameraError(f"Camera {self._source} can't be opened.", hint)
        first = self.read()
        if first is None:
            self.close()
            raise CameraError(
                f"Camera {self._source} opens but gives no pictures.", "Close other programs that use it, or plug it in again."
            )
        height, width = first.picture.shape[:2]
        self.words = f"camera {self._source}, {width}x{height}"

    def read(self) -> LiveFrame | None:
        """The next frame, RGB; None after `PATIENCE` without one."""
        deadline = perf_counter() + PATIENCE
        while self._capture is not None and not self._interrupted.is_set():
            with _quiet():
                grabbed = self._capture.grab()
            captured = perf_counter()
            if grabbed:
                with self._timings.stage("capture"):
                    done, picture = self._capture.retrieve()
                    if done:
                        return LiveFrame(freeze(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)), captured)
            if captured > deadline or self._interrupted.wait(RETRY):
                break
        return None

    def interrupt(self) -> None:
        """Let `read` return None soon; a read that is stuck in the driver can't be helped."""
        self._interrupted.set()

    def close(self) -> None:
        """Free the device; may be called twice."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def is_url(source: int | str) -> bool:
    """Whether a camera's name is the address of a stream."""
    return isinstance(source, str) and "://" in source


def _open_stream(url: int | str) -> cv2.VideoCapture:
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(OPENING * 1000), cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(PATIENCE * 1000)]
    return cv2.VideoCapture(str(url), cv2.CAP_FFMPEG, limits)


def _open_device(source: int | str, settings: CameraSettings) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(source, BACKENDS.get(sys.platform, cv2.CAP_ANY))
    wishes = {
        cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),  # first: raw formats limit size and rate over USB 2
        cv2.CAP_PROP_FRAME_WIDTH: settings.width,
        cv2.CAP_PROP_FRAME_HEIGHT: settings.height,
        cv2.CAP_PROP_FPS: settings.rate,
        cv2.CAP_PROP_BUFFERSIZE: 1,
    }
    for wish, value in wishes.items():  # a wish the driver can't fulfil is ignored: the first picture shows what it gives
        capture.set(wish, value)
    return capture


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep OpenCV's own warnings about a device off the terminal: the error that follows says it."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
