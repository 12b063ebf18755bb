"""`puppet-engine` as a person types it: what is listed, what is measured, and how it fails."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from engines import registry
from engines.engine import Device, Engine, EngineOptions
from puppet.errors import EXIT_CODE, EngineError
from tests.toy_model import make_toy_model
from ui import engine_command
from ui.engine_command import app, main

Run = Callable[..., str]


class AbsentRuntime:
    """A runtime whose package is not installed."""

    name = "absent"

    def version(self) -> str:
        raise EngineError("Absent is not installed.", "Install it.")

    def devices(self) -> tuple[Device, ...]:
        raise EngineError("Absent is not installed.", "Install it.")

    def open(self, graph: Path, options: EngineOptions) -> Engine:
        raise EngineError("Absent is not installed.", "Install it.")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    make_toy_model(tmp_path / "toy", side=32)
    return str(tmp_path / "toy")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Types a command; returns what it printed on standard output."""
    monkeypatch.setattr(engine_command, "screen", Console(width=200))

    def typed(*words: str) -> str:
        app(list(words), standalone_mode=False)
        return capsys.readouterr().out

    return typed


def test_list_shows_devices_and_reasons(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.RUNTIMES, "absent", AbsentRuntime())
    lines = run("list").splitlines()
    assert any(line.split()[0] == "openvino" and "CPU" in line for line in lines[1:])
    assert any(line.split()[0] == "onnxruntime" and "CPU" in line for line in lines[1:])
    assert any(line.split()[0] == "absent" and "none" in line and "Absent is not installed. Install it." in line for line in lines[1:])


def test_list_as_json(run: Run) -> None:
    rows = {row["name"]: row for row in json.loads(run("list", "--json"))}
    assert rows["openvino"]["devices"][0]["name"] == "CPU"
    assert rows["onnxruntime"]["version"]


def test_bench_shows_both_runtimes_side_by_side(run: Run, folder: str) -> None:
    told = run("bench", "--model", folder, "--seconds", "0.1", "--threads", "1")
    for said in (
        "openvino p50",
        "onnxruntime p50",
        "animate.onnx",
        "frames per second",
        "times as long as openvino",
        "levels of 255",
        "Face finder",
    ):
        assert said in told


def test_bench_as_json(run: Run, folder: str) -> None:
    told = json.loads(run("bench", "--model", folder, "--engine", "onnxruntime", "--seconds", "0.1", "--json"))
    assert [each["engine"] for each in told["engines"]] == ["onnxruntime"]
    assert told["comparisons"] == []
    assert [each["name"] for each in told["faces"]] == ["find", "track"]


def test_bench_leaves_out_what_can_not_run_and_says_why(
    run: Run, folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_command, "notices", Console(width=200))
    told = run("bench", "--model", folder, "--precision", "f32", "--device", "AUTO", "--seconds", "0.1")
    assert "Left out onnxruntime: This ONNX Runtime has no AUTO" in told
    assert "openvino p50" in told


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
    words: list[str], said: str, folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = [] if "--model" in words else ["--model", folder]
    monkeypatch.setattr(sys, "argv", ["puppet-engine", "bench", *model, *words])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == EXIT_CODE
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("words", [["--help"], ["list", "--help"], ["bench", "--help"]])
def test_help_is_there(words: list[str]) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0
    assert "Usage" in result.output
