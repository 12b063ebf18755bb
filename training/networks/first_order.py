"""Motion around keypoints to first order, as plain functions that every family uses.

Source: Siarohin et al., First Order Motion Model for Image Animation, NeurIPS 2019, section 3.1. Everything here is
computed in float32 and by element-wise products alone, so that it exports to any runtime and survives half precision.
"""

import torch
from torch import Tensor

from training.networks.tensors import Keypoints

SMALLEST_DETERMINANT = 1e-6
"""A Jacobian nearer to singular than this is inverted as if its determinant were this, with its own sign."""


def coordinate_grid(height: int, width: int, *, align_corners: bool, like: Tensor) -> Tensor:
    """The (height, width, 2) float32 grid of each cell's own place (x, y), on the device of `like`.

    With `align_corners` -1 and 1 are the centres of the border cells, without it their outer edges.
    """
    x = torch.arange(width, device=like.device, dtype=torch.float32)
    y = torch.arange(height, device=like.device, dtype=torch.float32)
    if align_corners:
        x, y = x * (2.0 / (width - 1)) - 1.0, y * (2.0 / (height - 1)) - 1.0
    else:
        x, y = (x + 0.5) * (2.0 / width) - 1.0, (y + 0.5) * (2.0 / height) - 1.0
    return torch.stack((x[None, :].expand(height, width), y[:, None].expand(height, width)), dim=-1)


def inverse(matrices: Tensor) -> Tensor:
    """The inverses of (..., 2, 2) matrices in closed form; a determinant near zero is held away from it."""
    a, b, c, d = matrices.float().flatten(-2).unbind(-1)
    determinant = a * d - b * c
    floor = torch.where(determinant < 0, -SMALLEST_DETERMINANT, SMALLEST_DETERMINANT)
    determinant = torch.where(determinant.abs() < SMALLEST_DETERMINANT, floor, determinant)
    return (torch.stack((d, -b, -c, a), dim=-1) / determinant[..., None]).reshape(matrices.shape)


def product(left: Tensor, right: Tensor) -> Tensor:
    """The matrix products of (..., 2, 2) by (..., 2, 2)."""
    return (left.float()[..., :, :, None] * right.float()[..., None, :, :]).sum(dim=-2)


def gaussian_maps(points: Tensor, grid: Tensor, variance: float) -> Tensor:
    """Bumps of height 1 at (B, K, 2) points over an (h, w, 2) grid: (B, K, h, w)."""
    offset = grid - points.float()[:, :, None, None, :]  # (B, K, h, w, 2)
    return torch.exp(offset.square().sum(dim=-1) * (-0.5 / variance))


def motion_grids(source: Keypoints, driving: Keypoints, grid: Tensor) -> Tensor:
    """Where each cell of the driving picture looks in the source, if it follows one keypoint: (B, K + 1, h, w, 2).

    Standing still comes first, for the background.
    """
    jacobians = product(source.jacobians, inverse(driving.jacobians))[:, :, None, None]  # (B, K, 1, 1, 2, 2)
    x, y = (grid - driving.points.float()[:, :, None, None, :]).unbind(dim=-1)  # (B, K, h, w) each
    moved = (
        torch.stack((jacobians[..., 0, 0] * x + jacobians[..., 0, 1] * y, jacobians[..., 1, 0] * x + jacobians[..., 1, 1] * y), dim=-1)
        + source.points.float()[:, :, None, None, :]
    )
    still = grid.expand(moved.shape[0], 1, *grid.shape)
    return torch.cat((still, moved), dim=1)
