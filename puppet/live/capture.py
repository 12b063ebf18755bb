"""Frames from a camera for as long as the run lasts: what the capture thread does, and what it tells about the camera."""

import math
import threading
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import NamedTuple

from puppet.cameras.camera import Camera
from puppet.cameras.live_frame import LiveFrame
from puppet.errors import CameraError
from puppet.live.latest import Latest

SILENCE = 2.0
"""A camera that is open but has given no frame for this long counts as lost, s."""


class CameraState(NamedTuple):
    """What a person is told about the camera."""

    words: str
    lost: bool


def back_off(first: float = 0.5, longest: float = 8.0) -> Iterator[float]:
    """Pauses between tries, s: each twice the one before, up to `longest`."""
    pause = first
    while True:
        yield pause
        pause = min(2 * pause, longest)


class Capture:
    """Reads one camera and opens it again whenever it was lost."""

    def __init__(
        self, open_camera: Callable[[], Camera], frames: Latest[LiveFrame], pauses: Callable[[], Iterator[float]] = back_off
    ) -> None:
        """`open_camera` gives an open camera; it runs on the capture thread, which also uses and closes it."""
        self._open_camera = open_camera
        self._frames = frames
        self._pauses = pauses
        self._ending = threading.Event()
        self._camera: Camera | None = None
        self._state = CameraState("opening the camera", lost=False)
        self._last_frame = math.inf

    @property
    def state(self) -> CameraState:
        """Where the driver comes from and whether it is lost. Any thread."""
        state, silence = self._state, perf_counter() - self._last_frame
        return CameraState(f"{state.words} gives no pictures", lost=True) if silence > SILENCE and not state.lost else state

    def run(self) -> None:
        """Pass frames on until `end`; raises `CameraError` when the camera can't be opened at first. Capture thread."""
        camera = self._open_camera()
        try:
            while self._follow(camera) and self._reopen(camera):
                pass
        finally:
            camera.close()
            self._frames.close()

    def end(self) -> None:
        """Let `run` return soon. Any thread."""
        self._ending.set()
        if (camera := self._camera) is not None:
            camera.interrupt()

    def _follow(self, camera: Camera) -> bool:
        """Pass frames on until the camera is lost; False at the end of the run."""
        self._camera = camera
        self._last_frame = perf_counter()
        self._state = CameraState(camera.words, lost=False)
        while not self._ending.is_set():
            frame = camera.read()
            if frame is None:
                return not self._ending.is_set()
            self._last_frame = perf_counter()
            self._frames.put(frame)
        return False

    def _reopen(self, camera: Camera) -> bool:
        """Open a lost camera again, waiting ever longer between tries; False at the end of the run."""
        words = camera.words
        camera.close()
        for pause in self._pauses():
            self._state = CameraState(f"{words} was lost; next try in {pause:g} s", lost=True)
            if self._ending.wait(pause):
                return False
            try:
                camera.open()
            except CameraError:
                continue
            return True
        return False
