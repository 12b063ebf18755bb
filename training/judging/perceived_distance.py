"""LPIPS of uint8 pictures, for judging."""

from collections.abc import Sequence

import numpy as np
import torch

from puppet.picture import Picture
from training.objectives.perceptual import load_lpips

BATCH = 8


class PerceivedDistance:
    """LPIPS over AlexNet, 0 for equal pictures; on the CPU, or the GPU where there is one."""

    def __init__(self) -> None:
        """Raises `TrainingError` where no weights are installed."""
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network = load_lpips(self._device)

    @torch.no_grad()
    def __call__(self, first: Sequence[Picture], second: Sequence[Picture]) -> list[float]:
        """The distance of each picture of the first from its partner in the second."""
        found: list[float] = []
        for start in range(0, len(first), BATCH):
            pair = [
                torch.from_numpy(np.stack(pictures[start : start + BATCH])).to(self._device).permute(0, 3, 1, 2).float() / 255
                for pictures in (first, second)
            ]
            found += self._network(*pair).tolist()
        return found
