"""Which blocks the First Order Motion Model is built of: those of the published networks, or light ones in their place."""

from collections.abc import Callable
from typing import NamedTuple

from torch import nn

from training.networks.blocks import DownBlock, ResidualBlock, SameBlock, UpBlock
from training.networks.separable_blocks import (
    SeparableDownBlock,
    SeparableResidualBlock,
    SeparableUpBlock,
    StackedHead,
    StackedSameBlock,
)


class BlockKit(NamedTuple):
    """Each of `same`, `down` and `up` takes input and output channels, `residual` its channels, `head` also its padding (3 or 0)."""

    same: Callable[[int, int], nn.Module]
    down: Callable[[int, int], nn.Module]
    up: Callable[[int, int], nn.Module]
    residual: Callable[[int], nn.Module]
    head: Callable[[int, int, int], nn.Module]


def _head(channels: int, out_channels: int, padding: int) -> nn.Conv2d:
    return nn.Conv2d(channels, out_channels, kernel_size=7, padding=padding)


FULL = BlockKit(SameBlock, DownBlock, UpBlock, ResidualBlock, _head)
"""As published: attribute names are those of the published checkpoints."""

LIGHT = BlockKit(StackedSameBlock, SeparableDownBlock, SeparableUpBlock, SeparableResidualBlock, StackedHead)
"""The same shapes in and out by depthwise-separable convolutions and stacks of 3x3."""


def choose_blocks(separable: bool) -> BlockKit:
    """The kit for a configuration's `separable`."""
    return LIGHT if separable else FULL


def last_convolution(head: nn.Module) -> nn.Conv2d:
    """The convolution that gives a head's output, of either kit."""
    last = head[-1] if isinstance(head, nn.Sequential) else head
    assert isinstance(last, nn.Conv2d)
    return last
