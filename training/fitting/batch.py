"""A batch of pairs: as it is read, and as it is augmented."""

from typing import NamedTuple

import torch
from torch import Tensor

from training.data.augmentation import NARROW, WIDE, degrade, move, move_landmarks, random_affine, random_colours, recolour
from training.data.plain_augmentation import jitter, move_squares, random_jitter, random_square
from training.fitting.chance import Chance
from training.recipes.recipe import AugmentationPlan


class Batch(NamedTuple):
    """source, target: (B, side, side, 3) uint8; source_marks, target_marks: (B, 68, 2) in [-1, 1], NaN where there are none."""

    source: Tensor
    target: Tensor
    source_marks: Tensor
    target_marks: Tensor

    def part(self, index: int, of: int) -> "Batch":
        """One of so many equal parts."""
        return Batch(*(tensor.chunk(of)[index] for tensor in self))


class Pictures(NamedTuple):
    """An augmented batch: source, target (B, 3, side, side) in [0, 1] and their landmarks (B, 68, 2)."""

    source: Tensor
    target: Tensor
    source_marks: Tensor
    target_marks: Tensor


def augment_pairs(batch: Batch, plan: AugmentationPlan | None, chance: Chance) -> Pictures:
    """Both frames of a pair moved and recoloured alike: as the plan says, or in the way of faces."""
    count = len(batch.source)
    if plan is None:
        source, target = _as_images(batch.source), _as_images(batch.target)
        affine = random_affine(count, NARROW, source, chance)
        colours = random_colours(count, 1.0, source, chance)
        source, target = (recolour(move(images, affine), colours) for images in (source, target))
    else:
        batch = _swap(batch, chance.uniform(count, like=batch.source) < 0.5) if plan.time_flip else batch
        source, target = _as_images(batch.source), _as_images(batch.target)
        affine = random_square(plan, count, source, chance)
        changes = random_jitter(plan, count, source, chance)
        source, target = (jitter(move_squares(plan, images, affine), changes) for images in (source, target))
    return Pictures(source, target, move_landmarks(batch.source_marks, affine), move_landmarks(batch.target_marks, affine))


def augment_frames(batch: Batch, plan: AugmentationPlan | None, chance: Chance) -> tuple[Tensor, Tensor]:
    """Every frame as a sample of its own, degraded as bad webcams do: (2B, 3, side, side) and landmarks (2B, 68, 2)."""
    images = _as_images(torch.cat([batch.source, batch.target]))
    if plan is None:
        affine = random_affine(len(images), WIDE, images, chance)
        images = move(images, affine)
    else:
        affine = random_square(plan, len(images), images, chance)
        images = move_squares(plan, images, affine)
    return degrade(images, chance), move_landmarks(torch.cat([batch.source_marks, batch.target_marks]), affine)


def _as_images(pictures: Tensor) -> Tensor:
    return pictures.permute(0, 3, 1, 2).float() / 255


def _swap(batch: Batch, where: Tensor) -> Batch:
    """Source and target exchanged in some of the pairs."""

    def choose(first: Tensor, second: Tensor) -> Tensor:
        return torch.where(where.view(-1, *[1] * (first.dim() - 1)), second, first)

    source, target, source_marks, target_marks = batch
    return Batch(choose(source, target), choose(target, source), choose(source_marks, target_marks), choose(target_marks, source_marks))
