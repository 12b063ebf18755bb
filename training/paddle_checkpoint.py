"""A checkpoint of PaddleGAN's First Order Motion Model, named and built as the published ones are.

The full networks have the published names, but for the statistics of normalisations. The light ones differ from ours in three things:
their names; the blur before motion and keypoints are looked for, which is 3x3; and the detector's heads, whose three convolutions have
nothing between them, so that they are one of 7x7.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from puppet.errors import ModelError
from training.configuration import Configuration, FommConfiguration

PARTS = ("generator", "kp_detector")
"""The dictionaries of weights; others (discriminator, optimisers) are not looked at."""

_NAME_TABLE = "StructuredToParameterName@@"
"""A key beside the weights under which Paddle keeps names of its own."""

_STATISTICS = {"_mean": "running_mean", "_variance": "running_var"}

_LIGHT_NAMES = {
    "conv": "conv.depthwise",
    "norm": "conv.depthwise_norm",
    "conv1": "conv.pointwise",
    "norm1": "conv.pointwise_norm",
}
_LIGHT_RESIDUAL_NAMES = {
    "norm1": "norm",
    "conv_pw": "widen",
    "norm_pw": "widen_norm",
    "conv_dw": "depthwise",
    "norm_dw": "depthwise_norm",
    "conv_pw_linear": "narrow",
    "norm_pw_linear": "narrow_norm",
}

_LIGHT_BLUR = 3
"""Side of the light networks' blur kernel, whatever they thin the picture by."""


def is_paddle(content: Mapping[str, Any]) -> bool:
    """Whether a checkpoint's content is of NumPy arrays, as Paddle writes it."""
    parts = [part for part in (content.get(name) for name in PARTS) if isinstance(part, Mapping)]
    return any(_array_of(value) is not None for part in parts for value in part.values())


def published_layout(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """The same weights as tensors, by the names of the published layout. A name it does not know stays as it is.

    Raises `ModelError` for an array that is not of floating-point numbers.
    """
    translated: dict[str, Any] = {}
    for part in PARTS:
        weights = content.get(part)
        if not isinstance(weights, Mapping):
            continue
        named = {str(key): _tensor(path, f"{part}.{key}", value) for key, value in weights.items() if key != _NAME_TABLE}
        light = any(key in named for key in ("first.0.conv.weight", "predictor.encoder.down_blocks.0.conv1.weight"))
        named = {_published_name(key, light): value for key, value in named.items()}
        translated[part] = _with_whole_heads(named) if light else named
    return translated


def fitted(configuration: Configuration, weights: dict[str, Tensor]) -> tuple[Configuration, dict[str, Tensor], tuple[str, ...]]:
    """A recipe's configuration as these weights say it, the weights in its shapes, and what that changes, in sentences.

    weights: by their names in a `NetworkPair`.
    """
    if not isinstance(configuration, FommConfiguration):
        return configuration, weights, ()
    kernels = {key: weights[key] for key in ("detector.down.weight", "generator.dense_motion_network.down.weight") if key in weights}
    sides = {kernel.shape[-1] for kernel in kernels.values() if kernel.dim() == 4}
    remarks: tuple[str, ...] = ()
    if configuration.separable:
        configuration = configuration.model_copy(update={"whole_heads": "detector.kp.weight" in weights})
        if sides == {_LIGHT_BLUR}:  # zeros around it change nothing
            margin = (_blur_side(configuration.stride) - _LIGHT_BLUR) // 2
            weights = weights | {key: functional.pad(kernel, [max(margin, 0)] * 4) for key, kernel in kernels.items()}
    elif len(sides) == 1 and (stride := _stride_of(*sides)) and stride < configuration.stride:
        side = configuration.side * stride // configuration.stride
        remarks = (
            f"Motion is found at 1/{stride} of the side, as the checkpoint's blur kernel says, "
            f"not at 1/{configuration.stride} as in the recipe: if it was trained on pictures of {side} px, take the recipe of that side.",
        )
        configuration = configuration.model_copy(update={"scale_factor": 1 / stride})
    return configuration, weights, remarks


def _stride_of(side: int) -> int:
    """By what a blur kernel of this side thins the picture; 0 for a side no such kernel has."""
    stride = (side - 1) // 4 + 1
    return stride if stride > 1 and _blur_side(stride) == side else 0


def _blur_side(stride: int) -> int:
    return 4 * (stride - 1) + 1


def _array_of(value: object) -> np.ndarray[Any, Any] | None:
    """The array, which newer versions of Paddle keep with its name in a pair."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        value = value[1]
    return value if isinstance(value, np.ndarray) else None


def _tensor(path: Path, key: str, value: object) -> object:
    array = _array_of(value)
    if array is None:
        return value  # told by whoever puts weights together
    if array.dtype.kind != "f":
        raise ModelError(f"The checkpoint {path} holds {array.dtype} numbers at {key}, where floating-point numbers belong.")
    return torch.from_numpy(array.astype(np.float32))


def _published_name(key: str, light: bool) -> str:
    layer, _, leaf = key.rpartition(".")
    leaf = _STATISTICS.get(leaf, leaf)
    if light:
        layer = _light_name(layer)
    return f"{layer}.{leaf}" if layer else leaf


def _light_name(layer: str) -> str:
    if found := re.fullmatch(r"((?:.*\.)?(?:down|up)_blocks\.\d+)\.(\w+)", layer):
        return f"{found[1]}.{_LIGHT_NAMES.get(found[2], found[2])}"
    if found := re.fullmatch(r"(bottleneck\.r\d+)\.(\w+)", layer):
        return f"{found[1]}.{_LIGHT_RESIDUAL_NAMES.get(found[2], found[2])}"
    if found := re.fullmatch(r"first\.(\d+)\.(conv|norm)", layer):
        return f"first.{3 * int(found[1]) + (found[2] == 'norm')}"
    return layer


def _with_whole_heads(weights: dict[str, Any]) -> dict[str, Any]:
    """The weights with each head that has nothing between its three convolutions 3x3 as the one of 7x7 that it is."""
    for head in ("kp", "jacobian"):
        keys = [(f"{head}.{index}.weight", f"{head}.{index}.bias") for index in range(3)]
        pairs = [(weights.get(weight), weights.get(bias)) for weight, bias in keys]
        layers = [(weight, bias) for weight, bias in pairs if isinstance(weight, Tensor) and isinstance(bias, Tensor)]
        if len(layers) < 3 or not _follow_each_other(layers):  # with steps between them they are numbered 0, 2 and 4
            continue
        weights = {key: value for key, value in weights.items() if not any(key in pair for pair in keys)}
        weights[f"{head}.weight"], weights[f"{head}.bias"] = _composed(layers)
    return weights


def _follow_each_other(layers: list[tuple[Tensor, Tensor]]) -> bool:
    shapes = all(weight.dim() == 4 and bias.shape == weight.shape[:1] for weight, bias in layers)
    return shapes and all(before.shape[0] == after.shape[1] for (before, _), (after, _) in pairwise(layers))


def _composed(layers: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Weight and bias of the one convolution that does what these do one after the other, none of them padded."""
    (weight, bias), *others = [(weight.double(), bias.double()) for weight, bias in layers]
    for after, after_bias in others:
        reach = [size - 1 for size in after.shape[2:]]
        weight = functional.conv2d(weight.transpose(0, 1), after.flip(2, 3), padding=reach).transpose(0, 1)
        bias = after.sum(dim=(2, 3)) @ bias + after_bias
    return weight.float().contiguous(), bias.float()
