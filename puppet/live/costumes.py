"""The portraits that can be put on at once: cut and encoded for the model that runs now."""

from collections import OrderedDict
from pathlib import Path

import numpy as np

from puppet.animator import Encoded, LiveAnimator
from puppet.picture import Picture, Square, crop_from_frame, cut
from puppet.portraits.portrait import Portrait

LARGEST_SIDE = 512
"""Side of what is kept of a picture, px: that of the largest models."""


MOST = 60
"""Portraits kept; beyond it those that weren't worn for the longest go."""


class Costumes:
    """Portraits by their file, with their encodings, which a change of model forgets. Render thread."""

    def __init__(self) -> None:
        self._portraits: OrderedDict[Path, Portrait] = OrderedDict()
        self._encoded: dict[Path, Encoded] = {}

    def keep(self, path: Path, portrait: Portrait) -> None:
        """Keep a portrait, in place of what was kept for this file."""
        self.drop(path)
        self._portraits[path] = trimmed(portrait)
        while len(self._portraits) > MOST:
            self.drop(next(iter(self._portraits)))

    def drop(self, path: Path) -> None:
        """Keep it no longer."""
        self._portraits.pop(path, None)
        self._encoded.pop(path, None)

    def portrait(self, path: Path) -> Portrait | None:
        """The portrait of a file, None if none is kept."""
        return self._portraits.get(path)

    def get(self, path: Path, animator: LiveAnimator) -> Encoded:
        """The encoding of a portrait that is kept, made now if there is none for this model. Raises `EngineError`."""
        self._portraits.move_to_end(path)
        if path not in self._encoded:
            self._encoded[path] = animator.encode(portrait_face(self._portraits[path], animator.card.side))
        return self._encoded[path]

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
