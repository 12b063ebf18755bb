"""Keypoints must follow a picture that is bent: the equivariance constraint of the First Order Motion Model (section 3.1).

Coordinates are in [-1, 1]; everything here is float32.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from training.fitting.chance import Chance
from training.networks.first_order import coordinate_grid, inverse, product
from training.networks.tensors import Keypoints

AFFINE_DEVIATION = 0.05
SPLINE_DEVIATION = 0.005
CONTROL_SIDE = 5
"""The spline has this many control points a side."""

_LEAST = 1e-6
"""Added to squared distances, whose logarithm is taken."""


class Bend(NamedTuple):
    """A random affine map plus a thin-plate spline: affine (B, 2, 3), strengths of the control points in x and y (B, 25, 2)."""

    affine: Tensor
    strengths: Tensor

    def move(self, points: Tensor) -> Tensor:
        """(B, N, 2) points of the bent picture to where they show the picture: (B, N, 2)."""
        straight = torch.einsum("bij,bnj->bni", self.affine[:, :, :2], points) + self.affine[:, None, :, 2]
        squared = self._offsets(points).square().sum(dim=-1)  # B,N,25
        return straight + (squared * (squared + _LEAST).log() / 2) @ self.strengths  # r^2 log r

    def jacobians(self, points: Tensor) -> Tensor:
        """Derivatives of `move` at (B, N, 2) points: (B, N, 2, 2), in closed form."""
        offsets = self._offsets(points)  # B,N,25,2
        squared = offsets.square().sum(dim=-1, keepdim=True)
        slope = ((squared + _LEAST).log() + squared / (squared + _LEAST)) * offsets  # B,N,25,2: of r^2 log r
        return self.affine[:, None, :, :2] + torch.einsum("bki,bnkj->bnij", self.strengths, slope)

    def bend(self, images: Tensor, align_corners: bool) -> Tensor:
        """Pictures (B, 3, H, W) whose every point shows what lies where `move` says; mirrored beyond the border."""
        height, width = images.shape[2:]
        grid = coordinate_grid(height, width, align_corners=align_corners, like=images).flatten(0, 1)
        grid = self.move(grid.expand(len(images), -1, -1)).reshape(-1, height, width, 2)
        return functional.grid_sample(images, grid, padding_mode="reflection", align_corners=align_corners)

    def _offsets(self, points: Tensor) -> Tensor:
        control = coordinate_grid(CONTROL_SIDE, CONTROL_SIDE, align_corners=True, like=points).flatten(0, 1)
        return points[:, :, None] - control


def random_bend(batch: int, like: Tensor, chance: Chance) -> Bend:
    """One for each picture, on the device of `like`."""
    affine = chance.normal(batch, 2, 3, like=like) * AFFINE_DEVIATION + torch.eye(2, 3, device=like.device)
    return Bend(affine, chance.normal(batch, CONTROL_SIDE**2, 2, like=like) * SPLINE_DEVIATION)


def equivariance_losses(seen: Keypoints, in_bent: Keypoints, bend: Bend) -> dict[str, Tensor]:
    """How far the keypoints seen in pictures are from those seen in the bent pictures and carried back, and likewise the Jacobians."""
    points = in_bent.points.float()
    carried = product(bend.jacobians(points), in_bent.jacobians)
    gap = torch.eye(2, device=points.device) - product(inverse(seen.jacobians), carried)
    return {
        "equivariance_points": (seen.points.float() - bend.move(points)).abs().mean(),
        "equivariance_jacobians": gap.abs().mean(),
    }
