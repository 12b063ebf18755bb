"""Pictures under a similarity, averaged where they shrink."""

import math

import cv2
import numpy as np

from puppet.motion import FloatArray
from puppet.picture import Affine, Picture, freeze


def enlarge(picture: Picture, side: int) -> Picture:
    """The square picture at (side, side, 3), no smaller than it was; as it is where the side is its own."""
    if len(picture) == side:
        return picture
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)


def resized(picture: Picture, side: int) -> Picture:
    """The square picture at (side, side, 3), averaged where it shrinks; as it is where the side is its own."""
    if len(picture) == side:
        return picture
    how = cv2.INTER_AREA if side < len(picture) else cv2.INTER_CUBIC
    return freeze(np.asarray(cv2.resize(picture, (side, side), interpolation=how), np.uint8))


def resample(picture: Picture, origin_from_target: Affine | FloatArray, size: tuple[int, int]) -> Picture:
    """The picture at `size` (width, height), each pixel fetched from where the similarity says; the border is replicated.

    What shrinks is averaged first, by as much as it shrinks, so that growing and shrinking pass into one another without a step.
    """
    affine = np.array(origin_from_target, np.float64)
    shrink = math.hypot(affine[0, 0], affine[1, 0])  # pixels of the picture for each of the target's
    while shrink >= 2:
        picture = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        affine = affine / 2
        affine[:, 2] -= 0.25  # the centre of pixel 0 was at .5 of two
        shrink /= 2
    if shrink > 1.05:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.5 * math.sqrt(shrink**2 - 1)), np.uint8)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, affine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
