"""The compact keypoint detector: points off 32x32 heatmaps of the whole picture, then a closer look at eyes and mouth."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.configuration import CompactConfiguration
from training.networks.compact_blocks import Separable, convolution, residuals
from training.networks.compact_closeups import CompactCloseups
from training.networks.compact_fine import halve
from training.networks.compact_mesh import MeshKeypoints
from training.networks.first_order import coordinate_grid
from training.networks.tensors import Keypoints


class CompactDetector(nn.Module):
    """Points as soft-argmax of heatmaps, Jacobians as the heatmap-weighted mean of four maps per keypoint."""

    def __init__(self, configuration: CompactConfiguration) -> None:
        super().__init__()
        self.side = configuration.detector_side
        self.halves = configuration.fine_width > 0
        self.count = configuration.keypoint_count
        half, quarter, eighth, sixteenth = configuration.detector_widths
        self.stem = convolution(3, half, 3, stride=2)  # 1/2
        self.quarter = nn.Sequential(Separable(half, quarter, 2), *residuals(quarter, 2))
        self.eighth = nn.Sequential(Separable(quarter, eighth, 2), *residuals(eighth, 3))
        self.sixteenth = nn.Sequential(Separable(eighth, sixteenth, 2), *residuals(sixteenth, 3))
        self.up_eighth = nn.Sequential(convolution(sixteenth + eighth, eighth, 1), *residuals(eighth, 2))
        self.up_quarter = nn.Sequential(convolution(eighth + quarter, 64, 1), *residuals(64, 2))
        self.heat = nn.Conv2d(64, self.count, 3, padding=1)
        self.jacobian = nn.Conv2d(64, 4 * self.count, 1)
        self.closeups = CompactCloseups(configuration) if configuration.eyes else None
        self.mesh = MeshKeypoints(configuration.lids) if configuration.face_mesh else None
        nn.init.zeros_(self.jacobian.weight)
        with torch.no_grad():
            assert self.jacobian.bias is not None
            self.jacobian.bias.copy_(torch.eye(2).flatten().repeat(self.count))

    def forward(self, image: Tensor) -> Keypoints:
        """Keypoints of (B, 3, H, W) pictures in [0, 1], H and W any multiple of the detector's side."""
        image = halve(image) if self.halves else image
        seen = self._look(image)
        return seen if self.mesh is None else self.mesh(image, seen)

    def look(self, image: Tensor) -> Keypoints:
        """What the detector sees without the mesh: this part is trained, and judges results while a generator is."""
        return self._look(halve(image) if self.halves else image)

    def _look(self, image: Tensor) -> Keypoints:
        factor = image.shape[-1] // self.side
        whole = functional.avg_pool2d(image, factor) if factor > 1 else image  # B,3,side,side
        half = self.stem(whole - 0.5)
        quarter = self.quarter(half)
        eighth = self.eighth(quarter)
        deep = self.sixteenth(eighth)
        deep = self.up_eighth(torch.cat([functional.interpolate(deep, scale_factor=2.0, mode="nearest"), eighth], dim=1))
        features = self.up_quarter(torch.cat([functional.interpolate(deep, scale_factor=2.0, mode="nearest"), quarter], dim=1))

        heat = self.heat(features).float()  # B,K,h,w
        _, count, height, width = heat.shape
        weights = torch.softmax(heat.flatten(2), dim=-1)  # B,K,hw
        grid = coordinate_grid(height, width, align_corners=False, like=heat).reshape(1, 1, -1, 2)
        points = (weights[..., None] * grid).sum(dim=2)  # B,K,2
        maps = self.jacobian(features).float().reshape(-1, count, 4, height * width)
        jacobians = (maps * weights[:, :, None]).sum(dim=-1).reshape(-1, count, 2, 2)
        if self.closeups is not None:
            points = self.closeups(image, points)
        return Keypoints(points, jacobians)
