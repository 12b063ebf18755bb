"""Which channels of a network belong together: found by following them through one run.

A layer's outputs form a group. Sums, products and depthwise convolutions tie groups together, concatenation lays them side by side,
and whoever mixes channels reads them. What is not understood here is held fixed: a group that any other operation touches is never pruned,
so heads, whose channels have a meaning, stay whole without being named.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary


class Run(NamedTuple):
    """A run of channels side by side: `width` channels of a group, each `repeat` times; group -1 is nobody's."""

    group: int
    width: int
    repeat: int = 1


Channels = tuple[Run, ...]
"""What the channels of a tensor are."""


class Use(NamedTuple):
    """A layer by its name, the channels that it reads and those it gives."""

    layer: str
    reads: Channels
    gives: Channels


class Group(NamedTuple):
    """Channels that can only be left out together: named for the first layer that gives them; `size` of them."""

    name: str
    size: int


class ChannelMap(NamedTuple):
    """groups: those that may be pruned, by number; uses: every layer of the network that the run passed through."""

    groups: dict[int, Group]
    uses: list[Use]


_PASSING: frozenset[Callable[..., Any]] = frozenset(
    {
        functional.relu, functional.leaky_relu, functional.silu, functional.hardswish, functional.avg_pool2d, functional.max_pool2d,
        functional.interpolate, functional.grid_sample, functional.dropout, functional.pad, torch.relu, torch.relu_, torch.sigmoid,
        torch.clamp, Tensor.relu, Tensor.relu_, Tensor.sigmoid, Tensor.float, Tensor.to, Tensor.contiguous, Tensor.clamp, Tensor.detach,
        torch.neg, Tensor.neg,
    }
)  # fmt: skip
"""What leaves every channel in its place: the first argument's channels are the result's."""

_PAIRING: frozenset[Callable[..., Any]] = frozenset(
    {
        torch.add, torch.sub, torch.mul, torch.div, Tensor.add, Tensor.sub, Tensor.mul, Tensor.div, Tensor.add_, Tensor.mul_,
        Tensor.__add__, Tensor.__radd__, Tensor.__iadd__, Tensor.__sub__, Tensor.__rsub__, Tensor.__mul__, Tensor.__rmul__,
        Tensor.__imul__, Tensor.__truediv__,
    }
)  # fmt: skip
"""What works on two tensors channel by channel."""


