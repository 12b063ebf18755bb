"""Frames keep coming though the camera goes and comes back, is late, or gives way to another."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from puppet.cameras.live_frame import LiveFrame
from puppet.cameras.opening import is_called_off
from puppet.errors import CameraError, MediaError
from puppet.live import capture as capture_module
from puppet.live.capture import Capture, back_off
from puppet.live.latest import Latest
from tests.live_parts import FakeCamera, eventually, short_pauses

LONG = 30.0
"""A pause that no test waits out, s."""


def long_pauses() -> Iterator[float]:
    return itertools.repeat(LONG)


@contextmanager
def running(capture: Capture, within: float = 0.5) -> Iterator[threading.Thread]:
    """The capture on a thread of its own; at the end it must run out in time."""
    thread = threading.Thread(target=capture.run, daemon=True, name="puppet-capture")
    thread.start()
    try:
        yield thread
    finally:
        start = time.perf_counter()
        capture.end()
        assert time.perf_counter() - start < 0.1, "end() itself must not wait"
        thread.join(within)
        assert not thread.is_alive()


class Refusals:
    """Opens `camera` after refusing `count` times."""

    def __init__(self, camera: FakeCamera, count: float, error: CameraError | MediaError | None = None) -> None:
        self.camera = camera
        self.left = count
        self.error = error or CameraError("Camera 7 is in use by zoom (process 4711).", "Close it there.")
        self.tries = 0

    def __call__(self) -> FakeCamera:
        self.tries += 1
        self.left -= 1
        if self.left >= 0:
            raise self.error
        return self.camera


class SlowOpening:
    """Opens `camera` when `answered`, as a driver that takes its time; it can't be hurried."""

    def __init__(self, camera: FakeCamera) -> None:
        self.camera = camera
        self.begun = threading.Event()
        self.answered = threading.Event()

    def __call__(self) -> FakeCamera:
        self.begun.set()
        self.answered.wait(5.0)
        return self.camera


def named(words: str) -> FakeCamera:
    camera = FakeCamera()
    camera.words = words
    return camera


def test_the_pauses_grow_to_a_limit() -> None:
    assert list(itertools.islice(back_off(0.5, 3.0), 5)) == [0.5, 1.0, 2.0, 3.0, 3.0]


# Lost and found


def test_a_lost_camera_is_opened_again_until_it_is_back() -> None:
    camera = FakeCamera(burst=5, refusals=3)
    frames: Latest[LiveFrame] = Latest()
    capture = Capture(lambda: camera, frames, short_pauses)
    reader = frames.reader()
    with running(capture):
        count = 0
        while count < 12:  # three bursts at least
            read = reader.wait(2.0)
            assert read is not None
            count = read.ticket
        eventually(lambda: capture.state == ("camera 7", False, ""))
    assert camera.opened >= 5
    assert not camera.is_open
    assert frames.closed


def test_the_state_tells_of_the_loss_and_why_and_when_the_next_try_is() -> None:
    camera = FakeCamera(burst=1, refusals=1000)
    pauses = itertools.chain([0.01], long_pauses())
    capture = Capture(lambda: camera, Latest(), lambda: pauses)
    with running(capture):
        eventually(lambda: capture.state == ("camera 7 was lost; next try in 30 s", True, "Camera 7 can't be opened."))
    assert not camera.is_open


def test_the_mode_of_a_lost_camera_is_not_told() -> None:
    camera = FakeCamera(burst=1, refusals=1000)
    camera.words = "camera 7 (Webcam), 640x480 at 30 frames per second"
    capture = Capture(lambda: camera, Latest(), long_pauses)
    with running(capture):
        eventually(lambda: capture.state.words == "camera 7 (Webcam) was lost; next try in 30 s")


def test_a_camera_that_gives_nothing_though_it_is_open_is_closed_and_opened_again() -> None:
    camera = FakeCamera(burst=0)
    capture = Capture(lambda: camera, Latest(), short_pauses)
    with running(capture):
        eventually(lambda: camera.opened >= 3)
    assert camera.given == 0


def test_a_camera_stuck_in_its_driver_counts_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "SILENCE", 0.05)
    stuck = threading.Event()

    class StuckCamera(FakeCamera):
        def read(self) -> LiveFrame | None:
            stuck.wait(5.0)
            return None

    capture = Capture(lambda: StuckCamera(1), Latest(), short_pauses)
    with running(capture):
        time.sleep(0.12)
        assert capture.state[:2] == ("camera 7 gives no pictures", True)
        assert capture.state.hint
        stuck.set()


