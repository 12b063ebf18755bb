"""Dense motion of the compact family: which keypoint's motion each cell of a fixed grid follows, and what stays hidden."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.configuration import CompactConfiguration
from training.networks.compact_blocks import Separable, convolution, residuals
from training.networks.first_order import coordinate_grid, gaussian_maps, motion_grids
from training.networks.sampling import sample_each
from training.networks.tensors import Keypoints


class DenseMotion(NamedTuple):
    """deformation: (B, g, g, 2) in [-1, 1]; occlusion: (B, 1, g, g) in [0, 1]."""

    deformation: Tensor
    occlusion: Tensor


class CompactMotion(nn.Module):
    """A small U-Net over a grid whose side does not depend on the picture's: 128 px or 256 px give the same motion.

    The deformation is a softmax mixture of the keypoints' first-order motions plus a small free residual, which lets
    lids and lips move where no mixture of affine motions reaches.
    """

    def __init__(self, configuration: CompactConfiguration) -> None:
        super().__init__()
        self.side = configuration.motion_grid
        self.variance = configuration.heatmap_variance
        motions = configuration.keypoint_count + 1
        full, half, quarter, eighth = configuration.motion_widths
        self.stem = convolution(4 * motions - 1, full, 1)
        self.to_half = nn.Sequential(Separable(full, half, 2), *residuals(half, 2))
        self.to_quarter = nn.Sequential(Separable(half, quarter, 2), *residuals(quarter, 2))
        self.to_eighth = nn.Sequential(Separable(quarter, eighth, 2), *residuals(eighth, 2))
        self.up_quarter = nn.Sequential(convolution(eighth + quarter, quarter, 1), *residuals(quarter, 1))
        self.up_half = nn.Sequential(convolution(quarter + half, half, 1), *residuals(half, 1))
        self.up_full = nn.Sequential(convolution(half + full, full, 1), Separable(full, full))
        self.head = nn.Conv2d(full, motions + 3, 3, padding=1)  # mask, occlusion, residual x and y
        with torch.no_grad():
            assert self.head.bias is not None
            self.head.bias.zero_()
            self.head.bias[motions] = 2.0  # start with everything seen
            self.head.weight[motions + 1 :] = 0.0

    def forward(self, source_small: Tensor, source: Keypoints, driving: Keypoints) -> DenseMotion:
        """source_small: (B, 3, g, g), the source picture at the side of the grid."""
        grid = coordinate_grid(self.side, self.side, align_corners=False, like=source_small)
        heat = gaussian_maps(driving.points, grid, self.variance) - gaussian_maps(source.points, grid, self.variance)
        motions = motion_grids(source, driving, grid)  # B,K+1,g,g,2
        warped = sample_each(source_small, motions, align_corners=False).flatten(1, 2)  # B,3(K+1),g,g
        seen = torch.cat([heat, warped], dim=1)  # B,4K+3,g,g

        full = self.stem(seen)
        half = self.to_half(full)
        quarter = self.to_quarter(half)
        deep = self.to_eighth(quarter)
        deep = self.up_quarter(torch.cat([functional.interpolate(deep, scale_factor=2.0, mode="nearest"), quarter], dim=1))
        deep = self.up_half(torch.cat([functional.interpolate(deep, scale_factor=2.0, mode="nearest"), half], dim=1))
        deep = self.up_full(torch.cat([functional.interpolate(deep, scale_factor=2.0, mode="nearest"), full], dim=1))

        mask, occlusion, residual = self.head(deep).float().split([motions.shape[1], 1, 2], dim=1)
        mixed = (torch.softmax(mask, dim=1)[..., None] * motions).sum(dim=1)  # B,g,g,2
        return DenseMotion(mixed + 0.1 * residual.permute(0, 2, 3, 1), torch.sigmoid(occlusion))
