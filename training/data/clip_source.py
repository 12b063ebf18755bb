"""What packs and folders of clips have in common: the way in for whoever reads them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from puppet.motion import FloatArray
from puppet.picture import Picture
from training.data.clip_entry import ClipEntry


class ClipSource(Protocol):
    """Clips that lie together, a pack or a folder; used from any thread or process. Methods raise `TrainingError`."""

    path: Path

    def entries(self) -> Iterator[ClipEntry]:
        """What the source holds, always in the same order."""
        ...

    def count(self, entry: ClipEntry) -> int:
        """How many frames a clip has."""
        ...

    def frames(self, entry: ClipEntry, side: int, chosen: Sequence[int] | None = None) -> npt.NDArray[np.uint8]:
        """All frames of a clip or those chosen: (n, side, side, 3) uint8."""
        ...

    def landmarks(self, entry: ClipEntry) -> FloatArray | None:
        """(frames, 68, 2) float32, or None where the clip has none."""
        ...

    def still(self, entry: ClipEntry, side: int) -> tuple[Picture, FloatArray]:
        """The still (side, side, 3) and its landmarks (1, 68, 2)."""
        ...
