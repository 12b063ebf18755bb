"""`puppet-engine build`: what is built where, what is refused, and what is left when it is stopped."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.building.engine_folder import EngineFolder
from engines.building.engine_store import EngineStore
from puppet.contract import GRAPHS
from puppet.errors import EngineError, ModelError
from tests.ui.engine.pretended_builder import PretendedBuilder
from ui.engine_command import app

Run = Callable[..., str]


def test_engines_are_built_for_the_card_here_and_let_in(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    told = run("build", "--model", str(folder))
    entries = EngineStore().entries()
    assert len(entries) == 3 and all(entry.accepted for entry in entries)
    for said in ("toy appearance", "toy keypoints", "toy animate", "f16", "builder 1.0, NVIDIA Pretended, sm_86", "1.5", "100.0 dB"):
        assert said in told


def test_what_the_gate_refuses_is_told(run: Run, folder: Path, builder: PretendedBuilder, capsys: pytest.CaptureFixture[str]) -> None:
    builder.faulty = True
    rows = json.loads(run("build", "--model", str(folder), "--precision", "f32", "--json", status=1))
    assert [row["verdict"]["passed"] for row in rows] == [False] * 3
    assert all("black" in row["verdict"]["reason"] for row in rows)


def test_engines_for_other_cards_are_written_into_a_folder(run: Run, folder: Path, builder: PretendedBuilder, tmp_path: Path) -> None:
    rows = json.loads(
        run("build", "--for", "sm_86,sm_120", "--model", str(folder), "--precision", "f32", "--output", str(tmp_path / "to"), "--json")
    )
    assert [(row["chip"], row["graph"], row["precision"]) for row in rows] == [
        (chip, graph, "f32") for chip in ("sm_86", "sm_120") for graph in GRAPHS
    ]
    assert all(Path(row["file"]).stat().st_size == row["size"] for row in rows)
    assert len(EngineFolder(tmp_path / "to").engines()) == 6
    assert EngineStore().entries() == []


def test_a_damaged_manifest_is_told_before_anything_is_built(
    run: Run, folder: Path, builder: PretendedBuilder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "manifest.json").write_bytes(b"{")
    monkeypatch.setattr(builder, "build_ahead", lambda *_: pytest.fail("an engine was built"))
    with pytest.raises(EngineError, match="is damaged"):
        run("build", "--for", "sm_86", "--model", str(folder), "--output", str(tmp_path / "to"))
    assert [path.name for path in (tmp_path / "to").iterdir()] == ["manifest.json"]


def test_auto_builds_ahead_what_is_tried_first(run: Run, folder: Path, builder: PretendedBuilder, tmp_path: Path) -> None:
    told = run("build", "--for", "sm_89", "--model", str(folder), "--output", str(tmp_path / "to"))
    lines = [line.split()[:3] for line in told.splitlines()[1:-1]]
    assert lines == [
        ["sm_89", "appearance.onnx", "f16"],
        ["sm_89", "keypoints.onnx", "f16"],
        ["sm_89", "animate.onnx", "f16"],
        ["sm_89", "keypoints.onnx", "f32"],
    ]
    assert "by builder 1.0" in told


def test_ctrl_c_stops_between_two_steps_and_leaves_only_whole_files(
    folder: Path, builder: PretendedBuilder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builder.build_ahead

    def build_ahead(graph: Path, precision: str, chip: str, *rest: object) -> object:
        if graph.name == GRAPHS[1]:
            signal.raise_signal(signal.SIGINT)
        return real(graph, precision, chip, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builder, "build_ahead", build_ahead)
    before = signal.getsignal(signal.SIGINT)
    assert app(["build", "--for", "sm_86", "--model", str(folder), "--output", str(tmp_path / "to")], standalone_mode=False) == 130
    assert f"Interrupted. What was finished stays in {tmp_path / 'to'}." in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before
    (left,) = EngineFolder(tmp_path / "to").engines()
    files = sorted(path.name for path in (tmp_path / "to").rglob("*") if path.is_file())
    assert files == sorted([left.path.name, "manifest.json"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "somewhere"], "--output is where the engines of --for go"),
        (["--engine", "quantum"], "There is no engine called quantum"),
        (["--engine", "openvino"], "openvino runs graphs as they are"),
        (["--engine", "openvino", "--for", "sm_86"], "built by tensorrt-rtx alone"),
        (["--for", "86"], "86 is no name of a chip"),
        (["--precision", "bf16"], "not in bf16"),
        (["--device", "CUDA:0", "--for", "sm_86"], "--device names a GPU that is here"),
    ],
)
def test_what_can_not_be_built_is_told(run: Run, folder: Path, builder: PretendedBuilder, words: list[str], said: str) -> None:
    with pytest.raises(EngineError, match=said):
        run("build", "--model", str(folder), *words)


def test_without_a_card_the_reason_and_the_way_out_are_told(run: Run, folder: Path, builder: PretendedBuilder) -> None:
    builder.trouble = "There is no driver."
    with pytest.raises(EngineError, match="There is no driver") as caught:
        run("build", "--model", str(folder))
    assert "Mend it." in caught.value.hint and "--for sm_86" in caught.value.hint


def test_a_missing_model_is_told_before_anything_is_built(run: Run, builder: PretendedBuilder) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        run("build", "--model", "nowhere")
