"""What a network costs: its parameters and the multiply-accumulates of one call."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from training.configuration import Configuration
from training.networks.pair import build_networks
from training.networks.tensors import Keypoints


class Cost(NamedTuple):
    """parameters: learned numbers of the module; multiply_accumulates: of convolutions and matrix products in one call."""

    parameters: int
    multiply_accumulates: int


class PairCost(NamedTuple):
    """What a pair costs: `encode` once a portrait, `detect` and `animate` once a frame."""

    parameters: int
    encode: int
    detect: int
    animate: int

    @property
    def frame(self) -> int:
        """Multiply-accumulates of one frame, the portrait being encoded."""
        return self.detect + self.animate


def count_parameters(module: nn.Module) -> int:
    """The number of learned values; buffers do not count."""
    return sum(parameter.numel() for parameter in module.parameters())


def count_cost(module: nn.Module, call: Callable[[], object]) -> Cost:
    """The parameters of `module` and the multiply-accumulates of `call`, which runs it once, without gradients.

    Element-wise work, normalisation and grid sampling are not counted.
    """
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        call()
    return Cost(count_parameters(module), counter.get_total_flops() // 2)


def count_pair_cost(configuration: Configuration) -> PairCost:
    """What fresh networks of `configuration` cost for one picture."""
    pair = build_networks(configuration).eval()
    image = torch.rand(1, 3, configuration.side, configuration.side)
    with torch.no_grad():
        appearance = pair.generator.encode(image)
        keypoints: Keypoints = pair.detector(image)
    return PairCost(
        parameters=count_parameters(pair),
        encode=count_cost(pair.generator, lambda: pair.generator.encode(image)).multiply_accumulates,
        detect=count_cost(pair.detector, lambda: pair.detector(image)).multiply_accumulates,
        animate=count_cost(pair.generator, lambda: pair.generator.animate(appearance, keypoints, keypoints)).multiply_accumulates,
    )
