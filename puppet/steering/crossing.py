"""How a portrait gets from one motion to another without a jump: live, idle and played motion, and one setting to the next."""

import numpy as np

from puppet.motion import Motion
from puppet.steering.affine_power import inverse, power
from puppet.steering.between import eased

CROSSING = 0.4
"""How long it takes to get from one motion to the other, s."""

STEP = 0.04
"""Time that may have passed with the first motion at most, however long nothing was shown before, s."""


class Crossing:
    """Passes motions on as they are, but after `begin` by way of the last one given, for a moment.

    What the last motion differed by from the new one fades away, while the new one is followed from the first frame on: neither
    stands still meanwhile. Points lie between the two, and Jacobians turn and stretch, so that no determinant changes its sign.
    """

    def __init__(self, seconds: float = CROSSING) -> None:
        self._seconds = seconds
        self.reset()

    def reset(self) -> None:
        """Forget the past: the next motion passes as it is."""
        self._last: tuple[float, Motion] | None = None
        self._begins = False
        self._begun: tuple[float, Motion] | None = None

    def begin(self) -> None:
        """The next motion is another one than those up to now."""
        self._begins = self._last is not None

    def __call__(self, motion: Motion, now: float) -> Motion:
        """The motion to show at `now`, s."""
        if self._last is not None and self._begins:
            time, last = self._last
            turned = (last.jacobians @ inverse(motion.jacobians)).astype(np.float32)
            self._begun = max(time, now - STEP), Motion(last.points - motion.points, turned)
        self._begins = False
        if self._begun is not None:
            motion = self._fade(motion, now, *self._begun)
        self._last = (now, motion)
        return motion

    def _fade(self, motion: Motion, now: float, begun: float, difference: Motion) -> Motion:
        left = 1 - eased((now - begun) / self._seconds)
        if left <= 0:
            self._begun = None
            return motion
        points = motion.points + left * difference.points
        jacobians = power(difference.jacobians, left) @ motion.jacobians
        return Motion(points.astype(np.float32), jacobians.astype(np.float32))
