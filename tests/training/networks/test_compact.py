"""The compact family: cheap enough, still when nothing moves, and exact in what is drawn for it."""

import pytest
import torch
from torch import Tensor, nn

from tests.training.small_networks import SMALL_COMPACT, build_small
from tests.training.small_pack import draw_face, moving_face
from training.cost import count_pair_cost
from training.networks.compact import CompactDetector, CompactGenerator
from training.networks.first_order import coordinate_grid
from training.networks.pair import NetworkPair, build_networks
from training.networks.tensors import Animated, Keypoints
from training.recipes.recipe_files import load_configuration

COUNT = SMALL_COMPACT.keypoint_count


def faces(count: int, side: int = 64) -> Tensor:
    drawn = [torch.from_numpy(draw_face(moving_face(index / 3), side=side)) for index in range(count)]
    return torch.stack(drawn).permute(0, 3, 1, 2).float() / 255


def keypoints(batch: int, seed: int) -> Keypoints:
    generator = torch.Generator().manual_seed(seed)
    points = torch.rand(batch, COUNT, 2, generator=generator) - 0.5
    return Keypoints(points, torch.eye(2) + 0.2 * torch.randn(batch, COUNT, 2, 2, generator=generator))


def fresh() -> NetworkPair:
    torch.manual_seed(0)
    return build_networks(SMALL_COMPACT).eval()


def animate(pair: NetworkPair, image: Tensor, source: Keypoints, driving: Keypoints) -> Animated:
    return pair.generator.animate(pair.generator.encode(image), source, driving)


class Fixed(nn.Module):
    """A layer that gives one map whatever it sees."""

    def __init__(self, given: Tensor) -> None:
        super().__init__()
        self.given = given

    def forward(self, features: Tensor) -> Tensor:
        return self.given.expand(len(features), *self.given.shape)


def test_embedded_networks_keep_their_budget() -> None:
    cost = count_pair_cost(load_configuration("compact-256"))
    assert cost.parameters <= 3_100_000, "the face mesh among them"
    assert cost.frame <= 1_800_000_000
    assert cost.encode > 0, "the portrait's part must not hide in the frame's"


@pytest.mark.parametrize("side", [64, 128])
@torch.no_grad()
def test_shapes_and_ranges(side: int) -> None:
    pair, image = build_small(SMALL_COMPACT), faces(2, side)
    found = pair.detector(image)
    assert (found.points.shape, found.jacobians.shape) == ((2, COUNT, 2), (2, COUNT, 2, 2))
    assert found.points.abs().max() < 1
    drawn = animate(pair, image, found, keypoints(2, 1))
    assert drawn.prediction.shape == drawn.warped.shape == (2, 3, side, side)
    assert 0 <= drawn.prediction.min() <= drawn.prediction.max() <= 1
    assert drawn.deformation.shape == (2, 32, 32, 2), "the motion's grid does not depend on the picture's side"
    assert drawn.occlusion.shape == (2, 1, 32, 32)
    assert 0 <= drawn.occlusion.min() <= drawn.occlusion.max() <= 1


@torch.no_grad()
def test_points_and_jacobians_are_read_where_the_heat_is() -> None:
    detector = fresh().detector
    assert isinstance(detector, CompactDetector)
    heat, maps = torch.full((COUNT, 16, 16), -60.0), torch.randn(4 * COUNT, 16, 16, generator=torch.Generator().manual_seed(1))
    places = ((3, 5), (0, 15), (8, 8))  # row, column
    for index, place in enumerate(places):
        heat[index][place] = 60.0
    detector.heat, detector.jacobian = Fixed(heat), Fixed(maps)  # type: ignore[assignment]
    found = detector(faces(1))
    for index, (row, column) in enumerate(places):
        wanted = torch.tensor([(2 * column + 1) / 16 - 1, (2 * row + 1) / 16 - 1])
        torch.testing.assert_close(found.points[0, index], wanted)
        torch.testing.assert_close(found.jacobians[0, index].flatten(), maps[4 * index : 4 * index + 4, row, column])


@torch.no_grad()
def test_fresh_detector_sees_identity_jacobians() -> None:
    jacobians = fresh().detector(faces(2)).jacobians
    torch.testing.assert_close(jacobians, torch.eye(2).expand(2, COUNT, 2, 2))


@pytest.mark.parametrize("side", [64, 128])
@torch.no_grad()
def test_standing_still_shows_the_source_itself(side: int) -> None:
    """To its very border: noise shows what a flat background would hide."""
    image, pose = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(1)), keypoints(2, 2)
    drawn = animate(fresh(), image, pose, pose)
    still = coordinate_grid(32, 32, align_corners=False, like=image).expand(2, 32, 32, 2)
    torch.testing.assert_close(drawn.deformation, still, rtol=0, atol=1e-5)
    torch.testing.assert_close(drawn.warped, image, rtol=0, atol=1e-3)


