"""The neutral pose found by watching: whenever the driver looks more like the portrait than before, that pose is it."""

import math
from collections import deque
from typing import NamedTuple

import numpy as np

from puppet.motion import FloatArray, Motion
from puppet.steering.pose_match import PoseMatch

HELD = 0.2
"""How long a pose must be held to count, s: longer than a blink stays shut, shorter than a pose is kept on purpose."""

STILL = 0.06
"""How much the distance to the portrait may change meanwhile, in sides of the face's hull."""

MARGIN = 0.05
"""How much nearer than the best pose so far a pose must be, in sides of the face's hull."""

PAUSE = 0.7
"""Time between two poses taken, s: each moves the portrait a little."""

PATIENCE = 20.0
"""Time without a better pose after which the search ends, s."""


class _Moment(NamedTuple):
    time: float
    distance: float
    driving: Motion


class AutoCalibration:
    """Watches one face beside a portrait, and gives poses that match better than all before, until none comes any more."""

    def __init__(self, match: PoseMatch, nearest: float = math.inf) -> None:
        """`nearest`: how far the present neutral pose is from the portrait's; with none, the first pose held is taken."""
        self._match = match
        self._nearest = nearest
        self._recent: deque[_Moment] = deque()
        self._taken: float | None = None

    @property
    def nearest(self) -> float:
        """Distance of the best pose so far."""
        return self._nearest

    def is_settled(self, now: float) -> bool:
        """Whether the search is over at `now`, s."""
        return self._taken is not None and now - self._taken > PATIENCE

    def look(self, driving: Motion, landmarks: FloatArray, now: float) -> Motion | None:
        """A better neutral pose, if the driver has held one up to `now`, s. landmarks: (68, 2)."""
        if self.is_settled(now):
            return None
        if self._taken is None:
            self._taken = now
        if self._recent and now - self._recent[-1].time > HELD:
            self._recent.clear()  # the face was away
        self._recent.append(_Moment(now, self._match.distance(landmarks), driving))
        while now - self._recent[0].time > 2 * HELD:
            self._recent.popleft()
        distances = [moment.distance for moment in self._recent]
        farthest = max(distances)
        if now - self._recent[0].time < HELD or farthest - min(distances) > STILL or not farthest < self._nearest - MARGIN:
            return None
        if self._nearest < math.inf and now - self._taken < PAUSE:
            return None
        self._nearest, self._taken = farthest, now
        held = zip(*(moment.driving for moment in self._recent), strict=True)
        return Motion(*(np.median(numbers, axis=0).astype(np.float32) for numbers in held))
