"""A camera that is really plugged in."""

import time

import pytest

from puppet.cameras.camera import DeviceCamera
from puppet.cameras.camera_list import list_cameras
from puppet.live.timings import Timings
from puppet.settings import CameraSettings


@pytest.mark.webcam
def test_the_first_camera_is_listed_quickly_and_gives_pictures() -> None:
    list_cameras()  # a camera that sleeps is woken
    start = time.perf_counter()
    cameras = list_cameras()
    assert time.perf_counter() - start < 0.05
    assert cameras
    camera = DeviceCamera("", CameraSettings(), Timings())
    assert cameras[0].name in camera.words
    frames = [camera.read() for _ in range(30)]
    camera.close()
    assert None not in frames
    times = [frame.captured for frame in frames if frame is not None]
    assert times == sorted(times)
