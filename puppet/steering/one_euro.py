"""The One-Euro filter: calm when the value rests, quick when it moves.

Source: Casiez, Roussel, Vogel, 1€ Filter: A Simple Speed-based Low-pass Filter for Noisy Input, CHI 2012.
"""

import math

import numpy as np

from puppet.motion import FloatArray, Motion

DERIVATIVE_CUTOFF = 1.0
"""Cut-off of the low-pass on the speed, Hz, as the paper sets it."""


class OneEuro:
    """Filters one array over time, each number at its own speed."""

    def __init__(self, min_cutoff: float, beta: float, derivative_cutoff: float = DERIVATIVE_CUTOFF) -> None:
        """`min_cutoff`: cut-off of a resting value, Hz; `beta`: how much the cut-off grows with speed, Hz per unit per second."""
        self.min_cutoff = min_cutoff
        self.beta = beta
        self.derivative_cutoff = derivative_cutoff
        self.reset()

    def reset(self) -> None:
        """Forget the past: the next value passes as it is."""
        self._time = -math.inf
        self._value: FloatArray | None = None
        self._speed: FloatArray | None = None

    def __call__(self, value: FloatArray, time: float) -> FloatArray:
        """The filtered value at `time`, s; the first passes as it is, and one no later than the last changes nothing."""
        if self._value is None or self._speed is None:
            self._time, self._value, self._speed = time, value, np.zeros_like(value)
            return value
        step = time - self._time
        if step <= 0:
            return self._value
        speed = (value - self._value) / np.float32(step)
        self._speed = self._speed + _weight(step, self.derivative_cutoff) * (speed - self._speed)
        cutoff = np.float32(self.min_cutoff) + np.float32(self.beta) * np.abs(self._speed)
        self._value = (self._value + _weight(step, cutoff) * (value - self._value)).astype(np.float32)
        self._time = time
        return self._value


def _weight(step: float, cutoff: float | FloatArray) -> FloatArray:
    """Share of the new value in a first-order low-pass of `cutoff` Hz after `step` seconds."""
    turn = 2 * math.pi * step * np.asarray(cutoff, np.float32)
    return np.asarray(turn / (turn + 1), np.float32)


class MotionFilter:
    """The One-Euro filter on a motion: points and Jacobians."""

    def __init__(self, min_cutoff: float, beta: float) -> None:
        self._points = OneEuro(min_cutoff, beta)
        self._jacobians = OneEuro(min_cutoff, beta)

    def adjust(self, min_cutoff: float, beta: float) -> None:
        """Filter otherwise from now on, without forgetting the past."""
        for one_euro in (self._points, self._jacobians):
            one_euro.min_cutoff, one_euro.beta = min_cutoff, beta

    def reset(self) -> None:
        """Forget the past: the next motion passes as it is."""
        self._points.reset()
        self._jacobians.reset()

    def __call__(self, motion: Motion, time: float) -> Motion:
        """The filtered motion at `time`, s."""
        return Motion(self._points(motion.points, time), self._jacobians(motion.jacobians, time))
