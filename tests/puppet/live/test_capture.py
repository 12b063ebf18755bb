"""Frames keep coming though the camera goes and comes back."""

import itertools
import threading
import time

import pytest

from puppet.cameras.live_frame import LiveFrame
from puppet.errors import CameraError
from puppet.live import capture as capture_module
from puppet.live.capture import Capture, back_off
from puppet.live.latest import Latest
from tests.live_parts import FakeCamera, eventually, short_pauses


def test_the_pauses_grow_to_a_limit() -> None:
    assert list(itertools.islice(back_off(0.5, 3.0), 5)) == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_a_lost_camera_is_opened_again_until_it_is_back() -> None:
    camera = FakeCamera(burst=5, refusals=3)
    frames: Latest[LiveFrame] = Latest()
    capture = Capture(lambda: camera, frames, short_pauses)
    reader = frames.reader()
    thread = threading.Thread(target=capture.run, daemon=True)
    thread.start()
    count = 0
    while count < 12:  # three bursts at least
        read = reader.wait(2.0)
        assert read is not None
        count = read.ticket
    eventually(lambda: capture.state == ("camera 7", False))
    capture.end()
    thread.join(1.0)
    assert not thread.is_alive()
    assert camera.opened >= 5
    assert not camera.is_open
    assert frames.closed


def test_the_state_tells_of_the_loss_and_when_the_next_try_is() -> None:
    camera = FakeCamera(burst=1, refusals=1000)
    capture = Capture(lambda: camera, Latest(), lambda: itertools.repeat(0.5))
    thread = threading.Thread(target=capture.run, daemon=True)
    thread.start()
    eventually(lambda: capture.state == ("camera 7 was lost; next try in 0.5 s", True))
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

    capture = Capture(lambda: StuckCamera(1), Latest(), short_pauses)
    thread = threading.Thread(target=capture.run, daemon=True)
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
