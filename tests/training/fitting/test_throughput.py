"""Speed of training both ways, in turns, with nothing written."""

import json
from pathlib import Path

import pytest
import torch

from tests.training.small_run import RECIPE
from training.fitting.fit_command import fit as fit_command
from training.fitting.speedups import FAST
from training.fitting.throughput import Throughput, measure_throughput


def test_both_ways_are_measured_in_turns(pack: Path) -> None:
    steps = 0

    def note() -> None:
        nonlocal steps
        steps += 1

    measured = measure_throughput(RECIPE, [pack], FAST, torch.device("cpu"), turns=1, seconds=0.0, on_step=note)
    assert [one.stage for one in measured] == ["keypoints", "motion"]
    assert all(one.fast > 0 and one.plain > 0 for one in measured)
    assert steps == 2 * 2 * 4, "three steps each before the clock starts, and one"
    assert Throughput("one", 30.0, 20.0).ratio == 1.5


def test_report_is_json(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import yaml

    def short(*given: object, **options: object) -> list[Throughput]:
        return [Throughput("motion", 30.0, 20.0)]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("training.fitting.throughput_report.measure_throughput", short)
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(RECIPE.model_dump(mode="json")))
    fit_command("small.yaml", data=[pack], device="cpu", measure=True, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["stages"] == [{"stage": "motion", "fast": 30.0, "plain": 20.0, "ratio": 1.5}]
    assert told["bf16"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["small.yaml"]
