"""Which square of each frame of a driving clip the model looks at, when the whole clip is known."""

from collections.abc import Sequence

import numpy as np

from puppet.faces.tracker import square_around
from puppet.motion import FloatArray
from puppet.picture import Square

ROOM = 0.8
"""Share of a crop's side that the face's way through the clip may take up for one unmoving crop to do."""

GROWTH = 1.6
"""How many times larger than at its farthest the face may get for one unmoving crop to do."""

CALM = 0.5
"""Standard deviation, s, of the Gaussian that smooths the way of a crop that must follow."""


def plan_crops(landmarks: Sequence[FloatArray | None], rate: float, follow: bool = False) -> tuple[list[Square | None], bool]:
    """A square for each frame that has a face, and whether it is one unmoving square.

    Relative motion wants a crop that stays put, as a camera on a stand would: then the head's own shift is carried over. A
    face that wanders too far for that gets a crop that follows it, smoothed over the time before and after. With `follow` it
    gets one in any case: its quick movements and turns are carried over, where it stands is not.
    """
    seen = np.array([index for index, points in enumerate(landmarks) if points is not None])
    around = np.array([square_around(points) for points in landmarks if points is not None])
    low = np.array([points.min(axis=0) for points in landmarks if points is not None])
    high = np.array([points.max(axis=0) for points in landmarks if points is not None])
    reach = np.percentile(high, 98, axis=0) - np.percentile(low, 2, axis=0)
    side = float(np.median(around[:, 2]))
    farthest, nearest = np.percentile(around[:, 2], (2, 98))
    steady = not follow and bool(reach.max() <= ROOM * side and nearest <= GROWTH * farthest)
    middle = (np.percentile(around, 2, axis=0) + np.percentile(around, 98, axis=0)) / 2
    way = np.tile((middle[0], middle[1], side), (len(seen), 1)) if steady else _smooth(around, seen / rate)
    squares: list[Square | None] = [None] * len(landmarks)
    for index, square in zip(seen, way, strict=True):
        squares[index] = Square(*(float(value) for value in square))
    return squares, steady


def _smooth(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Values (N, C) at times (N,) in seconds, each replaced by a line fitted through those around it with Gaussian weights.

    A line, not a mean, so that a steady way is kept at the ends of the clip too.
    """
    smoothed = np.empty_like(values)
    for index, time in enumerate(times):
        first, last = np.searchsorted(times, (time - 4 * CALM, time + 4 * CALM))
        offset = times[first:last] - time
        weight = np.exp(-0.5 * (offset / CALM) ** 2)
        mean = weight @ offset / weight.sum()
        spread = weight @ (offset - mean) ** 2
        average = weight @ values[first:last] / weight.sum()
        slope = (weight * (offset - mean)) @ values[first:last] / spread if spread > 1e-9 else 0.0
        smoothed[index] = average - slope * mean
    return smoothed
