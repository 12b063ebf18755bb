"""Frames from a camera for as long as the run lasts: what the capture thread does, and what it tells about the camera."""

import math
import threading
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import NamedTuple

from puppet.cameras.camera import Camera
from puppet.cameras.camera_list import plugged_in
from puppet.cameras.live_frame import LiveFrame
from puppet.cameras.opening import may_be_called_off
from puppet.errors import PuppetError
from puppet.live.latest import Latest

SILENCE = 2.0
"""A camera that is open but has given no frame for this long counts as lost, s."""

WATCH = 0.5
"""How often it is looked for something newly plugged in while no camera gives frames, s."""


class CameraState(NamedTuple):
    """What a person is told about the camera. hint: what can be done where it is lost, may be empty."""

    words: str
    lost: bool
    hint: str = ""


OPENING = CameraState("opening the camera", lost=False)


def back_off(first: float = 0.5, longest: float = 8.0) -> Iterator[float]:
    """Pauses between tries, s: each twice the one before, up to `longest`; without an end."""
    pause = first
    while True:
        yield pause
        pause = min(2 * pause, longest)


class Wanted:
    """A camera that somebody wants, until it is called off; what is written here about it is nobody else's state."""

    def __init__(self, open_camera: Callable[[], Camera]) -> None:
        self.open_camera = open_camera
        self.called_off = threading.Event()
        self.camera: Camera | None = None
        self.state = OPENING
        self.last_frame = math.inf

    def call_off(self) -> None:
        """Let go of the camera soon, in whatever it is. Any thread."""
        self.called_off.set()
        if (camera := self.camera) is not None:
            camera.interrupt()


class Capture:
    """Reads one camera, opens it again whenever it was lost, and changes to another when told."""

    def __init__(
        self,
        open_camera: Callable[[], Camera],
        frames: Latest[LiveFrame],
        pauses: Callable[[], Iterator[float]] = back_off,
        *,
        patient: bool = False,
        plugged: Callable[[], frozenset[str]] = plugged_in,
    ) -> None:
        """`open_camera` gives an open camera; it runs on the capture thread, which also uses and closes it.

        patient: a camera that can't be opened at first does not end the run: the state tells why, and it is tried again.
        plugged: what is plugged in; when that changes the next try is at once.
        """
        self._frames = frames
        self._pauses = pauses
        self._patient = patient
        self._plugged = plugged
        self._lock = threading.Lock()
        self._wanted = Wanted(open_camera)
        self._ended = False

    @property
    def state(self) -> CameraState:
        """Where the driver comes from and whether it is lost. Any thread."""
        wanted = self._wanted
        state, silence = wanted.state, perf_counter() - wanted.last_frame
        if silence > SILENCE and not state.lost:
            return CameraState(
                f"{_name(state.words)} gives no pictures", lost=True, hint="Is it covered, asleep or stuck? Plug it in again."
            )
        return state

    def run(self) -> None:
        """Pass frames on until `end`. Capture thread.

        Raises `CameraError` or `MediaError` where a camera can't be opened at first, unless it is patient.
        """
        try:
            while not self._ended:
                self._serve(self._wanted)
        finally:
            self._frames.close()

    def change(self, open_camera: Callable[[], Camera]) -> None:
        """Close the present camera and open another in its place. Any thread; returns at once."""
        with self._lock:
            before = self._wanted
            if not self._ended:
                self._wanted = Wanted(open_camera)
        before.call_off()

    def end(self) -> None:
        """Let `run` return soon. Any thread."""
        with self._lock:
            self._ended = True
        self._wanted.call_off()

    def _serve(self, wanted: Wanted) -> None:
        """Open a camera and pass its frames on, through every loss, until it is called off."""
        with may_be_called_off(wanted.called_off):
            try:
                if (trouble := self._open(wanted)) is not None:
                    self._try_again(wanted, "", trouble)
                while not wanted.called_off.is_set() and (camera := wanted.camera) is not None:
                    trouble = self._follow(wanted, camera)
                    camera.close()
                    self._try_again(wanted, f"{_name(camera.words)} was lost", trouble)
            finally:
                if wanted.camera is not None:
                    wanted.camera.close()

    def _open(self, wanted: Wanted) -> PuppetError | None:
        """Open the camera, anew if it was open before; gives what was wrong, but raises it at the first time without patience."""
        try:
            if wanted.camera is not None:
                wanted.camera.open()
            else:
                wanted.camera = wanted.open_camera()
        except PuppetError as error:
            if wanted.camera is None and not self._patient and not wanted.called_off.is_set():
                raise
            return error
        return None

    def _follow(self, wanted: Wanted, camera: Camera) -> PuppetError | None:
        """Pass frames on until the camera is lost or called off; gives what was wrong where the camera tells."""
        wanted.last_frame = perf_counter()
        wanted.state = CameraState(camera.words, lost=False)
        try:
            while not wanted.called_off.is_set() and (frame := camera.read()) is not None:
                wanted.last_frame = perf_counter()
                self._frames.put(frame)
        except PuppetError as error:
            if not self._patient:
                raise
            return error
        finally:
            wanted.last_frame = math.inf
        return None

    def _try_again(self, wanted: Wanted, lost: str, trouble: PuppetError | None) -> None:
        """Open the camera, waiting ever longer between tries, until it is open or called off. lost: words, if it was open before."""
        pauses = self._pauses()
        while not wanted.called_off.is_set():
            pause = next(pauses)
            if trouble is not None and not lost:
                wanted.state = CameraState(trouble.sentence, lost=True, hint=trouble.hint)
            else:
                wanted.state = CameraState(f"{lost}; next try in {pause:g} s", lost=True, hint=str(trouble or ""))
            if self._rest(wanted, pause):
                pauses = self._pauses()  # what was plugged in may take a moment until it can be used
            if not wanted.called_off.is_set() and (trouble := self._open(wanted)) is None:
                return

    def _rest(self, wanted: Wanted, pause: float) -> bool:
        """Wait until the next try is due, the camera is called off, or something is plugged in or pulled: whether that was it."""
        before, due = self._plugged(), perf_counter() + pause
        while (left := due - perf_counter()) > 0 and not wanted.called_off.wait(min(left, WATCH)):
            if self._plugged() != before:
                return True
        return False


def _name(words: str) -> str:
    """What a camera is called, without how its pictures are."""
    return words.partition(", ")[0]
