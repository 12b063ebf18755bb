"""The smallest cut that reaches a target, and what layers cost."""

import pytest
import torch

from puppet.errors import TrainingError
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from training.compressing.channels import ChannelMap
from training.compressing.pruning import Ranking, rank_channels, trace_channels
from training.compressing.pruning_target import find_cut, frame_work, weight_work
from training.configuration import Configuration
from training.cost import count_pair_cost, count_parameters
from training.networks.pair import NetworkPair


@pytest.fixture(scope="module")
def ranked() -> tuple[NetworkPair, ChannelMap, Ranking]:
    """Networks whose channels are ranked by chance."""
    pair = build_small(SMALL_COMPACT)
    channels = trace_channels(pair)
    importance = {number: torch.rand(group.size) for number, group in channels.groups.items()}
    return pair, channels, rank_channels(channels, importance, weight_work(pair))


def test_the_least_pruned_pair_that_fits_is_found(ranked: tuple[NetworkPair, ChannelMap, Ranking]) -> None:
    pair, channels, ranking = ranked
    full = count_parameters(pair)
    tried: dict[float, float] = {}
    found = find_cut(pair, channels, ranking, 0.8 * full, measure=count_parameters, on_step=lambda cut, value: tried.update({cut: value}))
    assert found.value == count_parameters(found.networks) <= 0.8 * full
    assert all(value > 0.8 * full for cut, value in tried.items() if cut < found.cut)
    assert tried[0.0] == full


def test_what_fits_already_is_left_alone(ranked: tuple[NetworkPair, ChannelMap, Ranking]) -> None:
    pair, channels, ranking = ranked
    found = find_cut(pair, channels, ranking, 1e9, measure=count_parameters)
    assert (found.cut, found.networks) == (0.0, pair)


def test_a_target_out_of_reach_is_said_with_what_can_be_reached(ranked: tuple[NetworkPair, ChannelMap, Ranking]) -> None:
    pair, channels, ranking = ranked
    with pytest.raises(TrainingError, match="does not get that far"):
        find_cut(pair, channels, ranking, 10, measure=count_parameters)


@pytest.mark.parametrize("configuration", [SMALL_COMPACT, SMALL_FOMM], ids=["compact", "fomm"])
def test_the_work_of_layers_adds_up_to_that_of_a_frame(configuration: Configuration) -> None:
    pair = build_small(configuration)
    before = pair.training
    work = frame_work(pair)
    tolerance = 1e-9 if configuration.family == "compact" else 0.02  # the full family's blur is no layer
    assert sum(work.values()) == pytest.approx(count_pair_cost(configuration).frame, rel=tolerance)
    assert pair.training == before
    assert all(name not in work for name in ("generator.encode_quarter.0.0", "generator.first.conv"))


def test_weights_of_layers_add_up_to_the_parameters() -> None:
    pair = build_small(SMALL_COMPACT)
    assert sum(weight_work(pair).values()) == count_parameters(pair)
