"""Motion held back where it leaves what a model can draw: a face that is pulled too far melts.

How far a motion goes is measured for the head (tilt, growth, shift) and for the face within it (points, Jacobians, hull), each in
shares of a limit. Beyond 1 it is eased ever more, so that it comes near `CEILING` times the limit, but not past it.

The limits were found by looking: the portraits that ship and the embedded model, driven by two clips with growing strength, then tilted,
scaled and shifted alone. The strongest frames of the clips at 1.5 times their strength, tilts of 60 degrees, growth by 1.8, shrinking
to half, and shifts by .65 are where pictures begin to fall apart. The strongest frames as they are stay below every limit.
"""

import cmath
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from puppet.motion import Floats, Motion, hull_area
from puppet.steering.affine_power import linear
from puppet.steering.change import Change, put_together, take_apart

CEILING = 1.25
"""How far eased motion goes at most, in limits."""

TILT = math.radians(35)
GROWTH = 0.36
SHRINKING = 0.42
"""Of the head, as natural logarithms of its size."""

SHIFT = 0.45
RISE = 0.35
"""How far the head may shift, and upwards, where the neck gives out first; the frame is 2 wide."""

BEYOND = 0.1
LEAST_SHIFT = 0.15
"""How far beyond the frame the head's shift may take a keypoint, and the shift that is free even so."""

STRAY = 0.47
"""How far a keypoint may move beyond the head's motion, in radii of the face."""

STRETCH = 0.49
"""Growth or shrinking of a keypoint's surroundings along any axis beyond the head's, as a natural logarithm."""

UNEVENNESS = 0.53
"""Growth along one axis over that along the other, as a natural logarithm."""

SWELLING = 0.46
"""Growth or shrinking of a keypoint's surroundings by area beyond the head's: its Jacobian's determinant, as a natural logarithm."""

TWIST = math.radians(9)
"""Turn of a keypoint's surroundings beyond the head's."""

HULL = 0.24
"""Growth or shrinking of the hull's area beyond the head's, as a natural logarithm."""

RELEASE = 0.5
"""Time in which what is held back falls to a third once there is no more need, s."""

HELD = math.log(1.5)
"""How much may be held back beyond need, as a logarithm: after one wild frame the portrait soon follows again."""

NOTHING = 0.004
"""Holding back by less than this ends, for nobody sees it; as a logarithm."""


class Shares(NamedTuple):
    """A number each for head and face: how much of its limit a motion uses up, 1 at the limit, or how much is held back."""

    head: float
    face: float


class DistortionGuard:
    """Eases motion that goes too far, at once where it must be, and lets go slowly, so that nothing flickers at the limit.

    The limits lie around the portrait's own motion. Motion within them passes as it is, to the bit.
    """

    def __init__(self, *, lids: Sequence[tuple[int, int]] = (), lips: Sequence[int] = ()) -> None:
        """Named lids shut as they would, whatever else is held back; lips never cross."""
        self._lids = lids
        self._lips = lips
        self.reset()

    def reset(self) -> None:
        """Forget what is held back."""
        self._held = Shares(0.0, 0.0)
        self._time = -math.inf
        self._good: Motion | None = None

    def ease(self, source: Motion, posed: Motion, now: float, strength: float = 1.0) -> tuple[Motion, float]:
        """The motion to draw at `now`, s, and how much was held back, 0 to 1. `strength`: so many times `posed` is wanted.

        Where `posed` isn't all numbers, the last good motion is given again, before any the source; all is held back then.
        """
        if not is_finite(posed):
            return self._good or source, 1.0
        change = take_apart(source, posed)
        fade = math.exp(-max(0.0, now - self._time) / RELEASE)
        self._time = max(self._time, now)
        self._held = Shares(
            *(
                max(_needed(share), min(held * fade, HELD))
                for share, held in zip(measure(source, change, strength), self._held, strict=True)
            )
        )
        head, face = (math.exp(-held) if held > NOTHING else 1.0 for held in self._held)
        if strength != 1 or head < 1 or face < 1:
            much = {"head": strength * head, "face": strength * face, "eyes": strength}
            posed = put_together(source, posed, change, **much, lids=self._lids, lips=self._lips)
        self._good = posed
        return posed, 1 - min(head, face)


def is_finite(motion: Motion) -> bool:
    """Whether all of a motion is numbers."""
    return bool(np.isfinite(motion.points).all() and np.isfinite(motion.jacobians).all())


def measure(source: Motion, change: Change, strength: float = 1.0) -> Shares:
    """How much of their limits `strength` times a change of `source` uses up."""
    growth = math.log(max(abs(change.tilt), 1e-9))
    tilt = abs(cmath.phase(change.tilt))
    head = max(tilt / TILT, growth / GROWTH, -growth / SHRINKING, _shift_share(source.points, change))
    centred = source.points - change.origin
    radius = max(math.sqrt(float(np.vdot(centred, centred)) / len(centred)), 1e-6)
    x, y = change.shifts.T
    stray = math.sqrt(float((x * x + y * y).max())) / radius
    hull = abs(math.log(_area(centred + strength * change.shifts) / _area(centred)))
    return Shares(strength * head, max(strength * max(stray / STRAY, _local_share(change.changes)), hull / HULL))


def _area(points: Floats) -> float:
    """Area of the points' hull, never nothing: fewer than three points have none."""
    return max(hull_area(points.astype(np.float32)), 1e-9)


def _shift_share(points: Floats, change: Change) -> float:
    """How much of the way that it may go the head has shifted, along either axis."""
    shift = change.target - change.origin
    free = np.where(shift < 0, (SHIFT, RISE), SHIFT)
    room = np.where(shift < 0, points.min(axis=0) + 1, 1 - points.max(axis=0)) + BEYOND
    return float((np.abs(shift) / np.minimum(free, np.maximum(room, LEAST_SHIFT))).max())


def _local_share(changes: Floats) -> float:
    """How much of its limits the surroundings of any keypoint use up, for changes (K, 2, 2) beyond the head's."""
    turn, fold = linear(changes)
    even, uneven = np.abs(turn), np.abs(fold)
    longer, shorter = np.log(np.maximum((even + uneven, even - uneven), 1e-9))  # of both axes
    worst = (
        max(float(longer.max()), -float(shorter.min())) / STRETCH,
        float((longer - shorter).max()) / UNEVENNESS,
        float(np.abs(longer + shorter).max()) / SWELLING,
        float(np.abs(np.angle(turn)).max()) / TWIST,
    )
    return max(worst)


def _needed(share: float) -> float:
    """By how much a motion that uses up this share of its limit must be held back, as a logarithm."""
    if share <= 1:
        return 0.0
    allowed = 1 + (CEILING - 1) * math.tanh((share - 1) / (CEILING - 1))
    return math.log(share / allowed)
