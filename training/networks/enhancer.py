"""The enhancer: a small U-Net that draws an aligned face anew at twice its side."""

import torch
from torch import Tensor, nn
from torch.nn import functional

CUBIC = -0.5
"""Catmull and Rom's bicubic."""

_CELL = 2
"""Side, in pixels of the input, of the cell that is one place of the largest map."""


class Doubled(nn.Module):
    """x + two convolutions 3x3: same shape in and out."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        change: Tensor = self.second(functional.relu(self.first(features)))
        return features + change


class Enhancer(nn.Module):
    """Aligned faces (B, 3, h, w) in [-1, 1], sides multiples of 8, to (B, 3, 2h, 2w) of the same range, not clamped.

    The picture is folded to a quarter of its places, so that no map is larger. The last convolution looks at the features and the picture
    itself, for which its weights are those of a bicubic enlargement and stay so: what is learnt is what has to be added to that.
    No normalisation: brightness and contrast are kept, and a frame is treated as it would be alone.
    """

    enlarging: Tensor

    def __init__(self, widths: tuple[int, int, int] = (16, 48, 96), middle: int = 2) -> None:
        super().__init__()
        fine, half, low = widths
        folded, unfolded = 3 * _CELL**2, 3 * (2 * _CELL) ** 2
        self.stem = nn.Conv2d(folded, fine, 3, padding=1)
        self.down1 = nn.Conv2d(fine, half, 2, stride=2)
        self.encode = Doubled(half)
        self.down2 = nn.Conv2d(half, low, 2, stride=2)
        self.middle = nn.Sequential(*(Doubled(low) for _ in range(middle)))
        self.up2 = nn.Conv2d(low, 4 * half, 1)
        self.decode = Doubled(half)
        self.up1 = nn.Conv2d(half, 4 * fine, 1)
        self.draw = Doubled(fine)
        self.last = nn.Conv2d(fine, unfolded, 3)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]  # it has one
        self.register_buffer("enlarging", enlarging_weights(), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        folded = functional.pixel_unshuffle(image, _CELL)  # B,12,h/2,w/2
        fine = functional.relu(self.stem(folded))
        half = self.encode(self.down1(fine))  # B,half,h/4,w/4
        low = self.middle(self.down2(half))  # B,low,h/8,w/8
        half = self.decode(half + functional.pixel_shuffle(self.up2(low), 2))
        fine = self.draw(fine + functional.pixel_shuffle(self.up1(half), 2))  # B,fine,h/2,w/2
        seen = functional.pad(torch.cat([fine, folded], dim=1), (1, 1, 1, 1), mode="replicate")
        weight = torch.cat([self.last.weight, self.enlarging], dim=1)
        return functional.pixel_shuffle(functional.conv2d(seen, weight, self.last.bias), 2 * _CELL)  # B,3,2h,2w


def enlarging_weights() -> Tensor:
    """(48, 12, 3, 3): bicubic enlargement to twice the side, as a convolution from folded pictures to folded results."""
    line = torch.zeros(2 * _CELL, _CELL, 3)  # of a result's pixel in its cell: which pixel of which cell to take how much of
    for place in range(2 * _CELL):
        middle = (place + 0.5) / 2 - 0.5
        for pixel in range(-_CELL, 2 * _CELL):
            line[place, pixel % _CELL, pixel // _CELL + 1] = _cubic(abs(middle - pixel))
    both = torch.einsum("aip,bjq->abijpq", line, line).reshape((2 * _CELL) ** 2, _CELL**2, 3, 3)  # rows, then columns
    weights = torch.zeros(3, (2 * _CELL) ** 2, 3, _CELL**2, 3, 3)
    for colour in range(3):
        weights[colour, :, colour] = both
    return weights.reshape(3 * (2 * _CELL) ** 2, 3 * _CELL**2, 3, 3)


def _cubic(distance: float) -> float:
    if distance < 1:
        return (CUBIC + 2) * distance**3 - (CUBIC + 3) * distance**2 + 1
    if distance < 2:
        return CUBIC * (distance**3 - 5 * distance**2 + 8 * distance - 4)
    return 0.0
