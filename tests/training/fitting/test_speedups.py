"""The ways of computing: what plain is, and what is said where nothing compiles."""

import pytest
import torch

from puppet.errors import TrainingError
from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from training.configuration import Configuration
from training.fitting.speedups import FAST, PLAIN, open_calls


@pytest.mark.parametrize("configuration", [SMALL_COMPACT, SMALL_FOMM], ids=["compact", "fomm"])
def test_calls_are_those_of_the_networks(configuration: Configuration) -> None:
    pair = build_small(configuration)
    detect, look, draw = open_calls(pair)
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        seen = detect(images)
        assert torch.equal(look(images).points, seen.points)
        wanted = pair.generator.animate(pair.generator.encode(images), seen, seen)
        assert torch.equal(draw(images, seen, seen).prediction, wanted.prediction)


def test_plain_computes_in_float32_and_lays_nothing_out() -> None:
    images = torch.rand(2, 3, 8, 8)
    assert FAST.lay_out(images).is_contiguous(memory_format=torch.channels_last)
    assert PLAIN.lay_out(images).is_contiguous()
    for speedups, kind in ((FAST, torch.bfloat16), (PLAIN, torch.float32)):
        with speedups.autocast(torch.device("cpu")):
            assert (torch.rand(4, 4) @ torch.rand(4, 4)).dtype is kind


def test_a_missing_compiler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("No working C++ compiler found.")

    monkeypatch.setattr(torch, "compile", fail)
    with pytest.raises(TrainingError, match=r"can't be compiled here: No working C\+\+ compiler found\.") as caught:
        open_calls(build_small(SMALL_COMPACT), compiled=True)
    assert "leave out --compile" in caught.value.hint
