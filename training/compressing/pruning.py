"""Structured pruning: whole channels leave a network, those first whose absence a loss would feel least for the work they cost.

A channel's importance is the first-order Taylor estimate of how the loss changes without it (Molchanov et al. 2019), summed over all
layers that read it: for what a layer reads, weight times gradient summed over its weights is activation times gradient, exactly.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from training.compressing.channels import ChannelMap, Channels, Use, follow_channels
from training.configuration import LayerWidths
from training.networks.narrowing import keep_channels, layer_widths
from training.networks.pair import NetworkPair

FEWEST = 8
"""No group is left with fewer channels, nor with less than an eighth of them."""

MULTIPLE = 8
"""Widths are rounded up to it where they began at twice as much: vector units work on so many channels at once."""

Kept = Mapping[int, Tensor]
"""The channels of each group that stay: sorted indices by the group's number."""


def trace_channels(networks: NetworkPair) -> ChannelMap:
    """The channel groups of a pair, both networks followed through one picture."""
    side = networks.configuration.side
    image = torch.rand(1, 3, side, side, device=next(networks.parameters()).device)
    training = networks.training
    networks.eval()

    def run() -> list[Tensor]:
        keypoints = networks.detector(image)
        return [*keypoints, *networks.generator.animate(networks.generator.encode(image), keypoints, keypoints)]

    channels = follow_channels(networks, run)
    networks.train(training)
    return channels


def measure_importance(networks: nn.Module, channels: ChannelMap, losses: Iterable[Tensor]) -> dict[int, Tensor]:
    """(size,) importance of each group's channels: the sum, over the losses, of each channel's absolute Taylor term.

    `losses` runs the networks itself, as a generator. A group that only frozen layers read has no importance that could be known.
    """
    parameters = dict(networks.named_parameters())
    total: dict[int, Tensor] = {}
    for loss in losses:
        networks.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        batch: dict[int, Tensor] = {}
        for use in channels.uses:
            weight = parameters[f"{use.layer}.weight"]
            if not _mixes(networks.get_submodule(use.layer)) or weight.grad is None:
                continue
            terms = (weight.detach() * weight.grad).transpose(0, 1).flatten(1).sum(dim=1).cpu()  # (inputs,)
            start = 0
            for run in use.reads:
                end = start + run.width * run.repeat
                if run.group >= 0:
                    batch[run.group] = batch.get(run.group, 0) + terms[start:end].view(run.width, run.repeat).sum(dim=1)
                start = end
        for number, value in batch.items():
            total[number] = total.get(number, 0) + value.abs()
    networks.zero_grad(set_to_none=True)
    return total


class Ranking(NamedTuple):
    """All channels that may go, the most dispensable first: (group number, channel index) rows, with the group sizes."""

    order: Tensor
    sizes: dict[int, int]


def rank_channels(channels: ChannelMap, importance: Mapping[int, Tensor], work: Mapping[str, float], part: str = "") -> Ranking:
    """Rank the channels of groups whose name begins with `part` by importance for the work they cost.

    `work` says what each layer costs, by its name, in whatever is to be saved (multiply-accumulates, parameters). A group that
    costs nothing is not ranked, nor one of unknown importance.
    """
    rows: list[Tensor] = []
    scores: list[Tensor] = []
    for number, group in channels.groups.items():
        cost = sum(_work_of_channel(use, number, work.get(use.layer, 0.0)) for use in channels.uses)
        if not group.name.startswith(part) or cost <= 0 or number not in importance:
            continue
        score = importance[number] / cost
        floor = max(FEWEST, group.size // 8)
        order = score.argsort()[: max(0, group.size - floor)]
        rows.append(torch.stack([torch.full_like(order, number), order], dim=1))
        scores.append(score[order])
    if not rows:
        return Ranking(torch.zeros(0, 2, dtype=torch.long), {})
    order = torch.cat(scores).argsort(stable=True)
    return Ranking(torch.cat(rows)[order], {number: group.size for number, group in channels.groups.items()})


def keep_after(ranking: Ranking, share: float) -> dict[int, Tensor]:
    """What stays of each group when this share of the ranked channels goes; widths are rounded up to a multiple."""
    going = ranking.order[: round(share * len(ranking.order))]
    kept: dict[int, Tensor] = {}
    for number in sorted(set(going[:, 0].tolist())):
        size = ranking.sizes[number]
        worst_first = ranking.order[ranking.order[:, 0] == number][:, 1]
        count = int((going[:, 0] == number).sum())
        if size >= 2 * MULTIPLE:
            count = size - min(size, -(-(size - count) // MULTIPLE) * MULTIPLE)
        stays = torch.ones(size, dtype=torch.bool)
        stays[worst_first[:count]] = False
        kept[number] = stays.nonzero().flatten()
    return kept


def prune(networks: NetworkPair, channels: ChannelMap, kept: Kept) -> NetworkPair:
    """A copy with only the kept channels; its configuration says the new widths of every layer that was cut."""
    pruned = copy.deepcopy(networks)
    widths = {one.layer: one for one in networks.configuration.widths}
    for use in channels.uses:
        layer = pruned.get_submodule(use.layer)
        inputs, outputs = _indices(use.reads, kept), _indices(use.gives, kept)
        if (len(inputs), len(outputs)) != layer_widths(layer):
            device = next(layer.parameters()).device
            keep_channels(layer, inputs.to(device), outputs.to(device))
            widths[use.layer] = LayerWidths(use.layer, len(inputs), len(outputs))
    pruned.configuration = networks.configuration.model_copy(update={"widths": tuple(widths[name] for name in sorted(widths))})
    return pruned


def _mixes(layer: nn.Module) -> bool:
    """Whether every output of the layer depends on every input."""
    return isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.groups == 1)


def _work_of_channel(use: Use, group: int, work: float) -> float:
    """The part of a layer's work that one channel of the group stands for."""

    def share(runs: Channels) -> float:
        own = sum(run.repeat for run in runs if run.group == group)
        return own / sum(run.width * run.repeat for run in runs)

    return work * (share(use.gives) if use.gives == use.reads else share(use.gives) + share(use.reads))


def _indices(runs: Channels, kept: Kept) -> Tensor:
    """Which channels of a layout stay, by their place in it."""
    parts: list[Tensor] = []
    start = 0
    for run in runs:
        stays = kept.get(run.group, torch.arange(run.width)) if run.group >= 0 else torch.arange(run.width)
        parts.append((start + stays[:, None] * run.repeat + torch.arange(run.repeat)).flatten())
        start += run.width * run.repeat
    return torch.cat(parts)
