"""What the loop asks of a model and of a face finder: the two protocols that `engines` implement."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from puppet.contract import ModelCard
from puppet.motion import FloatArray, Motion
from puppet.picture import Picture


class Encoded(NamedTuple):
    """A portrait as one model sees it: whoever made it can wear it at once.

    motion: the portrait's own. features: what `appearance.onnx` gives, by the family's own names, and `contract.STILL_BORDER`, where the
    model takes it: all that is bound with the portrait.
    """

    motion: Motion
    features: Mapping[str, npt.NDArray[np.generic]]
    picture: Picture


class Animator(Protocol):
    """A model that wears one portrait at a time. Created, used and closed on one thread."""

    @property
    def card(self) -> ModelCard:
        """What the model is; `card.side` is the side of every picture below, px."""
        ...

    def detect(self, picture: Picture) -> Motion:
        """The motion seen in a (side, side, 3) crop."""
        ...

    def wear(self, portrait: Picture) -> Motion:
        """Encode a (side, side, 3) portrait once and keep its features bound; returns the portrait's own motion."""
        ...

    def animate(self, posed: Motion) -> Picture:
        """The worn portrait in the pose given, (side, side, 3). Raises `EngineError` before the first `wear`."""
        ...

    def close(self) -> None:
        """Free the runtimes; may be called twice."""
        ...


class LiveAnimator(Animator, Protocol):
    """An animator whose portraits can be encoded ahead, so that changing them takes less than a frame."""

    @property
    def holds_border(self) -> bool:
        """Whether a border can stand still; models exported before there was such a thing let it move whatever is asked."""
        ...

    def encode(self, portrait: Picture, *, still_border: bool = False) -> Encoded:
        """Encode a (side, side, 3) portrait ahead of time; what is worn stays.

        `still_border` keeps what lies at its border where it is in every pose, as `puppet/still_border.py` says, where that can be had.
        """
        ...

    def wear(self, portrait: Picture | Encoded) -> Motion:
        """Bind a portrait's features, encoding a picture first; returns the portrait's own motion."""
        ...


class Face(NamedTuple):
    """One face found in a picture.

    landmarks: (68, 2) float32, the iBUG points in pixels of the picture; mesh: (468, 3) float32, the dense points, z in
    the same unit as x, towards the viewer negative; score: probability that this is a face, 0 to 1.
    """

    landmarks: FloatArray
    mesh: FloatArray
    score: float


class FaceFinder(Protocol):
    """Finds the most prominent face of a picture. Used on one thread."""

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        """The most prominent face, or None. `near` (68, 2): landmarks of the frame before, to track from them cheaply."""
        ...

    def close(self) -> None:
        """Free the runtimes; may be called twice."""
        ...


class CrowdFinder(FaceFinder, Protocol):
    """A face finder that sees every face of a still picture."""

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        """The faces, the most prominent first, at most `most`; empty where there is none."""
        ...


class MatteMaker(Protocol):
    """Tells the person in a picture from what is behind. Used on one thread."""

    def make(self, picture: Picture) -> FloatArray:
        """How much of each pixel is the person, 0 to 1: (height, width) float32."""
        ...

    def close(self) -> None:
        """Free the runtimes; may be called twice."""
        ...


class Restorer(Protocol):
    """Makes an aligned face sharper. Used on one thread."""

    @property
    def name(self) -> str:
        """What it is called and what it runs on, for people."""
        ...

    @property
    def side(self) -> int:
        """Side of the picture that it takes, px."""
        ...

    @property
    def result_side(self) -> int:
        """Side of the picture that it gives, px."""
        ...

    def restore(self, aligned: Picture) -> Picture:
        """The same face, sharper: (side, side, 3) to (result_side, result_side, 3). Raises `EngineError` where it fails while it runs."""
        ...

    def close(self) -> None:
        """Free the network; may be called twice."""
        ...
