"""Losses are nothing at the truth and something elsewhere, and look where they say."""

import pytest
import torch
from torch import Tensor

from puppet.demo import LANDMARKS
from tests.training.small_pack import draw_face, moving_face
from training.data.anchors import make_anchors
from training.fitting.batch import Pictures
from training.networks.first_order import coordinate_grid
from training.networks.tensors import Animated
from training.objectives.losses import (
    Crop,
    Losses,
    animation_losses,
    cut_crops,
    expression_crop,
    eye_distance,
    flow_loss,
    keypoint_losses,
    region_weight,
)
from training.objectives.perceptual import Lpips
from training.recipes.recipe import Stage

SIDE = 64
ANCHORS = make_anchors(LANDMARKS, torch.device("cpu"))


def marks(*times: float) -> Tensor:
    return torch.stack([torch.from_numpy(moving_face(time)) for time in times])


def pictures(*times: float) -> Tensor:
    return torch.stack([torch.from_numpy(draw_face(moving_face(time))) for time in times]).permute(0, 3, 1, 2).float() / 255


def animated(prediction: Tensor, shift: tuple[float, float] = (0.0, 0.0)) -> Animated:
    """A generator's answer that warps by a shift of the whole picture."""
    count = len(prediction)
    grid = coordinate_grid(32, 32, align_corners=False, like=prediction).expand(count, 32, 32, 2) + torch.tensor(shift)
    return Animated(prediction, prediction, grid, torch.ones(count, 1, 32, 32))


def random_lpips() -> Lpips:
    torch.manual_seed(0)
    return Lpips()


def test_the_anchors_themselves_cost_nothing() -> None:
    truth = ANCHORS.keypoints(marks(0.0, 1.0))
    losses = keypoint_losses(truth, truth, marks(0.0, 1.0))
    assert set(losses) == {"points", "gaps", "jacobians"}
    assert all(loss == 0 for loss in losses.values())


def test_each_mistake_of_a_detector_has_its_loss() -> None:
    face = marks(0.0, 1.0)
    truth = ANCHORS.keypoints(face)
    shifted = keypoint_losses(truth._replace(points=truth.points + 0.1), truth, face)
    torch.testing.assert_close(shifted["points"], (0.1 / eye_distance(face)).mean())
    torch.testing.assert_close(shifted["gaps"], torch.zeros(()), rtol=0, atol=1e-6)
    closed = truth.points.clone()
    closed[:, 6] = closed[:, 7]  # one lid
    assert keypoint_losses(truth._replace(points=closed), truth, face)["gaps"] > 0
    turned = keypoint_losses(truth._replace(jacobians=truth.jacobians + 0.2), truth, face)
    torch.testing.assert_close(turned["jacobians"], torch.tensor(0.2))
    assert turned["points"] == 0


def test_losses_of_points_are_in_eye_distances_but_not_for_profiles() -> None:
    face = marks(0.0)
    torch.testing.assert_close(eye_distance(face), (face[:, 36] - face[:, 45]).norm(dim=-1))
    torch.testing.assert_close(eye_distance(face * torch.tensor([0.1, 1.0])), torch.tensor([0.4]))


def test_flow_is_nothing_where_every_landmark_looks_at_its_place() -> None:
    source = marks(0.0, 1.0)
    torch.testing.assert_close(flow_loss(animated(pictures(0.0, 1.0)), source, source), torch.zeros(()), rtol=0, atol=1e-5)
    shift = (0.12, -0.05)
    torch.testing.assert_close(
        flow_loss(animated(pictures(0.0, 1.0), shift), source + torch.tensor(shift), source), torch.zeros(()), rtol=0, atol=1e-5
    )
    assert flow_loss(animated(pictures(0.0, 1.0)), marks(0.3, 1.3), source) > 0.01


@pytest.mark.parametrize(("landmark", "times"), [(8, 1), (35, 1), (36, 3), (57, 3)])
def test_flow_counts_lids_and_lips_thrice(landmark: int, times: int) -> None:
    source = marks(0.0)
    wrong = source.clone()
    wrong[:, landmark, 0] += 0.1
    torch.testing.assert_close(flow_loss(animated(pictures(0.0)), wrong, source), torch.tensor(0.1 * times / 68), rtol=1e-3, atol=1e-5)


