"""The mode that is asked of a camera."""

import pytest

from puppet.cameras.camera_list import CameraMode
from puppet.cameras.mode_choice import choose_mode

WEBCAM = (
    CameraMode(640, 480, 30.0, "YUYV"),
    CameraMode(640, 480, 15.0, "YUYV"),
    CameraMode(640, 480, 30.0, "MJPG"),
    CameraMode(1280, 720, 10.0, "YUYV"),
    CameraMode(1280, 720, 30.0, "MJPG"),
    CameraMode(1280, 720, 60.0, "MJPG"),
    CameraMode(1920, 1080, 5.0, "YUYV"),
    CameraMode(1920, 1080, 29.97, "MJPG"),
    CameraMode(1920, 1080, 30.0, "H264"),
)
"""A usual webcam: raw over USB 2 is slow where it is large."""


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ((640, 480, 30.0), (640, 480, 30.0, "YUYV")),
        ((640, 480, 15.0), (640, 480, 15.0, "YUYV")),
        ((1280, 720, 30.0), (1280, 720, 30.0, "MJPG")),
        ((1280, 720, 60.0), (1280, 720, 60.0, "MJPG")),
        ((1280, 720, 10.0), (1280, 720, 10.0, "YUYV")),
        ((1920, 1080, 30.0), (1920, 1080, 29.97, "MJPG")),
        ((640, 480, 60.0), (640, 480, 30.0, "YUYV")),
        ((800, 600, 30.0), (1280, 720, 30.0, "MJPG")),
        ((3840, 2160, 30.0), (1920, 1080, 29.97, "MJPG")),
        ((320, 240, 30.0), (640, 480, 30.0, "YUYV")),
    ],
)
def test_the_nearest_mode_is_chosen_and_mjpg_only_where_it_is_needed(
    asked: tuple[int, int, float], chosen: tuple[int, int, float, str]
) -> None:
    assert choose_mode(WEBCAM, *asked) == chosen


def test_a_smaller_picture_is_better_than_one_too_slow_to_follow_a_face() -> None:
    raw_alone = [mode for mode in WEBCAM if mode.format == "YUYV"]
    assert choose_mode(raw_alone, 1920, 1080, 30.0) == (640, 480, 30.0, "YUYV")


def test_a_rate_that_is_not_told_is_taken_to_do() -> None:
    assert choose_mode([CameraMode(640, 480, 0.0, "YUYV"), CameraMode(640, 480, 30.0, "MJPG")], 640, 480, 30.0) == (640, 480, 0.0, "YUYV")


@pytest.mark.parametrize("modes", [[], [CameraMode(1920, 1080, 30.0, "H264")]])
def test_there_may_be_none_that_can_be_read(modes: list[CameraMode]) -> None:
    assert choose_mode(modes, 640, 480, 30.0) is None
