"""Devices through OpenCV: what is asked of them, and what happens when they lie."""

import threading
import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from puppet.cameras import camera as camera_module
from puppet.cameras.camera import DeviceCamera, is_url
from puppet.errors import CameraError
from puppet.live.timings import Timings
from puppet.settings import CameraSettings


class FakeDevice:
    """Stands for `cv2.VideoCapture`: gives `frames` pictures, then none."""

    def __init__(self, frames: int = 1000, opens: bool = True) -> None:
        self.frames = frames
        self.opens = opens
        self.asked: dict[int, float] = {}
        self.arguments: tuple[object, ...] = ()
        self.released = False

    def __call__(self, *arguments: object) -> "FakeDevice":
        self.arguments = arguments
        return self

    def isOpened(self) -> bool:  # noqa: N802
        return self.opens

    def set(self, wish: int, value: float) -> bool:
        self.asked[wish] = value
        return False

    def grab(self) -> bool:
        self.frames -= 1
        return self.frames >= 0

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, np.full((48, 64, 3), (10, 20, 30), np.uint8)

    def release(self) -> None:
        self.released = True


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeDevice], FakeDevice]:
    """Puts a fake in the place of every device, and shortens the patience with it."""

    def plug(device: FakeDevice) -> FakeDevice:
        monkeypatch.setattr(cv2, "VideoCapture", device)
        monkeypatch.setattr(camera_module, "PATIENCE", 0.05)
        return device

    return plug


def test_a_frame_is_rgb_immutable_and_just_taken(plug: Callable[[FakeDevice], FakeDevice]) -> None:
    plug(FakeDevice())
    timings = Timings()
    camera = DeviceCamera(0, CameraSettings(), timings)
    frame = camera.read()
    assert frame is not None
    assert frame.picture[0, 0].tolist() == [30, 20, 10]
    assert not frame.picture.flags.writeable
    assert 0 <= time.perf_counter() - frame.captured < 0.5
    assert timings.snapshot().stages["capture"].samples == 2
    assert camera.words == "camera 0, 64x48"


def test_size_rate_and_mjpg_are_asked_for_with_the_format_first(plug: Callable[[FakeDevice], FakeDevice]) -> None:
    device = plug(FakeDevice())
    DeviceCamera(1, CameraSettings(width=1280, height=720, rate=60), Timings())
    assert next(iter(device.asked)) == cv2.CAP_PROP_FOURCC
    assert device.asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert (device.asked[cv2.CAP_PROP_FRAME_WIDTH], device.asked[cv2.CAP_PROP_FRAME_HEIGHT]) == (1280, 720)
    assert device.asked[cv2.CAP_PROP_FPS] == 60


def test_a_url_is_opened_with_time_limits_and_nothing_is_asked_of_it(plug: Callable[[FakeDevice], FakeDevice]) -> None:
    device = plug(FakeDevice())
    DeviceCamera("rtsp://192.0.2.7/door", CameraSettings(), Timings())
    url, backend, limits = device.arguments
    assert (url, backend) == ("rtsp://192.0.2.7/door", cv2.CAP_FFMPEG)
    assert isinstance(limits, list)
    assert cv2.CAP_PROP_READ_TIMEOUT_MSEC in limits
    assert not device.asked


def test_a_device_that_does_not_open_is_an_error_and_is_freed(plug: Callable[[FakeDevice], FakeDevice]) -> None:
    device = plug(FakeDevice(opens=False))
    with pytest.raises(CameraError, match=r"Camera 3 can't be opened\."):
        DeviceCamera(3, CameraSettings(), Timings())
    assert device.released


def test_a_device_that_opens_but_gives_nothing_is_an_error(plug: Callable[[FakeDevice], FakeDevice]) -> None:
    device = plug(FakeDevice(frames=0))
    with pytest.raises(CameraError, match="opens but gives no pictures"):
        DeviceCamera(0, CameraSettings(), Timings())
    assert device.released


def test_a_device_that_falls_silent_is_lost_and_can_be_opened_again(plug: Callable[[FakeDevice], FakeDevice]) -> None:
    device = plug(FakeDevice(frames=2))
    camera = DeviceCamera(0, CameraSettings(), Timings())
    assert camera.read() is not None
    assert camera.read() is None
    camera.close()
    camera.close()
    assert camera.read() is None
    device.frames = 2
    camera.open()
    assert camera.read() is not None


def test_an_interrupt_ends_a_read(plug: Callable[[FakeDevice], FakeDevice], monkeypatch: pytest.MonkeyPatch) -> None:
    plug(FakeDevice(frames=1))
    camera = DeviceCamera(0, CameraSettings(), Timings())
    monkeypatch.setattr(camera_module, "PATIENCE", 30.0)
    threading.Timer(0.05, camera.interrupt).start()
    start = time.perf_counter()
    assert camera.read() is None
    assert time.perf_counter() - start < 1.0


def test_a_camera_that_is_not_there_says_so_in_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CameraError, match="Camera 63 can't be opened"):
        DeviceCamera(63, CameraSettings(), Timings())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("source", "expected"), [("http://a/b.mjpg", True), ("rtsp://a", True), (0, False), ("clip.mp4", False)])
def test_urls_are_told_from_other_names(source: int | str, expected: bool) -> None:
    assert is_url(source) is expected
