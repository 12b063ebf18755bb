"""Bent pictures: the spline's derivative, and keypoints that follow the bend exactly."""

import torch
from torch import Tensor

from training.fitting.chance import Chance
from training.networks.tensors import Keypoints
from training.objectives.equivariance import CONTROL_SIDE, Bend, equivariance_losses, random_bend

LIKE = torch.zeros(())


def bend_of(batch: int) -> Bend:
    return random_bend(batch, LIKE, Chance((0,), batch, 0, batch))


def points_of(batch: int) -> Tensor:
    return torch.rand(batch, 7, 2, generator=torch.Generator().manual_seed(0)) * 1.6 - 0.8


def test_jacobians_are_the_derivative() -> None:
    bend, points = bend_of(2), points_of(2)
    found = bend.jacobians(points)
    for sample in range(2):
        one = Bend(bend.affine[sample : sample + 1], bend.strengths[sample : sample + 1])
        derivative = torch.func.jacrev(lambda given, one=one: one.move(given[None])[0])(points[sample])
        exact = torch.stack([derivative[index, :, index] for index in range(7)])
        torch.testing.assert_close(found[sample], exact, atol=1e-5, rtol=1e-4)
    assert (found - bend.affine[:, None, :, :2]).abs().max() > 1e-3, "the spline counts"


def test_no_bend_leaves_pictures_as_they_are() -> None:
    still = Bend(torch.eye(2, 3)[None], torch.zeros(1, CONTROL_SIDE**2, 2))
    images = torch.rand(1, 3, 16, 16)
    for align_corners in (False, True):
        torch.testing.assert_close(still.bend(images, align_corners), images, atol=1e-5, rtol=1e-5)


def test_a_bent_picture_shows_what_lies_where_the_points_are_moved() -> None:
    """A picture whose colours are coordinates."""
    steps = (2 * torch.arange(64) + 1) / 64 - 1
    ramp = torch.stack([steps.expand(64, 64), steps[:, None].expand(64, 64), torch.zeros(64, 64)])[None]
    bend = bend_of(1)
    shown = bend.bend(ramp, align_corners=False)[0, :2, 20, 40]
    at = torch.stack([steps[40], steps[20]])
    torch.testing.assert_close(shown, bend.move(at[None, None])[0, 0], atol=2e-3, rtol=0)


def test_keypoints_that_follow_the_bend_cost_nothing_and_others_do() -> None:
    bend, points = bend_of(3), points_of(3)
    in_bent = Keypoints(points, torch.eye(2).expand(3, 7, 2, 2) * 1.3)
    seen = Keypoints(bend.move(points), bend.jacobians(points) @ in_bent.jacobians)
    losses = equivariance_losses(seen, in_bent, bend)
    assert all(float(loss) < 1e-5 for loss in losses.values())
    stuck = equivariance_losses(in_bent, in_bent, bend)
    assert all(float(loss) > 1e-2 for loss in stuck.values())
