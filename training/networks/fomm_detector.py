"""The keypoint detector of the full First Order Motion Model (`kp_detector` of a published checkpoint)."""

import torch
from torch import Tensor, nn

from training.configuration import FommConfiguration
from training.networks.block_kit import FULL, choose_blocks, last_convolution
from training.networks.blocks import AntiAliasedDown
from training.networks.first_order import coordinate_grid
from training.networks.hourglass import Hourglass
from training.networks.tensors import Keypoints


class FommDetector(nn.Module):
    """Pictures (B, 3, side, side) in [0, 1] to K keypoints with Jacobians; attribute names are the published ones."""

    def __init__(self, configuration: FommConfiguration) -> None:
        super().__init__()
        self.temperature = configuration.temperature
        self.map_count = 1 if configuration.single_jacobian_map else configuration.keypoint_count
        self.down = AntiAliasedDown(3, configuration.stride) if configuration.stride > 1 else nn.Identity()
        blocks = choose_blocks(configuration.separable)
        self.predictor = Hourglass(
            3, configuration.detector_width, configuration.detector_width_limit, configuration.detector_depth, blocks
        )
        head = FULL.head if configuration.whole_heads else blocks.head
        self.kp = head(self.predictor.out_channels, configuration.keypoint_count, 0)
        self.jacobian = head(self.predictor.out_channels, 4 * self.map_count, 0)
        with torch.no_grad():  # every Jacobian starts as the identity
            last = last_convolution(self.jacobian)
            last.weight.zero_()
            assert last.bias is not None
            last.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 1.0]).repeat(self.map_count))

    def forward(self, image: Tensor) -> Keypoints:
        features = self.predictor(self.down(image))  # (B, 35, 64, 64)
        logits = self.kp(features).float() / self.temperature  # (B, K, 58, 58): the head does not pad
        height, width = logits.shape[2:]
        heatmaps = logits.flatten(2).softmax(dim=2)  # (B, K, 58 * 58)
        grid = coordinate_grid(height, width, align_corners=True, like=heatmaps).flatten(0, 1)  # (58 * 58, 2)
        points = (heatmaps[..., None] * grid).sum(dim=2)  # (B, K, 2)
        maps: Tensor = self.jacobian(features).float()  # (B, 4K or 4, 58, 58)
        maps = maps.reshape(-1, self.map_count, 4, height * width)  # (B, K or 1, 4, 58 * 58)
        jacobians = (heatmaps[:, :, None, :] * maps).sum(dim=3)  # (B, K, 4), row by row
        return Keypoints(points, jacobians.reshape(-1, points.shape[1], 2, 2))
