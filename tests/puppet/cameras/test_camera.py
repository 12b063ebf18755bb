"""Devices through OpenCV: which one is opened, what is asked of it, and what happens when it lies or is pulled."""

import sys
import threading
import time

import cv2
import numpy as np
import pytest

from puppet.cameras import camera as camera_module
from puppet.cameras.camera import DeviceCamera
from puppet.cameras.camera_list import CameraMode
from puppet.cameras.opening import may_be_called_off
from puppet.errors import CameraError
from puppet.live.timings import Timings
from puppet.settings import CameraSettings
from tests.puppet.cameras.devices import STICK, WEBCAM, System

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has device files")


def open_camera(source: int | str = "", settings: CameraSettings | None = None) -> DeviceCamera:
    return DeviceCamera(source, settings or CameraSettings(), Timings())


def test_a_frame_is_rgb_immutable_and_just_taken(system: System) -> None:
    timings = Timings()
    camera = DeviceCamera(0, CameraSettings(), timings)
    frame = camera.read()
    assert frame is not None
    assert frame.picture[0, 0].tolist() == [30, 20, 10]
    assert not frame.picture.flags.writeable
    assert 0 <= time.perf_counter() - frame.captured < 0.5
    assert timings.snapshot().stages["capture"].samples == 2


def test_a_grey_picture_becomes_rgb(system: System) -> None:
    system.device.picture = np.full((48, 64), 7, np.uint8)
    frame = open_camera().read()
    assert frame is not None
    assert frame.picture.shape == (48, 64, 3)


def test_damaged_frames_are_passed_over(system: System) -> None:
    whole, damaged = system.device.picture, [np.zeros((0, 0, 3), np.uint8), np.zeros((2, 2, 2), np.uint8)]
    system.device.retrieve = lambda: (True, damaged.pop() if damaged else whole)  # type: ignore[method-assign]
    frame = open_camera().read()
    assert frame is not None
    assert frame.picture.shape == (48, 64, 3)
    assert not damaged


# Which one


@pytest.mark.parametrize(("source", "number"), [("", 0), ("0", 0), (2, 2), ("Stick", 2), ("usb-6, Stick, 0", 2)])
def test_a_camera_is_opened_by_what_a_person_calls_it(system: System, source: int | str, number: int) -> None:
    system.plug(WEBCAM, STICK)
    camera = open_camera(source)
    assert system.device.opened == [number]
    assert camera.info is not None
    assert camera.info.source == str(number)


def test_the_first_camera_need_not_have_the_number_0(system: System) -> None:
    system.plug(STICK)
    open_camera()
    assert system.device.opened == [2]


@linux
def test_a_device_is_opened_by_its_path(system: System) -> None:
    open_camera(str(system.folder / "video0"))
    assert system.device.opened == [0]


def test_a_device_that_is_not_listed_is_opened_all_the_same(system: System) -> None:
    system.cameras = []
    (system.folder / "video5").touch()
    camera = open_camera("5")
    assert system.device.opened == [5]
    assert camera.info is None
    assert camera.words.startswith("camera 5, ")


def test_without_any_camera_it_says_so_and_opens_nothing(system: System) -> None:
    system.plug()
    with pytest.raises(CameraError, match=r"No camera was found\. Plug one in"):
        open_camera()
    assert not system.device.opened


def test_a_name_that_nothing_has_tells_what_there_is(system: System) -> None:
    with pytest.raises(CameraError, match=r"Camera Stick can't be opened\. There is no such camera\. Found: 0 \(Integrated Webcam\)\."):
        open_camera("Stick")


# What is asked of it


def test_a_mode_of_the_camera_is_asked_for_with_the_format_first(system: System) -> None:
    open_camera(0, CameraSettings(width=1280, height=720, rate=30))
    asked = system.device.asked
    assert next(iter(asked)) == cv2.CAP_PROP_FOURCC
    assert asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT], asked[cv2.CAP_PROP_FPS]) == (1280, 720, 30)


def test_a_raw_format_is_asked_for_where_it_is_fast_enough(system: System) -> None:
    open_camera(0, CameraSettings(width=640, height=480, rate=30))
    assert system.device.asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"YUYV")


def test_a_camera_without_the_size_is_asked_for_the_nearest_it_has(system: System) -> None:
    open_camera(0, CameraSettings(width=1920, height=1080, rate=60))
    asked = system.device.asked
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT], asked[cv2.CAP_PROP_FPS]) == (1280, 720, 30)


def test_where_modes_are_not_told_mjpg_is_asked_for(system: System) -> None:
    system.plug(STICK)
    open_camera("", CameraSettings(width=1280, height=720, rate=60))
    asked = system.device.asked
    assert asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT], asked[cv2.CAP_PROP_FPS]) == (1280, 720, 60)


def test_where_the_rate_of_a_mode_is_not_told_the_wish_is_asked(system: System) -> None:
    system.plug(WEBCAM._replace(modes=(CameraMode(640, 480, 0.0, "YUYV"),)))
    open_camera("", CameraSettings(rate=24))
    assert system.device.asked[cv2.CAP_PROP_FPS] == 24


@pytest.mark.parametrize(
    ("settings", "rate", "words"),
    [
        (CameraSettings(width=64, height=64), 30.0, "64x48 at 30 frames per second instead of 64x64 at 30"),
        (CameraSettings(width=640, height=480), 0.0, "64x48 instead of 640x480 at 30"),
        (CameraSettings(width=64, height=64), 1e9, "64x48 instead of 64x64 at 30"),
    ],
)
def test_it_tells_what_it_gives_and_what_was_asked(system: System, settings: CameraSettings, rate: float, words: str) -> None:
    system.device.rate = rate
    assert open_camera(0, settings).words == f"camera 0 (Integrated Webcam), {words}"


