"""Costs that can be worked out by hand."""

import torch
from torch import nn

from tests.training.small_networks import SMALL_FOMM
from training.cost import count_cost, count_pair_cost


def test_convolution_and_product() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Flatten(), nn.Linear(8 * 16, 5))
    cost = count_cost(network, lambda: network(torch.zeros(1, 3, 4, 4)))
    assert cost.parameters == (3 * 9 + 1) * 8 + (8 * 16 + 1) * 5
    assert cost.multiply_accumulates == 16 * 8 * 3 * 9 + 8 * 16 * 5


def test_depthwise_convolution() -> None:
    network = nn.Conv2d(8, 8, 3, groups=8, stride=2, padding=1)
    assert count_cost(network, lambda: network(torch.zeros(1, 8, 4, 4))).multiply_accumulates == 4 * 8 * 9


def test_pair() -> None:
    cost = count_pair_cost(SMALL_FOMM)
    assert cost.frame == cost.detect + cost.animate
    assert min(cost.parameters, cost.encode, cost.detect, cost.animate) > 0
