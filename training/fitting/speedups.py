"""How training is made fast on a device, and the networks called that way."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from puppet.errors import TrainingError
from training.networks.pair import NetworkPair
from training.networks.tensors import Animated, Keypoints


class Speedups(NamedTuple):
    """bf16: networks run under bfloat16 autocast; channels_last: pictures and weights lie so in memory; fused: the optimiser is one
    kernel; compiled: networks go through torch.compile."""

    bf16: bool = True
    channels_last: bool = True
    fused: bool = True
    compiled: bool = False

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context in which networks are called."""
        return torch.autocast(device.type, torch.bfloat16, enabled=self.bf16)

    def lay_out(self, images: Tensor) -> Tensor:
        """Pictures (B, C, H, W) as networks want them in memory."""
        return images.contiguous(memory_format=torch.channels_last) if self.channels_last else images.contiguous()


FAST = Speedups()
"""Those that need no compiler."""

PLAIN = Speedups(bf16=False, channels_last=False, fused=False)
"""None of them: what training is compared with."""


class Calls(NamedTuple):
    """The networks of a pair as functions.

    detect: pictures to keypoints; look: the same by the learned part of the detector alone; draw: a source moved from its own keypoints
    to the driver's.
    """

    detect: Callable[[Tensor], Keypoints]
    look: Callable[[Tensor], Keypoints]
    draw: Callable[[Tensor, Keypoints, Keypoints], Animated]


def open_calls(networks: NetworkPair, compiled: bool = False) -> Calls:
    """The calls of a pair; compiled ones are slow the first time. Raises `TrainingError` where there is no compiler."""
    generator = networks.generator

    def draw(source: Tensor, at: Keypoints, to: Keypoints) -> Animated:
        return generator.animate(generator.encode(source), at, to)

    calls = Calls(networks.detector, getattr(networks.detector, "look", networks.detector), draw)
    if not compiled:
        return calls
    _try_compiler(next(networks.parameters()).device)
    detect, look, drawn = (torch.compile(call, dynamic=False) for call in calls)
    return Calls(detect, look, drawn)  # type: ignore[arg-type]  # torch.compile's own types say nothing of arguments


def _try_compiler(device: torch.device) -> None:
    try:
        torch.compile(lambda numbers: numbers * 2 + 1)(torch.ones(8, device=device))
    except Exception as error:  # each back end fails in a way of its own
        wanted = "a C++ compiler (g++ or clang)" if device.type == "cpu" else "Triton and a C compiler"
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise TrainingError(f"Networks can't be compiled here: {reason}.", f"Install {wanted}, or leave out --compile.") from error
