"""Motion around keypoints to first order, as plain functions that every family uses.

Source: Siarohin et al., First Order Motion Model for Image Animation, NeurIPS 2019, section 3.1. Everything here is
computed in float32 and by element-wise products alone, so that it exports to any runtime and survives half precision.
A grid is (..., h, w, 2), x right, y down. `align_corners` says what -1 and 1 are to the sampler: the centres of the
border pixels (True) or their outer edges (False).
"""

import torch
from torch import Tensor
from torch.nn import functional

from training.networks.tensors import Keypoints

SMALLEST_DETERMINANT = 1e-6
"""A Jacobian nearer to singular than this is inverted as if its determinant were this, with its own sign."""


def coordinate_grid(height: int, width: int, device: torch.device) -> Tensor:
    """The (height, width, 2) float32 grid of each cell's own place, -1 and 1 being the centres of the border cells."""
    x = torch.arange(width, device=device, dtype=torch.float32) * (2.0 / (width - 1)) - 1.0
    y = torch.arange(height, device=device, dtype=torch.float32) * (2.0 / (height - 1)) - 1.0
    return torch.stack((x[None, :].expand(height, width), y[:, None].expand(height, width)), dim=-1)


def inverse(matrices: Tensor) -> Tensor:
    """The inverses of (..., 2, 2) matrices in closed form; a determinant near zero is held away from it."""
    a, b, c, d = matrices.float().flatten(-2).unbind(-1)
    determinant = a * d - b * c
    floor = torch.where(determinant < 0, -SMALLEST_DETERMINANT, SMALLEST_DETERMINANT)
    determinant = torch.where(determinant.abs() < SMALLEST_DETERMINANT, floor, determinant)
    return (torch.stack((d, -b, -c, a), dim=-1) / determinant[..., None]).unflatten(-1, (2, 2))


def product(left: Tensor, right: Tensor) -> Tensor:
    """The matrix products of (..., 2, 2) by (..., 2, 2)."""
    return (left.float()[..., :, :, None] * right.float()[..., None, :, :]).sum(dim=-2)


def heatmaps(points: Tensor, grid: Tensor, variance: float) -> Tensor:
    """Gaussian bumps of height 1 at (B, K, 2) points over an (h, w, 2) grid: (B, K, h, w)."""
    offset = grid - points.float()[:, :, None, None, :]  # (B, K, h, w, 2)
    return torch.exp(offset.square().sum(dim=-1) * (-0.5 / variance))


def first_order_motions(source: Keypoints, driving: Keypoints, grid: Tensor) -> Tensor:
    """Where each cell of the driving picture looks in the source, were it to follow one keypoint: (B, K, h, w, 2)."""
    jacobians = product(source.jacobians, inverse(driving.jacobians))[:, :, None, None]  # (B, K, 1, 1, 2, 2)
    offset = grid - driving.points.float()[:, :, None, None, :]  # (B, K, h, w, 2)
    moved = (jacobians * offset[..., None, :]).sum(dim=-1)  # (B, K, h, w, 2)
    return moved + source.points.float()[:, :, None, None, :]


def with_background(motions: Tensor, grid: Tensor) -> Tensor:
    """The motions with standing still put first: (B, K + 1, h, w, 2)."""
    still = grid.expand(motions.shape[0], 1, *grid.shape)
    return torch.cat((still, motions), dim=1)


def sample_each(image: Tensor, motions: Tensor, align_corners: bool) -> Tensor:
    """A (B, C, h, w) picture sampled by each of (B, N, h, w, 2) motions: (B, N, C, h, w).

    The motions are stacked along the height of one tall grid, so that the picture is not copied N times.
    """
    count, height = motions.shape[1:3]
    tall = functional.grid_sample(
        image.float(), motions.flatten(1, 2), mode="bilinear", padding_mode="zeros", align_corners=align_corners
    )  # (B, C, N * h, w)
    return tall.unflatten(2, (count, height)).transpose(1, 2)


def resize(values: Tensor, height: int, width: int) -> Tensor:
    """(B, C, h, w) resized bilinearly to (B, C, height, width), pixels taken as areas; as it is when the size fits."""
    if tuple(values.shape[2:]) == (height, width):
        return values
    return functional.interpolate(values, size=(height, width), mode="bilinear", align_corners=False)


def warp(features: Tensor, deformation: Tensor, align_corners: bool) -> Tensor:
    """(B, C, H, W) features sampled by a (B, h, w, 2) deformation, which is resized to (H, W) first; zeros outside."""
    height, width = features.shape[2:]
    grid = resize(deformation.float().permute(0, 3, 1, 2), height, width).permute(0, 2, 3, 1)
    sampled = functional.grid_sample(features.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=align_corners)
    return sampled.to(features.dtype)