def test_what_is_plugged_in_is_tried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "WATCH", 0.01)
    there: set[str] = set()
    opener = Refusals(FakeCamera(), np.inf)
    capture = Capture(opener, Latest(), long_pauses, patient=True, plugged=lambda: frozenset(there))
    with running(capture):
        eventually(lambda: capture.state.lost)
        time.sleep(0.05)
        assert opener.tries == 1
        opener.left = 0
        there.add("video0")
        eventually(lambda: capture.state == ("camera 7", False, ""), 1.0)
    assert opener.tries == 2


def test_after_something_was_plugged_in_the_pauses_are_short_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new device is refused at first, until the system has given it to its group."""
    monkeypatch.setattr(capture_module, "WATCH", 0.01)
    there: set[str] = set()
    opener = Refusals(FakeCamera(), np.inf)
    capture = Capture(opener, Latest(), lambda: itertools.chain([0.05], long_pauses()), patient=True, plugged=lambda: frozenset(there))
    with running(capture):
        eventually(lambda: opener.tries == 2)  # the short pause is used up
        opener.left = 1
        there.add("video0")
        eventually(lambda: not capture.state.lost, 1.0)
    assert opener.tries == 4


# The first opening


def test_a_camera_that_never_opened_is_an_error() -> None:
    frames: Latest[LiveFrame] = Latest()
    with pytest.raises(CameraError):
        Capture(Refusals(FakeCamera(), 1), frames).run()
    assert frames.closed


@pytest.mark.parametrize(
    "error", [CameraError("No camera was found.", "Plug one in."), MediaError("There is no file a.mp4.", "Name another.")]
)
def test_with_patience_the_state_tells_what_is_wrong_until_it_opens(error: CameraError | MediaError) -> None:
    camera = FakeCamera()
    opener = Refusals(camera, 20, error)
    capture = Capture(opener, Latest(), short_pauses, patient=True)
    with running(capture):
        eventually(lambda: capture.state == (error.sentence, True, error.hint))
        eventually(lambda: capture.state == ("camera 7", False, ""))
    assert opener.tries == 21
    assert not camera.is_open


def test_with_patience_a_clip_that_can_not_be_read_on_is_a_loss() -> None:
    class TornClip(FakeCamera):
        def read(self) -> LiveFrame | None:
            raise MediaError("clip.mp4 is cut short.", "Copy it again.")

    capture = Capture(TornClip, Latest(), long_pauses, patient=True)
    with running(capture):
        eventually(lambda: capture.state == ("camera 7 was lost; next try in 30 s", True, "clip.mp4 is cut short. Copy it again."))
    with pytest.raises(MediaError):
        Capture(TornClip, Latest()).run()


def test_an_error_that_nobody_can_mend_ends_the_run_with_patience_too() -> None:
    def break_down() -> FakeCamera:
        raise RuntimeError("a fault of ours")

    frames: Latest[LiveFrame] = Latest()
    with pytest.raises(RuntimeError):
        Capture(break_down, frames, patient=True).run()
    assert frames.closed


# Another camera


def test_a_change_closes_the_present_camera_before_the_next_is_opened() -> None:
    first, second = named("first"), named("second")
    was_open: list[bool] = []

    def open_second() -> FakeCamera:
        was_open.append(first.is_open)
        return second

    capture = Capture(lambda: first, Latest(), short_pauses)
    with running(capture):
        eventually(lambda: first.given > 3)
        capture.change(open_second)
        eventually(lambda: second.given > 3)
        assert capture.state == ("second", False, "")
        given = first.given
        time.sleep(0.05)
        assert first.given == given
    assert was_open == [False]
    assert not second.is_open


def test_a_change_during_a_slow_opening_returns_at_once_and_the_late_camera_is_let_go() -> None:
    slow, second = SlowOpening(named("slow")), named("second")
    capture = Capture(slow, Latest(), short_pauses)
    with running(capture):
        assert slow.begun.wait(2.0)
        start = time.perf_counter()
        capture.change(lambda: second)
        assert time.perf_counter() - start < 0.1
        slow.answered.set()
        eventually(lambda: second.given > 3)
    assert slow.camera.given == 0
    assert not slow.camera.is_open


def test_the_refusal_of_a_camera_that_is_wanted_no_more_is_nobodys_error() -> None:
    begun, answered, second = threading.Event(), threading.Event(), named("second")

    def refuse_late() -> FakeCamera:
        begun.set()
        answered.wait(5.0)
        raise CameraError("Camera 7 can't be opened.")

    capture = Capture(refuse_late, Latest())  # without patience
    with running(capture) as thread:
        assert begun.wait(2.0)
        capture.change(lambda: second)
        answered.set()
        eventually(lambda: second.given > 3)
        assert thread.is_alive()


def test_an_opening_hears_that_it_is_called_off() -> None:
    begun, second = threading.Event(), named("second")

    def wait_for_a_picture() -> FakeCamera:
        begun.set()
        eventually(is_called_off)
        raise CameraError("Camera 7 opens but gives no pictures.")

    capture = Capture(wait_for_a_picture, Latest())
    with running(capture):
        assert begun.wait(2.0)
        capture.change(lambda: second)
        eventually(lambda: second.given > 3, 1.0)


def test_a_change_ends_the_wait_for_a_lost_camera() -> None:
    lost, second = FakeCamera(burst=1, refusals=1000), named("second")
    capture = Capture(lambda: lost, Latest(), long_pauses)
    with running(capture):
        eventually(lambda: capture.state.lost)
        capture.change(lambda: second)
        assert not capture.state.lost, "the loss of the former camera must not be told of the next"
        eventually(lambda: second.given > 3, 1.0)


def test_of_several_changes_the_last_counts_whoever_asks() -> None:
    cameras = [named(f"camera {index}") for index in range(24)]
    frames: Latest[LiveFrame] = Latest()
    capture = Capture(lambda: cameras[0], frames, short_pauses)

    def ask(mine: list[FakeCamera]) -> None:
        for camera in mine:
            capture.change(partial(lambda camera: camera, camera))

    with running(capture):
        askers = [threading.Thread(target=ask, args=(cameras[start:23:3],)) for start in range(3)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        capture.change(lambda: cameras[23])
        eventually(lambda: cameras[23].given > 3)
        assert capture.state == ("camera 23", False, "")
        given = [camera.given for camera in cameras[:23]]
        time.sleep(0.05)
        assert [camera.given for camera in cameras[:23]] == given
    assert frames.reader().wait(0) is not None


def test_a_change_before_the_run_and_one_after_it() -> None:
    first, second, third = named("first"), named("second"), named("third")
    capture = Capture(lambda: first, Latest())
    capture.change(lambda: second)
    with running(capture):
        eventually(lambda: second.given > 3)
    capture.change(lambda: third)
    assert (first.given, third.given) == (0, 0)


def test_without_patience_a_change_to_a_camera_that_does_not_open_ends_the_run() -> None:
    first = named("first")
    capture = Capture(lambda: first, Latest())
    raised: list[CameraError] = []

    def run() -> None:
        try:
            capture.run()
        except CameraError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    eventually(lambda: first.given > 3)
    capture.change(Refusals(FakeCamera(), 1))
    thread.join(1.0)
    assert [error.sentence for error in raised] == ["Camera 7 is in use by zoom (process 4711)."]


# The end


def lost() -> FakeCamera:
    return FakeCamera(burst=1, refusals=1000)


def refuse() -> FakeCamera:
    raise CameraError("Camera 7 can't be opened.")


def silent() -> FakeCamera:
    return FakeCamera(pause=LONG)


def waiting() -> FakeCamera:
    eventually(is_called_off, LONG)
    raise CameraError("Camera 7 opens but gives no pictures.")


@pytest.mark.parametrize("opener", [FakeCamera, lost, refuse, silent, waiting])
@pytest.mark.parametrize("after", [0.0, 0.02, 0.1])
def test_it_ends_at_once_whatever_it_is_at(opener: Callable[[], FakeCamera], after: float) -> None:
    capture = Capture(opener, Latest(), long_pauses, patient=True)
    with running(capture, within=0.5):
        time.sleep(after)


def test_it_may_be_ended_before_it_runs_and_twice() -> None:
    opened: list[int] = []

    def opener() -> FakeCamera:
        opened.append(1)
        return FakeCamera()

    frames: Latest[LiveFrame] = Latest()
    capture = Capture(opener, frames)
    capture.end()
    capture.end()
    capture.run()
    assert frames.closed
    assert not opened
