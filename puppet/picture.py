"""Pictures and the square crops taken from them.

A picture is uint8 RGB (height, width, 3) and immutable (`flags.writeable` is False). Affines are 2x3 float64 named
`target_from_origin` and map pixel centres (x, y).
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Affine = npt.NDArray[np.float64]


def freeze(picture: Picture) -> Picture:
    """The same picture, made immutable in place."""
    picture.flags.writeable = False
    return picture


class Square(NamedTuple):
    """A square region of a frame: centre (x, y) and side, in frame pixels; it may reach beyond the border."""

    x: float
    y: float
    side: float


def crop_from_frame(square: Square, side: int) -> Affine:
    """The affine that maps frame pixels to the pixels of a (side, side) crop of `square`."""
    scale = side / square.side
    half = (side - 1) / 2
    return np.array([[scale, 0.0, half - scale * square.x], [0.0, scale, half - scale * square.y]])


def cut(frame: Picture, square: Square, side: int) -> Picture:
    """The (side, side, 3) crop of `square`, area-averaged when it shrinks; the border is replicated."""
    affine = crop_from_frame(square, side)
    if affine[0, 0] < 0.6:  # warpAffine has no anti-aliasing: shrink by area to near the target first
        shrink = affine[0, 0]
        size = (max(1, round(frame.shape[1] * shrink)), max(1, round(frame.shape[0] * shrink)))
        scaled = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        ratio = np.array([size[0] / frame.shape[1], size[1] / frame.shape[0]])
        centre = (np.array([square.x, square.y]) + 0.5) * ratio - 0.5
        affine = crop_from_frame(Square(float(centre[0]), float(centre[1]), square.side * float(ratio[0])), side)
        frame = np.asarray(scaled, np.uint8)
    crop = cv2.warpAffine(frame, affine, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return freeze(np.asarray(crop, dtype=np.uint8))
