"""Recordings that were cut off: found again, under a name that is seen; those being written are let be."""

import os
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np

from puppet.media.clip import open_clip
from puppet.media.video_writer import VideoWriter
from puppet.outputs.cut_off import recover_recordings

NOBODY = 4_194_304 - 1
"""A process number that is as good as never used."""


def cut_off(folder: Path, stem: str, process: int, suffix: str = ".mp4") -> Path:
    """What a recording of a process leaves when it is killed."""
    pictures = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    writer = VideoWriter(folder / f"{stem}{suffix}", 64, 48, Fraction(10), lasting=True)
    for index, picture in enumerate(pictures):
        writer.write(picture, index / 10)
    (unfinished,) = folder.glob(f".{stem}.*")
    kept = folder / f".{stem}.{process}.recording{suffix}"
    shutil.copy(unfinished, folder / "copy")
    writer.discard()
    return (folder / "copy").rename(kept)


def test_what_a_killed_process_left_is_a_video_again(tmp_path: Path) -> None:
    cut_off(tmp_path, "Puppet 12.30", NOBODY)
    cut_off(tmp_path, "b", NOBODY, ".mkv")
    recovered = recover_recordings(tmp_path)
    assert [path.name for path in recovered] == ["Puppet 12.30 (recovered).mp4", "b (recovered).mkv"]
    assert sorted(tmp_path.iterdir()) == recovered
    assert all(len(list(open_clip(path))) >= 20 for path in recovered)
    assert recover_recordings(tmp_path) == []


def test_a_name_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a (recovered).mp4").write_bytes(b"mine")
    cut_off(tmp_path, "a", NOBODY)
    assert [path.name for path in recover_recordings(tmp_path)] == ["a (recovered) 2.mp4"]
    assert (tmp_path / "a (recovered).mp4").read_bytes() == b"mine"


def test_what_is_being_written_is_let_be(tmp_path: Path) -> None:
    mine, parents = cut_off(tmp_path, "a", os.getpid()), cut_off(tmp_path, "b", 1)
    before = mine.read_bytes()
    assert recover_recordings(tmp_path) == []
    assert mine.read_bytes() == before
    assert parents.exists()


def test_what_holds_no_picture_is_removed_and_other_files_are_not(tmp_path: Path) -> None:
    (tmp_path / f".a.{NOBODY}.recording.mp4").write_bytes(b"\0\0\0\x18ftyp")
    others = [tmp_path / name for name in (".a.recording.mp4", f".a.{NOBODY}.part.mp4", "a.mp4", ".hidden")]
    for other in others:
        other.write_bytes(b"\0\0\0\x18ftyp")
    assert recover_recordings(tmp_path) == []
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert recover_recordings(tmp_path / "absent") == []
