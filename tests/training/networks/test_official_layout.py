"""The published layout: every key, every shape, every parameter."""

from pathlib import Path

import pytest
import torch

from training.configuration import FommConfiguration
from training.cost import count_parameters
from training.networks.pair import NetworkPair, build_networks
from training.recipes.recipe_files import load_configuration

LAYOUT = Path(__file__).with_name("official_layout.txt")
PARTS = {"detector": "kp_detector", "generator": "generator"}


def build(recipe: str) -> NetworkPair:
    with torch.device("meta"):
        return build_networks(load_configuration(recipe))


def layout(pair: NetworkPair) -> dict[str, str]:
    """Of every tensor its published name and its shape."""
    shapes = {}
    for key, tensor in pair.state_dict().items():
        part, rest = key.split(".", 1)
        shapes[f"{PARTS[part]}.{rest}"] = "x".join(str(size) for size in tensor.shape) or "scalar"
    return shapes


def published() -> dict[str, str]:
    return dict(line.split(" ") for line in LAYOUT.read_text().splitlines())


@pytest.mark.parametrize("recipe", ["vox-256", "vox-adv-256", "fashion-256", "taichi-256", "taichi-adv-256", "nemo-256", "bair-256"])
def test_layout_is_the_published_one(recipe: str) -> None:
    assert layout(build(recipe)) == published()


def test_mgif_differs_in_its_jacobian_map_alone() -> None:
    seen, faces = layout(build("mgif-256")), published()
    assert {key: shape for key, shape in seen.items() if faces[key] != shape} == {
        "kp_detector.jacobian.weight": "4x35x7x7",
        "kp_detector.jacobian.bias": "4",
    }
    assert seen.keys() == faces.keys()


def test_parameter_counts() -> None:
    pair = build("vox-adv-256")
    assert count_parameters(pair.generator) == 45_575_391
    assert count_parameters(pair.detector) == 14_215_368


def test_fresh_detector_sees_identity_jacobians() -> None:
    pair = build_networks(FommConfiguration(side=64, detector_width=4, detector_width_limit=8, detector_depth=1, motion_depth=1)).eval()
    with torch.no_grad():
        jacobians = pair.detector(torch.rand(2, 3, 64, 64)).jacobians
    torch.testing.assert_close(jacobians, torch.eye(2).expand(2, 10, 2, 2))
