"""The blocks of the compact family: depthwise-separable convolutions and inverted residuals (MobileNetV2, Sandler et al. 2018).

The expansion carries no BatchNorm: on CPUs training is bound by memory, and normalising the widest maps costs most.
"""

from torch import Tensor, nn


def convolution(inputs: int, outputs: int, size: int = 3, stride: int = 1, groups: int = 1, *, activate: bool = True) -> nn.Sequential:
    """Convolution without bias, BatchNorm, and ReLU unless `activate` is false; `same` padding."""
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if activate:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class Separable(nn.Sequential):
    """Depthwise 3x3, then pointwise: (B, inputs, h, w) to (B, outputs, h/stride, w/stride)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(convolution(inputs, inputs, 3, stride, groups=inputs, activate=False), convolution(inputs, outputs, 1))


class InvertedResidual(nn.Module):
    """x + project(depthwise(expand(x))): same shape in and out."""

    def __init__(self, width: int, expansion: int = 2) -> None:
        super().__init__()
        inner = width * expansion
        self.body = nn.Sequential(
            nn.Conv2d(width, inner, 1),
            nn.ReLU(inplace=True),
            convolution(inner, inner, 3, groups=inner),
            convolution(inner, width, 1, activate=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)  # type: ignore[no-any-return]


def residuals(width: int, count: int) -> nn.Sequential:
    """A chain of inverted residuals."""
    return nn.Sequential(*(InvertedResidual(width) for _ in range(count)))
