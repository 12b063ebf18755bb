"""Judges that need no network: animators whose figures are known beforehand, and faces told apart by their colour."""

from collections.abc import Sequence

import numpy as np

from puppet.animator import Encoded, Face
from puppet.demo import DemoAnimator, DemoFaceFinder
from puppet.motion import FloatArray, Motion
from puppet.picture import Picture
from training.judging.evaluation import Tools
from training.judging.identity import IdentityEmbedder

SIDE = 64


class PerfectAnimator(DemoAnimator):
    """Shows the very frame it looked at last."""

    def __init__(self) -> None:
        super().__init__(SIDE)
        self.closed = 0

    def detect(self, picture: Picture) -> Motion:
        self.seen = picture
        return super().detect(picture)

    def animate(self, posed: Motion) -> Picture:
        return self.seen

    def close(self) -> None:
        self.closed += 1


class StillAnimator(DemoAnimator):
    """Shows the portrait as it is."""

    def wear(self, portrait: Picture | Encoded) -> Motion:
        self.worn = portrait.picture if isinstance(portrait, Encoded) else portrait
        return super().wear(portrait)

    def animate(self, posed: Motion) -> Picture:
        return self.worn


class BlindAnimator(DemoAnimator):
    """Shows a flat picture."""

    def animate(self, posed: Motion) -> Picture:
        return np.zeros((SIDE, SIDE, 3), np.uint8)


class ColourEmbedder(IdentityEmbedder):
    """Knows people by the mean colour of what they show: equal for equal pictures, and cheap."""

    def __init__(self) -> None:
        self.centre = np.zeros(128, np.float32)

    def raw(self, picture: Picture, face: Face) -> FloatArray:
        return np.resize(picture.mean(axis=(0, 1)) / 255, 128).astype(np.float32)


def difference(first: Sequence[Picture], second: Sequence[Picture]) -> list[float]:
    """Stands in for LPIPS: mean difference of pixels."""
    return [float(np.abs(one.astype(float) - other).mean()) for one, other in zip(first, second, strict=True)]


def small_tools() -> Tools:
    """What measures, without networks."""
    return Tools(DemoFaceFinder(), ColourEmbedder(), difference)
