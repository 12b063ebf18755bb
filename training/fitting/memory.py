"""Memory: how much of it frames may take, and what to lower when it was not enough."""

import os
from pathlib import Path

import torch

from puppet.errors import TrainingError
from training.recipes.recipe import Stage

GIB = 2**30

SHARE = 0.5
"""Share of the memory that is available that decoded frames may take."""

_UNKNOWN = 4 * GIB
"""Taken to be available where the system does not say."""


def frame_budget(processes: int = 1) -> int:
    """Bytes of frames that each of so many processes on this machine may keep: half of what is available, in equal parts."""
    return int(SHARE * available_memory() / processes)


def available_memory() -> int:
    """Bytes that can be had without driving others out."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return _UNKNOWN


def fits_on_gpu(size: int, device: torch.device) -> bool:
    """Whether so many bytes leave at least half of the GPU's free memory to the networks."""
    return device.type == "cuda" and size < torch.cuda.mem_get_info(device)[0] / 2


def is_out_of_memory(error: BaseException) -> bool:
    """Whether that is what an exception tells."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)


def out_of_memory(stage: Stage, processes: int) -> TrainingError:
    """The sentence, with what to lower and to which value."""
    share = stage.batch // processes // stage.accumulate
    advice = []
    if share > 1:
        least = next(parts for parts in range(2, share + 1) if share % parts == 0)
        advice.append(f"Set `accumulate: {stage.accumulate * least}` (the same batch in smaller parts)")
    if stage.batch > processes * stage.accumulate:
        advice.append(f"lower `batch` from {stage.batch}")
    if stage.side > 64:
        advice.append(f"train at a smaller `side` than {stage.side}")
    hint = f"{', or '.join(advice)}." if advice else "Free memory that other programs hold."
    return TrainingError(f"Memory ran out in the stage {stage.name}: {share} pairs of {stage.side} px at a time.", hint)
