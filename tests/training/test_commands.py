"""`puppet-train fit` and `evaluate` as a person calls them."""

import sys
from pathlib import Path

import pytest
import torch
import yaml
from typer.testing import CliRunner

from puppet.errors import EXIT_CODE
from tests.training.small_run import RECIPE
from training import commands
from training.checkpoint import load_networks


def call(*arguments: object) -> str:
    """What a command prints on standard output; an expected error is raised."""
    result = CliRunner().invoke(commands.app, [str(argument) for argument in arguments], catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What `puppet-train` says on standard error as it ends with the exit code of expected errors."""
    monkeypatch.setattr(sys, "argv", ["puppet-train", *(str(argument) for argument in arguments)])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == EXIT_CODE
    said = capsys.readouterr()
    assert said.err.startswith("Error: ")
    assert "Traceback" not in said.err
    return said.err


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(RECIPE.model_dump(mode="json")))
    return path


def test_fit_trains_and_says_where_the_run_lies(recipe: Path, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("training.fitting.fit.VALIDATION_PAIRS", 4)
    said = call("fit", "--recipe", recipe, "--data", pack, "--device", "cpu", "--threads", 1, "--limit-clips", 1)
    assert "# stage motion: 1 clips, 13 frames" in said
    assert f"The run lies in {Path('runs/small')}; its checkpoint is {Path('runs/small/small.pth')}." in said
    _, checkpoint = load_networks(tmp_path / "runs" / "small" / "small.pth")
    assert checkpoint.header is not None
    assert checkpoint.header.steps == 6
    call("fit", "--recipe", recipe, "--data", pack, "--device", "cpu", "--run", tmp_path / "other", "--time-limit", 0.01)
    assert (tmp_path / "other" / "state.pt").is_file()


def test_fit_refuses_what_it_can_t_do(
    recipe: Path, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    def said(*arguments: object) -> str:
        return refusal(monkeypatch, capsys, "fit", *arguments)

    assert "There is no data to train on." in said("--recipe", recipe)
    assert "There is no CUDA device on this machine." in said("--recipe", recipe, "--data", pack, "--device", "cuda")
    assert "There is no device called tpu." in said("--recipe", recipe, "--data", pack, "--device", "tpu")
    assert "There is no recipe called 'compact-265'" in said("--recipe", "compact-265", "--data", pack)
    assert "needs the weights of VGG-19" in said("--recipe", "vox-256", "--data", pack)
    assert f"There is no data at {tmp_path / 'absent'}." in said("--recipe", recipe, "--data", tmp_path / "absent")
    assert "There is nothing to resume in" in said("--recipe", recipe, "--data", pack, "--resume")
    assert "can't be made" in said("--recipe", recipe, "--data", pack, "--run", recipe)


def test_help_tells_every_option() -> None:
    for command, options in (
        ("fit", ("--recipe", "--data", "--run", "--time-limit", "--resume", "--device", "--threads", "--limit-clips")),
    ):
        said = call(command, "--help")
        assert not [option for option in options if option not in said]
