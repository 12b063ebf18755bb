"""The other programs in the guest: Puppet itself, the webcam's writer, other readers. None outlives its use."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from scripts.virtual_devices.numbered_face import numbered_faces
from ui.live_command import main as puppet_live

FORK = multiprocessing.get_context("fork")
"""Forked, because to load Python and Puppet anew for each run would take half a minute in the emulated guest."""

WEBCAM_SIZE = (128, 96)
"""Width and height of the webcam with a face, px. The demo looks at no more than 128, and to shrink a picture costs the guest much."""


class Program:
    """A program that runs beside us while it is entered: forked off ourselves, or a command."""

    def __init__(self, folder: Path, name: str, run: Callable[[], object]) -> None:
        """Starts `run` in a process of its own; its words go to a file in `folder`."""
        self._file = folder / f"{name}_{time.monotonic_ns()}.txt"
        self._process = FORK.Process(target=_speak_to, args=(self._file, run), daemon=True)
        self._process.start()

    @property
    def words(self) -> str:
        """All that it has said so far."""
        return self._file.read_text(encoding="utf-8", errors="replace").strip() if self._file.exists() else ""

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def wait(self, seconds: float) -> int:
        """Its status once it has ended. Raises `TimeoutError` where it takes longer than `seconds`."""
        self._process.join(seconds)
        status = self._process.exitcode
        if status is None:
            raise TimeoutError(f"it had not ended after {seconds:g} s; it said: {self.words or 'nothing'}")
        return status

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGINT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.join()


def puppet(folder: Path, *options: str) -> Program:
    """`puppet-live` without a window, on the demo animator: a model is too slow for the guest."""

    def run() -> None:
        sys.argv = ["puppet-live", "--headless", "--model", "demo", *options]
        puppet_live()

    return Program(folder, "puppet-live", run)


def face_webcam(folder: Path, device: str, rate: float) -> Program:
    """Feeds a v4l2loopback device with `rate` numbered faces a second: a webcam with somebody before it."""
    return Program(folder, "face-webcam", partial(_show_faces, device, rate))


def stream(folder: Path, device: str) -> Program:
    """Another program that takes a camera's pictures without an end, and has begun to."""
    command = ("v4l2-ctl", "-d", device, "--stream-mmap", "--stream-count=0")
    program = Program(folder, "v4l2-ctl", partial(os.execvp, command[0], command))
    while "<" not in program.words and program.running:  # its mark for a picture
        time.sleep(0.05)
    return program


def _speak_to(file: Path, run: Callable[[], object]) -> None:
    words = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(words, 1)
    os.dup2(words, 2)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, encoding="utf-8") for number in (1, 2))
    run()


def _show_faces(device: str, rate: float) -> None:
    import pyvirtualcam  # noqa: PLC0415  only where there is a device

    faces = list(numbered_faces(*WEBCAM_SIZE))  # drawn before, so that the pace can be kept
    with pyvirtualcam.Camera(*WEBCAM_SIZE, rate, device=device) as camera:
        begun, sent = time.perf_counter(), 0
        while True:
            camera.send(faces[sent % len(faces)])
            sent += 1
            time.sleep(max(0.0, begun + sent / rate - time.perf_counter()))