@torch.no_grad()
def test_motion_sees_where_points_went_and_the_source_under_each_motion() -> None:
    pair = fresh()
    assert isinstance(pair.generator, CompactGenerator)
    seen: list[Tensor] = []
    pair.generator.motion.stem.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    image, source, driving = faces(1, 32), keypoints(1, 2), keypoints(1, 3)
    for pose in (driving, source):
        pair.generator.motion(image, source, pose)
    moved, still = seen
    assert moved.shape == (1, COUNT + 3 * (COUNT + 1), 32, 32)
    for index in range(COUNT):
        cells = [tuple(((points[0, index] + 1) * 16).long().flip(0).tolist()) for points in (driving.points, source.points)]
        assert moved[0, index][cells[0]] > 0.5
        assert moved[0, index][cells[1]] < -0.5
    torch.testing.assert_close(still[:, :COUNT], torch.zeros(1, COUNT, 32, 32))
    torch.testing.assert_close(moved[:, COUNT : COUNT + 3], image, rtol=0, atol=1e-4)
    for motion in range(COUNT):  # every motion is the identity, but what comes from outside is zero
        under = still[0, COUNT + 3 * (motion + 1) : COUNT + 3 * (motion + 2), 1:-1, 1:-1]
        torch.testing.assert_close(under, image[0, :, 1:-1, 1:-1], rtol=0, atol=1e-3)


@torch.no_grad()
def test_fresh_generator_starts_near_its_warp() -> None:
    drawn = animate(fresh(), faces(2), keypoints(2, 3), keypoints(2, 4))
    assert (drawn.prediction - drawn.warped).abs().mean() < 0.12
    assert drawn.occlusion.mean() > 0.7
    assert (drawn.warped - faces(2)).abs().mean() > 0.01, "keypoints that differ move something"


@torch.no_grad()
def test_warping_by_one_cell_moves_pictures_of_every_size() -> None:
    grid = coordinate_grid(32, 32, align_corners=False, like=torch.zeros(1)).expand(1, 32, 32, 2)
    for side in (32, 64, 128):
        image = faces(1, side)
        moved = CompactGenerator.warp(image, grid + torch.tensor([2 * 4 / 32, 0.0]))  # four cells of the grid to the right
        step = 4 * side // 32
        torch.testing.assert_close(moved[..., :-step], image[..., step:], rtol=0, atol=1e-4)
        torch.testing.assert_close(moved[..., -step:], image[..., -1:].expand_as(moved[..., -step:]), rtol=0, atol=1e-4)


@torch.no_grad()
def test_details_peak_at_their_points_and_move_with_them() -> None:
    generator = fresh().generator
    assert isinstance(generator, CompactGenerator)
    like = torch.zeros(1, 1, 16, 16)
    cell = 2 / 16
    points = torch.tensor([[[-0.5 + cell / 2, 0.25 + cell / 2], [0.0, 0.0], [0.5 + cell / 2, -0.25 + cell / 2]]])
    driving = Keypoints(points, torch.eye(2).expand(1, 3, 2, 2))
    source = driving._replace(points=points - torch.tensor([cell, 0.0]))
    maps = generator.draw_details(source, driving, like).reshape(2, 5, 16, 16)  # of keypoints 0 and 2
    for detail, (row, column) in zip(maps, ((10, 4), (6, 12)), strict=True):
        assert detail[0, row, column] == 1
        assert detail[0].argmax() == row * 16 + column
        torch.testing.assert_close(detail[1:3, row, column], torch.zeros(2), rtol=0, atol=1e-5)
        deviations = torch.tensor(cell / SMALL_COMPACT.detail_variance**0.5)
        beside = torch.exp(-deviations.square() / 2)
        torch.testing.assert_close(detail[0, row, column + 1], beside)
        torch.testing.assert_close(detail[1, row, column + 1], beside * deviations)
        torch.testing.assert_close(detail[2, row - 1, column], -beside * deviations)
        torch.testing.assert_close(detail[3], detail[0] * deviations)
        torch.testing.assert_close(detail[4], torch.zeros(16, 16))
    shift = torch.tensor([0.0, cell])
    lower = generator.draw_details(source._replace(points=source.points + shift), driving._replace(points=points + shift), like)
    torch.testing.assert_close(lower.reshape(2, 5, 16, 16)[:, :, 1:], maps[:, :, :-1], rtol=0, atol=1e-5)


def test_gradients_are_finite_and_reach_every_weight() -> None:
    pair = fresh().train()
    image = faces(4)
    found = pair.detector(image)
    drawn = animate(pair, image, Keypoints(*(part.flip(0) for part in found)), found)
    torch.autograd.backward((drawn.prediction - image.flip(0)).square().mean() + drawn.deformation.square().mean())
    for name, parameter in pair.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
    moving = [name for name, parameter in pair.named_parameters() if parameter.grad is not None and parameter.grad.abs().max() > 0]
    assert "generator.motion.head.weight" in moving
    assert "detector.heat.weight" in moving


@torch.no_grad()
def test_half_precision_keeps_points_and_grids_whole() -> None:
    pair, image = build_small(SMALL_COMPACT), faces(2)
    exact = pair.detector(image)
    with torch.autocast("cpu", torch.bfloat16):
        found = pair.detector(image)
        drawn = animate(pair, image, found, keypoints(2, 5))
    assert {tensor.dtype for tensor in (*found, *drawn[:3])} == {torch.float32}
    assert (found.points - exact.points).abs().max() < 0.05
    whole = animate(pair, image, found, keypoints(2, 5))
    assert (drawn.prediction - whole.prediction).abs().mean() < 0.02
