"""Pictures and landmarks change together, and only as far as they should."""

import pytest
import torch
from torch import Tensor

from tests.training.small_pack import draw_face, moving_face
from training.data.anchors import MIRRORED
from training.data.augmentation import (
    NARROW,
    WIDE,
    Recolouring,
    Spread,
    compress_blocks,
    degrade,
    move,
    move_landmarks,
    occlude,
    random_affine,
    random_colours,
    recolour,
)


def faces(count: int, side: int = 64) -> Tensor:
    """Drawn faces, (count, 3, side, side)."""
    drawn = [torch.from_numpy(draw_face(moving_face(index / 3), side=side)) for index in range(count)]
    return torch.stack(drawn).permute(0, 3, 1, 2).float() / 255


def marks(count: int) -> Tensor:
    return torch.stack([torch.from_numpy(moving_face(index / 3)) for index in range(count)])


def dots(places: Tensor, side: int = 64) -> Tensor:
    """A soft bright dot at each of (B, 2) places: (B, 1, side, side)."""
    line = (torch.arange(side) + 0.5) * 2 / side - 1
    x, y = line[None, None, :] - places[:, 0, None, None], line[None, :, None] - places[:, 1, None, None]
    return torch.exp(-(x.square() + y.square()) / 0.01)[:, None]


def find_dots(images: Tensor) -> Tensor:
    """Where the dots of (B, 1, side, side) lie: (B, 2)."""
    side = images.shape[-1]
    line = (torch.arange(side) + 0.5) * 2 / side - 1
    weight = images[:, 0] / images[:, 0].sum(dim=(1, 2), keepdim=True)
    return torch.stack([(weight * line[None, None, :]).sum(dim=(1, 2)), (weight * line[None, :, None]).sum(dim=(1, 2))], dim=1)


