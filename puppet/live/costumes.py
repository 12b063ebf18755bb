"""The portraits that can be put on at once: cut and encoded for the model that runs now."""

from pathlib import Path

import numpy as np

from puppet.animator import Encoded, LiveAnimator
from puppet.picture import Picture, Square, crop_from_frame, cut
from puppet.portraits.portrait import Portrait

LARGEST_SIDE = 512
"""Side of what is kept of a picture, px: that of the largest models."""


class Costumes:
    """Portraits by their file, with their encodings, which a change of model forgets. Render thread."""

    def __init__(self) -> None:
        self._portraits: dict[Path, Portrait] = {}
        self._encoded: dict[Path, Encoded] = {}

    def keep(self, path: Path, portrait: Portrait, animator: LiveAnimator) -> None:
        """Encode a portrait ahead of its use, in place of what was kept for this file. Raises `EngineError`."""
        self._portraits[path] = portrait = trimmed(portrait)
        self._encoded[path] = animator.encode(portrait_face(portrait, animator.card.side))

    def drop(self, path: Path) -> None:
        """Keep it no longer."""
        self._portraits.pop(path, None)
        self._encoded.pop(path, None)

    def get(self, path: Path, animator: LiveAnimator) -> tuple[Portrait, Encoded] | None:
        """The portrait of a file and its encoding, made now if the model has changed; None if it was never kept."""
        portrait = self._portraits.get(path)
        if portrait is None:
            return None
        if path not in self._encoded:
            self.keep(path, portrait, animator)
        return portrait, self._encoded[path]

    def forget_encodings(self) -> None:
        """Another model runs: what the last one made of the portraits is of no use to it."""
        self._encoded.clear()


def trimmed(portrait: Portrait) -> Portrait:
    """A portrait without the rest of its picture, which is large; what is left serves models of up to `LARGEST_SIDE`."""
    side = max(LARGEST_SIDE, portrait.face.shape[0])
    if max(portrait.picture.shape) <= side:
        return portrait
    landmarks = portrait.landmarks
    if landmarks is not None:
        affine = crop_from_frame(portrait.square, side)
        landmarks = (landmarks @ affine[:, :2].T + affine[:, 2]).astype(np.float32)
    middle = Square((side - 1) / 2, (side - 1) / 2, float(side))
    return Portrait(cut(portrait.picture, portrait.square, side), middle, portrait.face, landmarks)


def portrait_face(portrait: Portrait, side: int) -> Picture:
    """The face at a model's side, cut anew where it was cut for another."""
    return portrait.face if portrait.face.shape[0] == side else cut(portrait.picture, portrait.square, side)
