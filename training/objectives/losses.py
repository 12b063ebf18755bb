"""What the networks are held to. Every loss is a mean over the batch; names are those of the log."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from training.data.anchors import LIDS, LIPS
from training.fitting.batch import Pictures
from training.fitting.chance import FREE, Chance
from training.fitting.speedups import FAST, Speedups
from training.networks.tensors import Animated, Keypoints
from training.objectives.perceptual import Lpips
from training.recipes.recipe import Stage

Losses = dict[str, Tensor]


class Crop(NamedTuple):
    """centre: (B, 2), radius: (B,), in [-1, 1] units: where `cut_crops` looks."""

    centre: Tensor
    radius: Tensor


def eye_distance(landmarks: Tensor) -> Tensor:
    """(B,) distance of the outer eye corners, not under a fifth of the picture (turned heads)."""
    distance: Tensor = torch.linalg.vector_norm(landmarks[:, 36] - landmarks[:, 45], dim=-1)
    return distance.clamp(min=0.4)


def keypoint_losses(found: Keypoints, wanted: Keypoints, landmarks: Tensor) -> Losses:
    """The detector's distance from the anchors: points in eye distances, the gaps of lids and lips, Jacobians."""
    unit = eye_distance(landmarks)[:, None, None]
    pairs = [*LIDS, LIPS]
    upper, lower = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    gap = found.points[:, lower] - found.points[:, upper]
    wanted_gap = wanted.points[:, lower] - wanted.points[:, upper]
    return {
        "points": ((found.points - wanted.points).abs() / unit).mean(),
        "gaps": ((gap - wanted_gap).abs() / unit).mean(),
        "jacobians": (found.jacobians - wanted.jacobians).abs().mean(),
    }


def flow_loss(animated: Animated, source: Tensor, driving: Tensor) -> Tensor:
    """How far from its place in the source each landmark of the driving frame looks, lids and lips counted thrice."""
    grid = driving[:, :, None]  # B,68,1,2
    looked = functional.grid_sample(animated.deformation.permute(0, 3, 1, 2), grid, padding_mode="border", align_corners=False)
    gap = (looked[..., 0].transpose(1, 2) - source).abs().sum(dim=-1)  # B,68
    weight = torch.ones(68, device=gap.device)
    weight[36:] = 3.0
    inside = (driving.abs() < 1).all(dim=-1) & (source.abs() < 1).all(dim=-1)
    return (gap * weight * inside).mean()


def region_weight(landmarks: Tensor, height: int, width: int) -> Tensor:
    """1 everywhere, rising softly to 7 on the mouth and 8 on the eyes, (B, 1, H, W): small regions that carry the expression."""
    y = (2 * torch.arange(height, device=landmarks.device) + 1) / height - 1
    x = (2 * torch.arange(width, device=landmarks.device) + 1) / width - 1
    total = torch.ones(landmarks.shape[0], height, width, device=landmarks.device)
    for points, size, gain in ((landmarks[:, 48:60], 1.1, 6.0), (landmarks[:, 36:42], 1.2, 7.0), (landmarks[:, 42:48], 1.2, 7.0)):
        centre = points.mean(dim=1)
        radius = size * (points - centre[:, None]).norm(dim=-1).amax(dim=1).clamp(min=0.06)[:, None, None]
        distance = (x[None, None, :] - centre[:, 0, None, None]).square() + (y[None, :, None] - centre[:, 1, None, None]).square()
        total = total + gain * torch.sigmoid(8 * (1.1 - (distance + 1e-6).sqrt() / radius))
    return total[:, None]


def expression_crop(landmarks: Tensor, chance: Chance = FREE) -> Crop:
    """One square a face, by chance its mouth or one of its eyes."""
    groups = torch.stack([landmarks[:, 48:60].mean(dim=1), landmarks[:, 36:42].mean(dim=1), landmarks[:, 42:48].mean(dim=1)], dim=1)
    pick = chance.integers(landmarks.shape[0], 4, landmarks) % 3  # the mouth in half of the draws
    unit = eye_distance(landmarks)
    radius = unit * torch.where(pick == 0, 0.5, 0.32)
    return Crop(groups[torch.arange(len(pick), device=pick.device), pick], radius)


def cut_crops(images: Tensor, crop: Crop, side: int) -> Tensor:
    """(B, 3, side, side) squares of the pictures."""
    batch = images.shape[0]
    affine = torch.zeros(batch, 2, 3, device=images.device)
    affine[:, 0, 0] = affine[:, 1, 1] = crop.radius
    affine[:, :, 2] = crop.centre
    grid = functional.affine_grid(affine, [batch, 3, side, side], align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def animation_losses(
    animated: Animated, pictures: Pictures, stage: Stage, lpips: Lpips | None, *, speedups: Speedups = FAST, chance: Chance = FREE
) -> Losses:
    """The generator's distance from the target frame: L1, the warp's own L1 and, where they count, flow at the landmarks and LPIPS.

    L1 is weighted by region in a stage that uses landmarks. LPIPS sees every other picture whole and a mouth or an eye of all: on CPUs it
    would otherwise cost as much as the networks.
    """
    prediction, target, marks = animated.prediction, pictures.target, pictures.target_marks
    gap = (prediction - target).abs()
    if stage.uses_landmarks:
        gap = gap * region_weight(marks, *target.shape[-2:])
    losses = {"l1": gap.mean(), "warp": (animated.warped - target).abs().mean()}
    if "flow" in stage.weights:
        losses["flow"] = flow_loss(animated, pictures.source_marks, marks)
    if lpips is None:
        return losses
    with speedups.autocast(target.device):
        if "lpips" in stage.weights:
            losses["lpips"] = lpips(prediction[::2].contiguous(), target[::2].contiguous()).mean()
        if "crops" in stage.weights:
            crop, side = expression_crop(marks, chance), target.shape[-1] // 2
            losses["crops"] = lpips(cut_crops(prediction, crop, side), cut_crops(target, crop, side)).mean()
    return losses
