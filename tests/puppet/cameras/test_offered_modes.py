"""The modes offered are those the camera will be opened in, each once."""

import pytest

from puppet.cameras.camera_list import CameraMode
from puppet.cameras.mode_choice import choose_mode
from puppet.cameras.offered_modes import mode_words, offered_modes

WEBCAM = (
    CameraMode(640, 480, 30.0, "YUYV"),
    CameraMode(640, 480, 30.0, "MJPG"),
    CameraMode(640, 480, 10.0, "YUYV"),
    CameraMode(1280, 720, 10.0, "YUYV"),
    CameraMode(1280, 720, 60.0, "MJPG"),
    CameraMode(1280, 720, 30.0, "MJPG"),
    CameraMode(320, 240, 30.0, "H264"),
    CameraMode(320, 240, 29.97, "YUYV"),
)


def test_each_size_and_rate_is_offered_once_in_the_format_it_is_opened_in() -> None:
    assert offered_modes(WEBCAM) == (
        CameraMode(320, 240, 29.97, "YUYV"),
        CameraMode(640, 480, 30.0, "YUYV"),
        CameraMode(1280, 720, 60.0, "MJPG"),
        CameraMode(1280, 720, 30.0, "MJPG"),
    )
    for mode in offered_modes(WEBCAM):
        assert choose_mode(WEBCAM, mode.width, mode.height, mode.rate) == mode


def test_a_driver_that_tells_no_rate_has_its_sizes_offered() -> None:
    assert offered_modes([CameraMode(640, 480, 0.0, "MJPG")]) == (CameraMode(640, 480, 0.0, "MJPG"),)
    assert offered_modes([]) == offered_modes([CameraMode(640, 480, 5.0, "YUYV")]) == ()


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ((640, 480, 30.0, "MJPG"), "640x480 at 30 fps, MJPG"),
        ((320, 240, 29.97, "YUYV"), "320x240 at 29.97 fps, YUYV"),
        ((640, 480, 0.0, "NV12"), "640x480, NV12"),
        ((700, 480, 12.5, ""), "700x480 at 12.5 fps"),
    ],
)
def test_a_mode_is_told_in_words(mode: tuple[int, int, float, str], words: str) -> None:
    assert mode_words(*mode) == words
