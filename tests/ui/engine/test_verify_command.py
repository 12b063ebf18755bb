"""`puppet-engine verify`: what passes, what fails, what can't be tried, and the exit status."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engines import registry
from engines.building.engine_store import EngineStore
from puppet.contract import KEYPOINTS, file_hash
from puppet.errors import EngineError
from tests.ui.engine.pretended_builder import PretendedBuilder
from ui.engine import verify_command

Run = Callable[..., str]


@pytest.fixture(autouse=True)
def only_the_toy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares the tests the embedded model, which takes its time."""
    monkeypatch.setattr(verify_command, "known_folders", lambda models: [folder])


def test_every_runtime_passes(run: Run) -> None:
    rows = json.loads(run("verify", "--json"))
    names = [(row["engine"], row["state"]) for row in rows]
    assert ("openvino CPU", "passed") in names and ("onnxruntime CPU", "passed") in names
    assert all(row["verdict"]["points"] <= 5e-3 and row["verdict"]["psnr"] >= 35 for row in rows)


def test_a_device_that_one_engine_lacks_is_no_failure_of_it(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    run("build", "--model", str(folder))
    rows = json.loads(run("verify", "--device", "CUDA:0", "--json"))
    assert [(row["engine"], row["state"]) for row in rows] == [("builder CUDA:0", "passed")]


def test_a_device_that_nothing_has_is_an_error(run: Run) -> None:
    with pytest.raises(EngineError, match=r"There is no device called TPU here: .*openvino has no device TPU here"):
        run("verify", "--device", "TPU")


def test_table_shows_points_and_decibels(run: Run) -> None:
    told = run("verify", "--engine", "onnxruntime")
    assert told.splitlines()[0].split() == ["model", "engine", "precision", "points", "PSNR", "dB"]
    assert told.splitlines()[1].split() == ["toy", "onnxruntime", "CPU", "f32", "0.0e+00", "100.0", "passed"]


def test_built_engines_are_judged_again(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    run("build", "--model", str(folder))
    rows = json.loads(run("verify", "--engine", builder.name, "--json"))
    assert [(row["engine"], row["precision"], row["state"]) for row in rows] == [("builder CUDA:0", "f16", "passed")]


def test_one_that_fails_is_removed_and_sets_the_status(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    run("build", "--model", str(folder))
    builder.faulty = True
    (row,) = json.loads(run("verify", "--engine", builder.name, "--json", status=1))
    assert row["state"] == "failed" and "black" in row["reason"]
    assert all(entry.rejected for entry in EngineStore().entries())


def test_what_fails_in_one_company_and_passes_in_another_stays(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    """Keypoints in f16 are at fault; the other two serve beside keypoints in f32 all the same."""
    for precision in ("f16", "f32"):
        run("build", "--model", str(folder), "--precision", precision)
    builder.blind = "f16"
    rows = json.loads(run("verify", "--engine", builder.name, "--json", status=1))
    assert [(row["precision"], row["state"]) for row in rows] == [
        ("f16", "failed"),
        ("f16 with keypoints in f32", "passed"),
        ("f32", "passed"),
    ]
    assert [(entry.key.precision, entry.key.graph) for entry in EngineStore().entries() if entry.rejected] == [
        ("f16", file_hash(folder / KEYPOINTS))
    ]


def test_engines_of_another_version_are_told_but_not_tried(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    run("build", "--model", str(folder))
    builder.installed = "2.0"
    rows = json.loads(run("verify", "--engine", builder.name, "--json"))
    assert [row["state"] for row in rows] == ["not tried"] * 3
    assert {row["engine"] for row in rows} == {"builder 1.0, NVIDIA Pretended, sm_86"}


def test_one_that_can_not_be_opened_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise EngineError("The driver crashed.")

    monkeypatch.setattr(registry.RUNTIMES["onnxruntime"], "open", refuse)
    monkeypatch.setattr("ui.engine.verification.reference_of", lambda folder: None)
    (row,) = json.loads(run("verify", "--engine", "onnxruntime", "--json", status=1))
    assert (row["state"], row["reason"], row["verdict"]) == ("failed", "The driver crashed.", None)


def test_an_engine_named_must_be_here(run: Run, builder: PretendedBuilder) -> None:
    builder.trouble = "There is no driver."
    with pytest.raises(EngineError, match="no driver"):
        run("verify", "--engine", builder.name)
