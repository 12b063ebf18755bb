"""The closer look at eyes and mouth."""

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from training.configuration import CompactConfiguration
from training.networks.compact_closeups import EYE_RADIUS, CompactCloseups

CONFIGURATION = CompactConfiguration(
    keypoint_count=12, eyes=((0, 1, 2, 3), (5, 4, 6, 7)), mouth=(8, 9, 10), detail_points=(2, 3), patch_side=16
)


def rough_points() -> Tensor:
    """A symmetric face: eyes at (-.3, -.2) and (.3, -.2), mouth at (0, .3), one point more at (.7, .7)."""
    left = torch.tensor([[-0.4, -0.2], [-0.2, -0.2], [-0.3, -0.22], [-0.3, -0.18]])
    right = (left * torch.tensor([-1.0, 1.0]))[[1, 0, 2, 3]]
    mouth = torch.tensor([[-0.1, 0.3], [0.1, 0.3], [0.0, 0.3]])
    return torch.cat([left, right, mouth, torch.tensor([[0.7, 0.7]])])[None]


@pytest.fixture
def closeups() -> CompactCloseups:
    torch.manual_seed(0)
    return CompactCloseups(CONFIGURATION).eval()


@torch.no_grad()
def test_only_eyes_and_mouth_are_placed_anew(closeups: CompactCloseups) -> None:
    points = rough_points()
    placed = closeups(torch.rand(1, 3, 64, 64), points)
    assert torch.equal(placed[:, 11], points[:, 11])
    assert (placed[:, :11] != points[:, :11]).all()


@torch.no_grad()
def test_a_mirrored_picture_swaps_the_eyes(closeups: CompactCloseups) -> None:
    image, points = torch.rand(1, 3, 64, 64), rough_points()
    placed, mirrored = closeups(image, points), closeups(image.flip(3), points)
    swap = torch.tensor([5, 4, 6, 7])  # outer, inner, upper, lower of the right eye
    torch.testing.assert_close(mirrored[:, swap] * torch.tensor([-1.0, 1.0]), placed[:, :4], atol=1e-5, rtol=0)


@torch.no_grad()
def test_points_that_wander_inside_the_patch_do_not_matter_but_where_it_lies(closeups: CompactCloseups) -> None:
    image, points = torch.rand(1, 3, 64, 64), rough_points()
    shuffled = points.clone()
    shuffled[:, 0] += 0.02
    shuffled[:, 1] -= 0.02
    torch.testing.assert_close(closeups(image, shuffled), closeups(image, points), atol=1e-5, rtol=0)


@torch.no_grad()
def test_a_patch_is_the_square_around_its_centre(closeups: CompactCloseups) -> None:
    ramp = ((2 * torch.arange(64) + 1) / 64 - 1).expand(64, 64)
    image = torch.stack([ramp, ramp.T, torch.zeros(64, 64)])[None]
    patch = closeups.cut(image, torch.tensor([[0.25, -0.5]]), torch.tensor([[EYE_RADIUS / 2]]))
    assert patch.shape == (1, 3, 16, 16)
    assert patch[0, 0].mean() == pytest.approx(0.25, abs=1e-5)
    assert patch[0, 1].mean() == pytest.approx(-0.5, abs=1e-5)
    assert float(patch[0, 0].max() - patch[0, 0].min()) == pytest.approx(EYE_RADIUS * 15 / 16, abs=1e-4)


def test_where_to_look_is_not_learnt_from_what_is_read(closeups: CompactCloseups) -> None:
    points = rough_points().requires_grad_()
    closeups(torch.rand(1, 3, 64, 64), points)[:, :11].sum().backward()
    assert points.grad is None or not points.grad.abs().any()


@pytest.mark.parametrize(
    "wrong",
    [
        {"eyes": ((0, 1, 2, 3),), "mouth": (4,)},
        {"eyes": ((0, 1, 2, 3), (4, 5, 6, 7))},
        {"eyes": ((0, 1, 2, 3), (4, 5, 6, 12)), "mouth": (8,)},
        {"detail_points": (12,)},
    ],
)
def test_impossible_closeups_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CompactConfiguration.model_validate({"keypoint_count": 12, **wrong})
