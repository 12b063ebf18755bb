"""The light blocks in the place of the published ones."""

from pathlib import Path

import pytest
import torch
from torch import nn

from puppet.contract import ModelCard, read_card
from tests.training.small_networks import SMALL_FOMM, build_small
from training.compressing.pruning import prune, trace_channels
from training.cost import count_pair_cost, count_parameters
from training.exporting.export import export_networks
from training.networks.block_kit import FULL, LIGHT, last_convolution
from training.networks.pair import build_networks
from training.networks.separable_blocks import SeparableResidualBlock
from training.recipes.recipe_files import load_configuration

SMALL_LIGHT = SMALL_FOMM.model_copy(update={"separable": True})
MAPS = torch.rand(2, 4, 16, 16, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", ["same", "down", "up"])
def test_shapes_are_those_of_the_full_blocks(name: str) -> None:
    full, light = (getattr(kit, name)(4, 6) for kit in (FULL, LIGHT))
    assert light(MAPS).shape == full(MAPS).shape


def test_residual_block_adds_to_its_input() -> None:
    block = SeparableResidualBlock(4).eval()
    nn.init.zeros_(block.narrow_norm.weight)
    torch.testing.assert_close(block(MAPS), MAPS)
    nn.init.ones_(block.narrow_norm.weight)
    assert (block(MAPS) - MAPS).abs().max() > 0.01


@pytest.mark.parametrize("padding", [0, 3])
def test_head_sees_what_a_head_of_7x7_sees(padding: int) -> None:
    full, light = (kit.head(4, 3, padding) for kit in (FULL, LIGHT))
    assert light(MAPS).shape == full(MAPS).shape == (2, 3, 10 + 2 * padding, 10 + 2 * padding)
    assert last_convolution(full) is full
    assert last_convolution(light).out_channels == 3
    for head in (full, light):
        for parameter in head.parameters():
            nn.init.constant_(parameter, 0.1)  # so that no ReLU closes
        maps = MAPS.clone().requires_grad_()
        head(maps)[0, 0, 4 + padding, 4 + padding].backward()
        assert maps.grad is not None
        cells = maps.grad[0].abs().sum(dim=0).nonzero()
        assert (cells.amin(dim=0).tolist(), cells.amax(dim=0).tolist()) == ([4, 4], [10, 10])


def test_head_of_any_other_padding_is_refused() -> None:
    with pytest.raises(ValueError, match="not by 1"):
        LIGHT.head(4, 3, 1)


def test_fresh_light_detector_sees_identity_jacobians() -> None:
    detector = build_networks(SMALL_LIGHT).detector
    jacobians = detector(torch.rand(2, 3, 64, 64)).jacobians
    torch.testing.assert_close(jacobians, torch.eye(2).expand(2, 3, 2, 2))


def test_mobile_recipe_is_a_tenth_of_the_full_one() -> None:
    with torch.device("meta"):  # counted, not computed
        light, full = (count_pair_cost(load_configuration(name)) for name in ("vox-mobile-256", "vox-256"))
    assert light.parameters < full.parameters / 30
    assert light.frame < full.frame / 9
    assert light.encode < full.encode / 20


def test_light_networks_learn_in_every_part() -> None:
    pair = build_networks(SMALL_LIGHT)
    source, driving = torch.rand(2, 2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    animated = pair.generator(source, pair.detector(source), pair.detector(driving))
    (animated.prediction - driving).abs().mean().backward()
    still = [name for name, parameter in pair.named_parameters() if parameter.grad is None or not bool(parameter.grad.any())]
    # Behind a last convolution of zeros, which starts every Jacobian as the identity, nothing is felt before its first step.
    assert still == [f"detector.jacobian.{layer}.{value}" for layer in (0, 2) for value in ("weight", "bias")]


def test_light_networks_can_be_pruned() -> None:
    pair = build_small(SMALL_LIGHT)
    channels = trace_channels(pair)
    layers = {name for name, layer in pair.named_modules() if isinstance(layer, (nn.Conv2d, nn.BatchNorm2d))}
    assert {use.layer for use in channels.uses} == layers
    pruned = prune(pair, channels, {number: torch.arange(0, group.size, 2) for number, group in channels.groups.items()})
    assert count_parameters(pruned) < count_parameters(pair) / 2
    keypoints = pruned.detector(torch.rand(1, 3, 64, 64))
    assert pruned.generator(torch.rand(1, 3, 64, 64), keypoints, keypoints).prediction.shape == (1, 3, 64, 64)


def test_light_networks_export(tmp_path: Path) -> None:
    pair = build_small(SMALL_LIGHT)
    assert isinstance(pair.generator.final, nn.Sequential)
    with torch.no_grad():
        last_convolution(pair.generator.final).weight.mul_(20)  # so that the picture is not grey
    card = ModelCard(name="light", family="fomm", side=64, keypoint_count=3, align_corners=True, licence="MIT")
    difference = export_networks(pair, card, tmp_path / "model")
    assert difference.prediction < 1e-4
    assert read_card(tmp_path / "model").family == "fomm"
