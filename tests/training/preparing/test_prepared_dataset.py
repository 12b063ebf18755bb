"""The journal of a preparation and the index made from it."""

import json
from pathlib import Path

import pytest

from puppet.errors import MediaError, TrainingError
from training.data.clip_entry import ClipEntry
from training.preparing.preparation import LeftOut, Preparation, VideoRecord
from training.preparing.prepared_dataset import PreparedDataset

WISH = Preparation(side=64)


def record(key: str, source: str, damage: str = "", clips: int = 1) -> VideoRecord:
    entries = [ClipEntry(clip=f"real/{key}_{number}.mp4", identity=source, frames=9, source=source) for number in range(clips)]
    left_out = [LeftOut(source=source, start=0, end=1, reason="short", detail="1.00 s")]
    return VideoRecord(key=key, source=source, seconds=2, clips=entries, left_out=left_out, damage=damage)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_what_is_noted_is_done_next_time(tmp_path: Path) -> None:
    first = PreparedDataset(tmp_path, WISH)
    first.add(record("a", "b.mp4"))
    again = PreparedDataset(tmp_path, WISH)
    assert again.is_done("a")
    assert not again.is_done("b")
    assert again.records == first.records


def test_the_index_is_in_order_of_sources_and_says_no_more_than_it_must(tmp_path: Path) -> None:
    dataset = PreparedDataset(tmp_path, WISH)
    dataset.add(record("a", "z.mp4"))
    dataset.add(record("b", "é.mp4", clips=2))
    dataset.add(record("c", "a.mp4"))
    dataset.write_index()
    index = lines(tmp_path / "index.jsonl")
    assert [line["clip"] for line in index] == ["real/c_0.mp4", "real/a_0.mp4", "real/b_0.mp4", "real/b_1.mp4"]
    assert "still" not in index[0] and "source_yaw" not in index[0]
    assert [line["reason"] for line in lines(tmp_path / "left_out.jsonl")] == ["short"] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.jsonl", "left_out.jsonl", "prepared.jsonl", "real"]


def test_a_line_cut_short_is_forgotten(tmp_path: Path) -> None:
    dataset = PreparedDataset(tmp_path, WISH)
    dataset.add(record("a", "a.mp4"))
    with (tmp_path / "prepared.jsonl").open("a") as file:
        file.write('{"key": "b", "sour')
    again = PreparedDataset(tmp_path, WISH)
    assert set(again.records) == {"a"}
    again.add(record("c", "c.mp4"))
    assert set(PreparedDataset(tmp_path, WISH).records) == {"a", "c"}


def test_shards_know_of_each_other_and_index_their_own(tmp_path: Path) -> None:
    first = PreparedDataset(tmp_path, WISH, (1, 2))
    first.add(record("a", "a.mp4"))
    first.write_index()
    second = PreparedDataset(tmp_path, WISH, (2, 2))
    assert second.is_done("a")
    second.add(record("b", "b.mp4"))
    second.write_index()
    assert [line["clip"] for line in lines(tmp_path / "index_1_of_2.jsonl")] == ["real/a_0.mp4"]
    assert [line["clip"] for line in lines(tmp_path / "index_2_of_2.jsonl")] == ["real/b_0.mp4"]


def test_a_video_of_which_nothing_could_be_read_is_tried_again(tmp_path: Path) -> None:
    dataset = PreparedDataset(tmp_path, WISH)
    dataset.add(record("a", "a.mp4", damage="gone", clips=0))
    dataset.add(record("b", "b.mp4", damage="cut short"))
    assert (dataset.is_done("a"), dataset.is_done("b")) == (False, True)
    dataset.add(record("a", "a.mp4"))
    assert PreparedDataset(tmp_path, WISH).records["a"].damage == ""


def test_another_way_is_refused(tmp_path: Path) -> None:
    PreparedDataset(tmp_path, WISH)
    with pytest.raises(TrainingError, match=r"was prepared with side 64, val_share 0\.1") as caught:
        PreparedDataset(tmp_path, WISH.model_copy(update={"side": 32, "val_share": 0.5}), (2, 2))
    assert "another folder" in caught.value.hint


def test_damage_and_places_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    (tmp_path / "prepared.jsonl").write_text("{]\n")
    with pytest.raises(TrainingError, match=r"prepared\.jsonl is damaged"):
        PreparedDataset(tmp_path, WISH)
    (tmp_path / "file").write_text("x")
    with pytest.raises(MediaError):
        PreparedDataset(tmp_path / "file" / "data", WISH)
