"""`puppet-engine bench`: who races, what is told, and how it fails."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.engine import Device
from engines.measuring import peaks
from engines.openvino import OpenVinoEngine
from tests.ui.engine.pretended_builder import PretendedBuilder
from ui.engine_command import app

Run = Callable[..., str]

QUICK = ("--seconds", "0.1", "--threads", "1")


@pytest.fixture(autouse=True)
def small_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the processor's peak as known, for it doesn't matter here."""
    monkeypatch.setattr(peaks, "_convolving", lambda *_: 1e11)
    monkeypatch.setattr(peaks, "_multiplying", lambda: 1e11)
    monkeypatch.setattr(peaks, "_copying", lambda: 1e10)


def test_all_that_is_here_races(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    """The card's engines are built first, in both precisions that it is raced in."""
    told = json.loads(run("bench", "--model", str(folder), *QUICK, "--json"))
    names = [each["name"] for each in told["engines"]]
    assert "openvino CPU f32" in names and "onnxruntime CPU f32" in names
    assert names[-2:] == ["builder CUDA:0 f16", "builder CUDA:0 f32"]
    for each in told["engines"]:
        assert {stage["name"] for stage in each["stages"]} == {"appearance", "keypoints", "retarget", "animate", "host", "frame"}
        assert each["verdict"]["passed"]
        assert bool(each["floors"]) == (each["engine"] != "builder"), "no driver tells what that card could do"
    assert [peak["device"] for peak in told["peaks"]] == ["processor"]
    assert any("No floor on CUDA:0" in remark for remark in told["remarks"])
    assert [each["name"] for each in told["faces"]] == ["find", "track"]


def test_what_is_not_built_can_be_left_out(folder: Path, builder: PretendedBuilder, capsys: pytest.CaptureFixture[str]) -> None:
    app(["bench", "--model", str(folder), *QUICK, "--no-build", "--no-floor"], standalone_mode=False)
    told = capsys.readouterr()
    assert "builder" not in told.out and "x floor" not in told.out
    assert "Left out builder CUDA:0: builder has not built appearance.onnx" in " ".join(told.err.split())


def test_an_engine_that_computes_in_another_precision_than_was_asked_for_is_told(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenVINO takes float16 for a wish, which some processors grant and others answer with bfloat16."""
    words = (*QUICK, "--no-floor", "--engine", "openvino", "--device", "CPU")
    assert "computes in" not in run("bench", "--model", str(folder), *words, "--precision", "f32")
    monkeypatch.setattr(OpenVinoEngine, "device", property(lambda _: Device("CPU", "CPU, bf16", "bf16")), raising=False)
    told = run("bench", "--model", str(folder), *words, "--precision", "f16")
    assert "openvino CPU f16 computes in bf16 on this computer." in told


def test_tables_show_everything(run: Run, folder: Path) -> None:
    told = run("bench", "--model", str(folder), *QUICK, "--precision", "f32", "--engine", "openvino", "--engine", "onnxruntime")
    for said in ("p99", "ratio", "x floor", "frames/s", "memory MB", "PSNR dB", "Peak of the processor", "Face finder"):
        assert said in told
    assert told.count("  openvino CPU f32") == told.count("  onnxruntime CPU f32") == 6
