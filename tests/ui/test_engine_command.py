"""`puppet-engine` as a whole: its commands, and how it fails."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from puppet.errors import EXIT_CODE
from tests.toy_model import make_toy_model
from ui.engine_command import app, main

COMMANDS = ("list", "build", "verify", "bench", "prune")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "nowhere"], "There is no model called nowhere"),
        (["--engine", "quantum"], "There is no engine called quantum"),
        (["--device", "TPU"], "No engine can run"),
        (["--engine", "openvino", "--device", "TPU"], "OpenVINO finds no TPU"),
    ],
)
def test_failure_is_a_sentence_and_an_exit_code(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_toy_model(tmp_path / "toy", side=32)
    model = [] if "--model" in words else ["--model", str(tmp_path / "toy")]
    monkeypatch.setattr(sys, "argv", ["puppet-engine", "bench", *model, *words])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == EXIT_CODE
    assert said in " ".join(capsys.readouterr().err.split())


def test_what_can_not_run_is_left_out_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_toy_model(tmp_path / "toy", side=32)
    monkeypatch.setenv("COLUMNS", "200")
    app(
        ["bench", "--model", str(tmp_path / "toy"), "--precision", "f32", "--device", "AUTO", "--seconds", "0.1", "--no-floor"],
        standalone_mode=False,
    )
    told = capsys.readouterr()
    assert "Left out onnxruntime AUTO: onnxruntime has no device AUTO here, only CPU." in told.err
    assert "openvino" in told.out


@pytest.mark.parametrize("words", [[], *([command] for command in COMMANDS)])
def test_help_is_there(words: list[str]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output
    assert words or all(command in result.output for command in COMMANDS)
