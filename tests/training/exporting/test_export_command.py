"""`convert` and `export` as a person calls them."""

import json
import re
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from puppet.contract import read_card
from puppet.errors import ModelError
from tests.training.small_networks import PARITY, SMALL_COMPACT, SMALL_FOMM, build_small, ours, published, saved
from training.exporting.export_command import convert, export

APPLICATION = typer.Typer()
APPLICATION.command()(convert)
APPLICATION.command()(export)


def call(*arguments: object) -> str:
    """What a command prints; an expected error is raised."""
    result = CliRunner().invoke(APPLICATION, [str(argument) for argument in arguments], catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump({"name": "small", "model": SMALL_FOMM.model_dump(mode="json")}))
    return path


def test_convert_published_checkpoint_with_official_yaml(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    name = "official_tiny_single_jacobian"
    said = call("convert", PARITY / f"{name}.pth.tar", "--recipe", PARITY / f"{name}.yaml", "-o", folder, "--licence", "CC0-1.0")
    card = read_card(folder)
    assert (card.name, card.family, card.side, card.keypoint_count) == (name, "fomm", 256, 10)
    assert card.align_corners
    assert (card.licence, card.precision) == ("CC0-1.0", "fp32")
    assert re.search(r"Made from official_tiny_single_jacobian\.pth\.tar \(sha256 [0-9a-f]{64}\)", card.notes)
    assert "Greatest difference from torch" in said


def test_convert_takes_the_convention(recipe: Path, tmp_path: Path) -> None:
    checkpoint = saved(tmp_path / "a.pth.tar", published(build_small(SMALL_FOMM)))
    call("convert", checkpoint, "--recipe", recipe, "--no-align-corners", "-o", tmp_path / "model")
    card = read_card(tmp_path / "model")
    assert not card.align_corners
    assert card.licence == "not stated: that of the checkpoint it was made from"
    with pytest.raises(ModelError, match="belongs to a full model given by --recipe"):
        call("convert", checkpoint, "--no-align-corners", "-o", tmp_path / "model")


def test_export_says_what_the_checkpoint_says(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path / "a.pt", ours(build_small(SMALL_COMPACT)))
    told = json.loads(call("export", checkpoint, "-o", tmp_path / "model", "--precision", "fp16", "--json"))
    card = read_card(tmp_path / "model")
    assert (card.name, card.precision, card.licence, card.steps, card.samples) == ("small", "fp16", "MIT", 7, 70)
    assert (card.training_data, card.metrics) == (["drawn shapes (CC0)"], {"l1": 0.5})
    assert told["name"] == "small"
    assert set(told["bytes"]) == {"appearance.onnx", "keypoints.onnx", "animate.onnx"}
    assert 0 <= told["difference"]["mean"] < 0.01


def test_export_for_another_side(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path / "a.pt", ours(build_small(SMALL_FOMM)))
    call("export", checkpoint, "-o", tmp_path / "model", "--side", 96, "--name", "wider")
    assert (read_card(tmp_path / "model").side, read_card(tmp_path / "model").name) == (96, "wider")
    with pytest.raises(ModelError, match="can't draw pictures of 70 px"):
        call("export", checkpoint, "-o", tmp_path / "other", "--side", 70)


def test_export_of_a_published_checkpoint_points_to_convert(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path / "a.pth.tar", published(build_small(SMALL_FOMM)))
    with pytest.raises(ModelError, match="does not say how") as caught:
        call("export", checkpoint, "-o", tmp_path / "model")
    assert "puppet-train convert" in str(caught.value)


def test_help_tells_every_option() -> None:
    for command in ("convert", "export"):
        said = call(command, "--help")
        for option in ("--output", "--name", "--precision", "--licence", "--training-data", "--notes", "--json"):
            assert option in said
    assert "--recipe" in call("convert", "--help")
