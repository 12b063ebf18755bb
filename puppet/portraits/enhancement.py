"""A drawn face made sharper, frame after frame."""

import cv2
import numpy as np

from puppet.animator import FaceFinder, Restorer
from puppet.faces.alignment import aligned_from_picture
from puppet.faces.steady_alignment import SteadyAlignment
from puppet.motion import FloatArray
from puppet.picture import Picture, freeze
from puppet.portraits.resampling import enlarge, resample

LARGEST = 1024
"""Side of the largest result, px: a face is not seen larger, and each frame costs by its square."""

REACH = 0.49
"""Half of what the mask covers, in sides of the aligned square: a rim stays between the two."""

ROUNDNESS = 3.0
"""Power of the mask's superellipse: 2 is an oval, more fills the corners, where hair and chin are."""

FEATHER = 0.35
"""Share of the mask's radius over which it fades."""

COARSE = 64
"""Side at which colours are compared, px: what is smaller than a cell is the restorer's to change."""

SPREAD = 2.5
"""How far colours are averaged where they are compared, in those cells."""


class Enhancement:
    """Sharpens the faces that a model draws, one frame after another; one for each face. Owns neither restorer nor finder.

    What is fine in a face is the restorer's; its large shades stay as the model drew them, so that no tint shows or flickers. Used on
    one thread. Raises `EngineError` where the restorer fails while it runs.
    """

    def __init__(self, restorer: Restorer, finder: FaceFinder) -> None:
        self._restorer = restorer
        self._alignment = SteadyAlignment(finder)
        self._mask = _mask(restorer.result_side)

    def grown(self, side: int) -> int:
        """Side of the result for a (side, side, 3) face, px."""
        return max(side, min(self._restorer.result_side, LARGEST))

    @property
    def found(self) -> bool:
        """Whether the last picture's face was found; else it was enlarged, and is sharp only as far as it has not faded yet."""
        return self._alignment.found

    def __call__(self, face: Picture) -> Picture:
        """The face sharper: (side, side, 3) to (grown, grown, 3)."""
        large = enlarge(face, self.grown(len(face)))
        placed = self._alignment(face)
        if placed is None:
            return freeze(large)
        growth = len(large) / len(face)
        restored_from_large = aligned_from_picture((placed.points + 0.5) * growth - 0.5, self._restorer.result_side)
        return freeze(self._lay_back(self._restore(face, placed.points), large, restored_from_large, placed.share))

    def forget(self) -> None:
        """Another portrait is worn: what was learnt of the last one's place goes."""
        self._alignment.forget()

    def _restore(self, face: Picture, points: FloatArray) -> Picture:
        """The face aligned by its points and restored, with the colours it had: (result_side, result_side, 3)."""
        side = self._restorer.side
        face_from_aligned = np.asarray(cv2.invertAffineTransform(aligned_from_picture(points, side)), np.float32)
        aligned = freeze(resample(face, face_from_aligned, (side, side)))
        restored = self._restorer.restore(aligned)
        coarse = (COARSE, COARSE)
        before, after = (cv2.resize(each, coarse, interpolation=cv2.INTER_AREA).astype(np.float32) for each in (aligned, restored))
        change = cv2.GaussianBlur(before - after, (0, 0), SPREAD)
        change = cv2.resize(change, restored.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.add(restored, change, dtype=cv2.CV_8U), np.uint8)

    def _lay_back(self, restored: Picture, large: Picture, restored_from_large: FloatArray, share: float) -> Picture:
        """The restored face laid over the enlarged one where the mask covers it, by the share that is to be shown."""
        side = self._restorer.result_side
        corners = np.array([[x, y] for x in (0, side - 1) for y in (0, side - 1)], np.float32)
        places = cv2.transform(corners[None], cv2.invertAffineTransform(restored_from_large))[0]
        left, top = (int(edge) for edge in np.clip(np.floor(places.min(axis=0)), 0, len(large)))
        right, bottom = (int(edge) for edge in np.clip(np.ceil(places.max(axis=0)) + 1, 0, len(large)))
        if right <= left or bottom <= top:
            return large
        place = restored_from_large.copy()
        place[:, 2] += place[:, :2] @ (left, top)
        size = (right - left, bottom - top)
        there = resample(restored, place, size)
        mask = share * np.asarray(cv2.warpAffine(self._mask, place, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP))
        result = large.copy()
        region = result[top:bottom, left:right]
        region[...] = cv2.blendLinear(there, np.ascontiguousarray(region), mask, 1 - mask)
        return result


def _mask(side: int) -> FloatArray:
    """How much of each pixel of an aligned face is taken, 0 to 1: (side, side) float32."""
    across = np.abs((np.arange(side, dtype=np.float32) + 0.5) / side - 0.5) / REACH
    radius = (across[:, None] ** ROUNDNESS + across[None, :] ** ROUNDNESS) ** (1 / ROUNDNESS)
    rise = np.clip((1 - radius) / FEATHER, 0, 1)
    return np.asarray(rise * rise * (3 - 2 * rise), np.float32)
