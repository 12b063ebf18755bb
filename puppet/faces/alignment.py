"""A face laid upright at a fixed place of a square picture, as networks that restore faces want it."""

import numpy as np

from puppet.faces.similarity import plane, turn_between
from puppet.motion import FloatArray

TEMPLATE: FloatArray = np.array(
    [[0.37691, 0.46864], [0.62285, 0.46912], [0.50123, 0.61331], [0.39308, 0.72541], [0.61150, 0.72490]], np.float32
)
"""Where the eyes, the tip of the nose and the corners of the mouth lie (5, 2), image-left first, in shares of the side."""

_EYES = (slice(36, 42), slice(42, 48))
_NOSE, _CORNERS = 30, [48, 54]


def five_points(landmarks: FloatArray) -> FloatArray:
    """The points of `TEMPLATE` (5, 2) among the 68 iBUG landmarks (68, 2), in their unit."""
    eyes = [landmarks[eye].mean(axis=0) for eye in _EYES]
    return np.stack([*eyes, landmarks[_NOSE], *landmarks[_CORNERS]]).astype(np.float32)


def aligned_from_picture(points: FloatArray, side: int) -> FloatArray:
    """The affine (2, 3) from picture pixels to those of an aligned (side, side) face.

    It is the similarity (turn, growth, shift; never a mirror) that brings `points` (5, 2), in picture pixels, nearest to the template
    by least squares. Both sides count pixel centres, as `puppet/picture.py` does.
    """
    target = plane(TEMPLATE.astype(np.float64) * side - 0.5)
    origin = plane(points)
    turn = turn_between(origin, target)
    shift = complex(target.mean()) - turn * complex(origin.mean())
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]], np.float32)
