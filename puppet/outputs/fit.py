"""A picture of any size brought to the size that an output keeps: whole between bars, cut to fill, or whole upon its own blur."""

import cv2
import numpy as np

from puppet.picture import Picture, freeze
from puppet.settings import Fit

BLUR_SIDE = 96
"""Longer side at which the backdrop of a blur is made, px: a picture this small is blurred in no time."""

BLUR_SIGMA = 0.05
"""How far the backdrop is blurred, in its longer side."""

BLUR_LIGHT = 0.6
"""How bright the backdrop is beside the picture upon it."""


def fit_picture(picture: Picture, width: int, height: int, how: Fit) -> Picture:
    """The picture at (height, width, 3), never stretched. One that has the size already is given back itself.

    whole: all of it, between black bars; fill: cut at two sides; blur: all of it, upon a dark blur of itself.
    """
    if picture.shape[:2] == (height, width):
        return picture
    if how == "fill":
        return freeze(_scaled(_cut(picture, width / height), width, height))
    frame = np.zeros((height, width, 3), np.uint8) if how == "whole" else _backdrop(picture, width, height)
    scale = min(width / picture.shape[1], height / picture.shape[0])
    across, down = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    left, top = (width - across) // 2, (height - down) // 2
    frame[top : top + down, left : left + across] = _scaled(picture, across, down)
    return freeze(frame)


def _cut(picture: Picture, aspect: float) -> Picture:
    """The middle of a picture, as large as it can be at this width for its height."""
    height, width = picture.shape[:2]
    across, down = min(width, max(1, round(height * aspect))), min(height, max(1, round(width / aspect)))
    left, top = (width - across) // 2, (height - down) // 2
    return picture[top : top + down, left : left + across]


def _backdrop(picture: Picture, width: int, height: int) -> Picture:
    shrink = BLUR_SIDE / max(width, height)
    across, down = max(2, round(width * shrink)), max(2, round(height * shrink))
    middle = _cut(picture, width / height)
    skip = max(1, middle.shape[0] // (4 * down))  # pixels left out are not missed in a blur
    small = _scaled(middle[::skip, ::skip], across, down)
    blurred = cv2.GaussianBlur(small, (0, 0), BLUR_SIGMA * BLUR_SIDE, borderType=cv2.BORDER_REPLICATE)
    return _scaled(np.asarray(cv2.convertScaleAbs(blurred, alpha=BLUR_LIGHT), np.uint8), width, height)


def _scaled(picture: Picture, width: int, height: int) -> Picture:
    """The picture stretched to a size, in memory of its own."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA  # no sooner: it takes long
    return np.array(cv2.resize(picture, (width, height), interpolation=how), np.uint8, copy=None)
