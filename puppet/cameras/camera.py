"""Cameras by number, name, device path or URL, through OpenCV."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Protocol

import cv2
import numpy as np

from puppet.cameras.camera_list import CameraInfo, device_number, device_path, find_again, find_camera, list_cameras
from puppet.cameras.camera_trouble import camera_words, is_url, no_camera, no_pictures, not_opened, pulled
from puppet.cameras.live_frame import LiveFrame
from puppet.cameras.mode_choice import SAME_RATE, choose_mode
from puppet.cameras.opening import is_called_off
from puppet.live.timings import Timings
from puppet.picture import freeze
from puppet.settings import CameraSettings

PATIENCE = 2.0
"""A device that says it is open but gives no frame for this long is lost, s."""

OPENING = 5.0
"""How long a URL may take to answer, s."""

RETRY = 0.01
"""Pause after a device gave no frame, s."""

SLICE = 0.1
"""How long a wait for the next frame is before it is looked whether anybody still wants one, s."""

BUFFERS = 2
"""Frames that a driver keeps. More would only be older; with one, some lose whatever begins while the last is copied."""

BACKENDS = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
"""The API that opens a numbered camera. DirectShow, because Media Foundation takes many seconds to open on some machines."""

# How long the first grab may be stuck in the driver, s; OpenCV reads it when it first waits for a camera. It is 10 by itself.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")


class Camera(Protocol):
    """Gives frames of the driver, one at a time. Opened, read and closed on one thread."""

    @property
    def words(self) -> str:
        """What it is, for a person, and after a comma how its pictures are: never empty."""
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
        """`source`: a camera's number, name, identity or device path, or a URL; empty for the first camera.

        Opens it and waits for its first picture. Raises `CameraError`, also when it is called off meanwhile.
        """
        self._source = str(source)
        self._settings = settings
        self._timings = timings
        self._interrupted = threading.Event()
        self._capture: cv2.VideoCapture | None = None
        self._info: CameraInfo | None = None
        self._known: frozenset[str] = frozenset()
        self._begun = False
        self.words = camera_words(self._source, None)
        self.open()

    @property
    def info(self) -> CameraInfo | None:
        """What is known of the device that is open now; None of a stream, and of a device that the system doesn't list."""
        return self._info

    def open(self) -> None:
        """Open the device, under whatever number it now has, ask for a mode, and wait for its first picture. Raises `CameraError`."""
        self.close()
        if not is_url(self._source):
            self._find()
        with _quiet():
            self._capture = self._open_stream() if is_url(self._source) else self._open_device()
        if not self._capture.isOpened():
            self.close()
            raise not_opened(self._source, self._info)
        first = self.read()
        if first is None:
            self.close()
            raise no_pictures(self._source, self._info)
        height, width = first.picture.shape[:2]
        self.words = f"{camera_words(self._source, self._info)}, {self._mode_words(width, height)}"

    def read(self) -> LiveFrame | None:
        """The next frame, RGB; None after `PATIENCE` without one, and at once when the device was pulled."""
        deadline = perf_counter() + PATIENCE
        while (capture := self._capture) is not None and not self._interrupted.is_set() and not is_called_off():
            try:
                with _quiet():
                    grabbed = _grab(capture)
            except cv2.error:  # the first picture is late, or the device was pulled
                if self._begun:
                    break
                grabbed = False
            captured = perf_counter()
            if grabbed:
                with self._timings.stage("capture"):
                    frame = _decode(capture, captured)
                if frame is not None:
                    self._begun = True
                    return frame
            if captured > deadline or self._is_pulled() or self._interrupted.wait(RETRY):
                break
        return None

    def interrupt(self) -> None:
        """Let `read` return None soon; a read that is stuck in the driver can't be helped."""
        self._interrupted.set()

    def close(self) -> None:
        """Free the device; may be called twice."""
        self._begun = False
        if self._capture is not None:
            with _quiet():
                self._capture.release()
            self._capture = None

    def _find(self) -> None:
        """Find out what is meant by the source at first, and where it is now after a loss."""
        cameras = list_cameras()
        if self._info is not None:
            found = find_again(self._info, self._known, cameras)
            if found is None:
                raise pulled(camera_words(self._source, self._info))
        else:
            found = find_camera(self._source, cameras)
            if found is None and device_number(self._source) is None:
                raise not_opened(self._source, None) if self._source else no_camera()
        self._info = found
        self._known = frozenset(camera.identity for camera in cameras)

    def _is_pulled(self) -> bool:
        """Whether Linux has taken away the device's file: it does so as soon as the plug is out."""
        path = device_path(str(self._number())) if not is_url(self._source) else None
        return path is not None and not path.exists()

    def _number(self) -> int:
        return int(self._info.source if self._info is not None else device_number(self._source) or 0)

    def _open_stream(self) -> cv2.VideoCapture:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(OPENING * 1000), cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(PATIENCE * 1000)]
        return cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, limits)

    def _open_device(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(self._number(), BACKENDS.get(sys.platform, cv2.CAP_ANY))
        for wish, value in self._wishes().items():  # one that the driver can't fulfil is ignored: the first picture shows what it gives
            capture.set(wish, value)
        return capture

    def _wishes(self) -> Mapping[int, float]:
        """What is asked of the device, the format first. Where modes aren't told MJPG is: raw formats are slow over USB 2."""
        asked = self._settings
        mode = choose_mode(self._info.modes if self._info is not None else (), asked.width, asked.height, asked.rate)
        return {
            cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*(mode.format if mode is not None else "MJPG")),
            cv2.CAP_PROP_FRAME_WIDTH: mode.width if mode is not None else asked.width,
            cv2.CAP_PROP_FRAME_HEIGHT: mode.height if mode is not None else asked.height,
            cv2.CAP_PROP_FPS: (mode.rate if mode is not None else 0) or asked.rate,
            cv2.CAP_PROP_BUFFERSIZE: BUFFERS,
        }

    def _mode_words(self, width: int, height: int) -> str:
        """What the camera gives, and what it was asked for where that is something else."""
        asked, rate = self._settings, self._capture.get(cv2.CAP_PROP_FPS) if self._capture is not None else 0.0
        told = 0 < rate < 1000  # some drivers tell nothing or nonsense
        words = f"{width}x{height}" + (f" at {rate:.3g} frames per second" if told else "")
        as_asked = (width, height) == (asked.width, asked.height) and (not told or abs(rate - asked.rate) <= SAME_RATE)
        if as_asked or is_url(self._source):
            return words
        return f"{words} instead of {asked.width}x{asked.height} at {asked.rate:.3g}"


def _grab(capture: cv2.VideoCapture) -> bool:
    """Take the next frame from the device; False when there was none for a while. Raises `cv2.error`."""
    if capture.getBackendName() == "V4L2" and not cv2.VideoCapture.waitAny([capture], int(SLICE * 1e9))[0]:
        return False
    return capture.grab()


def _decode(capture: cv2.VideoCapture, captured: float) -> LiveFrame | None:
    """The frame that was grabbed; None when it is damaged, as the first MJPG of some cameras is."""
    try:
        done, picture = capture.retrieve()
        if not done or picture is None or not picture.size:
            return None
        code = cv2.COLOR_BGR2RGB if picture.ndim == 3 else cv2.COLOR_GRAY2RGB
        return LiveFrame(freeze(np.asarray(cv2.cvtColor(picture, code), dtype=np.uint8)), captured)
    except cv2.error:
        return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep OpenCV's own warnings about a device off the terminal: the error that follows says it."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
