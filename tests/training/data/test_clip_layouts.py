"""Folders of clips as the First Order Motion Model has them, read as they are."""

from pathlib import Path

import numpy as np
import pytest

from puppet.demo import demo_frames
from puppet.errors import TrainingError
from puppet.media.picture_file import write_picture
from puppet.picture import Picture
from tests.media import make_video
from training.data.clip_layouts import Layout, find_layout
from training.data.packs import read_faces
from training.data.split import split_of

SIDE = 48
FRAMES: list[Picture] = list(demo_frames(1.2, 10, SIDE, SIDE))


def write_layout(folder: Path) -> Path:
    """`train` with a clip of each kind, `test` with one."""
    (folder / "train" / "ann#1.mp4").mkdir(parents=True)
    (folder / "test").mkdir()
    for index, frame in enumerate(FRAMES):
        write_picture(folder / "train" / "ann#1.mp4" / f"{index}.png", frame)
    write_picture(folder / "train" / "ann#2.png", np.concatenate(FRAMES, axis=1))
    make_video(folder / "train" / "bob#1#x.gif", FRAMES, codec="gif", rate=10)
    make_video(folder / "train" / "carl.mp4", FRAMES, rate=10)
    make_video(folder / "test" / "dora#1.mp4", FRAMES, rate=10)
    (folder / "train" / "readme.txt").write_text("no clip")
    return folder


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_layout(tmp_path_factory.mktemp("layout"))


def test_a_clip_is_a_folder_a_picture_a_gif_or_a_video(layout: Path) -> None:
    entries = list(Layout(layout).entries())
    assert [(entry.clip, entry.identity, entry.split) for entry in entries] == [
        ("train/ann#1.mp4", "ann", "train"),
        ("train/ann#2.png", "ann", "train"),
        ("train/bob#1#x.gif", "bob", "train"),
        ("train/carl.mp4", "carl", "train"),
        ("test/dora#1.mp4", "dora", "val"),
    ]
    assert all(entry.real and not entry.has_landmarks for entry in entries)


def test_each_kind_holds_the_same_frames(layout: Path) -> None:
    source = Layout(layout)
    for entry, tolerance in zip(source.entries(), (0, 0, 20, 4, 4), strict=True):
        assert source.count(entry) == len(FRAMES)
        found = source.frames(entry, SIDE)
        assert found.dtype == np.uint8
        assert np.abs(found.astype(int) - np.stack(FRAMES)).mean() <= tolerance, entry.clip
        np.testing.assert_array_equal(source.frames(entry, SIDE, [11, 2, 2]), found[[11, 2, 2]])
        assert source.frames(entry, 16, [0]).shape == (1, 16, 16, 3)


def test_frames_go_in_natural_order(layout: Path) -> None:
    source = Layout(layout)
    entry = next(source.entries())
    np.testing.assert_array_equal(source.frames(entry, SIDE, [10])[0], FRAMES[10])


def test_a_flat_folder_is_split_by_identity(tmp_path: Path) -> None:
    for index in range(12):
        write_picture(tmp_path / f"p{index // 2}#{index}.png", np.concatenate(FRAMES[:3], axis=1))
    entries = list(Layout(tmp_path).entries())
    assert [entry.clip for entry in entries][:3] == ["p0#0.png", "p0#1.png", "p1#2.png"]
    assert all(entry.split == split_of(entry.identity) for entry in entries)


def test_it_can_be_read_into_memory(layout: Path) -> None:
    faces = read_faces([layout], 32, lambda entry: entry.split == "train")
    assert faces.frames.shape == (4 * len(FRAMES), 32, 32, 3)
    assert np.isnan(faces.landmarks).all()
    assert [clip.name for clip in faces.clips] == ["ann#1", "ann#2", "bob#1#x", "carl"]
    assert not any(clip.has_landmarks for clip in faces.clips)


def test_a_folder_without_clips_is_no_layout(tmp_path: Path, layout: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    assert find_layout(tmp_path) is None
    assert find_layout(tmp_path / "notes.txt") is None
    assert find_layout(layout) is not None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("ann.png", b"page", r"ann\.png"),
        ("ann.mp4", b"page", r"ann\.mp4 can't be read"),
        ("ann.gif", b"", r"ann\.gif can't be read"),
    ],
)
def test_a_damaged_clip_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    source = Layout(tmp_path)
    entry = next(source.entries())
    for read in (lambda: source.count(entry), lambda: source.frames(entry, 16), lambda: source.frames(entry, 16, [0])):
        with pytest.raises(TrainingError, match=said) as caught:
            read()
        assert "take it out" in caught.value.hint


def test_a_row_must_be_one_of_squares(tmp_path: Path) -> None:
    write_picture(tmp_path / "ann.png", np.zeros((48, 100, 3), np.uint8))
    source = Layout(tmp_path)
    with pytest.raises(TrainingError, match="100x48: no row of square frames"):
        source.count(next(source.entries()))
