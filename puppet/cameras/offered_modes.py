"""Which of a camera's modes are worth a person's choice."""

from collections.abc import Iterable

from puppet.cameras.camera_list import CameraMode
from puppet.cameras.mode_choice import SAME_RATE, SLOWEST, choose_mode


def offered_modes(modes: Iterable[CameraMode]) -> tuple[CameraMode, ...]:
    """One mode for each size and rate, the one that the camera is opened in when they are asked for: small before large, fast before slow.

    Left out are formats that can't be read, and what is too slow to follow a face in. Slow where a driver lists hundreds.
    """
    listed = tuple(modes)
    asked = {(mode.width, mode.height, mode.rate) for mode in listed if not 0 < mode.rate < SLOWEST - SAME_RATE}
    given = {mode for each in asked if (mode := choose_mode(listed, *each)) is not None and mode[:3] == each}
    return tuple(sorted(given, key=lambda mode: (mode.width * mode.height, mode.width, -mode.rate)))


def mode_words(width: int, height: int, rate: float, pixel_format: str = "") -> str:
    """A mode for a person: "640x480 at 30 fps, MJPG"; without a rate where none is told."""
    return f"{width}x{height}" + (f" at {rate:.4g} fps" if rate else "") + (f", {pixel_format}" if pixel_format else "")
