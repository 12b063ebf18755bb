"""The fine head of the compact family: redraws what the other networks paint at half of the picture's side on its full side."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.configuration import CompactConfiguration
from training.networks.compact_blocks import convolution, residuals
from training.networks.sampling import resize

TIMES = 2
"""The picture's side in sides of what the other networks work at."""

SHUFFLE = 4
"""The generator's features lie at a quarter of the side it works at."""

HINTS = 6
"""Channels that the features are folded into."""


class FineHead(nn.Module):
    """Colour and blend at the full side, from those at half of it and from the warped source, which has all of the source's detail.

    It starts as plain enlarging. Most of a picture is the warped source and is sharp already; here is learnt where that stops
    being true, and how hair and lips go on beside it.
    """

    def __init__(self, configuration: CompactConfiguration) -> None:
        super().__init__()
        width = configuration.fine_width
        self.fold = nn.Conv2d(configuration.quarter_width, HINTS * SHUFFLE**2, 1)
        self.stem = convolution(3 * TIMES**2 + 4 + HINTS, width, 3)
        self.body = residuals(width, configuration.fine_blocks)
        self.head = nn.Conv2d(width, 4 * TIMES**2, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        assert self.head.bias is not None
        nn.init.zeros_(self.head.bias)

    def forward(self, painted: Tensor, features: Tensor, warped: Tensor) -> Tensor:
        """painted: (B, 4, h, w), colour and blend before the sigmoid; features: (B, q, h/4, w/4); warped: (B, 3, 2h, 2w).

        Gives (B, 4, 2h, 2w), as `painted`.
        """
        parts = [
            functional.pixel_unshuffle(warped.to(features.dtype) - 0.5, TIMES),  # B,12,h,w
            torch.tanh(painted / 4).to(features.dtype),
            functional.pixel_shuffle(self.fold(features), SHUFFLE),  # B,HINTS,h,w
        ]
        change = self.head(self.body(self.stem(torch.cat(parts, dim=1)))).float()  # B,16,h,w
        height, width = warped.shape[-2:]
        return resize(painted, height, width) + functional.pixel_shuffle(change, TIMES)  # B,4,2h,2w


def halve(image: Tensor) -> Tensor:
    """(B, C, 2h, 2w) to (B, C, h, w), each pixel the mean of four."""
    return functional.avg_pool2d(image, TIMES)
