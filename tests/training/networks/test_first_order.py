"""First-order motion and sampling: exact where the maths is."""

import torch

from training.networks.first_order import coordinate_grid, gaussian_maps, inverse, motion_grids, product
from training.networks.sampling import resize, sample_each, warp
from training.networks.tensors import Keypoints


def keypoints(count: int, seed: int) -> Keypoints:
    generator = torch.Generator().manual_seed(seed)
    points = torch.rand(2, count, 2, generator=generator) - 0.5
    return Keypoints(points, torch.eye(2) + 0.2 * torch.randn(2, count, 2, 2, generator=generator))


def test_grid_places() -> None:
    corners = coordinate_grid(3, 5, align_corners=True, like=torch.zeros(1))
    assert corners.shape == (3, 5, 2)
    assert corners[0, 0].tolist() == [-1, -1]
    assert corners[0, 4].tolist() == [1, -1]
    assert corners[2, 0].tolist() == [-1, 1]
    edges = coordinate_grid(2, 4, align_corners=False, like=torch.zeros(1))
    assert edges[0, :, 0].tolist() == [-0.75, -0.25, 0.25, 0.75]
    assert edges[:, 0, 1].tolist() == [-0.5, 0.5]


def test_inverse_and_product_are_the_matrix_ones() -> None:
    matrices = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(inverse(matrices), torch.linalg.inv(matrices), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(product(matrices, matrices.flip(0)), matrices @ matrices.flip(0))


def test_inverse_of_a_singular_matrix_is_finite_and_keeps_its_sign() -> None:
    singular = torch.tensor([[[1.0, 2.0], [2.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    assert torch.isfinite(inverse(singular)).all()
    barely = torch.tensor([[1.0, 0.0], [0.0, -1e-9]])
    assert inverse(barely)[1, 1] < 0


def test_gradients_pass_a_singular_jacobian() -> None:
    matrices = torch.zeros(1, 2, 2, requires_grad=True)
    (gradient,) = torch.autograd.grad(inverse(matrices).sum(), matrices)
    assert torch.isfinite(gradient).all()


def test_gaussian_maps_peak_at_their_points() -> None:
    grid = coordinate_grid(9, 9, align_corners=True, like=torch.zeros(1))
    maps = gaussian_maps(torch.tensor([[[0.5, -0.25]]]), grid, variance=0.01)  # column 6, row 3
    assert maps.shape == (1, 1, 9, 9)
    assert maps[0, 0].argmax().item() == 3 * 9 + 6
    assert maps[0, 0, 3, 6] == 1
    torch.testing.assert_close(maps[0, 0, 3, 7], torch.tensor(0.25**2 / -0.02).exp())


def test_motions_lead_from_driving_to_source_point() -> None:
    source, driving = keypoints(3, 2), keypoints(3, 3)
    for index in range(3):
        grid = driving.points[:1, index, None]  # the one cell that lies on the driving point
        moved = motion_grids(source, driving, grid)[0, :, 0, 0]
        torch.testing.assert_close(moved[0], driving.points[0, index])  # the background stands still
        torch.testing.assert_close(moved[1 + index], source.points[0, index])


def test_motions_are_the_formula() -> None:
    source, driving = keypoints(3, 4), keypoints(3, 5)
    grid = coordinate_grid(4, 6, align_corners=True, like=source.points)
    jacobians = source.jacobians @ torch.linalg.inv(driving.jacobians)  # (B, K, 2, 2)
    offset = grid[None, None] - driving.points[:, :, None, None]
    wanted = torch.einsum("bkij,bkhwj->bkhwi", jacobians, offset) + source.points[:, :, None, None]
    torch.testing.assert_close(motion_grids(source, driving, grid)[:, 1:], wanted, rtol=1e-4, atol=1e-5)


def test_sampling_each_motion_is_sampling_one_by_one() -> None:
    image = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(6))
    grid = coordinate_grid(8, 8, align_corners=True, like=image)
    motions = motion_grids(keypoints(2, 7), keypoints(2, 8), grid)
    for align_corners in (True, False):
        together = sample_each(image, motions, align_corners=align_corners)
        assert together.shape == (2, 3, 3, 8, 8)
        for index in range(3):
            alone = torch.nn.functional.grid_sample(image, motions[:, index], align_corners=align_corners)
            torch.testing.assert_close(together[:, index], alone)


def test_warping_by_the_grid_itself_changes_nothing() -> None:
    image = torch.rand(1, 3, 8, 12, generator=torch.Generator().manual_seed(9))
    for align_corners in (True, False):
        still = coordinate_grid(8, 12, align_corners=align_corners, like=image)[None]
        torch.testing.assert_close(warp(image, still, align_corners=align_corners), image, rtol=0, atol=1e-5)


def test_warping_shifts_the_right_way_and_shows_zero_outside() -> None:
    image = torch.rand(1, 1, 4, 4, generator=torch.Generator().manual_seed(10))
    still = coordinate_grid(4, 4, align_corners=False, like=image)[None]
    moved = warp(image, still + torch.tensor([0.5, 0.0]), align_corners=False)  # every cell looks one pixel to the right
    torch.testing.assert_close(moved[..., :3], image[..., 1:])
    assert (moved[..., 3] == 0).all()


def test_resize_leaves_what_fits() -> None:
    values = torch.rand(1, 2, 4, 4)
    assert resize(values, 4, 4) is values
    assert resize(values, 8, 6).shape == (1, 2, 8, 6)
