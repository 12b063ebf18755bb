"""Eyes and mouth where motion is made more or less of: lids meet and part, but never cross, and no more do lips.

Both change points in place and leave Jacobians alone.
"""

import math
from collections.abc import Sequence

from puppet.motion import WIDEST_EYES, Floats, Motion


def share_eyes(
    points: Floats,
    changes: Floats,
    source: Motion,
    posed: Motion,
    posed_changes: Floats,
    *,
    lids: Sequence[tuple[int, int]],
    share: float,
) -> None:
    """Set the lids among (K, 2) points to `share` of the way from the source's openings to the posed ones.

    `changes` and `posed_changes` (K, 2, 2) are what became of each keypoint's surroundings. An eye shuts at most, and opens no wider
    than `WIDEST_EYES`; only where it is posed so and would be drawn so anyway may it go farther.
    """
    for upper, lower in lids:
        gap = source.points[lower] - source.points[upper]
        posed_gap = (posed_changes[upper] + posed_changes[lower]) @ gap / 2
        drawn_gap = (changes[upper] + changes[lower]) @ gap / 2
        open_by = _in_gaps(posed.points[lower] - posed.points[upper], posed_gap)
        drawn_by = _in_gaps(points[lower] - points[upper], drawn_gap)
        least, most = min(0.0, max(open_by, drawn_by)), max(WIDEST_EYES, min(open_by, drawn_by))
        half = drawn_gap * ((min(max(1 + share * (open_by - 1), least), most) - drawn_by) / 2)
        points[upper] -= half
        points[lower] += half


def _in_gaps(opening: Floats, gap: Floats) -> float:
    """How far a pair of lids is open, in gaps of an open eye that was carried along with the face."""
    return float(opening @ gap) / max(float(gap @ gap), 1e-12)


def touch_lips(points: Floats, jacobians: Floats, source: Motion, posed: Motion, lips: Sequence[int]) -> None:
    """Move the lower lip, and what moves with it, to where it touches the upper one, if it lies beyond that."""
    upper, lower, *_ = lips
    opening = _opening(points, jacobians, upper, lower)
    if opening >= 0:
        return
    touching = min(0.0, *(_opening(motion.points, motion.jacobians, upper, lower) for motion in (source, posed)))
    if opening < touching:
        points[list(lips[1:])] += (touching - opening) * _down(jacobians[upper])


def _opening(points: Floats, jacobians: Floats, upper: int, lower: int) -> float:
    """How far the lower lip lies below the upper one, negative where they cross."""
    return float((points[lower] - points[upper]) @ _down(jacobians[upper]))


def _down(jacobian: Floats) -> Floats:
    """The face's own downward direction, of length 1, at a keypoint with this Jacobian."""
    axis = jacobian[:, 1]
    return axis / max(math.hypot(*axis), 1e-6)
