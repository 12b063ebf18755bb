"""The file of a run's state: written whole or not at all, and read with a sentence where it can't be."""

from pathlib import Path
from typing import Any

import torch

from puppet.errors import ModelError, TrainingError
from training.checkpoint_file import read_checkpoint_file


def write_state(content: dict[str, Any], path: Path) -> None:
    """Write beside, then rename. Raises `TrainingError` where that fails, as on a full disk."""
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(content, partial)
        partial.replace(path)
    except (OSError, RuntimeError) as error:  # torch tells of a full disk by RuntimeError
        partial.unlink(missing_ok=True)
        reason = str(error).splitlines()[0].rstrip(".")
        raise TrainingError(f"{path} can't be written: {reason}.", "Make room on the disk, then go on with --resume.") from error


def read_state(path: Path) -> dict[str, Any]:
    """What `write_state` wrote. Raises `TrainingError` when it is missing or damaged."""
    if not path.is_file():
        raise TrainingError(f"There is nothing to resume in {path.parent}.", "Start without --resume.")
    try:
        return read_checkpoint_file(path)
    except ModelError as error:
        raise TrainingError(error.sentence, "Start anew in another folder: --run FOLDER.") from error
