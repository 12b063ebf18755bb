"""Clips decoded on demand are the clips decoded into memory, in any process."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from puppet.errors import TrainingError
from tests.training.data.test_clip_layouts import write_layout
from tests.training.small_pack import LENGTH, SIDE, read_index, tar_of, write_index, write_pack
from training.data.clip_store import ClipStore, open_clips
from training.data.packs import read_faces


class Frames(Dataset[torch.Tensor]):
    """Every frame of a store, one by one."""

    def __init__(self, store: ClipStore) -> None:
        self.store = store

    def __len__(self) -> int:
        return self.store.frame_count

    def __getitem__(self, index: int) -> torch.Tensor:
        clip, frame = self.store.find(index)
        return torch.from_numpy(self.store.read(clip, [frame])[0][0])


@pytest.fixture(params=["folder", "tar"])
def data(request: pytest.FixtureRequest, pack: Path, tmp_path: Path) -> Path:
    return pack if request.param == "folder" else tar_of(pack, tmp_path / "faces.tar")


def test_a_store_holds_what_memory_would(data: Path) -> None:
    store, faces = open_clips([data], SIDE, None), read_faces([data], SIDE, lambda entry: True)
    assert store.clips == faces.clips
    assert store.frame_count == len(faces.frames)
    for number, clip in enumerate(store.clips):
        local = [LENGTH - 1, 0, 5, *([LENGTH] if clip.still >= 0 else [])]
        pictures, marks = store.read(number, local)
        assert pictures.dtype == np.uint8
        assert marks.dtype == np.float32
        wanted = np.array(local) + clip.start
        np.testing.assert_array_equal(pictures, faces.frames[wanted])
        np.testing.assert_array_equal(marks, faces.landmarks[wanted])
        np.testing.assert_array_equal(store.landmarks_of(number), faces.landmarks_of(number))


def test_frames_are_found_by_their_number(pack: Path) -> None:
    store = open_clips([pack], SIDE, None)
    for number, clip in enumerate(store.clips):
        assert store.find(clip.start) == (number, 0)
        assert store.find(clip.start + clip.length - 1) == (number, clip.length - 1)
        if clip.still >= 0:
            assert store.find(clip.still) == (number, clip.length)
    for frame in (-1, store.frame_count):
        with pytest.raises(TrainingError, match="There is no frame"):
            store.find(frame)


def test_a_pair_is_two_frames_of_a_clip(pack: Path) -> None:
    store, faces = open_clips([pack], SIDE, None), read_faces([pack], SIDE, lambda entry: True)
    pictures, marks = store.read_pair(LENGTH, 3)
    np.testing.assert_array_equal(pictures, faces.frames[[LENGTH, 3]])
    np.testing.assert_array_equal(marks, faces.landmarks[[LENGTH, 3]])


def test_split_limit_and_choice(pack: Path) -> None:
    assert [clip.name for clip in open_clips([pack], SIDE).clips] == ["ann_1", "carl_1"]
    assert [clip.name for clip in open_clips([pack], SIDE, "val").clips] == ["bob_1", "dora_1"]
    assert [clip.name for clip in open_clips([pack], SIDE, None, lambda entry: entry.real, limit=1).clips] == ["carl_1"]
    with pytest.raises(TrainingError, match="None of the clips"):
        open_clips([pack], SIDE, "test")


def test_folders_and_packs_go_together(pack: Path, tmp_path: Path) -> None:
    store = open_clips([pack, write_layout(tmp_path / "layout")], 32)
    assert [clip.identity for clip in store.clips] == ["ann", "carl", "ann", "ann", "bob", "carl"]
    assert [clip.has_landmarks for clip in store.clips] == [True] * 2 + [False] * 4
    pictures, marks = store.read(3, [11, 0])
    assert pictures.shape == (2, 32, 32, 3)
    assert np.isnan(marks).all()


@pytest.mark.parametrize("workers", [0, 1])
def test_it_can_be_read_by_another_process(data: Path, workers: int) -> None:
    store = pickle.loads(pickle.dumps(open_clips([data], SIDE)))
    faces = read_faces([data], SIDE, lambda entry: entry.split == "train")
    batches = list(DataLoader(Frames(store), batch_size=8, num_workers=workers))
    np.testing.assert_array_equal(torch.cat(batches).numpy(), faces.frames)


def test_frames_are_counted_where_the_index_does_not_say(tmp_path: Path) -> None:
    copied = write_pack(tmp_path / "pack", length=4)
    write_index(copied, [{key: value for key, value in entry.items() if key != "frames"} for entry in read_index(copied)])
    assert [clip.length for clip in open_clips([copied], SIDE, None).clips] == [4] * 4


def test_landmarks_that_lack_are_lost_and_frames_that_lack_are_told(tmp_path: Path) -> None:
    copied = write_pack(tmp_path / "pack", length=4)
    path = copied / "real" / "carl_1.npy"
    np.save(path, np.load(path)[:2])
    write_index(copied, [{**entry, "frames": 6} if "dora" in entry["clip"] else entry for entry in read_index(copied)])
    store = open_clips([copied], SIDE, None)
    assert np.isnan(store.landmarks_of(2)).all(axis=(1, 2)).tolist() == [False, False, True, True]
    with pytest.raises(TrainingError, match=r"dora_1\.mp4 in .* can't be read: there is no frame 5"):
        store.read(3, [5])
