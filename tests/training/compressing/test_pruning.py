"""Channels followed, ranked and cut: the pruned network is the full one with those channels silenced, and can be built anew."""

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from puppet.errors import ModelError
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from training.compressing.channels import Run, follow_channels
from training.compressing.pruning import FEWEST, keep_after, measure_importance, prune, rank_channels, trace_channels
from training.configuration import CompactConfiguration, Configuration, LayerWidths
from training.networks.narrowing import narrow
from training.networks.pair import NetworkPair, build_networks
from training.networks.tensors import Keypoints

WITH_CLOSEUPS = CompactConfiguration.model_validate(
    {**SMALL_COMPACT.model_dump(), "keypoint_count": 9, "eyes": [[0, 1, 2, 3], [4, 5, 6, 7]], "mouth": [8]}
)
HEADS = {
    "compact": {"generator.motion.head", "generator.head", "detector.heat", "detector.jacobian"},
    "fomm": {"generator.final", "generator.dense_motion_network.mask", "detector.kp", "detector.jacobian"},
}


def outputs(pair: NetworkPair) -> list[Tensor]:
    """Everything a pair gives for one seeded picture and driver."""
    image, target = torch.rand(2, 1, 3, pair.configuration.side, pair.configuration.side, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        source, driving = pair.detector(image), pair.detector(target)
        return [*source, *pair.generator.animate(pair.generator.encode(image), source, driving)]


def silence(pair: NetworkPair, layer: str, inputs: Tensor) -> None:
    """Let a layer hear nothing of these inputs."""
    with torch.no_grad():
        pair.get_submodule(layer).weight[:, inputs] = 0  # type: ignore[operator]


@pytest.mark.parametrize("configuration", [SMALL_COMPACT, WITH_CLOSEUPS, SMALL_FOMM], ids=["compact", "closeups", "fomm"])
def test_a_pruned_pair_draws_what_the_full_one_draws_with_those_channels_silenced(configuration: Configuration) -> None:
    pair = build_small(configuration)
    channels = trace_channels(pair)
    gone = {number: torch.arange(group.size)[1::3] for number, group in channels.groups.items()}
    kept = {
        number: torch.tensor([index for index in range(group.size) if index not in gone[number].tolist()])
        for number, group in channels.groups.items()
    }
    silent = copy.deepcopy(pair)
    for use in channels.uses:
        layer = silent.get_submodule(use.layer)
        if isinstance(layer, nn.BatchNorm2d) or (isinstance(layer, nn.Conv2d) and layer.groups > 1):
            continue
        start = 0
        for run in use.reads:
            if run.group >= 0:
                heard = start + gone[run.group][:, None] * run.repeat + torch.arange(run.repeat)
                silence(silent, use.layer, heard.flatten())
            start += run.width * run.repeat
    pruned = prune(pair, channels, kept)
    assert sum(value.numel() for value in pruned.parameters()) < 0.75 * sum(value.numel() for value in pair.parameters())
    for ours, wanted, full in zip(outputs(pruned), outputs(silent), outputs(pair), strict=True):
        torch.testing.assert_close(ours, wanted, atol=1e-5, rtol=1e-4)
        assert ours.shape == full.shape
    again = build_networks(type(configuration).model_validate_json(pruned.configuration.model_dump_json())).eval()
    again.load_state_dict(pruned.state_dict())
    for ours, wanted in zip(outputs(again), outputs(pruned), strict=True):
        assert torch.equal(ours, wanted)


@pytest.mark.parametrize("configuration", [WITH_CLOSEUPS, SMALL_FOMM], ids=["compact", "fomm"])
def test_all_layers_are_followed_and_heads_keep_their_channels(configuration: Configuration) -> None:
    pair = build_small(configuration)
    channels = trace_channels(pair)
    layers = {name for name, layer in pair.named_modules() if isinstance(layer, (nn.Conv2d, nn.Linear, nn.BatchNorm2d))}
    assert {use.layer for use in channels.uses} == layers
    held = {use.layer for use in channels.uses if any(run.group < 0 for run in use.gives)}
    assert held >= HEADS[configuration.family]
    assert all(name in held for name in layers if name.endswith("place.2"))
    assert len(held) <= 6


def test_pruning_twice_adds_up_and_keeps_the_first_widths() -> None:
    pair = build_small(SMALL_COMPACT)
    for share in (0.2, 0.3):
        channels = trace_channels(pair)
        importance = {number: torch.rand(group.size) for number, group in channels.groups.items()}
        before = len(pair.configuration.widths)
        pair = prune(pair, channels, keep_after(rank_channels(channels, importance, {use.layer: 1.0 for use in channels.uses}), share))
        assert len(pair.configuration.widths) >= before
    assert pair.configuration.widths
    build_networks(pair.configuration).load_state_dict(pair.state_dict())


class Toy(nn.Module):
    """Two readers of one group, one of them after a normalisation, and a layer that no rule knows."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 16, 1), nn.BatchNorm2d(16)
        self.left, self.right = nn.Conv2d(16, 16, 1), nn.Conv2d(16, 16, 1)
        self.last = nn.Conv2d(19, 2, 1)

    def forward(self, image: Tensor) -> Tensor:
        shared = functional.relu(self.norm(self.first(image)))
        mixed = self.left(shared) + self.right(shared)
        result: Tensor = self.last(torch.cat([mixed, image], dim=1))
        return result


def test_sums_tie_concatenations_lay_side_by_side_and_unknown_operations_hold() -> None:
    toy, image = Toy().eval(), torch.rand(2, 3, 4, 4)
    channels = follow_channels(toy, lambda: toy(image))
    assert sorted(group.name for group in channels.groups.values()) == ["first", "left"]
    uses = {use.layer: use for use in channels.uses}
    assert uses["left"].gives == uses["right"].gives
    assert uses["last"].reads == (uses["left"].gives[0], Run(-1, 3))
    held = follow_channels(toy, lambda: toy(image) + torch.cumsum(toy.first(image), dim=1)[:, :2])
    assert sorted(group.name for group in held.groups.values()) == ["left"]


def test_importance_is_the_first_order_change_of_the_loss() -> None:
    toy, image = Toy().double().eval(), torch.rand(2, 3, 4, 4, dtype=torch.float64)
    channels = follow_channels(toy, lambda: toy(image))
    number = next(number for number, group in channels.groups.items() if group.name == "first")
    found = measure_importance(toy, channels, iter([toy(image).square().mean()]))[number]
    toy.requires_grad_(False)
    full, step = toy(image).square().mean(), 1e-6
    for channel in range(16):
        dimmed = copy.deepcopy(toy)
        for layer in (dimmed.left, dimmed.right):
            layer.weight.data[:, channel] *= 1 - step
        assert abs(float(dimmed(image).square().mean() - full)) / step == pytest.approx(float(found[channel]), rel=1e-3, abs=1e-7)


def test_the_least_important_go_first_and_every_group_keeps_some() -> None:
    toy, image = Toy().eval(), torch.rand(1, 3, 4, 4)
    channels = follow_channels(toy, lambda: toy(image))
    importance = {number: torch.arange(group.size, dtype=torch.float32) for number, group in channels.groups.items()}
    ranking = rank_channels(channels, importance, {use.layer: 1.0 for use in channels.uses}, part="first")
    kept = keep_after(ranking, 1.0)
    assert [value.tolist() for value in kept.values()] == [list(range(16 - FEWEST, 16))]
    assert keep_after(ranking, 0.0) == {}
    half = keep_after(ranking, 0.5)  # 12 of 16 would stay: rounded up to a multiple of 8
    assert [len(value) for value in half.values()] == [16]
    assert not len(rank_channels(channels, importance, {"last": 0.0}).order)


def test_what_frozen_layers_read_is_never_ranked() -> None:
    toy, image = Toy().eval(), torch.rand(1, 3, 4, 4)
    toy.left.requires_grad_(False)
    toy.right.requires_grad_(False)
    channels = follow_channels(toy, lambda: toy(image))
    importance = measure_importance(toy, channels, iter([toy(image).mean()]))
    assert [channels.groups[number].name for number in importance] == ["left"]


def test_widths_that_do_not_fit_are_refused() -> None:
    for widths in (LayerWidths("detector.nothing", 1, 1), LayerWidths("detector.heat", 1, 900), LayerWidths("detector", 1, 1)):
        with pytest.raises(ModelError):
            narrow(build_small(SMALL_COMPACT), [widths])


def test_fresh_narrowed_networks_begin_as_the_full_ones_do() -> None:
    pair = build_small(SMALL_COMPACT)
    channels = trace_channels(pair)
    kept = {number: torch.arange(group.size // 2) for number, group in channels.groups.items()}
    fresh = build_networks(prune(pair, channels, kept).configuration)
    found: Keypoints = fresh.detector(torch.rand(2, 3, 64, 64))
    torch.testing.assert_close(found.jacobians, torch.eye(2).expand_as(found.jacobians))
