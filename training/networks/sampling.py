"""Pictures and features sampled by grids and resized, always in float32.

A grid is (B, h, w, 2) in [-1, 1], x right, y down. `align_corners` says what -1 and 1 are: the centres of the border
pixels (True) or their outer edges (False). What lies outside is zero.
"""

from torch import Tensor
from torch.nn import functional


def sample_each(image: Tensor, motions: Tensor, align_corners: bool) -> Tensor:
    """A (B, C, h, w) picture sampled by each of (B, N, h, w, 2) motions: (B, N, C, h, w).

    The motions are stacked along the height of one tall grid, so that the picture is not copied N times.
    """
    batch, count, height, width = motions.shape[:4]
    tall = functional.grid_sample(
        image.float(), motions.flatten(1, 2), mode="bilinear", padding_mode="zeros", align_corners=align_corners
    )  # (B, C, N * h, w)
    return tall.reshape(batch, -1, count, height, width).transpose(1, 2)


def resize(values: Tensor, height: int, width: int) -> Tensor:
    """(B, C, h, w) resized bilinearly to (B, C, height, width), pixels taken as areas; as it is when the size fits."""
    if tuple(values.shape[2:]) == (height, width):
        return values
    return functional.interpolate(values, size=(height, width), mode="bilinear", align_corners=False)


def warp(features: Tensor, deformation: Tensor, align_corners: bool) -> Tensor:
    """(B, C, H, W) features sampled by a (B, h, w, 2) deformation, which is resized to (H, W) first."""
    height, width = features.shape[2:]
    grid = resize(deformation.float().permute(0, 3, 1, 2), height, width).permute(0, 2, 3, 1)
    sampled = functional.grid_sample(features.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=align_corners)
    return sampled.to(features.dtype)
