"""Random changes of pictures and landmarks, computed in batches on the device that trains.

Pictures are (B, 3, H, W) in [0, 1], landmarks (B, 68, 2) in [-1, 1]. Randomness comes from the `chance` given, by default
torch's own generator.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from training.data.anchors import MIRRORED
from training.fitting.chance import FREE, Chance


class Spread(NamedTuple):
    """How far a random affine goes: rotation in radians, smallest and largest log scale of the picture, shift in [-1, 1] units."""

    rotation: float
    scale: tuple[float, float]
    shift: float


WIDE = Spread(rotation=0.45, scale=(-0.3, 0.3), shift=0.18)
"""For the detector, which must find the points wherever the crop left them."""

NARROW = Spread(rotation=0.2, scale=(0.0, 0.25), shift=0.06)
"""For the generator: hardly any border comes into view, whose replicated streaks it would learn."""


def uniform(batch: int, low: float, high: float, like: Tensor, chance: Chance = FREE) -> Tensor:
    """(batch,) numbers between low and high on the device of `like`."""
    return chance.uniform(batch, like=like) * (high - low) + low


def random_affine(batch: int, spread: Spread, like: Tensor, chance: Chance = FREE) -> Tensor:
    """(B, 2, 3) affines `origin_from_target` for `move`; half of them mirror."""
    angle = uniform(batch, -spread.rotation, spread.rotation, like, chance)
    scale = torch.exp(-uniform(batch, *spread.scale, like, chance))
    mirror = torch.where(chance.uniform(batch, like=like) < 0.5, -1.0, 1.0)
    cosine, sine = torch.cos(angle) * scale, torch.sin(angle) * scale
    shift = (chance.uniform(batch, 2, like=like) * 2 - 1) * spread.shift
    return torch.stack([torch.stack([cosine * mirror, -sine, shift[:, 0]], 1), torch.stack([sine * mirror, cosine, shift[:, 1]], 1)], 1)


def move(images: Tensor, affine: Tensor) -> Tensor:
    """Pictures resampled through `origin_from_target`; the border is replicated."""
    grid = functional.affine_grid(affine, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def move_landmarks(landmarks: Tensor, affine: Tensor) -> Tensor:
    """Landmarks carried along; left and right swap names where the affine mirrors."""
    moved = torch.linalg.solve(affine[:, :, :2], (landmarks - affine[:, None, :, 2]).transpose(1, 2)).transpose(1, 2)
    mirrored = torch.det(affine[:, :, :2]) < 0
    order = torch.from_numpy(MIRRORED).to(landmarks.device)
    return torch.where(mirrored[:, None, None], moved[:, order], moved)


class Recolouring(NamedTuple):
    """gain, bias: (B, 3, 1, 1); saturation, gamma: (B, 1, 1, 1)."""

    gain: Tensor
    bias: Tensor
    saturation: Tensor
    gamma: Tensor


def random_colours(batch: int, strength: float, like: Tensor, chance: Chance = FREE) -> Recolouring:
    """How a batch is recoloured; `strength` 1 is what photographs differ by."""
    column = (batch, 1, 1, 1)
    light = torch.exp(uniform(batch, -0.3, 0.3, like, chance) * strength).view(column)
    tint = torch.exp((chance.uniform(batch, 3, 1, 1, like=like) - 0.5) * 0.3 * strength)
    bias = (chance.uniform(*column, like=like) - 0.5) * 0.15 * strength
    saturation = torch.exp(uniform(batch, -0.5, 0.5, like, chance) * strength).view(column)
    saturation = torch.where(chance.uniform(*column, like=like) < 0.1, torch.zeros_like(saturation), saturation)
    gamma = torch.exp(uniform(batch, -0.25, 0.25, like, chance) * strength).view(column)
    return Recolouring(light * tint, bias.expand(-1, 3, -1, -1), saturation, gamma)


def recolour(images: Tensor, colours: Recolouring) -> Tensor:
    """Pictures recoloured; give source and target of a pair the same colours."""
    grey = images.mean(dim=1, keepdim=True)
    images = (grey + (images - grey) * colours.saturation) * colours.gain + colours.bias
    return images.clamp(1e-4, 1).pow(colours.gamma)


def degrade(images: Tensor, chance: Chance = FREE) -> Tensor:
    """What bad webcams do to a driver: low light, blur, low resolution, noise, block compression, things before the face."""
    batch, _, height, width = images.shape
    column = (batch, 1, 1, 1)
    images = recolour(images, random_colours(batch, 1.6, images, chance))
    pick = chance.uniform(*column, like=images)
    blurred = functional.avg_pool2d(functional.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)
    factor = chance.number() * 1.5 + 1.5
    small = functional.interpolate(images, size=(int(height / factor), int(width / factor)), mode="area")
    coarse = functional.interpolate(small, size=(height, width), mode="bilinear", align_corners=False)
    images = torch.where(pick < 0.2, blurred, torch.where(pick < 0.4, coarse, images))
    images = torch.where(chance.uniform(*column, like=images) < 0.3, compress_blocks(images, chance=chance), images)
    noise = chance.noise(images) * (chance.uniform(*column, like=images) ** 2 * 0.08)
    images = torch.where(chance.uniform(*column, like=images) < 0.5, images + noise, images)
    return occlude(images, chance=chance).clamp(0, 1)


def compress_blocks(images: Tensor, size: int = 8, chance: Chance = FREE) -> Tensor:
    """Coarsely quantised 8x8 cosine coefficients, as JPEG and MJPG leave them; sides must be multiples of 8."""
    order = torch.arange(size, device=images.device, dtype=images.dtype)
    basis = torch.cos((2 * order[None] + 1) * order[:, None] * torch.pi / (2 * size)) * (2 / size) ** 0.5
    basis[0] /= 2**0.5
    batch, channels, height, width = images.shape
    blocks = images.reshape(batch, channels, height // size, size, width // size, size).transpose(3, 4)  # B,3,h/8,w/8,8,8
    step = (1 + order[:, None] + order[None]) * (0.01 + 0.03 * chance.uniform(batch, 1, 1, 1, 1, 1, like=images))
    coefficients = torch.round(basis @ blocks @ basis.T / step) * step
    pixels: Tensor = basis.T @ coefficients @ basis
    return pixels.transpose(3, 4).reshape(images.shape)


def occlude(images: Tensor, share: float = 0.15, chance: Chance = FREE) -> Tensor:
    """An ellipse of one colour, a hand or a microphone, before a share of the pictures."""
    batch, _, height, width = images.shape
    y = torch.linspace(-1, 1, height, device=images.device)[None, None, :, None]
    x = torch.linspace(-1, 1, width, device=images.device)[None, None, None, :]
    centre = chance.uniform(batch, 2, 1, 1, like=images) * 1.8 - 0.9
    radius = chance.uniform(batch, 2, 1, 1, like=images) * 0.3 + 0.1
    inside = ((x - centre[:, :1]) / radius[:, :1]) ** 2 + ((y - centre[:, 1:]) / radius[:, 1:]) ** 2 < 1
    inside = inside & (chance.uniform(batch, 1, 1, 1, like=images) < share)
    colour = chance.uniform(batch, 3, 1, 1, like=images)
    return torch.where(inside, colour, images)