def test_flow_leaves_out_what_lies_outside() -> None:
    source = marks(0.0)
    away = source.clone()
    away[:, 8] = 1.5
    for pair in ((away, source), (source, away)):
        torch.testing.assert_close(flow_loss(animated(pictures(0.0)), *pair), torch.zeros(()), rtol=0, atol=1e-5)


def test_weight_is_one_far_away_and_larger_on_mouth_and_eyes() -> None:
    face = marks(0.0)
    weight = region_weight(face, SIDE, SIDE)
    assert weight.shape == (1, 1, SIDE, SIDE)
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        torch.testing.assert_close(weight[0, 0][corner], torch.tensor(1.0), rtol=0, atol=0.01)

    def at(points: slice) -> float:
        x, y = ((face[0, points].mean(dim=0) + 1) * SIDE / 2).long()
        return float(weight[0, 0, y, x])

    mouth, left, right = (at(part) for part in (slice(48, 60), slice(36, 42), slice(42, 48)))
    assert left == pytest.approx(right, abs=0.1)
    assert left > mouth > 3
    assert weight.min() >= 1


def test_crops_cut_what_they_say() -> None:
    images = pictures(0.0, 1.0)
    whole = cut_crops(images, Crop(torch.zeros(2, 2), torch.ones(2)), SIDE)
    torch.testing.assert_close(whole, images, rtol=0, atol=1e-5)
    centre = torch.tensor([[0.25, -0.5], [-0.5, 0.5]])  # pixels 24 to 56 by 0 to 32, and 0 to 32 by 32 to 64
    cut = cut_crops(images, Crop(centre, torch.tensor([0.5, 0.5])), 32)
    torch.testing.assert_close(cut[0], images[0, :, 0:32, 24:56], rtol=0, atol=1e-5)
    torch.testing.assert_close(cut[1], images[1, :, 32:64, 0:32], rtol=0, atol=1e-5)


def test_expression_crops_look_at_the_mouth_in_half_of_the_draws() -> None:
    torch.manual_seed(1)
    face = marks(0.0).expand(400, 68, 2)
    crop = expression_crop(face)
    mouth, left, right = (face[0, part].mean(dim=0) for part in (slice(48, 60), slice(36, 42), slice(42, 48)))
    seen = [(crop.centre == place).all(dim=1) for place in (mouth, left, right)]
    assert torch.stack(seen).sum(dim=0).eq(1).all()
    shares = [float(chosen.float().mean()) for chosen in seen]
    assert shares == pytest.approx([0.5, 0.25, 0.25], abs=0.08)
    assert (crop.radius[seen[0]] > crop.radius[seen[1]][0]).all()


ALL = ("l1", "warp", "flow", "lpips", "crops")


def losses_of(drawn: Animated, target: Tensor, at: Tensor, to: Tensor, *names: str) -> Losses:
    """The generator's losses of those names, all by default, of a picture drawn for landmarks `at` in the source and `to` in the target."""
    stage = Stage(name="one", learn="generator", samples=1, weights=dict.fromkeys(names or ALL, 1.0))
    return animation_losses(drawn, Pictures(target, target, at, to), stage, random_lpips())


def test_a_perfect_picture_costs_nothing() -> None:
    target, face = pictures(0.0, 1.0), marks(0.0, 1.0)
    losses = losses_of(animated(target), target, face, face)
    assert tuple(losses) == ALL
    for name, loss in losses.items():
        assert float(loss) == pytest.approx(0, abs=1e-5), name


def test_another_picture_costs_in_every_loss() -> None:
    target = pictures(0.0, 1.0)
    losses = losses_of(animated(pictures(0.6, 1.6)), target, marks(0.6, 1.6), marks(0.0, 1.0))
    assert all(float(loss) > 1e-4 for loss in losses.values())
    assert set(losses_of(animated(target), target, marks(0.0, 1.0), marks(0.0, 1.0), "crops")) == {"l1", "warp", "crops"}


def test_a_wrong_eye_costs_more_than_a_wrong_corner() -> None:
    target, face = pictures(0.0), marks(0.0)
    x, y = ((face[0, 36:42].mean(dim=0) + 1) * SIDE / 2).long().tolist()
    eye, corner = target.clone(), target.clone()
    eye[:, :, y - 2 : y + 2, x - 2 : x + 2] += 0.5
    corner[:, :, :4, :4] += 0.5
    at_eye, at_corner = (losses_of(animated(drawn), target, face, face, "l1")["l1"] for drawn in (eye, corner))
    assert at_eye > 5 * at_corner
