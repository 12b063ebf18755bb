"""The hourglass: down in steps, up again, with the features of each size carried across."""

import torch
from torch import Tensor, nn

from training.networks.block_kit import BlockKit


class _Encoder(nn.Module):
    """Halves `depth` times; gives the input and the output of every step, largest first."""

    def __init__(self, channels: int, widths: list[int], blocks: BlockKit) -> None:
        super().__init__()
        self.down_blocks = nn.ModuleList(blocks.down(before, after) for before, after in zip([channels, *widths[:-1]], widths, strict=True))

    def forward(self, image: Tensor) -> list[Tensor]:
        features = [image]
        for block in self.down_blocks:
            features.append(block(features[-1]))  # (B, width_i, H / 2^(i + 1), W / 2^(i + 1))
        return features


class _Decoder(nn.Module):
    """Doubles as often as the encoder halved, each time joined by the encoder's features of that size."""

    def __init__(self, widths: list[int], last_width: int, blocks: BlockKit) -> None:
        super().__init__()
        narrowing = [*widths[-2::-1], last_width]
        inputs = [widths[-1], *(2 * width for width in widths[-2::-1])]
        self.up_blocks = nn.ModuleList(blocks.up(before, after) for before, after in zip(inputs, narrowing, strict=True))

    def forward(self, features: list[Tensor]) -> Tensor:
        result = features[-1]
        for block, skip in zip(self.up_blocks, features[-2::-1], strict=True):
            result = torch.cat((block(result), skip), dim=1)
        return result


class Hourglass(nn.Module):
    """(B, C, H, W) to (B, out_channels, H, W); H and W divide by 2^depth.

    Step i of the way down has min(limit, width * 2^(i + 1)) channels; `out_channels` is `width` plus the input's own C.
    """

    def __init__(self, channels: int, width: int, limit: int, depth: int, blocks: BlockKit) -> None:
        super().__init__()
        widths = [min(limit, width * 2 ** (step + 1)) for step in range(depth)]
        last_width = min(limit, width)
        self.encoder = _Encoder(channels, widths, blocks)
        self.decoder = _Decoder(widths, last_width, blocks)
        self.out_channels = last_width + channels

    def forward(self, image: Tensor) -> Tensor:
        result: Tensor = self.decoder(self.encoder(image))
        return result
