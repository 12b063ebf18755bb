"""The building blocks of the light First Order Motion Model: what `blocks.py` does, by depthwise-separable convolutions.

A depthwise 3x3 sees each channel by itself and a pointwise 1x1 mixes the channels, each followed by its own normalisation.
Where the full model has a convolution 7x7 there are three of 3x3: the same field of view for less than half of the work.
"""

from torch import Tensor, nn
from torch.nn import functional

EXPANSION = 2
"""How much wider a residual block is inside."""


class SeparableConvolution(nn.Module):
    """Depthwise 3x3, normalisation, ReLU, pointwise 1x1, normalisation, ReLU: (B, C, H, W) to (B, out, H, W)."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels, bias=False)
        self.depthwise_norm = nn.BatchNorm2d(channels)
        self.pointwise = nn.Conv2d(channels, out_channels, kernel_size=1, bias=False)
        self.pointwise_norm = nn.BatchNorm2d(out_channels)

    def forward(self, features: Tensor) -> Tensor:
        seen = functional.relu(self.depthwise_norm(self.depthwise(features)))
        return functional.relu(self.pointwise_norm(self.pointwise(seen)))


class SeparableDownBlock(nn.Module):
    """Separable convolution, average pool: (B, C, H, W) to (B, out, H/2, W/2)."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = SeparableConvolution(channels, out_channels)

    def forward(self, features: Tensor) -> Tensor:
        return functional.avg_pool2d(self.conv(features), kernel_size=2)


class SeparableUpBlock(nn.Module):
    """Nearest doubling, separable convolution: (B, C, H, W) to (B, out, 2H, 2W)."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = SeparableConvolution(channels, out_channels)

    def forward(self, features: Tensor) -> Tensor:
        doubled: Tensor = self.conv(functional.interpolate(features, scale_factor=2.0, mode="nearest"))
        return doubled


class SeparableResidualBlock(nn.Module):
    """Normalisation and ReLU, then widened, seen depthwise and narrowed again, added to the input: (B, C, H, W) stays."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = EXPANSION * channels
        self.norm = nn.BatchNorm2d(channels)
        self.widen = nn.Conv2d(channels, inner, kernel_size=1, bias=False)
        self.widen_norm = nn.BatchNorm2d(inner)
        self.depthwise = nn.Conv2d(inner, inner, kernel_size=3, padding=1, groups=inner, bias=False)
        self.depthwise_norm = nn.BatchNorm2d(inner)
        self.narrow = nn.Conv2d(inner, channels, kernel_size=1, bias=False)
        self.narrow_norm = nn.BatchNorm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        change: Tensor = self.widen_norm(self.widen(functional.relu(self.norm(features))))
        change = functional.relu(self.depthwise_norm(self.depthwise(change)))
        change = self.narrow_norm(self.narrow(change))
        return features + change


class StackedSameBlock(nn.Sequential):
    """Three times convolution 3x3, normalisation and ReLU; only the last widens: (B, C, H, W) to (B, out, H, W)."""

    def __init__(self, channels: int, out_channels: int) -> None:
        layers: list[nn.Module] = []
        for width in (channels, channels, out_channels):
            layers += [nn.Conv2d(channels, width, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        super().__init__(*layers)


class StackedHead(nn.Sequential):
    """Three convolutions 3x3 with ReLU between: (B, C, H, W) to (B, out, H, W), or with no padding to (B, out, H - 6, W - 6)."""

    def __init__(self, channels: int, out_channels: int, padding: int) -> None:
        if padding not in (0, 3):
            raise ValueError(f"a head of 7x7 is padded by 3 or not at all, not by {padding}")
        each = padding // 3
        super().__init__(
            nn.Conv2d(channels, channels, kernel_size=3, padding=each),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, kernel_size=3, padding=each),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, out_channels, kernel_size=3, padding=each),
        )
