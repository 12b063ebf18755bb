"""How pairs of any kind of clip are changed at random: mirrored, resized and cut, recoloured; both frames of a pair alike.

Source: the augmentation of the published models (flip, time flip, colour jitter, and a random square of a resized picture).
"""

import torch
from torch import Tensor

from training.data.augmentation import move, uniform
from training.fitting.chance import Chance
from training.recipes.recipe import AugmentationPlan

GREY = (0.299, 0.587, 0.114)
_YIQ_FROM_RGB = torch.tensor([GREY, (0.596, -0.274, -0.322), (0.211, -0.523, 0.312)])
"""Luma and two axes of colour: to turn the hue is to turn these two."""


def random_square(plan: AugmentationPlan, batch: int, like: Tensor, chance: Chance) -> Tensor:
    """(B, 2, 3) affines `origin_from_target`: half of them mirror where the plan says so, each resizes and shifts by what that leaves."""
    size = uniform(batch, *plan.resize, like, chance)
    mirror = torch.where(chance.uniform(batch, like=like) < 0.5, -1.0, 1.0) if plan.flip else torch.ones_like(size)
    shift = (chance.uniform(batch, 2, like=like) * 2 - 1) * (1 - 1 / size).abs()[:, None]
    affine = torch.zeros(batch, 2, 3, device=like.device)
    affine[:, 0, 0], affine[:, 1, 1], affine[:, :, 2] = mirror / size, 1 / size, shift
    return affine


def move_squares(plan: AugmentationPlan, images: Tensor, affine: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) under the affines of `random_square`; to the bit where they only mirror."""
    if plan.resize != (1.0, 1.0):
        return move(images, affine)
    return torch.where(affine[:, 0, 0].view(-1, 1, 1, 1) < 0, images.flip(3), images)


def random_jitter(plan: AugmentationPlan, batch: int, like: Tensor, chance: Chance) -> Tensor:
    """(B, 4) changes: factors of brightness, contrast and saturation, and a turn of the hue in radians."""
    drawn = chance.uniform(batch, 4, like=like) * 2 - 1
    reach = torch.tensor([plan.brightness, plan.contrast, plan.saturation, plan.hue * 2 * torch.pi], device=like.device)
    return drawn * reach + torch.tensor([1.0, 1.0, 1.0, 0.0], device=like.device)


def jitter(images: Tensor, changes: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [0, 1] recoloured by (B, 4) changes."""
    brightness, contrast, saturation, turn = changes.view(-1, 4, 1, 1, 1).unbind(1)  # B,1,1,1 each
    grey = torch.tensor(GREY, device=images.device).view(1, 3, 1, 1)
    images = images * brightness
    images = torch.lerp((images * grey).sum(dim=1, keepdim=True).mean(dim=(2, 3), keepdim=True).expand_as(images), images, contrast)
    images = torch.lerp((images * grey).sum(dim=1, keepdim=True).expand_as(images), images, saturation)
    return torch.einsum("bij,bjhw->bihw", _hue_turns(turn.flatten()), images).clamp(0, 1)


def _hue_turns(angles: Tensor) -> Tensor:
    """(B, 3, 3) RGB from RGB: the hue turned by each angle, luma kept."""
    cosine, sine = torch.cos(angles), torch.sin(angles)
    turns = torch.zeros(len(angles), 3, 3, device=angles.device)
    turns[:, 0, 0] = 1
    turns[:, 1, 1] = turns[:, 2, 2] = cosine
    turns[:, 1, 2], turns[:, 2, 1] = -sine, sine
    yiq = _YIQ_FROM_RGB.to(angles.device)
    matrices: Tensor = torch.linalg.inv(yiq) @ turns @ yiq
    return matrices
