"""How blurred a picture is, seen by itself alone."""

import cv2
import numpy as np

from puppet.picture import Picture

REACH = 9
"""Length of the mean that a picture is blurred once more by, px."""


def measure_blur(picture: Picture) -> float:
    """0 (sharp) to 1 (blurred, or flat), after Crété-Roffet et al., "The blur effect", 2007.

    What is sharp loses much of the difference between neighbours when it is blurred once more; what is blurred has little to
    lose. The figure is the share that is left, along the axis where more is left; contrast and brightness don't matter.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return max(_share_left(grey), _share_left(np.ascontiguousarray(grey.T)))


def _share_left(grey: np.ndarray) -> float:
    """The share of the differences along the rows that is left after a mean along the rows."""
    differences = np.abs(np.diff(grey, axis=1))
    again = np.abs(np.diff(cv2.blur(grey, (REACH, 1)), axis=1))
    total = float(differences.sum())
    return 1.0 - float(np.maximum(0, differences - again).sum()) / total if total else 1.0
