"""The generator of the full First Order Motion Model (`generator` of a published checkpoint)."""

from torch import Tensor, nn

from training.configuration import FommConfiguration
from training.networks.block_kit import choose_blocks
from training.networks.first_order import coordinate_grid
from training.networks.fomm_motion import DenseMotion, DenseMotionNetwork
from training.networks.sampling import resize, warp
from training.networks.still_border import border_share, show_source, stand_still
from training.networks.tensors import Animated, Appearance, Keypoints


class FommGenerator(nn.Module):
    """Draws the source in the driver's pose; attribute names are the published ones.

    At 256 with the published widths the encoding is a fifth of the work: it is done once a portrait.
    """

    def __init__(self, configuration: FommConfiguration) -> None:
        super().__init__()
        self.align_corners = configuration.align_corners
        blocks = choose_blocks(configuration.separable)
        limit = configuration.generator_width_limit
        widths = [min(limit, configuration.generator_width * 2**step) for step in range(configuration.generator_downs + 1)]
        self.dense_motion_network = DenseMotionNetwork(configuration)
        self.first = blocks.same(3, configuration.generator_width)
        self.down_blocks = nn.ModuleList(
            blocks.down(before, after) for before, after in zip([configuration.generator_width, *widths[1:-1]], widths[1:], strict=True)
        )
        self.bottleneck = nn.Sequential()
        for index in range(configuration.bottleneck_blocks):
            self.bottleneck.add_module(f"r{index}", blocks.residual(widths[-1]))
        self.up_blocks = nn.ModuleList(blocks.up(before, after) for before, after in zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.final = blocks.head(widths[0], 3, 3)

    def encode(self, image: Tensor) -> Appearance:
        """`features` (B, 256, side/4, side/4), `small_source` for the dense motion, `source` the picture itself."""
        features = self.first(image)  # (B, 64, side, side)
        for block in self.down_blocks:
            features = block(features)
        return {"features": features, "small_source": self.dense_motion_network.down(image), "source": image}

    def animate(self, appearance: Appearance, source: Keypoints, driving: Keypoints, still_border: Tensor | None = None) -> Animated:
        """The portrait in the driver's pose; what stands still for `still_border` (1,) is drawn like all else."""
        motion = self.dense_motion_network(appearance["small_source"], source, driving)
        if still_border is not None:
            side = int(motion.deformation.shape[1])
            share = border_share(side, still_border)
            still = coordinate_grid(side, side, align_corners=True, like=share)  # the motion network's own, however it is sampled
            motion = DenseMotion(stand_still(motion.deformation, still, share), show_source(motion.occlusion, share))
        features = warp(appearance["features"], motion.deformation, align_corners=self.align_corners)  # (B, 256, side/4, side/4)
        features = features * resize(motion.occlusion, *features.shape[2:])
        features = self.bottleneck(features)
        for block in self.up_blocks:
            features = block(features)
        prediction = self.final(features).sigmoid()  # (B, 3, side, side)
        warped = warp(appearance["source"], motion.deformation, align_corners=self.align_corners)
        return Animated(prediction, warped, motion.deformation, motion.occlusion)

    def forward(self, image: Tensor, source: Keypoints, driving: Keypoints) -> Animated:
        """Encode and animate in one call, as training does."""
        return self.animate(self.encode(image), source, driving)
