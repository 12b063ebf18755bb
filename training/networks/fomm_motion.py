"""The dense motion network: from sparse keypoint motions to one deformation and an occlusion map."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from training.configuration import FommConfiguration
from training.networks.block_kit import choose_blocks
from training.networks.blocks import AntiAliasedDown
from training.networks.first_order import coordinate_grid, gaussian_maps, motion_grids
from training.networks.hourglass import Hourglass
from training.networks.sampling import sample_each
from training.networks.tensors import Keypoints

VARIANCE = 0.01
"""Of the keypoints' Gaussian maps."""


class DenseMotion(NamedTuple):
    """deformation: (B, h, w, 2) in [-1, 1]; occlusion: (B, 1, h, w) in [0, 1], 1 where the source is to be seen."""

    deformation: Tensor
    occlusion: Tensor


class DenseMotionNetwork(nn.Module):
    """Weighs K keypoint motions and standing still for each cell; attribute names are the published ones."""

    def __init__(self, configuration: FommConfiguration) -> None:
        super().__init__()
        self.align_corners = configuration.align_corners
        motion_count = configuration.keypoint_count + 1
        self.down = AntiAliasedDown(3, configuration.stride) if configuration.stride > 1 else nn.Identity()
        blocks = choose_blocks(configuration.separable)
        self.hourglass = Hourglass(
            4 * motion_count, configuration.motion_width, configuration.motion_width_limit, configuration.motion_depth, blocks
        )
        self.mask = blocks.head(self.hourglass.out_channels, motion_count, 3)
        self.occlusion = blocks.head(self.hourglass.out_channels, 1, 3) if configuration.estimate_occlusion else None

    def forward(self, small_source: Tensor, source: Keypoints, driving: Keypoints) -> DenseMotion:
        """`small_source` is (B, 3, h, w), the picture after `down`."""
        height, width = small_source.shape[2:]
        # The published grid has corners at -1 and 1, whichever convention it is sampled with.
        grid = coordinate_grid(height, width, align_corners=True, like=small_source)  # (h, w, 2)
        motions = motion_grids(source, driving, grid)  # (B, K + 1, h, w, 2)
        sampled = sample_each(small_source, motions, align_corners=self.align_corners)  # (B, K + 1, 3, h, w)
        change = gaussian_maps(driving.points, grid, VARIANCE) - gaussian_maps(source.points, grid, VARIANCE)  # (B, K, h, w)
        change = torch.cat((torch.zeros_like(change[:, :1]), change), dim=1)  # (B, K + 1, h, w)
        features = self.hourglass(torch.cat((change[:, :, None], sampled), dim=2).flatten(1, 2))  # (B, width + 4(K + 1), h, w)
        mask = self.mask(features).float().softmax(dim=1)  # (B, K + 1, h, w)
        deformation = (mask[..., None] * motions).sum(dim=1)  # (B, h, w, 2)
        if self.occlusion is None:
            return DenseMotion(deformation, torch.ones_like(mask[:, :1]))
        return DenseMotion(deformation, self.occlusion(features).float().sigmoid())
