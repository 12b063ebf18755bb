"""Discriminators of every kind, what they are shown, and the game's values where they are known."""

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.training.small_pack import draw_face, moving_face
from training.networks.discriminator import Discriminator, Verdict
from training.objectives.adversarial import Shown, cut_views, discriminator_game, generator_game
from training.recipes.recipe import DiscriminatorPlan


def plan(**fields: Any) -> DiscriminatorPlan:
    return DiscriminatorPlan.model_validate({"width": 4, "width_limit": 16, "depth": 3, "crop_side": 32, **fields})


def discriminator(**fields: Any) -> Discriminator:
    torch.manual_seed(0)
    return Discriminator(plan(**fields), keypoint_count=5)


def shown(seed: int = 0) -> Shown:
    marks = torch.from_numpy(moving_face(0.0)).float().expand(2, 68, 2)
    face = torch.from_numpy(draw_face(moving_face(0.0))).permute(2, 0, 1).float() / 255
    torch.manual_seed(seed)
    return Shown(torch.rand(2, 3, 64, 64), face.expand(2, 3, 64, 64), torch.rand(2, 5, 2), marks)


def test_published_sizes() -> None:
    """Four blocks of twice the width each, up to the limit; the last does not pool."""
    verdict = Discriminator(DiscriminatorPlan(sees_keypoints=True), 10)({"picture": torch.rand(1, 3, 256, 256)}, torch.zeros(1, 10, 2))[0]
    assert [tuple(features.shape[1:]) for features in verdict.features] == [(64, 126, 126), (128, 61, 61), (256, 29, 29), (512, 26, 26)]
    assert verdict.score.shape == (1, 1, 26, 26)


@pytest.mark.parametrize("fields", [{}, {"spectral_norm": True}, {"sees_keypoints": True}, {"scales": [1, 0.5]}], ids=str)
def test_every_kind_learns_to_tell_two_pictures_apart(fields: dict[str, Any]) -> None:
    judge, pair = discriminator(**fields), shown()
    optimiser = torch.optim.Adam(judge.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        loss = discriminator_game(judge, pair)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]
    assert len(judge({"picture": pair.real}, pair.points)) == len(judge.plan.scales)


def test_views_cut_mouth_and_eyes() -> None:
    views = cut_views(discriminator(views=["picture", "mouth", "eyes"]), shown().real, shown().landmarks)
    assert {name: tuple(view.shape) for name, view in views.items()} == {
        "picture": (2, 3, 64, 64), "mouth": (2, 3, 32, 32), "eyes": (4, 3, 32, 32),
    }  # fmt: skip
    mouth = shown().landmarks[0, 48:60].mean(dim=0)
    x, y = ((mouth + 1) * 32).long().tolist()
    middle = views["mouth"][0, :, 15:17, 15:17].mean(dim=(1, 2))
    torch.testing.assert_close(middle, shown().real[0, :, y - 1 : y + 1, x - 1 : x + 1].mean(dim=(1, 2)), atol=0.2, rtol=0)


def test_eyes_alone_do_not_look_at_the_rest() -> None:
    judge, pair = discriminator(views=["eyes"]), shown()
    drawn = pair.real.clone().requires_grad_()
    torch.autograd.backward(generator_game(judge, pair._replace(drawn=drawn), features=False)["gan"])
    assert drawn.grad is not None
    seen = drawn.grad.abs().sum(dim=(0, 1)) > 0
    x, y = ((pair.landmarks[0, 36:42].mean(dim=0) + 1) * 32).long().tolist()
    assert seen[y, x]
    assert not seen[50:].any(), "the mouth and what is below"


class Says:
    """A discriminator that gives one score to bright pictures and another to dark ones."""

    def __init__(self, bright: float, dark: float) -> None:
        self.plan, self.bright, self.dark = plan(), bright, dark

    def __call__(self, views: dict[str, Tensor], points: Tensor) -> list[Verdict]:
        image = views["picture"]
        return [Verdict(torch.full((1,), self.bright if image.mean() > 0.5 else self.dark), [image, 2 * image])]


def test_values_of_the_game() -> None:
    ones = torch.ones(1, 3, 8, 8)
    pair = Shown(0 * ones, ones, torch.zeros(1, 5, 2), torch.zeros(1, 68, 2))  # the drawn picture is dark
    judge: Any = Says(bright=0.9, dark=0.3)
    assert float(discriminator_game(judge, pair)) == pytest.approx(0.1**2 + 0.3**2)
    losses = generator_game(judge, pair, features=True)
    assert float(losses["gan"]) == pytest.approx(0.7**2)
    assert float(losses["features"]) == pytest.approx(1 + 2)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_least_side_can_be_looked_at(depth: int) -> None:
    judge = discriminator(depth=depth)
    side = judge.plan.least_side
    assert judge({"picture": torch.rand(1, 3, side, side)})[0].score.shape[-1] >= 1
    with pytest.raises((RuntimeError, ValueError)):
        judge({"picture": torch.rand(1, 3, side - 1, side - 1)})
