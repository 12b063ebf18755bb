"""The building blocks of the full First Order Motion Model.

Attribute names (`conv`, `norm`, `conv1`, ...) are those of the published checkpoints, so that these load as they are.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class SameBlock(nn.Module):
    """Convolution 7x7, normalisation, ReLU: (B, C, H, W) to (B, out, H, W)."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, kernel_size=7, padding=3)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(self.norm(self.conv(features)))


class DownBlock(nn.Module):
    """Convolution 3x3, normalisation, ReLU, average pool: (B, C, H, W) to (B, out, H/2, W/2)."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, features: Tensor) -> Tensor:
        return functional.avg_pool2d(functional.relu(self.norm(self.conv(features))), kernel_size=2)


class UpBlock(nn.Module):
    """Nearest doubling, convolution 3x3, normalisation, ReLU: (B, C, H, W) to (B, out, 2H, 2W)."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, features: Tensor) -> Tensor:
        doubled = functional.interpolate(features, scale_factor=2.0, mode="nearest")
        return functional.relu(self.norm(self.conv(doubled)))


class ResidualBlock(nn.Module):
    """Twice normalisation, ReLU and convolution 3x3, added to the input: (B, C, H, W) stays."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.norm2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        change: Tensor = self.conv1(functional.relu(self.norm1(features)))
        change = self.conv2(functional.relu(self.norm2(change)))
        return features + change


class AntiAliasedDown(nn.Module):
    """A picture blurred by a Gaussian and thinned: (B, C, H, W) to (B, C, H/stride, W/stride).

    Only the pixels that are kept are blurred: a strided depthwise convolution. `weight` is a buffer, not learned.
    """

    weight: Tensor

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        sigma = (stride - 1) / 2
        self.stride = stride
        self.padding = round(4 * sigma)
        steps = torch.arange(-self.padding, self.padding + 1, dtype=torch.float32)
        line = torch.exp(-steps.square() / (2 * sigma**2)) / math.sqrt(2 * math.pi * sigma**2)
        kernel = line[:, None] * line[None, :]
        self.register_buffer("weight", (kernel / kernel.sum()).repeat(channels, 1, 1, 1))  # (C, 1, size, size)

    def forward(self, image: Tensor) -> Tensor:
        return functional.conv2d(image, self.weight, stride=self.stride, padding=self.padding, groups=image.shape[1])
