"""`puppet-train prepare` as a person calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from puppet.demo import DemoFaceFinder
from puppet.errors import PuppetError
from tests.training.small_raw import drawn, empty, video, write_raw
from training import commands
from training.preparing import prepare as module


@pytest.fixture(autouse=True)
def _drawn_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "open_face_finder", DemoFaceFinder)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return write_raw(tmp_path / "raw")


def call(*arguments: object) -> Result:
    """What came of a command on small crops; an expected error is raised."""
    words = ["prepare", *(str(argument) for argument in arguments), "--jobs", "1", "--min-crop", "32", "--min-seconds", "0.5"]
    return CliRunner().invoke(commands.app, [*words, "--max-blur", "1"], catch_exceptions=False, env={"COLUMNS": "200"})


def test_a_damaged_video_is_told_by_name_and_exit_status(raw: Path, tmp_path: Path) -> None:
    result = call(raw, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "4 clips of 3 people, 3 s of" in result.stdout
    assert "Left out: damaged 1, no face 1." in result.stdout
    assert "page.mp4 is a web page" in result.stderr
    assert (tmp_path / "out" / "index.jsonl").is_file()


def test_whole_videos_end_well(raw: Path, tmp_path: Path) -> None:
    (raw / "page.mp4").unlink()
    result = call(raw, "-o", tmp_path / "out", "--json", "--side", 512, "--val-share", 1)
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert (figures["videos"], figures["clips"], figures["validation_clips"], figures["identities"]) == (4, 4, 4, 3)
    assert figures["left_out"] == {"no face": 1}
    assert figures["damaged"] == {}
    assert figures["clip_seconds"] == pytest.approx(3.2, abs=0.1)
    assert figures["videos_left"] == 0


def test_figures_need_no_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "open_face_finder", pytest.fail)
    raw = video(tmp_path / "raw" / "room.mp4", [*empty(4), *drawn(0.6)])
    result = call(raw, "-o", tmp_path / "out", "--body", "--pad", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["clips"] == 1
    assert list((tmp_path / "out" / "real").glob("*.npy")) == []
    assert "1 clips of 1 figures, " in call(raw, "-o", tmp_path / "out", "--body", "--pad").stdout


def test_an_interruption_says_how_to_go_on(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*given: object) -> None:
        module._workers[0].stop.set()
        raise module._Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(module, "prepare_video", stop)
        patch.setattr("sys.argv", ["puppet-train", "prepare", "my raw", "-o", "out"])
        result = call(raw, "-o", tmp_path / "out")
    assert result.exit_code == 130
    assert "Stopped with 5 videos to go" in result.stderr
    assert "puppet-train prepare 'my raw' -o out" in result.stderr
    assert call(raw, "-o", tmp_path / "out").exit_code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--side", "300"], "300 px"),
        (["--pad"], "Only whole figures are padded"),
        (["--shard", "3/2"], "3/2 is no shard"),
        (["--shard", "0/2"], "0/2 is no shard"),
        (["--shard", "one"], "one is no shard"),
    ],
)
def test_what_cannot_be_is_refused(raw: Path, tmp_path: Path, options: list[str], said: str) -> None:
    with pytest.raises(PuppetError, match=said) as caught:
        call(raw, "-o", tmp_path / "out", *options)
    assert caught.value.hint
    assert not (tmp_path / "out").exists()
