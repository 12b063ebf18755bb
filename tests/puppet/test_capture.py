"""Frames keep coming though the camera goes and comes back."""

import itertools
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from puppet import capture as capture_module
from puppet.capture import Capture, back_off
from puppet.errors import CameraError
from puppet.latest import Latest
from puppet.live_frame import LiveFrame
from puppet.picture import freeze

PICTURE = freeze(np.zeros((4, 4, 3), np.uint8))


class FakeCamera:
    """Gives `burst` frames at a time, is then lost, and refuses the first `refusals` tries to open it again."""

    words = "camera 7"

    def __init__(self, burst: int, refusals: int = 0) -> None:
        self.burst = burst
        self.left = burst
        self.refusals = refusals
        self.opened = 0
        self.is_open = True
        self.interrupted = threading.Event()

    def open(self) -> None:
        self.opened += 1
        if self.opened <= self.refusals:
            raise CameraError("Camera 7 can't be opened.")
        self.is_open = True
        self.left = self.burst

    def read(self) -> LiveFrame | None:
        self.left -= 1
        if self.left < 0 or self.interrupted.wait(0.001):
            return None
        return LiveFrame(PICTURE, time.perf_counter())

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        self.is_open = False


def short() -> Iterator[float]:
    return itertools.repeat(0.005)


def test_the_pauses_grow_to_a_limit() -> None:
    assert list(itertools.islice(back_off(0.5, 3.0), 5)) == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_a_lost_camera_is_opened_again_until_it_is_back() -> None:
    camera = FakeCamera(burst=5, refusals=3)
    frames: Latest[LiveFrame] = Latest()
    capture = Capture(lambda: camera, frames, short)
    reader = frames.reader()
    thread = threading.Thread(target=capture.run)
    thread.start()
    count = 0
    while count < 12:  # three bursts at least
        read = reader.wait(2.0)
        assert read is not None
        count = read.ticket
    assert capture.state == ("camera 7", False)
    capture.end()
    thread.join(1.0)
    assert not thread.is_alive()
    assert camera.opened >= 5
    assert not camera.is_open
    assert frames.closed


def test_the_state_tells_of_the_loss_and_when_the_next_try_is() -> None:
    camera = FakeCamera(burst=1, refusals=1000)
    capture = Capture(lambda: camera, Latest(), lambda: itertools.repeat(0.5))
    thread = threading.Thread(target=capture.run)
    thread.start()
    deadline = time.perf_counter() + 2.0
    while not capture.state.lost and time.perf_counter() < deadline:
        time.sleep(0.005)
    assert capture.state == ("camera 7 was lost; next try in 0.5 s", True)
    start = time.perf_counter()
    capture.end()
    thread.join(1.0)
    assert time.perf_counter() - start < 0.3
    assert not camera.is_open


def test_a_camera_stuck_in_its_driver_counts_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "SILENCE", 0.05)
    stuck = threading.Event()

    class StuckCamera(FakeCamera):
        def read(self) -> LiveFrame | None:
            stuck.wait(2.0)
            return None

    capture = Capture(lambda: StuckCamera(1), Latest(), short)
    thread = threading.Thread(target=capture.run)
    thread.start()
    time.sleep(0.12)
    assert capture.state == ("camera 7 gives no pictures", True)
    capture.end()
    stuck.set()
    thread.join(1.0)
    assert not thread.is_alive()


def test_a_camera_that_never_opened_is_an_error() -> None:
    def refuse() -> FakeCamera:
        raise CameraError("Camera 7 can't be opened.")

    with pytest.raises(CameraError):
        Capture(refuse, Latest()).run()