class _Following(TorchFunctionMode):
    """Watches a run, function by function."""

    def __init__(self, networks: nn.Module) -> None:
        super().__init__()
        self.names = {
            id(layer.weight): (name, layer)
            for name, layer in networks.named_modules()
            if isinstance(layer, (nn.Conv2d, nn.Linear, nn.BatchNorm2d))
        }
        self.channels: MutableMapping[Tensor, Channels] = WeakTensorKeyDictionary()
        self.parents: list[int] = []
        self.given: list[Group] = []
        self.fixed: set[int] = set()
        self.uses: dict[str, Use] = {}

    def __torch_function__(
        self, function: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = function(*args, **kwargs)
        if next(_tensors(result), None) is not None:  # shapes and devices are asked for in passing
            known = self._result(function, args, kwargs, result)
            if known is None:
                self.hold((args, kwargs))
            elif isinstance(result, Tensor):
                self.channels[result] = known
        return result

    def _result(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Channels | None:
        """The channels of a result; None where they are not known."""
        known: Channels | None = None
        if function is functional.conv2d or (function is functional.linear and args[0].dim() == 2):
            known = self._mix(args[1], self._of(args[0]), result)
        elif function is functional.batch_norm:
            known = self._normalise(args[0], kwargs["weight"] if "weight" in kwargs else args[3])
        elif function in _PASSING and args[0].shape[1:2] == result.shape[1:2]:
            self.hold((args[1:], kwargs))
            known = self._of(args[0])
        elif function in _PAIRING:
            known = self._pair(args[0], args[1])
        elif function is torch.cat:
            known = self._join(args[0], kwargs.get("dim", args[1] if len(args) > 1 else 0))
        elif function in (torch.flatten, Tensor.flatten) and args[0].dim() == 4 and args[1:] == (1,) and not kwargs:
            cells = args[0].shape[2] * args[0].shape[3]
            known = tuple(run._replace(repeat=run.repeat * cells) for run in self._of(args[0]))
        return known

    def _of(self, value: Tensor) -> Channels:
        known: Channels | None = self.channels.get(value)
        return known if known is not None else (Run(-1, value.shape[1] if value.dim() > 1 else 1),)

    def _mix(self, weight: Tensor, reads: Channels, result: Tensor) -> Channels | None:
        """A convolution or linear layer. None for one that is nobody's layer or grouped otherwise than by channel."""
        if id(weight) not in self.names:
            return None
        name, layer = self.names[id(weight)]
        if isinstance(layer, nn.Conv2d) and layer.groups > 1:
            if not layer.groups == layer.in_channels == layer.out_channels:
                return None
            return self._note(name, reads, reads)
        if name in self.uses:  # used again: the same channels must be kept on both ends
            return self._note(name, reads, self.uses[name].gives)
        self.parents.append(len(self.parents))
        self.given.append(Group(name, result.shape[1]))
        return self._note(name, reads, (Run(len(self.parents) - 1, result.shape[1]),))

    def _normalise(self, features: Tensor, weight: Tensor) -> Channels | None:
        if id(weight) not in self.names:
            return None
        known = self._of(features)
        return self._note(self.names[id(weight)][0], known, known)

    def _note(self, name: str, reads: Channels, gives: Channels) -> Channels:
        if name in self.uses:
            self._tie(self.uses[name].reads, reads)
            self._tie(self.uses[name].gives, gives)
        else:
            self.uses[name] = Use(name, reads, gives)
        return gives

    def _pair(self, first: Any, second: Any) -> Channels:
        if not isinstance(second, Tensor) or second.dim() == 0:
            return self._of(first)
        if not isinstance(first, Tensor) or first.dim() == 0:
            return self._of(second)
        if first.dim() == second.dim() == 4 and 1 in (first.shape[1], second.shape[1]) and first.shape[1] != second.shape[1]:
            wide, single = (first, second) if first.shape[1] > 1 else (second, first)
            self.hold(single)
            return self._of(wide)
        if first.dim() != second.dim():
            self.hold((first, second))
            return (Run(-1, max(first.shape[1] if first.dim() > 1 else 1, second.shape[1] if second.dim() > 1 else 1)),)
        self._tie(self._of(first), self._of(second))
        return self._of(first)

    def _join(self, parts: Sequence[Tensor], dimension: int) -> Channels | None:
        if dimension != 1 or parts[0].dim() != 4:
            return None
        return tuple(run for part in parts for run in self._of(part))

    def _tie(self, first: Channels, second: Channels) -> None:
        """Make two layouts one; layouts that do not match are held as they are."""
        if [(run.width, run.repeat) for run in first] != [(run.width, run.repeat) for run in second]:
            self._hold_channels((*first, *second))
            return
        for one, other in zip(first, second, strict=True):
            if -1 in (one.group, other.group):
                self._hold_channels((one, other))
            else:
                roots = sorted((self.root(one.group), self.root(other.group)))
                self.parents[roots[1]] = roots[0]

    def hold(self, values: Any) -> None:
        """Never prune what the channels of these tensors belong to."""
        for tensor in _tensors(values):
            self._hold_channels(self.channels.get(tensor, ()))

    def _hold_channels(self, channels: Channels) -> None:
        self.fixed.update(run.group for run in channels if run.group >= 0)

    def root(self, group: int) -> int:
        """The number that all groups tied to this one go by."""
        while group >= 0 and self.parents[group] != group:
            group = self.parents[group]
        return group


def _tensors(values: Any) -> Iterator[Tensor]:
    """All tensors in nested lists, tuples and dictionaries."""
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, Mapping):
        yield from _tensors(tuple(values.values()))
    elif isinstance(values, (tuple, list)):
        for value in values:
            yield from _tensors(value)


def follow_channels(networks: nn.Module, run: Callable[[], Any]) -> ChannelMap:
    """The channel groups of `networks`, which `run` passes through; what it returns must keep its channels."""
    mode = _Following(networks)
    with torch.no_grad(), mode:
        result = run()
        mode.hold(result)
    fixed = {mode.root(group) for group in mode.fixed}

    def rooted(channels: Channels) -> Channels:
        found = (one._replace(group=mode.root(one.group)) for one in channels)
        return tuple(one._replace(group=-1) if one.group in fixed else one for one in found)

    uses = [Use(use.layer, rooted(use.reads), rooted(use.gives)) for use in mode.uses.values()]
    numbers = {one.group for use in uses for one in use.gives if one.group >= 0}
    return ChannelMap({number: mode.given[number] for number in sorted(numbers)}, uses)
