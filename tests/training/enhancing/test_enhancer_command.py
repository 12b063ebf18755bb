"""`puppet-train enhancer` as a person calls it."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from puppet.errors import TrainingError
from tests.training.small_networks import SMALL_COMPACT, build_small, ours, saved
from training import commands
from training.enhancing.enhancer_card import EnhancerCard

NEEDED = SMALL_COMPACT.model_copy(update={"side": 256})


def call(*arguments: object) -> str:
    """What the command prints; an expected error is raised."""
    result = CliRunner().invoke(commands.app, ["enhancer", *(str(argument) for argument in arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_is_said_reaches_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def train(*given: Any, **options: Any) -> EnhancerCard:
        seen.extend([*given, options])
        return EnhancerCard(side=256, result_side=512, parameters=1, multiply_accumulates=1, samples=1234)

    monkeypatch.setattr("training.enhancing.enhancer_training.train_enhancer", train)
    start = saved(tmp_path / "small.pth", ours(build_small(NEEDED)))
    said = call(tmp_path / "a", tmp_path / "b", "-o", tmp_path / "run", "--from", start, "--samples", 16, "--time-limit", 2, "--resume")
    plan, drawing, data, folder, options = seen
    assert (plan.samples, drawing.name, data, folder) == (16, "small", [tmp_path / "a", tmp_path / "b"], tmp_path / "run")
    assert options == {"time_limit_s": 120.0, "resume": True}
    assert "1,234 crops" in said and "enhance.onnx" in said


def test_a_model_of_another_side_is_refused(tmp_path: Path) -> None:
    start = saved(tmp_path / "small.pth", ours(build_small(SMALL_COMPACT)))
    with pytest.raises(TrainingError, match="draws 64 px, not 256"):
        call(tmp_path, "-o", tmp_path / "run", "--from", start)
