"""Where a recorded motion can be joined to itself, so that it goes on and on without a jump."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from puppet.motion import FloatArray

JOINT = 0.6
"""Time over which the end gives way to the beginning, s; a quarter of a short motion."""

TRIED = 150
"""How many places at either end are compared at most."""

LONGER = 0.1
"""How much worse a joint may be for a loop that is as long as can be: distance in [-1, 1] units, for the share of the time given up."""


class Loop(NamedTuple):
    """Times in s: what lies between `start` and `end` is repeated; in the last `joint` before `end`, what led up to `start` fades in."""

    start: float
    end: float
    joint: float


def find_loop(times: npt.NDArray[np.float64], points: FloatArray) -> Loop:
    """The best loop in points (N, K, 2) at rising times (N,): where place and speed at both ends are most alike.

    The start lies in the first third, the end in the last.
    """
    begun, ended = float(times[0]), float(times[-1])
    joint = min(JOINT, (ended - begun) / 4)
    speeds = np.gradient(points, times, axis=0)
    starts = _some(np.flatnonzero((times >= begun + joint) & (times <= begun + max(joint, (ended - begun) / 3))))
    ends = _some(np.flatnonzero(times >= ended - (ended - begun) / 3))
    if not len(starts):
        return Loop(begun + joint, ended, joint)
    apart = _apart(points[starts], points[ends]) + joint / 2 * _apart(speeds[starts], speeds[ends])
    given_up = 1 - (times[ends][None, :] - times[starts][:, None]) / (ended - begun)
    best = np.unravel_index(np.argmin(apart + LONGER * given_up), apart.shape)
    return Loop(float(times[starts[best[0]]]), float(times[ends[best[1]]]), joint)


def _some(indices: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """At most `TRIED` of them, evenly spread; the last is one of them."""
    return indices[:: -max(1, -(-len(indices) // TRIED))]


def _apart(first: FloatArray, second: FloatArray) -> npt.NDArray[np.float64]:
    """Distances, as roots of mean squares over K points, of each of (A, K, 2) from each of (B, K, 2). (A, B)."""
    a, b = (numbers.reshape(len(numbers), -1).astype(np.float64) for numbers in (first, second))
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2 * a @ b.T
    distances: npt.NDArray[np.float64] = np.sqrt(np.maximum(squares, 0) / first.shape[1])
    return distances
