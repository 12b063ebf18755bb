"""What the networks of every family take and give. B is the batch, K the keypoint count; images are NCHW RGB in [0, 1]."""

from typing import NamedTuple, Protocol

from torch import Tensor

Appearance = dict[str, Tensor]
"""A portrait's features by name: computed once a portrait, then fed to `animate` with every frame."""


class Keypoints(NamedTuple):
    """points: (B, K, 2) in [-1, 1], x right, y down; jacobians: (B, K, 2, 2)."""

    points: Tensor
    jacobians: Tensor


class Animated(NamedTuple):
    """What a generator gives.

    prediction: (B, 3, H, W) in [0, 1]; warped: (B, 3, H, W), the source under the dense motion alone;
    deformation: (B, h, w, 2), where in the source each cell looks, in [-1, 1]; occlusion: (B, 1, h, w), 1 where the
    source is to be seen.
    """

    prediction: Tensor
    warped: Tensor
    deformation: Tensor
    occlusion: Tensor


class Detector(Protocol):
    """A keypoint detector of any family."""

    def __call__(self, image: Tensor) -> Keypoints: ...


class Generator(Protocol):
    """A generator of any family, split where the portrait's part ends."""

    def encode(self, image: Tensor) -> Appearance:
        """The part that depends on the source (B, 3, side, side) alone."""
        ...

    def animate(self, appearance: Appearance, source: Keypoints, driving: Keypoints, still_border: Tensor | None = None) -> Animated:
        """The part that runs every frame; `still_border` (1,) as the contract has it, nothing being 0."""
        ...
