"""Our networks against what the original modules compute for the same weights."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
import yaml

from puppet.motion import Motion, retarget
from tests.training.small_networks import FIXTURES, PARITY, read_parity
from training.checkpoint import load_networks
from training.networks.pair import NetworkPair
from training.networks.tensors import Animated, Keypoints
from training.recipes.official import read_official

TOLERANCE = 1e-4
MODES = {
    "absolute": {"relative": False},
    "relative": {"relative": True},
    "relative_adapt": {"relative": True, "adapt_scale": True},
}


@cache
def stored(name: str) -> dict[str, npt.NDArray[Any]]:
    return read_parity(name)


@cache
def networks(name: str, align_corners: bool) -> NetworkPair:
    document = yaml.safe_load((PARITY / f"{name}.yaml").read_text())
    pair, checkpoint = load_networks(PARITY / f"{name}.pth.tar", read_official(document, align_corners=align_corners))
    assert checkpoint.layout == "official"
    return pair


def planes(name: str) -> torch.Tensor:
    return torch.from_numpy(stored(name)["images"]).permute(0, 3, 1, 2).float() / 255


@cache
def motions(name: str) -> tuple[Motion, Motion, Motion]:
    """Of source, initial and driving picture, by our detector."""
    with torch.no_grad():
        seen: Keypoints = networks(name, True).detector(planes(name))
    return tuple(Motion(points.numpy(), jacobians.numpy()) for points, jacobians in zip(*seen, strict=True))  # type: ignore[return-value]


def posed(name: str, mode: str) -> Motion:
    source, initial, driving = motions(name)
    options = MODES[mode]
    return retarget(source, driving, initial, relative=options.get("relative", True), adapt_scale=options.get("adapt_scale", False))


def draw(name: str, mode: str, align_corners: bool) -> Animated:
    pair = networks(name, align_corners)
    source, driving = (
        Keypoints(torch.from_numpy(motion.points)[None], torch.from_numpy(motion.jacobians)[None])
        for motion in (motions(name)[0], posed(name, mode))
    )
    with torch.no_grad():
        return pair.generator.animate(pair.generator.encode(planes(name)[:1]), source, driving)


@pytest.mark.parametrize("name", FIXTURES)
def test_keypoints_and_jacobians(name: str) -> None:
    for picture, motion in zip(("source", "initial", "driving"), motions(name), strict=True):
        np.testing.assert_allclose(motion.points, stored(name)[f"{picture}_points"], atol=TOLERANCE, rtol=0)
        np.testing.assert_allclose(motion.jacobians, stored(name)[f"{picture}_jacobians"], atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", FIXTURES)
def test_motion_carried_over(name: str, mode: str) -> None:
    motion = posed(name, mode)
    np.testing.assert_allclose(motion.points, stored(name)[f"{mode}_points"], atol=TOLERANCE, rtol=0)
    np.testing.assert_allclose(motion.jacobians, stored(name)[f"{mode}_jacobians"], atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize("name", FIXTURES)
def test_prediction(name: str, align_corners: bool, mode: str) -> None:
    prediction = draw(name, mode, align_corners).prediction[0].permute(1, 2, 0).numpy()
    convention, other = ("true", "false") if align_corners else ("false", "true")
    np.testing.assert_allclose(prediction, stored(name)[f"align_{convention}_{mode}_prediction"], atol=TOLERANCE, rtol=0)
    assert np.abs(prediction - stored(name)[f"align_{other}_{mode}_prediction"]).max() > 10 * TOLERANCE, (
        "the convention makes no difference"
    )


@pytest.mark.parametrize("align_corners", [True, False])
@pytest.mark.parametrize("name", FIXTURES)
def test_occlusion(name: str, align_corners: bool) -> None:
    occlusion = draw(name, "relative_adapt", align_corners).occlusion[0, 0].numpy()
    wanted = stored(name)[f"align_{'true' if align_corners else 'false'}_occlusion"]
    np.testing.assert_allclose(occlusion, wanted, atol=TOLERANCE, rtol=0)


def test_warped_source_is_the_source_when_nothing_moves() -> None:
    """With one motion for all cells, the identity, the dense motion can only show the source itself."""
    name = FIXTURES[0]
    source = motions(name)[0]
    keypoints = Keypoints(torch.from_numpy(source.points)[None], torch.from_numpy(source.jacobians)[None])
    pair = networks(name, True)
    with torch.no_grad():
        animated = pair.generator.animate(pair.generator.encode(planes(name)[:1]), keypoints, keypoints)
    assert animated.deformation.shape == (1, 64, 64, 2)
    assert (animated.warped - planes(name)[:1])[..., 8:-8, 8:-8].abs().mean() < 0.02
