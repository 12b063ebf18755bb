"""How much of each animated face is seen where: round masks with soft rims that never reach into a neighbour's."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from puppet.motion import FloatArray
from puppet.picture import Picture, Square

RATIO = 0.5
"""Radius of what is pasted of a crop, in its sides, unless another is asked for."""

STILL = 0.02
"""Share of the crop's side, at each border, in which the picture stays as it is: there the model knows too little."""

SEAM = 0.16
"""Share of the crop's side over which the picture gives way to the animated face."""

NARROW_SEAM = 0.04
"""The same at a border that stands still, where both show the same; the wider, the farther from that border the mask ends."""

PARTING = 0.14
"""The same where it gives way on both sides of the line halfway between two faces, in differences of the distances to both."""

HEAD = 0.28
"""Radius of a head in sides of its crop: two crops nearer to each other than that show heads that overlap."""

NEARER = 1.15
"""How much larger a head must be to be taken for the one in front of another."""

SMOOTHING = 0.02
"""How far colours are averaged where a seam is measured, in sides of the crop: a step of colour is meant, not of texture."""


def ease(share: npt.ArrayLike) -> FloatArray:
    """A smooth step from 0 to 1, flat at both ends so that no edge shows."""
    clipped = np.clip(np.asarray(share, np.float32), 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped), np.float32)


def rounded_distance(x: FloatArray, y: FloatArray) -> FloatArray:
    """How far columns (W,) and rows (H,) lie from the middle, (H, W): equal on rounded squares, on the axes the plain distance."""
    return np.asarray(((x**4)[None, :] + (y**4)[:, None]) ** 0.25, np.float32)


def face_mask(
    square: Square,
    across: FloatArray,
    down: FloatArray,
    *,
    ratio: float = RATIO,
    others: Sequence[Square] = (),
    still_border: bool = False,
) -> FloatArray:
    """How much of a face is seen at the picture's columns `across` (W,) and rows `down` (H,), 0 to 1: (H, W).

    The mask is a rounded square about the crop's middle: 0 from `ratio` sides on, 1 within `ratio` less `SEAM`, or less `NARROW_SEAM`
    for a face drawn with a border that stands still. Towards each of the `others` it ends on the line halfway between, in sides of both,
    so that no pixel belongs to two faces whatever their order. Where heads overlap, the one that is clearly larger stands in front and
    keeps its outline.
    """
    x, y = (across - square.x) / square.side, (down - square.y) / square.side
    end = ratio if still_border else min(ratio, 0.5 - STILL)
    width = min(SEAM, NARROW_SEAM + 0.5 - ratio) if still_border else SEAM
    mask = ease((end - rounded_distance(x, y)) / width)
    own = np.hypot(x[None, :], y[:, None])
    for other in others:
        if meets(square, other, ratio):
            away = np.hypot(((across - other.x) / other.side)[None, :], ((down - other.y) / other.side)[:, None])
            mask = mask * ease((away - own - _advantage(square, other)) / PARTING)
    return np.asarray(mask, np.float32)


def meets(one: Square, other: Square, ratio: float = RATIO) -> bool:
    """Whether what is pasted of two crops could overlap."""
    return max(abs(one.x - other.x), abs(one.y - other.y)) < ratio * (one.side + other.side)


def _advantage(one: Square, other: Square) -> float:
    """By how much nearer to `one` than to `other`, each in its own sides, the line between them begins to be `one`'s; antisymmetric."""
    distance = float(np.hypot(one.x - other.x, one.y - other.y))
    if distance >= HEAD * (one.side + other.side) or max(one.side, other.side) < NEARER * min(one.side, other.side):
        return 0.0
    front, behind = (one, other) if one.side > other.side else (other, one)
    line = min(HEAD, 0.8 * distance / front.side)
    lead = (distance - line * front.side) / behind.side - line
    return lead if one is front else -lead


def measure_seam(before: Picture, after: Picture, mask: FloatArray, side: float) -> float:
    """Mean step of colour across a seam, in levels of 255, for a face that should look as it was: `after` a paste, `before` it.

    Outside the mask nothing changed, so the step is what changed on its inner rim, averaged over a little of its surroundings.
    mask: (H, W); side: the crop's, px. 0 where the mask has no rim.
    """
    change = after.astype(np.float32) - before
    smooth = cv2.GaussianBlur(change, (0, 0), max(SMOOTHING * side, 0.5), borderType=cv2.BORDER_REPLICATE)
    rim = (mask > 0.8) & (mask < 0.999)
    return float(np.abs(smooth[rim]).mean()) if rim.any() else 0.0
