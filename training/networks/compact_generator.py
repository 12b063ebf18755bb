"""The compact generator: two scales of warped features, a x4 pixel-shuffle head, and a blend with the warped source itself."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.configuration import CompactConfiguration
from training.networks.compact_blocks import Separable, convolution, residuals
from training.networks.compact_fine import FineHead, halve
from training.networks.compact_motion import CompactMotion, DenseMotion
from training.networks.first_order import coordinate_grid
from training.networks.sampling import resize
from training.networks.still_border import border_share, show_source, stand_still
from training.networks.tensors import Animated, Appearance, Keypoints

SHUFFLE = 4
"""The head works at a quarter of the side and shuffles channels into pixels."""


class CompactGenerator(nn.Module):
    """prediction = alpha * warp(source) + (1 - alpha) * painted.

    Most of a face is well served by the warp alone; the painted part brings what the source does not show: the inside
    of the mouth, closed lids, uncovered background. Detail maps tell the painter to a fraction of a cell where lids and
    lips must come to lie. With a fine head all of it works at half of the picture's side, but for the warp and the head.
    """

    def __init__(self, configuration: CompactConfiguration) -> None:
        super().__init__()
        self.detail_points = list(configuration.detail_points)
        self.detail_variance = configuration.detail_variance
        quarter, eighth = configuration.quarter_width, configuration.eighth_width
        self.motion = CompactMotion(configuration)
        self.encode_quarter = nn.Sequential(convolution(3, 32, 3, 2), Separable(32, quarter, 2), *residuals(quarter, 1))
        self.encode_eighth = nn.Sequential(Separable(quarter, eighth, 2), *residuals(eighth, 2))
        self.eighth = residuals(eighth, configuration.eighth_blocks)
        inputs = quarter + eighth + 3 * SHUFFLE**2 + 5 * len(self.detail_points)
        self.merge = convolution(inputs, quarter, 1)
        self.quarter = residuals(quarter, configuration.quarter_blocks)
        self.head = nn.Conv2d(quarter, 4 * SHUFFLE**2, 3, padding=1)
        with torch.no_grad():
            assert self.head.bias is not None
            self.head.weight.mul_(0.3)
            self.head.bias.zero_()
            self.head.bias[3 * SHUFFLE**2 :] = 1.5  # start near the warp: alpha about .8
        self.fine = FineHead(configuration) if configuration.fine_width else None

    def encode(self, image: Tensor) -> Appearance:
        """Features of a source (B, 3, side, side), kept with the picture itself: it is warped at full size."""
        seen = image if self.fine is None else halve(image)
        quarter = self.encode_quarter(seen - 0.5)
        factor = image.shape[-1] // self.motion.side
        return {
            "source_image": image,
            "source_small": functional.avg_pool2d(image, factor) if factor > 1 else image,
            "source_quarter": quarter,
            "source_eighth": self.encode_eighth(quarter),
        }

    def animate(self, appearance: Appearance, source: Keypoints, driving: Keypoints, still_border: Tensor | None = None) -> Animated:
        """The source in the pose of `driving`; what stands still for `still_border` (1,) shows the source's own pixels."""
        image = appearance["source_image"]
        motion = self.motion(appearance["source_small"], source, driving)
        share = None
        if still_border is not None:
            share = border_share(self.motion.side, still_border)
            still = coordinate_grid(self.motion.side, self.motion.side, align_corners=False, like=share)
            motion = DenseMotion(stand_still(motion.deformation, still, share), show_source(motion.occlusion, share))
        warped = self.warp(image, motion.deformation)  # B,3,H,W
        quarter = self.warp(appearance["source_quarter"], motion.deformation)
        quarter = quarter * resize(motion.occlusion, *quarter.shape[-2:]).to(quarter.dtype)
        eighth = self.warp(appearance["source_eighth"], motion.deformation)
        eighth = self.eighth(eighth * resize(motion.occlusion, *eighth.shape[-2:]).to(eighth.dtype))
        seen = warped if self.fine is None else halve(warped)
        parts = [
            quarter,
            resize(eighth, *quarter.shape[-2:]),
            functional.pixel_unshuffle(seen.to(quarter.dtype) - 0.5, SHUFFLE),
        ]
        if self.detail_points:
            parts.append(self.draw_details(source, driving, quarter).to(quarter.dtype))
        features = self.quarter(self.merge(torch.cat(parts, dim=1)))
        painted = functional.pixel_shuffle(self.head(features).float(), SHUFFLE)  # B,4,H,W; h,w with a fine head
        if self.fine is not None:
            painted = self.fine(painted, features, warped)  # B,4,H,W
        colour, alpha = torch.sigmoid(painted[:, :3]), torch.sigmoid(painted[:, 3:])
        if share is not None:
            alpha = show_source(alpha, resize(share, *alpha.shape[-2:]))
        return Animated(alpha * warped + (1 - alpha) * colour, warped, motion.deformation, motion.occlusion)

    def draw_details(self, source: Keypoints, driving: Keypoints, like: Tensor) -> Tensor:
        """Per detail point a narrow Gaussian, the offset to the point and the point's shift, both in deviations: (B, 5D, h, w)."""
        height, width = like.shape[-2:]
        grid = coordinate_grid(height, width, align_corners=False, like=like)
        deviation = self.detail_variance**0.5
        points = driving.points[:, self.detail_points]
        shift = (points - source.points[:, self.detail_points])[:, :, :, None, None] / deviation  # B,D,2,1,1
        offset = (grid.permute(2, 0, 1)[None, None] - points[:, :, :, None, None]) / deviation  # B,D,2,h,w
        gaussian = torch.exp(offset.square().sum(dim=2, keepdim=True) * -0.5)  # B,D,1,h,w
        return torch.cat([gaussian, gaussian * offset, gaussian * shift], dim=2).flatten(1, 2)

    @staticmethod
    def warp(features: Tensor, deformation: Tensor) -> Tensor:
        """Features sampled by the deformation; where sizes differ its shift is resized, so that standing still stays exact."""
        height, width = features.shape[-2:]
        if deformation.shape[1:3] != (height, width):
            still = coordinate_grid(*deformation.shape[1:3], align_corners=False, like=deformation)
            shift = resize((deformation - still).permute(0, 3, 1, 2), height, width).permute(0, 2, 3, 1)
            deformation = coordinate_grid(height, width, align_corners=False, like=deformation) + shift
        warped = functional.grid_sample(features.float(), deformation, padding_mode="border", align_corners=False)
        return warped.to(features.dtype)
