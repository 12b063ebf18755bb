"""How well a driver's pose matches the portrait's, as a number that a person can read."""

import math

import numpy as np

from puppet.motion import FloatArray
from puppet.steering.best_frame import hull_normalised

ALIKE = 0.4
"""Distance of two poses, in sides of the faces' hulls, up to which they match wholly: two people in one pose lie about so far apart."""

UNLIKE = 1.5
"""Distance from which they don't match at all: one looks straight ahead, the other over the shoulder."""


class PoseMatch:
    """Compares faces with one portrait's, by 68 landmarks each, wherever they are and however large.

    Both limits were found on the portraits and driving clips that ship: straight faces before straight portraits match by .8,
    before three-quarter portraits by none to .4, and better as they turn.
    """

    def __init__(self, source: FloatArray) -> None:
        """`source`: the portrait's landmarks (68, 2)."""
        self._source = hull_normalised(source)

    def distance(self, landmarks: FloatArray) -> float:
        """How far a pose (68, 2) is from the portrait's, 0 for the same: the root of `pose_distance`."""
        apart = (self._source - hull_normalised(landmarks)).ravel()
        return math.sqrt(float(np.dot(apart, apart)))

    def of(self, landmarks: FloatArray) -> float:
        """How well landmarks (68, 2) match the portrait's, 0 to 1."""
        return match_of(self.distance(landmarks))


def match_of(distance: float) -> float:
    """The match, 0 to 1, at this distance of two poses; none where it isn't a number."""
    return min(max((UNLIKE - distance) / (UNLIKE - ALIKE), 0.0), 1.0) if math.isfinite(distance) else 0.0
