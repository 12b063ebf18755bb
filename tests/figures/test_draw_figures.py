"""The script that draws a raw folder of figures, and what `prepare --body` makes of it."""

import sys
from pathlib import Path

import pytest

from puppet.media.clip import open_clip
from scripts.draw_figures import main
from training.preparing.preparation import Preparation
from training.preparing.prepare import prepare


def call(monkeypatch: pytest.MonkeyPatch, folder: Path, *more: str) -> int:
    words = ["--people", "2", "--animals", "1", "--seconds", "1.2", "--side", "128"]
    monkeypatch.setattr(sys, "argv", ["draw_figures.py", "-o", str(folder), *words, *more])
    return main()


def test_clips_are_named_for_who_is_in_them_and_prepared_as_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, tmp_path / "raw") == 0
    drawn = sorted(path.relative_to(tmp_path / "raw").as_posix() for path in (tmp_path / "raw").rglob("*.mp4"))
    people = [f"people/people-0-{number:03d}#{take}.mp4" for number in (0, 1) for take in (0, 1)]
    assert drawn == ["animals/animals-0-000#0.mp4", "animals/animals-0-000#1.mp4", *people]
    clip = open_clip(tmp_path / "raw" / people[0])
    assert (clip.frame_count, float(clip.rate)) == (30, 25)

    records = prepare(tmp_path / "raw" / "people", tmp_path / "clips", Preparation(body=True)).records
    assert [record.left_out for record in records] == [[]] * 4, "drawings are sharp enough, and nothing looks like a cut"
    assert {clip.identity for record in records for clip in record.clips} == {"people-0-000", "people-0-001"}


def test_what_was_drawn_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "people" / "people-0-000#0.mp4"
    kept.parent.mkdir()
    kept.write_bytes(b"mine")
    assert call(monkeypatch, tmp_path, "--people", "1", "--animals", "0", "--takes", "1") == 0
    assert kept.read_bytes() == b"mine"


def test_a_place_that_can_not_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert call(monkeypatch, tmp_path / "file") != 0
    assert "can't be made" in capsys.readouterr().err
