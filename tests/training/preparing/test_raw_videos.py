"""Which files are videos, who is in them, and which machine does which."""

from pathlib import Path

import pytest

from puppet.errors import TrainingError
from training.preparing.raw_videos import RawVideo, find_videos


def video(source: str, size: int = 1) -> RawVideo:
    return RawVideo(Path(source), source, size)


@pytest.mark.parametrize(
    ("source", "identity"),
    [
        ("id10001/abc/00001.mp4", "id10001"),
        ("dev/mp4/id10270/abc/00001.mp4", "id10270"),
        ("ann/holiday/1.mov", "ann"),
        ("me.mp4", "me"),
        ("bob#talk#0#90.mp4", "bob"),
        ("ideas/x.mp4", "ideas"),
    ],
)
def test_identity_is_a_folder_or_a_name(source: str, identity: str) -> None:
    assert video(source).identity == identity


def test_a_name_is_plain_and_begins_with_the_identity() -> None:
    identity, stem, key = video("my père/a b#c.mp4").name.split("#")
    assert (identity, stem) == ("my_p_re", "a_b_c")
    assert key == video("my père/a b#c.mp4").key
    assert len(video("x" * 300 + ".mp4").name) < 120


def test_a_key_tells_files_apart_wherever_they_lie() -> None:
    assert video("a/1.mp4").key == RawVideo(Path("/elsewhere/a/1.mp4"), "a/1.mp4", 1).key
    assert len({video("a/1.mp4").key, video("a/1.mov").key, video("a/1.mp4", 2).key}) == 3


def test_videos_are_found_in_nested_folders(tmp_path: Path) -> None:
    for name in ("a/b/1.MP4", "a/2.gif", "3.webm", ".hidden/4.mp4", "a/.5.mp4", "notes.txt", "out/real/6.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 7)
    assert [found.source for found in find_videos(tmp_path, tmp_path / "out")] == ["3.webm", "a/2.gif", "a/b/1.MP4"]
    assert find_videos(tmp_path / "3.webm", tmp_path / "out") == [RawVideo(tmp_path / "3.webm", "3.webm", 7)]


def test_shards_share_the_videos(tmp_path: Path) -> None:
    for index in range(40):
        (tmp_path / f"{index}.mp4").write_bytes(b"x")
    parts = [find_videos(tmp_path, tmp_path / "out", (index, 3)) for index in (1, 2, 3)]
    assert sorted(found.source for part in parts for found in part) == sorted(f"{index}.mp4" for index in range(40))
    assert all(len(part) > 5 for part in parts)


def test_nothing_to_do_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"There is nothing at .*absent"):
        find_videos(tmp_path / "absent", tmp_path)
    with pytest.raises(TrainingError, match="There is no video in"):
        find_videos(tmp_path, tmp_path / "out")
