"""A raw folder made into a data set: at once, in two goes, in shards, on two processes, and trained on."""

import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from puppet.demo import DemoFaceFinder
from puppet.errors import EngineError, MediaError, TrainingError
from tests.media import fill_disk
from tests.training.small_raw import WISH, drawn, video, write_raw
from tests.training.small_run import RECIPE, changed_plan, run
from training.data.clip_store import open_clips
from training.preparing import prepare as module
from training.preparing.preparation import Preparation
from training.preparing.prepare import Outcome, Progress, prepare
from training.preparing.video_clips import prepare_video


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_raw(tmp_path_factory.mktemp("raw"))


@pytest.fixture(autouse=True)
def finders(monkeypatch: pytest.MonkeyPatch) -> list[DemoFaceFinder]:
    """Finders of drawn faces, as they are opened."""
    opened: list[DemoFaceFinder] = []

    def open_one() -> DemoFaceFinder:
        opened.append(DemoFaceFinder())
        return opened[-1]

    monkeypatch.setattr(module, "open_face_finder", open_one)
    return opened


def content(output: Path) -> dict[str, bytes]:
    """Clips, landmarks and index of a data set; journals are in the order of the work."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and not path.name.startswith("prepared")
    }


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def summary(outcome: Outcome) -> dict[str, int]:
    return {record.source: len(record.clips) for record in outcome.records}


def test_a_folder_becomes_a_pack(raw: Path, tmp_path: Path, finders: list[DemoFaceFinder]) -> None:
    told: list[Progress] = []
    outcome = prepare(raw, tmp_path / "out", WISH, on_progress=told.append)
    assert outcome.left == 0
    assert summary(outcome) == {
        "deep/er/empty.mov": 0,
        "id10001/abc/00001.mp4": 1,
        "id10002/abc/00001.mp4": 1,
        "page.mp4": 0,
        "two shots#x.mp4": 2,
    }
    assert [record.source for record in outcome.records if record.damage] == ["page.mp4"]
    assert len(finders) == 1
    assert told[-1].videos_left == 0
    assert told[-1].done == told[-1].whole == sum(path.stat().st_size for path in raw.rglob("*.m*"))
    index = lines(tmp_path / "out" / "index.jsonl")
    assert [line["identity"] for line in index] == ["id10001", "id10002", "two shots", "two shots"]
    assert {(line["source"], line["reason"]) for line in lines(tmp_path / "out" / "left_out.jsonl")} == {
        ("deep/er/empty.mov", "no face"),
        ("page.mp4", "damaged"),
    }
    assert not (tmp_path / "out" / ".partial").exists()
    store = open_clips([tmp_path / "out"], 64, None)
    assert [clip.length for clip in store.clips] == [12, 8, 6, 6]


def test_what_is_done_is_not_done_again(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prepare(raw, tmp_path / "out", WISH)
    before = content(tmp_path / "out")
    worked: list[str] = []

    def noted(video: Any, *rest: Any) -> Any:
        worked.append(video.source)
        return prepare_video(video, *rest)

    monkeypatch.setattr(module, "prepare_video", noted)
    assert prepare(raw, tmp_path / "out", WISH) == first
    assert worked == ["page.mp4"], "only that of which nothing could be read"
    assert content(tmp_path / "out") == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_preparation_goes_on(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    whole = tmp_path / "whole"
    prepare(raw, whole, WISH)
    handler = signal.getsignal(number)
    seen = threading.Event()

    def interrupted(video: Any, wish: Any, finder: Any, output: Any, advance: Any) -> Any:
        def stop_late(share: float) -> None:
            if video.source.startswith("id10002") and share > 0.8 and not seen.is_set():
                seen.set()
                signal.pthread_kill(threading.main_thread().ident or 0, number)
                while not module._workers[0].stop.is_set():
                    pass
            advance(share)

        return prepare_video(video, wish, finder, output, stop_late)

    monkeypatch.setattr(module, "prepare_video", interrupted)
    outcome = prepare(raw, tmp_path / "cut", WISH)
    assert seen.is_set()
    assert outcome.left >= 1
    assert "id10002/abc/00001.mp4" not in summary(outcome)
    assert not any("id10002" in name for name in content(tmp_path / "cut"))
    assert not (tmp_path / "cut" / ".partial").exists()
    assert signal.getsignal(number) is handler
    assert prepare(raw, tmp_path / "cut", WISH).left == 0
    assert content(tmp_path / "cut") == content(whole)


def test_shards_make_the_same_clips(raw: Path, tmp_path: Path) -> None:
    prepare(raw, tmp_path / "whole", WISH)
    for index in (1, 2, 3):
        prepare(raw, tmp_path / "parts", WISH, shard=(index, 3))
    whole, parts = content(tmp_path / "whole"), content(tmp_path / "parts")
    assert {name: data for name, data in parts.items() if "real/" in name} == {
        name: data for name, data in whole.items() if "real/" in name
    }
    together = [line for index in (1, 2, 3) for line in lines(tmp_path / "parts" / f"index_{index}_of_3.jsonl")]
    assert sorted(together, key=lambda line: str(line["clip"])) == sorted(
        lines(tmp_path / "whole" / "index.jsonl"), key=lambda line: str(line["clip"])
    )
    assert len(open_clips([tmp_path / "parts"], 64, None).clips) == 4


def test_two_processes_make_the_same_figures(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        video(tmp_path / "raw" / name, drawn(0.6))
    wish = WISH.model_copy(update={"body": True})
    for jobs in (1, 2):
        assert prepare(tmp_path / "raw", tmp_path / str(jobs), wish, jobs=jobs).left == 0
    assert content(tmp_path / "1") == content(tmp_path / "2")
    assert all(line["landmarks"] == "none" for line in lines(tmp_path / "1" / "index.jsonl"))


def test_people_are_split_the_same_way_everywhere(raw: Path, tmp_path: Path) -> None:
    prepare(raw, tmp_path / "out", WISH.model_copy(update={"val_share": 1.0}))
    assert {line["split"] for line in lines(tmp_path / "out" / "index.jsonl")} == {"val"}


def test_errors_that_are_no_videos_fault_end_it(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise EngineError("no runtime", "install one")

    with monkeypatch.context() as patch:
        patch.setattr(module, "open_face_finder", refuse)
        with pytest.raises(EngineError, match="no runtime"):
            prepare(raw, tmp_path / "out", WISH)
    with monkeypatch.context() as patch:
        fill_disk(patch)
        with pytest.raises(MediaError, match="disk is full"):
            prepare(raw, tmp_path / "out", WISH)
    with pytest.raises(TrainingError, match="was prepared with side 64"):
        prepare(raw, tmp_path / "out", Preparation(side=256))
    assert summary(prepare(raw, tmp_path / "out", WISH))["id10001/abc/00001.mp4"] == 1


def test_it_can_be_trained_on(raw: Path, tmp_path: Path) -> None:
    prepare(raw, tmp_path / "data", WISH.model_copy(update={"val_share": 0.4}))
    assert {line["split"] for line in lines(tmp_path / "data" / "index.jsonl")} == {"train", "val"}
    state = run(tmp_path / "run", tmp_path / "data", recipe=changed_plan(stages=RECIPE.training.stages[:1]))
    assert state.steps == 3
