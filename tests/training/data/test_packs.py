"""Face packs, as folders and as tars, whole and damaged."""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from puppet.errors import TrainingError
from tests.training.small_pack import LENGTH, SIDE, SKIN, draw_face, moving_face, read_index, tar_of, write_index
from training.data.clip_entry import ClipEntry
from training.data.packs import Clip, FaceFrames, find_sources, read_faces

BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing clip": (lambda pack: (pack / "real/carl_1.mp4").unlink(), "lists real/carl_1.mp4 but does not hold it"),
    "missing landmarks": (lambda pack: (pack / "real/carl_1.npy").unlink(), "lists real/carl_1.npy but does not hold it"),
    "missing still": (lambda pack: (pack / "stills/ann.jpg").unlink(), "lists stills/ann.jpg but does not hold it"),
    "clip cut short": (lambda pack: cut(pack / "real/carl_1.mp4"), "real/carl_1.mp4 in .* can't be read"),
    "empty clip": (lambda pack: (pack / "real/carl_1.mp4").write_bytes(b""), "real/carl_1.mp4 in .* can't be read"),
    "landmarks cut short": (lambda pack: cut(pack / "real/carl_1.npy"), "real/carl_1.mp4 in .* can't be read"),
    "empty landmarks": (lambda pack: (pack / "real/carl_1.npy").write_bytes(b""), "real/carl_1.mp4 in .* can't be read"),
    "other landmarks": (lambda pack: np.save(pack / "real/carl_1.npy", np.zeros((LENGTH, 5, 2))), "real/carl_1.mp4 in .* can't be read"),
    "objects": (lambda pack: np.save(pack / "real/carl_1.npy", np.array([{}])), "real/carl_1.mp4 in .* can't be read"),
    "still is no picture": (lambda pack: (pack / "stills/ann.jpg").write_bytes(b"page"), "ann_1.mp4 in .* it is no picture"),
    "two faces of a still": (lambda pack: np.save(pack / "stills/ann.npy", np.zeros((2, 68, 2))), "rendered/ann_1.mp4 in .* can't be read"),
}