@pytest.mark.parametrize("spread", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_dot_lands_where_its_landmark_goes(spread: Spread) -> None:
    torch.manual_seed(0)
    places = torch.rand(16, 2) * 0.5 - 0.25
    affine = random_affine(16, spread, places)
    assert 2 < (torch.det(affine[:, :, :2]) < 0).sum() < 14, "both kinds must be seen"
    every = places[:, None].expand(16, 68, 2)  # all names lie at the dot, so that swapping them changes nothing
    moved = move_landmarks(every, affine)[:, 0]
    assert (moved - places).abs().max() > 0.1
    torch.testing.assert_close(find_dots(move(dots(places), affine)), moved, rtol=0, atol=0.004)


def test_no_move_changes_nothing() -> None:
    still = torch.eye(2, 3).expand(2, 2, 3)
    torch.testing.assert_close(move(faces(2), still), faces(2), rtol=0, atol=1e-5)
    torch.testing.assert_close(move_landmarks(marks(2), still), marks(2))


def test_a_mirror_swaps_left_and_right_names() -> None:
    mirror = torch.tensor([[[-1.0, 0, 0], [0, 1, 0]]])
    moved = move_landmarks(marks(1), mirror)
    torch.testing.assert_close(moved, marks(1)[:, torch.from_numpy(MIRRORED)] * torch.tensor([-1.0, 1]))
    assert (moved[0, 36, 0] < moved[0, 45, 0]) == (marks(1)[0, 36, 0] < marks(1)[0, 45, 0])
    torch.testing.assert_close(move(faces(1), mirror), faces(1).flip(-1), rtol=0, atol=1e-5)


def test_affines_stay_within_their_spread() -> None:
    torch.manual_seed(1)
    affine = random_affine(200, WIDE, torch.zeros(1))
    low, high = WIDE.scale
    scale = torch.det(affine[:, :, :2]).abs().sqrt()  # of origin_from_target: the inverse of the picture's
    assert torch.exp(torch.tensor(-high)) - 1e-5 <= scale.min() <= scale.max() <= torch.exp(torch.tensor(-low)) + 1e-5
    angle = torch.atan2(affine[:, 0, 1], affine[:, 1, 1]).abs()
    assert WIDE.rotation * 0.9 < angle.max() <= WIDE.rotation + 1e-6
    assert affine[:, :, 2].abs().max() <= WIDE.shift


def test_neutral_colours_change_nothing() -> None:
    one = torch.ones(2, 1, 1, 1)
    colours = Recolouring(gain=one.expand(2, 3, 1, 1), bias=torch.zeros(2, 3, 1, 1), saturation=one, gamma=one)
    images = faces(2).clamp(0.01, 1)
    torch.testing.assert_close(recolour(images, colours), images)
    torch.testing.assert_close(recolour(images, random_colours(2, 0.0, images)._replace(saturation=one)), images)


def test_no_saturation_is_grey_and_gain_is_light() -> None:
    one = torch.ones(1, 1, 1, 1)
    neutral = Recolouring(gain=one.expand(1, 3, 1, 1), bias=torch.zeros(1, 3, 1, 1), saturation=one, gamma=one)
    grey = recolour(faces(1), neutral._replace(saturation=0 * one))
    torch.testing.assert_close(grey, faces(1).mean(dim=1, keepdim=True).expand(1, 3, 64, 64))
    assert recolour(faces(1), neutral._replace(gain=neutral.gain * 0.5)).mean() < faces(1).mean() * 0.6


def test_both_frames_of_a_pair_keep_their_difference_in_colour() -> None:
    """The same colours map equal pixels to equal pixels."""
    torch.manual_seed(2)
    colours = random_colours(2, 1.0, faces(2))
    twice = [recolour(faces(2), colours) for _ in range(2)]
    torch.testing.assert_close(twice[0], twice[1])
    assert (twice[0] - faces(2)).abs().mean() > 0.01


@pytest.mark.parametrize("seed", range(3))
def test_degraded_pictures_are_pictures(seed: int) -> None:
    torch.manual_seed(seed)
    images = faces(12)
    poor = degrade(images)
    assert poor.shape == images.shape
    assert torch.isfinite(poor).all()
    assert 0 <= poor.min() <= poor.max() <= 1
    assert ((poor - images).abs().mean(dim=(1, 2, 3)) > 0.003).all(), "a picture came through as it was"
    flat = (poor - poor.mean(dim=(2, 3), keepdim=True)).abs().mean(dim=(1, 2, 3))
    assert (flat > 0.01).all(), "nothing is left to be seen"


def test_compression_keeps_smooth_pictures_and_coarsens_noise() -> None:
    torch.manual_seed(3)
    line = torch.linspace(0.2, 0.8, 64)
    smooth = (line[None, :] + line[:, None]).expand(2, 3, 64, 64) / 2
    assert (compress_blocks(smooth) - smooth).abs().mean() < 0.01
    noise = torch.rand(2, 3, 64, 64)
    rough = (compress_blocks(noise) - noise).abs().mean()
    assert 0.01 < rough < 0.2
    flat = torch.full((1, 3, 16, 8), 0.5)
    blocks = compress_blocks(flat)
    torch.testing.assert_close(blocks, blocks[..., :1, :1].expand_as(blocks), rtol=0, atol=1e-5)


def test_what_occludes_is_one_colour_before_a_share_of_the_pictures() -> None:
    torch.manual_seed(4)
    images = faces(40)
    covered = (occlude(images) != images).any(dim=1)  # 40,64,64
    share = (covered.flatten(1).any(dim=1)).float().mean()
    assert 0 < share < 0.4
    untouched = occlude(images, share=0.0)
    torch.testing.assert_close(untouched, images)
    changed = occlude(images, share=1.0)
    hidden = (changed != images).any(dim=1)
    for picture, mask in zip(changed, hidden, strict=True):
        if mask.any():
            assert (picture[:, mask].amax(dim=1) - picture[:, mask].amin(dim=1) < 1e-6).all()


def test_a_seed_draws_the_same_changes() -> None:
    def changed(seed: int) -> Tensor:
        torch.manual_seed(seed)
        return degrade(move(faces(2), random_affine(2, WIDE, faces(2))))

    assert torch.equal(changed(5), changed(5))
    assert not torch.equal(changed(5), changed(6))
