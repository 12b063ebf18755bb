"""Figures and pictures of a run for TensorBoard: the one place that knows it."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from puppet.picture import Picture

FOLDER = "tensorboard"
"""In a run's folder."""


class Scalars:
    """Writes event files where tensorboard is installed, else nothing; `close()` can be called twice."""

    def __init__(self, folder: Path) -> None:
        self._writer: Any = None
        self.installed = importlib.util.find_spec("tensorboard") is not None
        self._folder = folder / FOLDER

    def add(self, figures: Mapping[str, float], step: int) -> None:
        """Figures by name, with a group before a slash if they have one."""
        writer = self._open()
        for name, value in figures.items():
            if writer:
                writer.add_scalar(name, value, step)

    def add_picture(self, name: str, picture: Picture, step: int) -> None:
        """A picture, such as a contact sheet."""
        writer = self._open()
        if writer:
            writer.add_image(name, picture, step, dataformats="HWC")

    def close(self) -> None:
        """Write what is waiting, and end the writer's thread."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _open(self) -> Any:
        if self._writer is None and self.installed:
            from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415

            self._writer = SummaryWriter(str(self._folder))
        return self._writer
