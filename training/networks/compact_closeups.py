"""A closer look at eyes and mouth: small patches cut from the picture at its full size, in which their keypoints are placed anew.

On the detector's 32x32 heatmaps an open eye is less than a cell tall: lids regressed there all but stop moving.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.configuration import CompactConfiguration
from training.networks.compact_blocks import convolution

EYE_RADIUS, MOUTH_RADIUS = 0.36, 0.55
"""Half the side of a patch, in distances from between the eyes to the mouth."""


class PatchReader(nn.Module):
    """Places `count` points in a patch: (B, 3, side, side) to (B, count, 2) in [-1, 1] of the patch."""

    def __init__(self, side: int, count: int) -> None:
        super().__init__()
        self.count = count
        self.features = nn.Sequential(convolution(3, 24, 3, 2), convolution(24, 48, 3, 2), convolution(48, 96, 3, 2))  # side/8
        self.place = nn.Sequential(nn.Linear(96 * (side // 8) ** 2, 96), nn.ReLU(inplace=True), nn.Linear(96, 2 * count))

    def forward(self, patch: Tensor) -> Tensor:
        places: Tensor = self.place(self.features(patch - 0.5).flatten(1)).float()
        return places.reshape(-1, self.count, 2)


class CompactCloseups(nn.Module):
    """Reads both eyes with one network, the right one mirrored, and the mouth with another."""

    mirror: Tensor

    def __init__(self, configuration: CompactConfiguration) -> None:
        super().__init__()
        self.side = configuration.patch_side
        self.left, self.right = (list(eye) for eye in configuration.eyes)
        self.mouth = list(configuration.mouth)
        refined = [*self.left, *self.right, *self.mouth]
        self.order = [refined.index(index) if index in refined else -1 for index in range(configuration.keypoint_count)]
        self.read_eye = PatchReader(self.side, len(self.left))
        self.read_mouth = PatchReader(self.side, len(self.mouth))
        self.register_buffer("mirror", torch.tensor([-1.0, 1.0]), persistent=False)

    def forward(self, image: Tensor, points: Tensor) -> Tensor:
        """The (B, K, 2) points with those of eyes and mouth read from their patches of (B, 3, H, W)."""
        rough = points.detach()  # where to look is not learnt here
        left, right, mouth = (rough[:, keypoints].mean(dim=1) for keypoints in (self.left, self.right, self.mouth))
        unit = ((left + right) / 2 - mouth).square().sum(dim=-1, keepdim=True).clamp(min=0.01).sqrt()  # B,1
        eyes = torch.cat([self.cut(image, left, EYE_RADIUS * unit), self.cut(image, right, EYE_RADIUS * unit).flip(3)])
        read_left, read_right = self.read_eye(eyes).chunk(2)
        read_mouth = self.read_mouth(self.cut(image, mouth, MOUTH_RADIUS * unit))
        unit = unit[:, :, None]
        placed = torch.cat(
            [
                left[:, None] + EYE_RADIUS * unit * read_left,
                right[:, None] + EYE_RADIUS * unit * read_right * self.mirror,
                mouth[:, None] + MOUTH_RADIUS * unit * read_mouth,
            ],
            dim=1,
        )
        return torch.stack([placed[:, place] if place >= 0 else points[:, index] for index, place in enumerate(self.order)], dim=1)

    def cut(self, image: Tensor, centre: Tensor, radius: Tensor) -> Tensor:
        """(B, 3, side, side) squares around (B, 2) centres, (B, 1) radii; the border is replicated."""
        steps = (2 * torch.arange(self.side, device=image.device, dtype=torch.float32) + 1) / self.side - 1
        x = (centre[:, :1] + radius * steps)[:, None, :].expand(-1, self.side, -1)  # B,side,side
        y = (centre[:, 1:] + radius * steps)[:, :, None].expand(-1, -1, self.side)
        return functional.grid_sample(image.float(), torch.stack([x, y], dim=-1), padding_mode="border", align_corners=False)
