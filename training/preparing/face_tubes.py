"""Face tubes: stretches of a shot in which one face stays about where it was, and the unmoving square that holds it."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from puppet.faces.tracker import square_around
from puppet.motion import FloatArray
from puppet.picture import Square

GROWTH = 0.1
"""Share of its size by which a face's box is grown on every side."""

LEAST_OVERLAP = 0.25
"""Intersection over union with the tube's first box under which the tube ends."""

LONGEST = 1024
"""Frames after which a tube ends in any case, so that no clip grows without bounds."""


class Box(NamedTuple):
    """A rectangle of a frame, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass
class Tube:
    """Frames of a video from number `start` on; landmarks of each: (68, 2) in pixels of the frame, None where the face was lost."""

    start: int
    landmarks: list[FloatArray | None] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The number of the first frame after it."""
        return self.start + len(self.landmarks)

    def lost_at_end(self) -> int:
        """How many frames at its end have no face."""
        return next((count for count, points in enumerate(reversed(self.landmarks)) if points is not None), len(self.landmarks))

    def face_size(self) -> float:
        """The longer side of the landmarks' box, px: the median over the tube."""
        return float(np.median([np.ptp(points, axis=0).max() for points in self.landmarks if points is not None]))

    def square(self, width: int, height: int) -> Square:
        """One crop for the whole tube: the union of the squares that models see of each frame, as a square.

        It is moved into the (width, height) frame where it can be, and shrunk to the frame's shorter side where it then still holds
        every box of the face; only what is left of it beyond the border shows the border's pixels repeated.
        """
        squares = np.array([square_around(points) for points in self.landmarks if points is not None])
        low = (squares[:, :2] - squares[:, 2:] / 2).min(axis=0)
        high = (squares[:, :2] + squares[:, 2:] / 2).max(axis=0)
        side = float((high - low).max())
        x, y = (float(value) for value in (low + high) / 2)
        boxes = np.array([box_around(points) for points in self.landmarks if points is not None])
        held = Box(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
        shorter = float(min(width, height))
        if side > shorter >= max(held.right - held.left, held.bottom - held.top):
            side = shorter
        return Square(_inside(x, side, width, held.left, held.right), _inside(y, side, height, held.top, held.bottom), side)


class TubeSplitter:
    """Cuts a video, frame by frame, into face tubes."""

    def __init__(self, patience: int) -> None:
        """`patience`: for so many frames in a row the face may be lost without ending the tube."""
        self._patience = patience
        self._count = 0
        self._tube: Tube | None = None
        self._first = Box(0, 0, 0, 0)

    def add(self, landmarks: FloatArray | None, cut: bool) -> Tube | None:
        """Take the next frame, with its face (68, 2) or None; `cut`: a new shot begins with it. Returns the tube that it ended."""
        ended = None
        box = None if landmarks is None else box_around(landmarks)
        if self._tube is not None:
            gone = box is None and self._tube.lost_at_end() >= self._patience
            away = box is not None and overlap(self._first, box) < LEAST_OVERLAP
            if cut or gone or away or len(self._tube.landmarks) >= LONGEST:
                ended = self.finish()
        if self._tube is None and box is not None:
            self._tube, self._first = Tube(self._count), box
        if self._tube is not None:
            self._tube.landmarks.append(landmarks)
        self._count += 1
        return ended

    def finish(self) -> Tube | None:
        """End the tube under way, without the frames at its end that have no face."""
        tube, self._tube = self._tube, None
        if tube is not None:
            del tube.landmarks[len(tube.landmarks) - tube.lost_at_end() :]
        return tube


def box_around(landmarks: FloatArray) -> Box:
    """The box of a face's landmarks (68, 2), grown."""
    low, high = landmarks.min(axis=0).astype(np.float64), landmarks.max(axis=0).astype(np.float64)
    margin = GROWTH * (high - low)
    return Box(*(float(value) for value in (*(low - margin), *(high + margin))))


def overlap(first: Box, second: Box) -> float:
    """The boxes' intersection over their union, 0 to 1."""
    width = min(first.right, second.right) - max(first.left, second.left)
    height = min(first.bottom, second.bottom) - max(first.top, second.top)
    shared = max(0.0, width) * max(0.0, height)
    areas = sum((box.right - box.left) * (box.bottom - box.top) for box in (first, second))
    return shared / (areas - shared) if areas else 0.0


def _inside(middle: float, side: float, length: int, low: float, high: float) -> float:
    """The middle of a stretch of `side` that holds `low` to `high` and lies within 0 to `length` where it can."""
    middle = float(np.clip(middle, min(high - side / 2, low + side / 2), max(high - side / 2, low + side / 2)))
    first, last = side / 2 - 0.5, length - side / 2 - 0.5
    return float(np.clip(middle, min(first, last), max(first, last)))
