"""Which of a camera's modes comes nearest to what a person asked for."""

from collections.abc import Iterable

from puppet.cameras.camera_list import CameraMode

FORMATS = ("YUYV", "UYVY", "NV12", "NV21", "YU12", "YV12", "BGR3", "RGB3", "MJPG", "JPEG", "GREY")
"""What OpenCV turns into colour, the cheapest and truest first: JPEG costs time and detail, grey has no colour."""

SLOWEST = 15.0
"""A face can't be followed in fewer frames per second than this: a smaller picture is the better choice then."""

SAME_RATE = 0.5
"""Rates this near to each other are one: 29.97 is 30."""


def choose_mode(modes: Iterable[CameraMode], width: int, height: int, rate: float) -> CameraMode | None:
    """The nearest mode; None when there is none that OpenCV can read.

    Fast enough comes first, then the size asked for or the next larger one, then the rate; the format is MJPG only where
    the size or the rate needs it.
    """

    def farness(mode: CameraMode) -> tuple[float, ...]:
        slow = max(0.0, rate - mode.rate - SAME_RATE) if mode.rate else 0.0
        return (
            bool(slow) and mode.rate < min(rate, SLOWEST) - SAME_RATE,
            mode.width < width or mode.height < height,
            abs(mode.width * mode.height - width * height) + abs(mode.width - width),
            slow,
            FORMATS.index(mode.format),
            abs(mode.rate - rate),
        )

    return min((mode for mode in modes if mode.format in FORMATS), key=farness, default=None)
