"""The face mesh as a torch network: 468 points on a face that is roughly known, so that a detector can be built upon it.

Source: Kartynnik et al., Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs, 2019; the weights are those
of the published `face_landmark.tflite` (`training/mesh_weights.py`), and are never trained here.
"""

from torch import Tensor, nn
from torch.nn import functional

SIDE = 192
"""Side of the network's input, px."""

POINTS = 468

TRUNK = ((16, 1), (16, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (128, 2), (128, 1), (128, 1))
"""Width and stride of each block of the part that both heads share."""


class MeshBlock(nn.Module):
    """Depthwise 3x3 and pointwise convolution added to the input (pooled, and widened by zeros, where that is needed), PReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.widening = outputs - inputs
        self.stride = stride
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, 1 if stride == 1 else 0, groups=inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)
        self.activate = nn.PReLU(outputs)

    def forward(self, x: Tensor) -> Tensor:
        change = self.pointwise(self.depthwise(x if self.stride == 1 else functional.pad(x, (0, 1, 0, 1))))
        if self.stride == 2:
            x = functional.max_pool2d(x, 2)
        if self.widening:
            x = functional.pad(x, (0, 0, 0, 0, 0, self.widening))
        activated: Tensor = self.activate(x + change)
        return activated


class FaceMeshNetwork(nn.Module):
    """(B, 3, 192, 192) in [0, 1], an upright face with half its size as margin, to its points and a score."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(3, 16, 3, 2), nn.PReLU(16))  # 96x96
        widths = [16, *(width for width, _ in TRUNK)]
        self.trunk = nn.Sequential(*(MeshBlock(widths[index], *block) for index, block in enumerate(TRUNK)))  # 6x6
        self.points = nn.Sequential(
            MeshBlock(128, 128, 2), MeshBlock(128, 128), MeshBlock(128, 128), *_narrow(), nn.Conv2d(32, 3 * POINTS, 3)
        )
        self.score = nn.Sequential(MeshBlock(128, 128, 2), *_narrow(), nn.Conv2d(32, 1, 3))
        self.requires_grad_(False)

    def forward(self, crop: Tensor) -> tuple[Tensor, Tensor]:
        """The points (B, 468, 3), x and y in pixels of the crop, z in the same unit; the logit that there is a face (B,)."""
        features = self.trunk(self.stem(crop))
        return self.points(features).float().reshape(-1, POINTS, 3), self.score(features).float().reshape(-1)

    def train(self, mode: bool = True) -> "FaceMeshNetwork":  # noqa: ARG002
        """It has nothing that training would change."""
        return super().train(False)


def _narrow() -> list[nn.Module]:
    return [nn.Conv2d(128, 32, 1), nn.PReLU(32), MeshBlock(32, 32)]


def weighted_layers(network: FaceMeshNetwork, head: str) -> list[nn.Conv2d | nn.PReLU]:
    """The layers that hold weights on the way from the input to one head, `points` or `score`, in order."""
    parts = nn.Sequential(network.stem, network.trunk, getattr(network, head))
    return [layer for layer in parts.modules() if isinstance(layer, nn.Conv2d | nn.PReLU)]
