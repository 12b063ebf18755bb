"""The animated faces, put back into the picture they were cut from."""

from collections.abc import Sequence

import cv2
import numpy as np

from puppet.motion import FloatArray
from puppet.picture import Picture, Square, crop_from_frame, cut, freeze
from puppet.portraits.linear_light import from_light, to_light
from puppet.portraits.seam import RATIO, face_mask

FULL = 2**14
"""A whole share, beside which shares are whole numbers."""

SPREAD = 0.02
"""How far a seam's colours are averaged, in sides of the crop: what is smaller is texture, and goes with what moves."""

LARGEST_MATCH = 24
"""Levels of 255 by which a colour is corrected at most: more is no tint but another thing in that place."""


class PasteBack:
    """Blends square faces into one picture through the affines they were cut by, with feathered seams, in linear light.

    What doesn't change from frame to frame is computed once. Outside the masks the picture keeps its exact values. No pixel belongs
    to two faces, so that their order makes no difference. A crop that reaches beyond the picture is clipped.
    """

    def __init__(
        self,
        picture: Picture,
        squares: Sequence[Square],
        side: int,
        *,
        ratio: float = RATIO,
        mattes: Sequence[FloatArray] = (),
        still_border: bool = False,
    ) -> None:
        """`squares` are the regions of `picture` that the (side, side, 3) faces cover.

        ratio: radius of what is pasted, in sides of each; mattes: what may move of each crop, square, of any side, 0 to 1; without, all;
        still_border: the faces come with borders that stand still, so that narrow seams do.
        """
        self._picture = picture
        self._patches = []
        for index, square in enumerate(squares):
            others = [*squares[:index], *squares[index + 1 :]]
            matte = np.asarray(cv2.resize(mattes[index], (side, side), interpolation=cv2.INTER_LINEAR), np.float32) if mattes else None
            self._patches.append(_Patch(picture, square, side, ratio=ratio, others=others, matte=matte, still_border=still_border))

    def match(self, faces: Sequence[Picture]) -> None:
        """Learn from the faces as the model draws them at rest how its colours differ from the picture's along the seams.

        From here on that is taken off every face: what the whole seam has in common everywhere, what it has in one place there
        alone. It stays the same for all frames, so nothing flickers.
        """
        for patch, face in zip(self._patches, faces, strict=True):
            patch.match(self._picture, face)

    def __call__(self, faces: Sequence[Picture]) -> Picture:
        """The picture with these faces in it, in the order of the squares; size of the picture."""
        image = self._picture.copy()
        for patch, face in zip(self._patches, faces, strict=True):
            patch.paste(face, image)
        return freeze(image)

    @property
    def masks(self) -> list[FloatArray]:
        """How much of each face is seen at each pixel of the picture, 0 to 1."""
        return [patch.spread(self._picture.shape[:2]) for patch in self._patches]


class _Patch:
    """One face's place in the picture: the region that its mask covers, and what is there without it."""

    def __init__(
        self,
        picture: Picture,
        square: Square,
        side: int,
        *,
        ratio: float,
        others: Sequence[Square],
        matte: FloatArray | None,
        still_border: bool,
    ) -> None:
        height, width = picture.shape[:2]
        reach = min(ratio * square.side, (square.side - 1) / 2)
        left, right = (int(np.clip(edge, 0, width)) for edge in (square.x - reach, square.x + reach + 1))
        top, bottom = (int(np.clip(edge, 0, height)) for edge in (square.y - reach, square.y + reach + 1))
        self._square, self._side = square, side
        self._region = (slice(top, bottom), slice(left, right))
        self._empty = right <= left or bottom <= top
        if self._empty:
            return
        shrinks = square.side < 0.6 * side  # warpAffine has no anti-aliasing: shrink by area to the size shown first
        corner = square.x - (square.side - 1) / 2, square.y - (square.side - 1) / 2
        self._is_whole = all(float(number).is_integer() for number in (*corner, square.side))  # lies on whole pixels: it need not be warped
        self._shown = max(1, round(square.side)) if shrinks or self._is_whole else side
        self._window = (slice(int(top - corner[1]), int(bottom - corner[1])), slice(int(left - corner[0]), int(right - corner[0])))
        affine = crop_from_frame(square, self._shown)
        self._face_from_region = affine.copy()
        self._face_from_region[:, 2] += affine[:, :2] @ (left, top)
        across, down = (np.arange(*ends, dtype=np.float32) for ends in ((left, right), (top, bottom)))
        self._mask = face_mask(square, across, down, ratio=ratio, others=others, still_border=still_border)
        if matte is not None:
            place, flags = crop_from_frame(square, side), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            place[:, 2] += place[:, :2] @ (left, top)
            self._mask *= cv2.warpAffine(matte, place, self._mask.shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
        self._own = np.asarray(self._mask > 0, np.uint8)
        self._share = np.repeat(np.rint(FULL * self._mask).astype(np.uint16)[:, :, None], 3, axis=2)
        self._behind = _part(to_light(np.ascontiguousarray(picture[self._region])), FULL - self._share)
        self._match: np.ndarray | None = None

    def match(self, picture: Picture, face: Picture) -> None:
        """Learn the correction from the face as it is drawn at rest."""
        if self._empty:
            return
        affine = crop_from_frame(self._square, self._side)
        affine[:, 2] += affine[:, :2] @ (self._region[1].start, self._region[0].start)
        mask = cv2.warpAffine(self._mask, affine, (self._side, self._side), flags=cv2.INTER_LINEAR)
        rim = np.minimum(1, 4 * mask * (1 - mask))[:, :, None]
        change = cut(picture, self._square, self._side).astype(np.float32) - face
        tint = (change * rim).sum(axis=(0, 1)) / max(float(rim.sum()), 1e-6)
        sigma = SPREAD * self._side
        there = cv2.GaussianBlur(rim, (0, 0), sigma)[:, :, None] + 0.01
        smooth = tint + cv2.GaussianBlur((change - tint) * rim, (0, 0), sigma) / there
        self._match = np.clip(np.rint(smooth), -LARGEST_MATCH, LARGEST_MATCH).astype(np.int16)

    def paste(self, face: Picture, image: Picture) -> None:
        """Blend a (side, side, 3) face into the picture, in place."""
        if self._empty:
            return
        if self._match is not None:
            face = np.asarray(cv2.add(face, self._match, dtype=cv2.CV_8U), np.uint8)
        if face.shape[0] != self._shown:
            how = cv2.INTER_AREA if self._shown < len(face) else cv2.INTER_CUBIC
            face = np.asarray(cv2.resize(face, (self._shown, self._shown), interpolation=how), np.uint8)
        warped = face[self._window] if self._is_whole else self._warp(face)
        blended = cv2.add(_part(to_light(np.asarray(warped, np.uint8)), self._share), self._behind)
        cv2.copyTo(from_light(np.asarray(blended)), self._own, image[self._region])  # its own pixels alone: the rest may be a neighbour's

    def _warp(self, face: Picture) -> Picture:
        """The face as it lies in the region."""
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        size = self._mask.shape[::-1]
        return np.asarray(cv2.warpAffine(face, self._face_from_region, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    def spread(self, size: tuple[int, int]) -> FloatArray:
        """The mask in a picture of this (height, width)."""
        whole = np.zeros(size, np.float32)
        if not self._empty:
            whole[self._region] = self._mask
        return whole


def _part(light: np.ndarray, share: np.ndarray) -> np.ndarray:
    """This share of a light; both shares of one light add up to it but for its last unit."""
    return np.asarray(cv2.multiply(light, share, scale=1 / FULL))
