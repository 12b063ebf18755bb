"""A generator's border that stands still: nothing moves there, and the source is shown as it is."""

import torch
from torch import Tensor

from puppet.still_border import still_share


def border_share(side: int, still_border: Tensor) -> Tensor:
    """How far each of (side, side) cells stands still, (1, 1, side, side), for `still_border` (1,) from 0, nowhere, to 1, at the border."""
    return still_border * torch.from_numpy(still_share(side)).to(still_border.device)[None, None]


def stand_still(deformation: Tensor, grid: Tensor, share: Tensor) -> Tensor:
    """A (B, g, g, 2) deformation that comes to the `grid` (g, g, 2) of standing still by a (1, 1, g, g) share; 0 changes no bit of it."""
    return deformation + share[:, 0, :, :, None] * (grid - deformation)


def show_source(weight: Tensor, share: Tensor) -> Tensor:
    """A (B, 1, g, g) weight of the source, 0 to 1, raised to the share where it is less; 0 changes no bit of it."""
    return torch.maximum(weight, share.to(weight.dtype))
