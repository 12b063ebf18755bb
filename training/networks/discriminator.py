"""Discriminators: what tells real pictures from drawn ones, patch by patch.

Source: the discriminator of the First Order Motion Model (after Isola et al. 2017), plain or with spectral normalisation,
with or without the driver's keypoints.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from training.networks.blocks import AntiAliasedDown
from training.networks.first_order import coordinate_grid, gaussian_maps
from training.recipes.recipe import DiscriminatorPlan

VARIANCE = 0.01
"""Of the heatmaps of keypoints."""


class Verdict(NamedTuple):
    """score: (B, 1, h, w), 1 for real and 0 for drawn; features: what each block gave, first to last."""

    score: Tensor
    features: list[Tensor]


class PatchDiscriminator(nn.Module):
    """Blocks of convolution 4x4, instance normalisation, leaky ReLU and average pool; no norm in the first, no pool in the last."""

    def __init__(self, channels: int, plan: DiscriminatorPlan) -> None:
        super().__init__()
        widths = [channels, *(min(plan.width_limit, plan.width * 2 ** (step + 1)) for step in range(plan.depth))]
        normalise = spectral_norm if plan.spectral_norm else nn.Identity()
        self.convolutions = nn.ModuleList(normalise(nn.Conv2d(before, after, kernel_size=4)) for before, after in pairwise(widths))
        self.norms = nn.ModuleList(
            nn.InstanceNorm2d(width, affine=True) if index else nn.Identity() for index, width in enumerate(widths[1:])
        )
        self.score = normalise(nn.Conv2d(widths[-1], 1, kernel_size=1))

    def forward(self, images: Tensor) -> Verdict:
        features: list[Tensor] = []
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            images = functional.leaky_relu(norm(convolution(images)), 0.2)
            if len(features) < len(self.convolutions) - 1:
                images = functional.avg_pool2d(images, kernel_size=2)
            features.append(images)
        return Verdict(self.score(images), features)


class Discriminator(nn.Module):
    """One discriminator for each scale of the whole picture, and one for each kind of square around a part of the face.

    Takes pictures (B, 3, h, w) in [0, 1] by view (`DiscriminatorPlan.views`), gives a verdict for each view and scale.
    """

    def __init__(self, plan: DiscriminatorPlan, keypoint_count: int) -> None:
        super().__init__()
        self.plan = plan
        self.downs = nn.ModuleList(AntiAliasedDown(3, round(1 / scale)) if scale < 1 else nn.Identity() for scale in plan.scales)
        channels = 3 + (keypoint_count if plan.sees_keypoints else 0)
        self.judges = nn.ModuleDict()
        for view in plan.views:
            scales = len(plan.scales) if view == "picture" else 1
            self.judges[view] = nn.ModuleList(PatchDiscriminator(channels, plan) for _ in range(scales))

    def forward(self, views: Mapping[str, Tensor], points: Tensor | None = None) -> list[Verdict]:
        """`points` are the driver's keypoints (B, K, 2), looked at only by a discriminator that sees them."""
        verdicts: list[Verdict] = []
        for view, images in views.items():
            downs = self.downs if view == "picture" else [nn.Identity()]
            judges = self.judges[view]
            assert isinstance(judges, nn.ModuleList)
            verdicts += [judge(self._with_keypoints(down(images), points)) for down, judge in zip(downs, judges, strict=True)]
        return verdicts

    def _with_keypoints(self, images: Tensor, points: Tensor | None) -> Tensor:
        if not self.plan.sees_keypoints:
            return images
        assert points is not None
        grid = coordinate_grid(*images.shape[2:], align_corners=True, like=images)
        return torch.cat([images, gaussian_maps(points, grid, VARIANCE).to(images.dtype)], dim=1)
