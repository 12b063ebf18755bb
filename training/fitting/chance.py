"""Random numbers that depend on what they are for, not on who draws them or when."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


class Chance:
    """Chance for some rows of a batch: a row gets the same numbers whichever process draws them, and however the batch is cut.

    All numbers follow from `key` (seed, stage, step), so nothing has to be kept for a run to be resumed. They are drawn on the CPU for
    the `whole` batch, whatever the device; only noise over pixels is drawn row by row where it is used. Tensors may have the rows
    several times over (sources, then targets). Without a key numbers come from torch's own generator.
    """

    def __init__(self, key: Sequence[int] | None = None, whole: int = 0, first: int = 0, count: int = 0) -> None:
        """Rows `first` to `first + count` of a batch of `whole`."""
        self._generator = None if key is None else torch.Generator().manual_seed(_seed(key))
        self.whole = whole
        self.first = first
        self.count = count

    def uniform(self, rows: int, *shape: int, like: Tensor) -> Tensor:
        """(rows, *shape) numbers in [0, 1), on the device of `like`."""
        if self._generator is None:
            return torch.rand(rows, *shape, device=like.device)
        return self._taken(torch.rand(rows // self.count, self.whole, *shape, generator=self._generator), like)

    def normal(self, rows: int, *shape: int, like: Tensor) -> Tensor:
        """(rows, *shape) numbers of the standard normal distribution."""
        if self._generator is None:
            return torch.randn(rows, *shape, device=like.device)
        return self._taken(torch.randn(rows // self.count, self.whole, *shape, generator=self._generator), like)

    def integers(self, rows: int, below: int, like: Tensor) -> Tensor:
        """(rows,) whole numbers from 0 on."""
        if self._generator is None:
            return torch.randint(below, (rows,), device=like.device)
        return self._taken(torch.randint(below, (rows // self.count, self.whole), generator=self._generator), like)

    def number(self) -> float:
        """One number in [0, 1) for the whole batch."""
        return float(torch.rand((), generator=self._generator))

    def noise(self, like: Tensor) -> Tensor:
        """Standard normal noise of the shape of `like`."""
        if self._generator is None:
            return torch.randn_like(like)
        seeds = self._taken(torch.randint(2**62, (len(like) // self.count, self.whole), generator=self._generator), torch.zeros(()))
        drawn, generator = torch.empty_like(like), torch.Generator(like.device)
        for row, seed in zip(drawn, seeds.tolist(), strict=True):
            row.copy_(torch.randn(row.shape, generator=generator.manual_seed(seed), device=like.device))
        return drawn

    def _taken(self, numbers: Tensor, like: Tensor) -> Tensor:
        """(times, whole, ...) numbers of the whole batch to those of these rows: (times * count, ...)."""
        return numbers[:, self.first : self.first + self.count].flatten(0, 1).to(like.device, non_blocking=True)


def _seed(key: Sequence[int]) -> int:
    return int(np.random.SeedSequence(list(key)).generate_state(1, np.uint64)[0] >> np.uint64(1))


FREE = Chance()
"""Chance by torch's own generator."""
