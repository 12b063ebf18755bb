"""Pairs of any clip changed at random: what nothing leaves alone, and what each change does."""

from typing import Any

import pytest
import torch
from torch import Tensor

from training.data.augmentation import move_landmarks
from training.data.plain_augmentation import jitter, move_squares, random_jitter, random_square
from training.fitting.batch import Batch, augment_pairs
from training.fitting.chance import FREE, Chance
from training.recipes.recipe import AugmentationPlan

NOTHING = AugmentationPlan(flip=False, time_flip=False, brightness=0, contrast=0, saturation=0, hue=0)


def plan(**fields: Any) -> AugmentationPlan:
    return NOTHING.model_copy(update=fields)


def pictures() -> Tensor:
    return torch.rand(8, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 0.8 + 0.1


def batch() -> Batch:
    frames = (pictures() * 255).byte().permute(0, 2, 3, 1)
    marks = torch.rand(16, 68, 2) - 0.5
    return Batch(frames, 255 - frames, marks[:8], marks[8:])


def test_nothing_changes_nothing() -> None:
    given = batch()
    found = augment_pairs(given, NOTHING, FREE)
    torch.testing.assert_close(found.source, given.source.permute(0, 3, 1, 2) / 255, atol=1e-5, rtol=0)
    torch.testing.assert_close(found.target_marks, given.target_marks)


def test_half_are_mirrored_with_their_landmarks() -> None:
    images = pictures().repeat(25, 1, 1, 1)
    affine = random_square(plan(flip=True), 200, images, Chance((0,), 200, 0, 200))
    moved = move_squares(plan(flip=True), images, affine)
    mirrored = affine[:, 0, 0] < 0
    assert 0.35 < mirrored.float().mean() < 0.65
    assert torch.equal(moved[mirrored], images[mirrored].flip(3))
    assert torch.equal(moved[~mirrored], images[~mirrored])
    nose = torch.full((200, 68, 2), 0.25)
    assert torch.equal(move_landmarks(nose, affine)[:, 30, 0] < 0, mirrored)


def test_half_swap_source_and_target() -> None:
    given = Batch(*(tensor.repeat(25, *[1] * (tensor.dim() - 1)) for tensor in batch()))
    found = augment_pairs(given, plan(time_flip=True), FREE)
    swapped = (found.source - given.target.permute(0, 3, 1, 2) / 255).abs().amax(dim=(1, 2, 3)) < 1e-4
    assert 0.35 < swapped.float().mean() < 0.65
    assert torch.equal(found.source_marks[swapped], given.target_marks[swapped])
    assert torch.equal(found.target_marks[~swapped], given.target_marks[~swapped])


@pytest.mark.parametrize("resize", [(0.5, 0.6), (1.5, 2.0)])
def test_a_square_is_cut_out_of_the_resized_picture(resize: tuple[float, float]) -> None:
    affine = random_square(plan(resize=resize), 100, pictures(), FREE)
    size = 1 / affine[:, 1, 1]
    assert resize[0] <= size.min() < size.max() <= resize[1]
    reach = affine[:, :, 2].abs().amax(dim=1) + 1 / size
    if resize[0] > 1:
        assert reach.max() <= 1 + 1e-6, "no border comes into view"
    else:
        corner = (1 - affine[:, :, 2].abs()) * size[:, None]  # where the picture's own border lands
        assert corner.max() <= 1 + 1e-6, "the whole picture stays in view"


def test_jitter_stays_within_its_reach_and_keeps_grey_grey() -> None:
    changes = random_jitter(plan(brightness=0.1, contrast=0.2, saturation=0.3, hue=0.5), 500, pictures(), FREE)
    reach = (changes - torch.tensor([1.0, 1.0, 1.0, 0.0])).abs().amax(dim=0)
    torch.testing.assert_close(reach, torch.tensor([0.1, 0.2, 0.3, torch.pi]), rtol=0.05, atol=0)
    grey = torch.full((1, 3, 4, 4), 0.4)
    turned = jitter(grey, torch.tensor([[1.0, 1.0, 1.0, 2.0]]))
    torch.testing.assert_close(turned, grey, atol=1e-3, rtol=0)
    torch.testing.assert_close(jitter(grey, torch.tensor([[1.5, 1.0, 1.0, 0.0]])), 1.5 * grey, atol=1e-3, rtol=0)


def test_a_third_of_a_turn_makes_red_green_or_blue() -> None:
    red = torch.tensor([0.6, 0.3, 0.3]).view(1, 3, 1, 1)
    third = jitter(red, torch.tensor([[1.0, 1.0, 1.0, 2 * torch.pi / 3]])).flatten()
    assert third.argmax() != 0
    back = jitter(third.view(1, 3, 1, 1), torch.tensor([[1.0, 1.0, 1.0, -2 * torch.pi / 3]]))
    torch.testing.assert_close(back, red, atol=1e-4, rtol=0)