def test_it_tells_what_it_gives_alone_where_that_was_asked(system: System) -> None:
    system.device.rate = 29.97
    system.device.picture = np.zeros((480, 640, 3), np.uint8)
    assert open_camera().words == "camera 0 (Integrated Webcam), 640x480 at 30 frames per second"


def test_a_url_is_opened_with_time_limits_and_nothing_is_asked_of_it(system: System) -> None:
    camera = open_camera("rtsp://ada:secret@192.0.2.7/door")
    url, backend, limits = system.device.arguments
    assert (url, backend) == ("rtsp://ada:secret@192.0.2.7/door", cv2.CAP_FFMPEG)
    assert isinstance(limits, list)
    assert cv2.CAP_PROP_READ_TIMEOUT_MSEC in limits
    assert not system.device.asked
    assert camera.words == "camera rtsp://192.0.2.7/door, 64x48"


# When it lies, or is pulled


def test_a_device_that_opens_but_gives_nothing_is_an_error_and_is_freed(system: System) -> None:
    system.device.frames = 0
    with pytest.raises(CameraError, match=r"Camera 0 \(Integrated Webcam\) opens but gives no pictures\."):
        open_camera()
    assert system.device.released


def test_a_device_that_does_not_open_is_an_error_and_is_freed(system: System) -> None:
    system.device.opens = False
    with pytest.raises(CameraError):
        open_camera()
    assert system.device.released


def test_a_device_that_falls_silent_is_lost_and_can_be_opened_again(system: System) -> None:
    system.device.frames = 2
    camera = open_camera()
    assert camera.read() is not None
    assert camera.read() is None  # though it says that it is open
    camera.close()
    camera.close()
    assert camera.read() is None
    system.device.frames = 2
    camera.open()
    assert camera.read() is not None


@linux
def test_a_pulled_device_is_lost_at_once(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "PATIENCE", 30.0)
    system.device.frames = 1
    camera = open_camera()
    system.plug()
    start = time.perf_counter()
    assert camera.read() is None
    assert time.perf_counter() - start < 1.0


def test_an_error_of_the_driver_is_a_loss(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "PATIENCE", 30.0)
    camera = open_camera()

    def fail() -> bool:
        raise cv2.error("Error is reported for camera stream")

    system.device.grab = fail  # type: ignore[method-assign]
    start = time.perf_counter()
    assert camera.read() is None
    assert time.perf_counter() - start < 1.0


def test_an_error_before_the_first_picture_is_waited_out(system: System) -> None:
    errors = [cv2.error("not yet"), cv2.error("not yet")]
    grab = system.device.grab

    def hesitate() -> bool:
        if errors:
            raise errors.pop()
        return grab()

    system.device.grab = hesitate  # type: ignore[method-assign]
    assert open_camera().read() is not None


def test_a_camera_that_came_back_under_another_number_is_opened_there(system: System) -> None:
    camera = open_camera("0")
    camera.close()
    system.plug(STICK._replace(source="0"), WEBCAM._replace(source="1"))
    camera.open()
    assert system.device.opened == [0, 1]
    assert camera.words.startswith("camera 1 (Integrated Webcam), ")


def test_another_camera_that_took_its_number_is_left_alone(system: System) -> None:
    camera = open_camera("0")
    camera.close()
    system.plug(STICK._replace(source="0"))
    with pytest.raises(CameraError, match=r"Camera 0 \(Integrated Webcam\) is gone\."):
        camera.open()
    assert system.device.opened == [0]
    system.plug(WEBCAM)
    camera.open()
    assert camera.read() is not None


def test_a_twin_that_was_there_before_does_not_stand_in(system: System) -> None:
    twin = WEBCAM._replace(source="1", identity="usb-7, Integrated Webcam, 0")
    system.plug(WEBCAM, twin)
    camera = open_camera("0")
    camera.close()
    system.plug(twin)
    with pytest.raises(CameraError, match="is gone"):
        camera.open()


# Waiting


def test_an_interrupt_ends_a_read(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    system.device.frames = 1
    camera = open_camera()
    monkeypatch.setattr(camera_module, "PATIENCE", 30.0)
    threading.Timer(0.05, camera.interrupt).start()
    start = time.perf_counter()
    assert camera.read() is None
    assert time.perf_counter() - start < 0.5


def test_an_opening_that_waits_for_its_first_picture_can_be_called_off(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "PATIENCE", 30.0)
    system.device.frames = 0
    event = threading.Event()
    threading.Timer(0.05, event.set).start()
    start = time.perf_counter()
    with may_be_called_off(event), pytest.raises(CameraError):
        open_camera()
    assert time.perf_counter() - start < 0.5
    assert system.device.released


def test_linux_devices_are_waited_for_in_slices(system: System) -> None:
    system.device.backend = "V4L2"
    system.device.frames = 2
    camera = open_camera()
    assert camera.read() is not None
    assert camera.read() is None
    assert system.device.frames == 0  # never grabbed from without a frame there: that would be stuck in the driver


def test_a_camera_that_is_not_there_says_so_in_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CameraError, match="Camera 63 can't be opened"):
        open_camera(63)
    assert capfd.readouterr().err == ""
