"""The animated face, put back into the picture it was cut from."""

import cv2
import numpy as np

from puppet.picture import Picture, Square, crop_from_frame, freeze

STILL = 0.02
"""Share of the crop's side, at each border, in which the picture stays as it is: there the model knows too little."""

SEAM = 0.16
"""Share of the crop's side over which the picture gives way to the animated face."""


def seam_mask(positions: np.ndarray) -> np.ndarray:
    """How much of the face is seen at a position along one axis of the crop (0 to 1 from border to border), 0 to 1.

    A smooth step: 0 within `STILL` of a border, 1 from `STILL + SEAM` on, flat at both ends so that no edge shows.
    """
    ramp = np.clip((np.minimum(positions, 1 - positions) - STILL) / SEAM, 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), dtype=np.float32)


class PasteBack:
    """Blends square faces into one picture through the affine they were cut by, with a feathered seam.

    What doesn't change from face to face is computed once. Outside the crop, and in its outermost pixels, the picture
    keeps its exact values. A crop that reaches beyond the picture is clipped.
    """

    def __init__(self, picture: Picture, square: Square, side: int) -> None:
        """`square` is the region of `picture` that the (side, side, 3) faces cover."""
        height, width = picture.shape[:2]
        left, right = (int(np.clip(edge, 0, width)) for edge in (square.x - square.side / 2, square.x + square.side / 2 + 1))
        top, bottom = (int(np.clip(edge, 0, height)) for edge in (square.y - square.side / 2, square.y + square.side / 2 + 1))
        self._picture = picture
        self._region = (slice(top, bottom), slice(left, right))
        shrinks = square.side < 0.6 * side  # warpAffine has no anti-aliasing: shrink by area to the size shown first
        self._shown = max(1, round(square.side)) if shrinks else side
        affine = crop_from_frame(square, self._shown)
        self._face_from_region = affine.copy()
        self._face_from_region[:, 2] += affine[:, :2] @ (left, top)
        across = (np.arange(left, right) * affine[0, 0] + affine[0, 2] + 0.5) / self._shown
        down = (np.arange(top, bottom) * affine[1, 1] + affine[1, 2] + 0.5) / self._shown
        self._weight = np.ascontiguousarray(seam_mask(down)[:, None] * seam_mask(across)[None, :])
        self._rest = 1 - self._weight
        self._behind = np.ascontiguousarray(picture[self._region])

    def __call__(self, face: Picture) -> Picture:
        """The picture with this face in it; size of the picture."""
        image = self._picture.copy()
        height, width = self._weight.shape
        if height and width:
            if face.shape[0] != self._shown:
                face = np.asarray(cv2.resize(face, (self._shown, self._shown), interpolation=cv2.INTER_AREA), dtype=np.uint8)
            flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
            warped = cv2.warpAffine(face, self._face_from_region, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
            image[self._region] = cv2.blendLinear(warped, self._behind, self._weight, self._rest)
        return freeze(image)
