"""Where the people are in a picture: so that what is behind them keeps still, or is cut away."""

import cv2
import numpy as np

from puppet.animator import MatteMaker
from puppet.motion import FloatArray
from puppet.picture import Picture, crop_from_frame, freeze
from puppet.portraits.crowd import Crowd, Member

ROOM = 0.035
"""How far hair and chin may move out of the matte, in sides of the crop."""

FEATHER = 0.018
"""Standard deviation of the matte's soft rim, in sides of the crop."""

FOREHEAD = 0.35
"""How far a head reaches above its brows, in heights of its box of landmarks."""

NECK = 0.3
"""How far the throat is drawn along below the chin, in the same."""

FAINT = 0.1
"""What is less sure is no person, and what is surer by as much is one wholly: else a ghost of the room stays."""

SOLID = 245
"""Byte of a drawn matte from which a pixel closes a hole in."""


def moving_matte(member: Member, maker: MatteMaker) -> FloatArray:
    """How much of each pixel of a member's crop may move, 0 to 1: (side, side) float32.

    The matte of the crop, grown and feathered. Whatever it misses, the face as its landmarks tell it may always move.
    """
    side = len(member.face)
    matte = maker.make(member.face)
    if member.landmarks is not None:
        affine = crop_from_frame(member.square, side)
        low, high = (affine[:, :2] @ corner + affine[:, 2] for corner in (member.landmarks.min(axis=0), member.landmarks.max(axis=0)))
        height = high[1] - low[1]
        top, bottom = low[1] - FOREHEAD * height, high[1] + NECK * height
        middle, radii = ((low[0] + high[0]) / 2, (top + bottom) / 2), (0.55 * (high[0] - low[0]), (bottom - top) / 2)
        ys, xs = np.mgrid[:side, :side].astype(np.float32)
        oval = ((xs - middle[0]) / max(radii[0], 1)) ** 2 + ((ys - middle[1]) / max(radii[1], 1)) ** 2 <= 1
        matte = np.maximum(matte, oval.astype(np.float32))
    reach = 2 * round((ROOM + FEATHER) * side) + 1
    grown = cv2.dilate(matte, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), FEATHER * side, borderType=cv2.BORDER_REPLICATE), np.float32)


def whole_matte(crowd: Crowd, maker: MatteMaker) -> FloatArray:
    """How much of each pixel of the crowd's picture is a person, 0 to 1: (height, width) float32.

    The network sees the picture as a whole, and each face from near: a person that it sees in one of the two is there. Whatever it
    misses, a face within its landmarks is a person's.
    """
    matte = maker.make(crowd.picture)
    height, width = matte.shape
    for member in crowd.members:
        affine, flags = crop_from_frame(member.square, len(member.face)), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        near = np.maximum(maker.make(member.face), _face_within(member))
        matte = np.maximum(matte, cv2.warpAffine(near, affine, (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT))
    return np.asarray(np.clip((matte - FAINT) / (1 - 2 * FAINT), 0, 1), np.float32)


def _face_within(member: Member) -> FloatArray:
    """The hull of a face's landmarks in its crop, with a soft rim: (side, side) float32, 0 to 1; nothing where there are none."""
    side = len(member.face)
    hull = np.zeros((side, side), np.float32)
    if member.landmarks is not None:
        affine = crop_from_frame(member.square, side)
        points = member.landmarks @ affine[:, :2].T + affine[:, 2]
        cv2.fillConvexPoly(hull, cv2.convexHull(np.rint(points).astype(np.int32)), (1.0,))
    return np.asarray(cv2.GaussianBlur(hull, (0, 0), FEATHER * side / 2), np.float32)


def fill_holes(matte: Picture) -> Picture:
    """A drawn matte without holes: where the model paints what no one saw before, as in a mouth that opens, it paints it dark."""
    open_pixels = cv2.copyMakeBorder(np.asarray(matte[:, :, 0] < SOLID, np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(1,))
    _, parts = cv2.connectedComponents(open_pixels, connectivity=4)
    holes = np.asarray((open_pixels == 1) & (parts != parts[0, 0]))[1:-1, 1:-1]
    if not holes.any():
        return matte
    filled = matte.copy()
    filled[holes] = 255
    return freeze(filled)


def grey(matte: FloatArray) -> Picture:
    """A matte (height, width) as a picture that a model can wear: white where the person is."""
    return freeze(np.repeat(np.rint(255 * matte).astype(np.uint8)[:, :, None], 3, axis=2))
