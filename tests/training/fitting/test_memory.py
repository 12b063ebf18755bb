"""Memory: what frames may take, what tells a lack of it, and what to lower."""

import pytest
import torch

from training.fitting.memory import available_memory, fits_on_gpu, frame_budget, is_out_of_memory, out_of_memory
from training.recipes.recipe import Stage

STAGE = Stage(name="one", learn="generator", side=256, samples=10, batch=12, accumulate=2, weights={"l1": 1})


def test_budget_is_half_of_what_is_available_in_equal_parts() -> None:
    available = available_memory()
    assert available > 2**28
    assert frame_budget() == pytest.approx(available / 2, rel=0.2)
    assert frame_budget(4) == pytest.approx(available / 8, rel=0.2)
    assert not fits_on_gpu(1, torch.device("cpu"))


def test_a_lack_of_memory_is_told_from_other_errors() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert not is_out_of_memory(RuntimeError("shapes differ"))


def test_what_to_lower() -> None:
    error = out_of_memory(STAGE, processes=2)
    assert "in the stage one: 3 pairs of 256 px at a time" in error.sentence
    assert error.hint == (
        "Set `accumulate: 6` (the same batch in smaller parts), or lower `batch` from 12, or train at a smaller `side` than 256."
    )
    least = out_of_memory(STAGE.model_copy(update={"batch": 1, "accumulate": 1, "side": 64}), processes=1)
    assert least.hint == "Free memory that other programs hold."
