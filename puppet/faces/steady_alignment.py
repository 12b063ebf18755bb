"""Where a drawn face lies, calm enough to sharpen it: steady on a still face, and without a pop where a face is lost and found again."""

from typing import NamedTuple

import numpy as np

from puppet.animator import FaceFinder
from puppet.faces.alignment import five_points
from puppet.motion import FloatArray
from puppet.picture import Picture
from puppet.steering.one_euro import OneEuro

STEP = 1 / 25
"""Time that a frame is taken for, s: the calm goes by frames, so that a clip gives the same result however fast it is computed."""

MIN_CUTOFF, BETA = 0.3, 25.0
"""Of the One-Euro filter, Hz and Hz per side and second: a resting face moves by a fraction of a pixel, a turning one is followed."""

JUMP = 0.12
"""How far the points may lie from where they were, in sides of the picture, before the place is taken anew."""

FADE = 6
"""Frames in which a face that was lost fades out, and in."""

PAUSE = 5
"""Frames between two looks for a face that has faded out."""


class Placed(NamedTuple):
    """Where the face is: the five points (5, 2) in pixels of the picture, and how much of it is to be shown, above 0 to 1."""

    points: FloatArray
    share: float


class SteadyAlignment:
    """Follows one face through pictures of one size. Uses the finder, does not own it."""

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._calm = OneEuro(MIN_CUTOFF, BETA)
        self.forget()

    def forget(self) -> None:
        """Another face comes: it is looked for anew, and shown at once."""
        self._calm.reset()
        self._near: FloatArray | None = None
        self._points: FloatArray | None = None
        self._shown = 0
        self._frame = self._look_at = 0
        self._fresh = True
        self.found = False

    def __call__(self, picture: Picture) -> Placed | None:
        """The face of a (side, side, 3) picture, or where it last was while it fades out; None where nothing is to be shown."""
        self._frame += 1
        face = self._finder.find(picture, self._near) if self._frame >= self._look_at else None
        self.found = face is not None
        if face is None:
            self._shown = max(0, self._shown - 1)
            if not self._shown:
                self._near, self._points = None, None
                self._look_at = self._look_at if self._frame < self._look_at else self._frame + PAUSE
        else:
            self._shown = FADE if self._fresh else min(FADE, self._shown + 1)
            self._near = face.landmarks
            self._points = self._steady(five_points(face.landmarks), np.float32(len(picture)))
        self._fresh = False
        return Placed(self._points, self._shown / FADE) if self._points is not None else None

    def _steady(self, points: FloatArray, side: np.float32) -> FloatArray:
        """The points made calm."""
        if self._points is None or np.abs(points - self._points).max() > JUMP * side:
            self._calm.reset()
        return self._calm(points / side, self._frame * STEP) * side