def cut(path: Path) -> None:
    """Leave a file its first half."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def everything(entry: ClipEntry) -> bool:
    return True


@pytest.fixture
def copied(pack: Path, tmp_path: Path) -> Path:
    """A pack to spoil."""
    return shutil.copytree(pack, tmp_path / "faces")


def assert_same(left: FaceFrames, right: FaceFrames) -> None:
    assert left.clips == right.clips
    np.testing.assert_array_equal(left.frames, right.frames)
    np.testing.assert_array_equal(left.landmarks, right.landmarks)


def test_clips_and_stills_lie_one_after_another(pack: Path) -> None:
    faces = read_faces([pack], SIDE, everything)
    assert faces.clips == [
        Clip("ann_1", "ann", False, 0, LENGTH, LENGTH),
        Clip("bob_1", "bob", False, LENGTH + 1, LENGTH, 2 * LENGTH + 1),
        Clip("carl_1", "carl", True, 2 * LENGTH + 2, LENGTH, -1),
        Clip("dora_1", "dora", True, 3 * LENGTH + 2, LENGTH, -1),
    ]
    assert faces.frames.shape == (4 * LENGTH + 2, SIDE, SIDE, 3)
    assert faces.landmarks.shape == (4 * LENGTH + 2, 68, 2)
    assert faces.frames.dtype == np.uint8
    assert faces.landmarks.dtype == np.float32


def test_frames_show_what_was_drawn_where_the_landmarks_are(pack: Path) -> None:
    faces = read_faces([pack], SIDE, everything)
    carl = faces.clips[2]
    for index in (0, 7):
        marks = moving_face(2 + index / 10, shift=0.04)
        np.testing.assert_allclose(faces.landmarks[carl.start + index], marks, atol=2e-3)
        gap = np.abs(faces.frames[carl.start + index].astype(float) - draw_face(marks, SKIN["carl"])).mean()
        assert gap < 8, "RGB was taken for BGR, or the frames are in another order"
    still = faces.frames[faces.clips[0].still].astype(float)
    assert np.abs(still - draw_face(moving_face(7.0), SKIN["ann"])).mean() < 8


def test_a_tar_reads_like_its_folder(pack: Path, tmp_path: Path) -> None:
    tar_of(pack, tmp_path / "faces.tar")
    folder = read_faces([pack], SIDE, everything)
    assert_same(read_faces([tmp_path / "faces.tar"], SIDE, everything), folder)
    assert_same(read_faces([tmp_path], SIDE, everything), folder)


def test_packs_are_found_among_other_things(pack: Path, tmp_path: Path) -> None:
    shutil.copytree(pack, tmp_path / "first")
    tar_of(pack, tmp_path / "second.tar")
    (tmp_path / "README.md").write_text("faces")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.tar").write_bytes(bytes(10240))
    assert [found.path.name for found in find_sources([tmp_path])] == ["first", "second.tar"]
    assert len(read_faces([tmp_path], SIDE, everything).clips) == 8


def test_other_sides_are_resized(pack: Path) -> None:
    small, drawn, large = (read_faces([pack], side, everything) for side in (16, SIDE, 96))
    for faces, side, interpolation in ((small, 16, cv2.INTER_AREA), (large, 96, cv2.INTER_LINEAR)):
        wanted = np.stack([cv2.resize(frame, (side, side), interpolation=interpolation) for frame in drawn.frames[:LENGTH]])
        np.testing.assert_array_equal(faces.frames[:LENGTH], wanted)
        np.testing.assert_array_equal(faces.landmarks, drawn.landmarks)


def test_only_what_is_asked_for_is_read(pack: Path) -> None:
    train = read_faces([pack], SIDE, lambda entry: entry.split == "train")
    assert [clip.name for clip in train.clips] == ["ann_1", "carl_1"]
    frontal = read_faces([pack], SIDE, lambda entry: abs(entry.source_yaw) <= 0.05)
    assert [clip.name for clip in frontal.clips] == ["ann_1", "carl_1", "dora_1"]
    assert [clip.name for clip in read_faces([pack], SIDE, everything, limit=1).clips] == ["ann_1"]


def test_doubtful_clips_are_left_out(copied: Path) -> None:
    entries = read_index(copied)
    entries[0]["landmark_check"] = 0.09
    write_index(copied, entries)
    assert "ann_1" not in [clip.name for clip in read_faces([copied], SIDE, everything).clips]


def test_recordings_are_told_by_their_folder(copied: Path) -> None:
    entries = read_index(copied)
    entries[0]["still"] = None
    write_index(copied, entries)
    assert [(clip.real, clip.still) for clip in read_faces([copied], SIDE, everything).clips] == [
        (False, -1),
        (False, 2 * LENGTH),
        (True, -1),
        (True, -1),
    ]


def test_landmarks_of_fewer_frames_shorten_the_clip(copied: Path) -> None:
    path = copied / "rendered" / "ann_1.npy"
    np.save(path, np.load(path)[:5])
    faces = read_faces([copied], SIDE, everything)
    assert faces.clips[0] == Clip("ann_1", "ann", False, 0, 5, 5)
    np.testing.assert_allclose(faces.landmarks[5], moving_face(7.0), atol=2e-3)


def test_an_index_may_say_how_landmarks_were_had_and_more(copied: Path) -> None:
    entries = [{**entry, "landmarks": "tracked", "photo": "inst_013.jpg"} for entry in read_index(copied)]
    entries[2]["landmarks"] = "none"
    write_index(copied, entries)
    (copied / "real" / "carl_1.npy").unlink()
    faces = read_faces([copied], SIDE, everything)
    assert [clip.has_landmarks for clip in faces.clips] == [True, True, False, True]
    assert np.isnan(faces.landmarks_of(2)).all()
    assert np.isfinite(faces.landmarks_of(3)).all()


def test_progress_counts_clips(pack: Path) -> None:
    told: list[tuple[int, int]] = []
    read_faces([pack], SIDE, everything, on_progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("damage", BREAKS)
def test_damage_is_told_in_a_sentence(damage: str, copied: Path) -> None:
    spoil, said = BREAKS[damage]
    spoil(copied)
    with pytest.raises(TrainingError, match=said) as caught:
        read_faces([copied], SIDE, everything)
    assert str(copied) in caught.value.sentence
    assert caught.value.hint


@pytest.mark.parametrize(
    "line",
    [b"{", b'"ann"', b"", b'{"clip": "a.mp4"}', b'{"clip": 3, "identity": "a"}', b'{"clip": "", "identity": "a"}', b"\xff\xfe"],
    ids=repr,
)
def test_damaged_index_names_its_line(copied: Path, line: bytes) -> None:
    index = copied / "index_1.jsonl"
    index.write_bytes(b"\n".join([index.read_bytes().splitlines()[0], line, b""]))
    with pytest.raises(TrainingError, match=r"index_1\.jsonl, line 2 is not a clip entry"):
        read_faces([copied], SIDE, everything)


def test_damaged_tar_is_told(pack: Path, tmp_path: Path) -> None:
    path = tar_of(pack, tmp_path / "faces.tar")
    cut(path)
    with pytest.raises(TrainingError, match=r"faces\.tar can't be read"):
        find_sources([path])
    packed = tar_of(pack, tmp_path / "faces.tar.gz", "w:gz")
    with pytest.raises(TrainingError, match=r"faces\.tar\.gz can't be read") as caught:
        find_sources([packed])
    assert "not compressed" in caught.value.hint


def test_tar_without_a_member(pack: Path, copied: Path, tmp_path: Path) -> None:
    (copied / "stills" / "bob.npy").unlink()
    with pytest.raises(TrainingError, match=r"faces\.tar lists stills/bob\.npy but does not hold it"):
        read_faces([tar_of(copied, tmp_path / "faces.tar")], SIDE, everything)


def test_no_data_is_told(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"There is no data at .*absent"):
        find_sources([tmp_path / "absent"])
    with pytest.raises(TrainingError, match="Neither face packs nor clips were found in"):
        find_sources([tmp_path])
    with pytest.raises(TrainingError, match="None of the clips in the data fits"):
        read_faces([pack], SIDE, lambda entry: False)
