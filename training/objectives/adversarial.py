"""The game of generator and discriminator: what the discriminator is shown, and what either is held to.

Source: least-squares GAN (Mao et al. 2017) and feature matching (Wang et al., pix2pixHD, 2018).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from training.networks.discriminator import Discriminator
from training.objectives.losses import Crop, Losses, cut_crops, eye_distance

MOUTH_RADIUS, EYE_RADIUS = 0.5, 0.32
"""Half the side of a square around mouth or eye, in eye distances."""


class Shown(NamedTuple):
    """drawn, real: (B, 3, H, W) in [0, 1]; points: (B, K, 2) keypoints of the driver; landmarks: (B, 68, 2) of the real picture."""

    drawn: Tensor
    real: Tensor
    points: Tensor
    landmarks: Tensor

    def detach(self) -> "Shown":
        """The same without a way back to the generator."""
        return Shown(*(tensor.detach() for tensor in self))


def cut_views(discriminator: Discriminator, images: Tensor, landmarks: Tensor) -> dict[str, Tensor]:
    """What the discriminator looks at: the pictures, squares around the mouth, or around both eyes (2B of them)."""
    plan = discriminator.plan
    views: dict[str, Tensor] = {}
    for view in plan.views:
        if view == "picture":
            views[view] = images
        else:
            groups = [slice(48, 60)] if view == "mouth" else [slice(36, 42), slice(42, 48)]
            radius = eye_distance(landmarks) * (MOUTH_RADIUS if view == "mouth" else EYE_RADIUS)
            crops = [Crop(landmarks[:, group].mean(dim=1), radius) for group in groups]
            views[view] = torch.cat([cut_crops(images, crop, plan.crop_side) for crop in crops])
    return views


def generator_game(discriminator: Discriminator, shown: Shown, features: bool) -> Losses:
    """`gan`: how far the drawn pictures are from passing for real, summed over views and scales; `features`, where asked for: the distance
    of what the blocks saw in drawn and in real pictures, summed over blocks."""
    points = shown.points.detach()
    verdicts = discriminator(cut_views(discriminator, shown.drawn, shown.landmarks), points)
    losses = {"gan": torch.stack([(1 - verdict.score.float()).square().mean() for verdict in verdicts]).sum()}
    if features:
        with torch.no_grad():
            wanted = discriminator(cut_views(discriminator, shown.real, shown.landmarks), points)
        gaps = [
            (ours - theirs).abs().float().mean()
            for verdict, other in zip(verdicts, wanted, strict=True)
            for ours, theirs in zip(verdict.features, other.features, strict=True)
        ]
        losses["features"] = torch.stack(gaps).sum()
    return losses


def discriminator_game(discriminator: Discriminator, shown: Shown) -> Tensor:
    """How far the discriminator is from telling detached drawn pictures from real ones, summed over views and scales."""
    real = discriminator(cut_views(discriminator, shown.real, shown.landmarks), shown.points)
    drawn = discriminator(cut_views(discriminator, shown.drawn, shown.landmarks), shown.points)
    terms = [(1 - yes.score.float()).square().mean() + no.score.float().square().mean() for yes, no in zip(real, drawn, strict=True)]
    return torch.stack(terms).sum()
