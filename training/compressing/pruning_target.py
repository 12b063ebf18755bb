"""How far to prune: the smallest cut that reaches a target of size, of work or of measured time."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from puppet.errors import TrainingError
from training.compressing.channels import ChannelMap
from training.compressing.pruning import Ranking, keep_after, prune
from training.networks.pair import NetworkPair

STEPS = 7
"""Halvings of the range in which the cut is looked for: to 1 % of the channels that may go."""


class Found(NamedTuple):
    """networks: the pruned pair; cut: the share of the channels that may go which went; value: what was measured of the pair."""

    networks: NetworkPair
    cut: float
    value: float


def find_cut(
    networks: NetworkPair,
    channels: ChannelMap,
    ranking: Ranking,
    target: float,
    *,
    measure: Callable[[NetworkPair], float],
    on_step: Callable[[float, float], None] | None = None,
) -> Found:
    """The least pruned pair whose `measure` is at most the target; `on_step(cut, value)` is told of every one tried.

    Raises `TrainingError` where no cut reaches it, with what the deepest one gives.
    """

    def attempt(cut: float) -> Found:
        pruned = prune(networks, channels, keep_after(ranking, cut)) if cut else networks
        found = Found(pruned, cut, measure(pruned))
        if on_step:
            on_step(cut, found.value)
        return found

    best = attempt(0.0)
    if best.value <= target:
        return best
    best = attempt(1.0)
    if best.value > target:
        raise TrainingError(
            f"Pruning alone does not get that far: {best.value:,.4g} is the least that these networks can be left with, not {target:,.4g}.",
            "Ask for less, or name a smaller family by --to.",
        )
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        found = attempt(middle)
        if found.value <= target:
            best, high = found, middle
        else:
            low = middle
    return best


def frame_work(networks: NetworkPair) -> dict[str, float]:
    """Multiply-accumulates of each layer in one frame, the portrait being encoded."""
    work: dict[str, float] = {}

    def note(name: str, layer: nn.Module, _: object, output: Tensor) -> None:
        weight = layer.get_parameter("weight")
        work[name] = work.get(name, 0.0) + output[0].numel() * weight[0].numel()

    side = networks.configuration.side
    image = torch.rand(1, 3, side, side, device=next(networks.parameters()).device)
    was_training = networks.training
    with torch.no_grad():
        appearance = networks.eval().generator.encode(image)
        hooks = [
            layer.register_forward_hook(partial(note, name))
            for name, layer in networks.named_modules()
            if isinstance(layer, (nn.Conv2d, nn.Linear))
        ]
        try:
            keypoints = networks.detector(image)
            networks.generator.animate(appearance, keypoints, keypoints)
        finally:
            for hook in hooks:
                hook.remove()
            networks.train(was_training)
    return work


def weight_work(networks: NetworkPair) -> Mapping[str, float]:
    """The number of weights of each layer."""
    return {
        name: float(sum(value.numel() for value in layer.parameters()))
        for name, layer in networks.named_modules()
        if isinstance(layer, (nn.Conv2d, nn.Linear, nn.BatchNorm2d))
    }
