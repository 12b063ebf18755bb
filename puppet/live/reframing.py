"""The driver's crop as the person set it: nearer, farther or shifted, and what that does to a motion that was seen before."""

import numpy as np

from puppet.motion import Motion
from puppet.picture import Square
from puppet.settings import CameraSettings

WHOLE = Square(0.0, 0.0, 2.0)
"""The crop that motions are told in: from -1 to 1."""


def driver_square(square: Square, camera: CameraSettings) -> Square:
    """The square of the frame that the model looks at, from the one around the face: `zoom` times nearer, shifted by shares of its side."""
    side = square.side / camera.zoom
    return Square(square.x + camera.offset_x * side, square.y + camera.offset_y * side, side)


def is_reframed(before: CameraSettings, after: CameraSettings) -> bool:
    """Whether the crop differs between two settings."""
    return driver_square(WHOLE, before) != driver_square(WHOLE, after)


def reframed(motion: Motion, before: CameraSettings, after: CameraSettings) -> Motion:
    """A motion seen in the crop of one setting, as it would be seen in that of another."""
    old, new = driver_square(WHOLE, before), driver_square(WHOLE, after)
    shrink = old.side / new.side
    points = (np.array([old.x, old.y]) + motion.points * old.side / 2 - (new.x, new.y)) / (new.side / 2)
    return Motion(points.astype(np.float32), (motion.jacobians * shrink).astype(np.float32))
