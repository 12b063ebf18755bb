"""`puppet-train fit` and `evaluate` as a person calls them."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from typer.testing import CliRunner

from puppet.animator import Animator
from puppet.contract import read_card
from puppet.demo import DemoFaceFinder
from puppet.errors import EXIT_CODE
from tests.toy_model import make_toy_model
from tests.training.small_bench import BlindAnimator, ColourEmbedder, PerfectAnimator
from tests.training.small_networks import SMALL_COMPACT, build_small, ours, saved
from tests.training.small_run import RECIPE
from training import commands, evaluate_command
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


def no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(RECIPE.model_dump(mode="json")))
    return path


@pytest.fixture
def judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A face finder and an embedder that need no network."""
    monkeypatch.setattr(evaluate_command, "open_face_finder", DemoFaceFinder)
    monkeypatch.setattr("training.identity.IdentityEmbedder", ColourEmbedder)


def use_model(monkeypatch: pytest.MonkeyPatch, animator: Animator) -> list[tuple[Path, str]]:
    """Let every model folder open as this animator; what was asked for is noted."""
    asked: list[tuple[Path, str]] = []

    def open_animator(folder: Path, engine: str) -> Animator:
        asked.append((folder, engine))
        return animator

    monkeypatch.setattr(evaluate_command, "open_animator", open_animator)
    return asked


def test_fit_trains_and_says_where_the_run_lies(recipe: Path, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("training.fit.VALIDATION_PAIRS", 4)
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


def test_evaluate_judges_a_model_folder(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judges: None) -> None:
    animator = PerfectAnimator()
    asked = use_model(monkeypatch, animator)
    (tmp_path / "model").mkdir()
    said = call("evaluate", tmp_path / "model", "--data", pack, "-o", tmp_path / "out", "--stride", 1, "--engine", "onnxruntime")
    assert asked == [(tmp_path / "model", "onnxruntime")]
    assert animator.closed == 1
    assert "demo: 1 real and 1 rendered clips, 1 portraits" in " ".join(said.split())
    assert "real_l1" in said
    assert f"contact sheets lie in {tmp_path / 'out'}" in said
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert list(figures) == ["model", "identity_embedder", "reconstruction", "transfer", "means"]
    assert figures["means"]["real_akd"] == 0
    assert figures["means"]["transfer_roll"] == pytest.approx(1)
    assert list(figures["transfer"]) == ["bob_1 driven by dora_1"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"figures.json", "reconstruction.png", "transfer_dora_1.png"}


def test_evaluate_writes_the_figures_into_the_card(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], judges: None
) -> None:
    folder = tmp_path / "toy"
    make_toy_model(folder)
    use_model(monkeypatch, PerfectAnimator())
    call("evaluate", folder, "--data", pack, "-o", tmp_path / "out", "--stride", 1, "--write-card")
    metrics = read_card(folder).metrics  # the card still fits the graphs
    assert metrics["real_akd"] == 0
    assert metrics["transfer_roll"] == pytest.approx(1)
    checkpoint = saved(tmp_path / "small.pth", ours(build_small(SMALL_COMPACT)))
    assert "has no model.toml" in refusal(monkeypatch, capsys, "evaluate", checkpoint, "--data", pack, "--write-card")


def test_evaluate_gives_json_that_every_reader_takes(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judges: None) -> None:
    """Where no face is found in the result there is no distance: null, not NaN."""
    use_model(monkeypatch, BlindAnimator(64))
    said = call("evaluate", tmp_path, "--data", pack, "-o", tmp_path / "out", "--json")
    printed = json.loads(said, parse_constant=no_constant)
    assert printed["reconstruction"]["dora_1"]["akd"] is None
    assert printed["reconstruction"]["dora_1"]["missing"] == 1
    assert json.loads((tmp_path / "out" / "figures.json").read_text(), parse_constant=no_constant) == printed


def test_evaluate_judges_a_checkpoint_through_torch(pack: Path, tmp_path: Path, judges: None) -> None:
    checkpoint = saved(tmp_path / "small.pth", ours(build_small(SMALL_COMPACT)))
    printed = json.loads(call("evaluate", checkpoint, "--data", pack, "-o", tmp_path / "out", "--rendered", 0, "--stride", 4, "--json"))
    assert printed["model"] == "small"
    assert list(printed["reconstruction"]) == ["dora_1"]
    assert printed["means"]["real_l1"] > 0.001


def test_evaluate_closes_what_it_opened_when_data_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], judges: None
) -> None:
    animator = PerfectAnimator()
    use_model(monkeypatch, animator)
    said = refusal(monkeypatch, capsys, "evaluate", tmp_path, "--data", tmp_path / "absent")
    assert "There is no data at" in said
    assert animator.closed == 1


def test_evaluate_refuses_what_it_can_t_do(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There is no data to judge the model on." in refusal(monkeypatch, capsys, "evaluate")
    assert "There is no model called absent" in refusal(monkeypatch, capsys, "evaluate", "absent", "--data", pack)
    (tmp_path / "page.pth").write_bytes(b"<html></html>")
    assert "is a web page" in refusal(monkeypatch, capsys, "evaluate", tmp_path / "page.pth", "--data", pack)


def test_help_tells_every_option() -> None:
    for command, options in (
        ("fit", ("--recipe", "--data", "--run", "--time-limit", "--resume", "--device", "--threads", "--limit-clips")),
        ("evaluate", ("--data", "--output", "--engine", "--portraits", "--rendered", "--stride", "--json")),
    ):
        said = call(command, "--help")
        assert not [option for option in options if option not in said]
