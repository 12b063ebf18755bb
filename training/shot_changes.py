"""Where one shot of a video ends and the next begins: hard cuts, told from two frames in a row."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from puppet.picture import Picture

COLOUR_JUMP = 2.5
"""Mean difference of the two colour channels of CIELAB, in its 8-bit levels, over a grid of 16x16, from which on there is a cut.

Over 4,400 frames of talking people (webcams, a studio, a street) no two in a row differ by more than 1.6; frames of two different
scenes by less than 3.9 never. Brightness is left out: webcams change it in one step.
"""

SHAPE_JUMP = 0.35
"""1 minus the correlation of normalised gradients on a grid of 32x32, from which on there is a cut: for grey pictures.

Over the same frames never more than .26 in a row, and in 96 of 100 pairs of two scenes more than this.
"""

LEAST_GRADIENT = 8.0
"""Grey levels below which a gradient counts as noise."""


class _Look(NamedTuple):
    colour: npt.NDArray[np.float32]
    shape: npt.NDArray[np.float32]


class ShotChanges:
    """Looks at a video's frames in order. Dissolves and fades are no cuts to it."""

    def __init__(self) -> None:
        self._last: _Look | None = None

    def is_cut(self, picture: Picture) -> bool:
        """Whether a new shot begins with this frame; never so for the first."""
        last, self._last = self._last, _look(picture)
        if last is None:
            return False
        colour = float(np.abs(self._last.colour - last.colour).mean())
        lengths = float(np.linalg.norm(last.shape) * np.linalg.norm(self._last.shape))
        shape = 1 - float((self._last.shape * last.shape).sum()) / lengths if lengths else 0.0
        return colour >= COLOUR_JUMP or shape >= SHAPE_JUMP


def _look(picture: Picture) -> _Look:
    small = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
    tiny = cv2.resize(small, (16, 16), interpolation=cv2.INTER_AREA)
    colour = cv2.cvtColor(tiny, cv2.COLOR_RGB2LAB)[..., 1:].astype(np.float32)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 1.5)[::2, ::2]
    across, down = cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1)
    strength = np.hypot(across, down) + LEAST_GRADIENT
    return _Look(colour, np.stack([across / strength, down / strength]).astype(np.float32))
