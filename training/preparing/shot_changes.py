"""Where one shot of a video ends and the next begins: hard cuts, told from two frames in a row."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from puppet.picture import Picture

COLOUR_CHANGE = 2.5
"""Mean difference of colour from which on there may be a cut.

In 8-bit levels of CIELAB's two colour channels over a grid of 16x16: brightness is left out, webcams change it in one step. Over 5,500
frames of talking people (webcams, a studio, a street) it is never more than 1.6 from one to the next; of 2,760 pairs of different
scenes it is less than 3.8 in none.
"""

COLOUR_JUMP = 0.33
"""How far the colours then also lie outside those around the same place in the frame before, in the same levels: so pans are no cuts.

Over the same frames never more than .21; less than .36 in none of the pairs.
"""

SHAPE_JUMP = 0.3
"""1 minus the correlation of normalised gradients, from which on there is a cut: for grey pictures.

On a grid of 32x32, at the shift of up to `SHIFT` cells that suits best. Over the same frames never more than .17, and in 97 of 100
of the pairs more than this.
"""

SHIFT = 4
"""Cells that the camera may turn by from one frame to the next."""

LEAST_GRADIENT = 8.0
"""Grey levels below which a gradient counts as noise."""

NEIGHBOURHOOD = np.ones((3, 3), np.uint8)


class _Look(NamedTuple):
    """colour: (16, 16, 2), shape: (32, 32, 2), both float32."""

    colour: npt.NDArray[np.float32]
    shape: npt.NDArray[np.float32]


class ShotChanges:
    """Looks at a video's frames in order. Dissolves and fades are no cuts to it."""

    def __init__(self) -> None:
        self._last: _Look | None = None

    def is_cut(self, picture: Picture) -> bool:
        """Whether a new shot begins with this frame; never so for the first."""
        look = _look(picture)
        last, self._last = self._last, look
        if last is None:
            return False
        changed = float(np.abs(look.colour - last.colour).mean()) >= COLOUR_CHANGE
        outside = (_outside(look.colour, last.colour) + _outside(last.colour, look.colour)) / 2
        return (changed and outside >= COLOUR_JUMP) or _unlikeness(look.shape, last.shape) >= SHAPE_JUMP


def _look(picture: Picture) -> _Look:
    small = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
    tiny = cv2.resize(small, (16, 16), interpolation=cv2.INTER_AREA)
    colour = cv2.cvtColor(tiny, cv2.COLOR_RGB2LAB)[..., 1:].astype(np.float32)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 1.5)[::2, ::2]
    across, down = cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1)
    strength = np.hypot(across, down) + LEAST_GRADIENT
    return _Look(colour, np.stack([across / strength, down / strength], axis=-1).astype(np.float32))


def _outside(colour: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """How far `colour` lies outside what `other` has around the same place, so that a pan is no change."""
    low, high = cv2.erode(other, NEIGHBOURHOOD), cv2.dilate(other, NEIGHBOURHOOD)
    return float(np.maximum(0, np.maximum(low - colour, colour - high)).mean())


def _unlikeness(shape: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    middle = np.ascontiguousarray(other[SHIFT:-SHIFT, SHIFT:-SHIFT])
    if not middle.any() or not shape.any():  # a flat picture is like any
        return 0.0
    return 1 - float(cv2.matchTemplate(shape, middle, cv2.TM_CCORR_NORMED).max())
