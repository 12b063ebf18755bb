"""Networks with fewer channels than their configuration's widths say: what pruning leaves, and how it is built anew."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from puppet.errors import ModelError
from training.configuration import LayerWidths


def layer_widths(layer: nn.Module) -> tuple[int, int]:
    """Input and output channels of a convolution, a linear layer or a normalisation. Raises `TypeError` for any other."""
    if isinstance(layer, nn.Conv2d):
        return layer.in_channels, layer.out_channels
    if isinstance(layer, nn.Linear):
        return layer.in_features, layer.out_features
    if isinstance(layer, nn.BatchNorm2d):
        return layer.num_features, layer.num_features
    raise TypeError(f"{type(layer).__name__} has no channels to keep")


def keep_channels(layer: nn.Module, inputs: Tensor, outputs: Tensor) -> None:
    """Leave a layer only the input and output channels with these indices, in their order; its weights are cut in place.

    A depthwise convolution and a normalisation take `outputs` alone. Raises `TypeError` for a layer of another kind.
    """
    if isinstance(layer, nn.Conv2d):
        if layer.groups == 1:
            layer.weight = _cut(layer.weight, outputs, inputs)
            layer.in_channels = len(inputs)
        else:  # depthwise: one filter a channel
            layer.weight = _cut(layer.weight, outputs)
            layer.in_channels = layer.groups = len(outputs)
        layer.out_channels = len(outputs)
        layer.bias = None if layer.bias is None else _cut(layer.bias, outputs)
    elif isinstance(layer, nn.Linear):
        layer.weight = _cut(layer.weight, outputs, inputs)
        layer.bias = None if layer.bias is None else _cut(layer.bias, outputs)
        layer.in_features, layer.out_features = len(inputs), len(outputs)
    elif isinstance(layer, nn.BatchNorm2d):
        layer.weight, layer.bias = _cut(layer.weight, outputs), _cut(layer.bias, outputs)
        assert layer.running_mean is not None and layer.running_var is not None
        layer.running_mean, layer.running_var = layer.running_mean[outputs].clone(), layer.running_var[outputs].clone()
        layer.num_features = len(outputs)
    else:
        raise TypeError(f"{type(layer).__name__} has no channels to keep")


def narrow(networks: nn.Module, widths: Iterable[LayerWidths]) -> None:
    """Bring fresh networks to stored widths; how their weights begin stays as it was, for channels are cut off at the end.

    Raises `ModelError` for a layer that the networks do not have, or that is narrower already.
    """
    layers = dict(networks.named_modules())
    for name, inputs, outputs in widths:
        layer = layers.get(name)
        if not isinstance(layer, (nn.Conv2d, nn.Linear, nn.BatchNorm2d)):
            raise ModelError(f"The stored widths name {name}, which is no layer of these networks.", "Update Puppet.")
        full = layer_widths(layer)
        if not (1 <= inputs <= full[0] and 1 <= outputs <= full[1]):
            raise ModelError(f"{name} has {full[0]} inputs and {full[1]} outputs: it can't be narrowed to {inputs} and {outputs}.")
        device = next(layer.parameters()).device
        keep_channels(layer, torch.arange(inputs, device=device), torch.arange(outputs, device=device))


def _cut(values: Tensor, outputs: Tensor, inputs: Tensor | None = None) -> nn.Parameter:
    """The rows (and columns) with these indices; what was frozen stays frozen."""
    rows = values.detach()[outputs]
    return nn.Parameter(rows if inputs is None else rows[:, inputs], requires_grad=values.requires_grad)
