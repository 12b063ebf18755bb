"""Videos whose writing was cut off anywhere: what can be had of them plays to its end, and is nearly all."""

import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from puppet.errors import MediaError
from puppet.media.clip import open_clip
from puppet.media.fragments import mend
from puppet.media.video_writer import VideoWriter

RATE = 10
NOISE = list(np.random.default_rng(0).integers(0, 256, (45, 48, 64, 3), np.uint8))
"""Pictures of a few thousand bytes each."""


def unfinished(folder: Path, suffix: str) -> Path:
    """A lasting video as it lies there while it is written."""
    writer = VideoWriter(folder / f"a{suffix}", 64, 48, Fraction(RATE), lasting=True)
    for index, picture in enumerate(NOISE):
        writer.write(picture, index / RATE)
    (path,) = folder.glob(".a.*")
    copied = folder / f"copy{suffix}"
    shutil.copy(path, copied)
    writer.discard()
    return copied


def count(path: Path) -> int:
    return len(list(open_clip(path)))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_what_was_written_long_ago_can_be_had(tmp_path: Path, suffix: str) -> None:
    path = unfinished(tmp_path, suffix)
    seconds = mend(path)
    assert 3 <= seconds <= 4.5
    assert count(path) == pytest.approx(seconds * RATE, abs=1)


@pytest.mark.parametrize("lost", [1, 10, 100, 1000, 10_000, 30_000])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_torn_end_is_cut_off(tmp_path: Path, suffix: str, lost: int) -> None:
    path = unfinished(tmp_path, suffix)
    whole = path.read_bytes()
    path.write_bytes(whole[:-lost])
    seconds = mend(path)
    assert seconds > 0
    assert count(path) == pytest.approx(seconds * RATE, abs=1)


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x18ftyp", b"\0" * 100, b"no video at all", bytes(range(256)) * 9])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_where_there_is_nothing_it_says_so(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert mend(path) == 0


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_finished_video_is_left_as_it_is(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with VideoWriter(path, 64, 48, Fraction(RATE), lasting=True) as writer:
        for index, picture in enumerate(NOISE[:30]):
            writer.write(picture, index / RATE)
    before = path.read_bytes()
    assert mend(path) == pytest.approx(3, abs=0.11)
    assert path.read_bytes() == before
    assert count(path) == 30


def test_a_video_cut_off_while_it_is_finished_is_had_too(tmp_path: Path) -> None:
    """The index is written behind the fragments, then what lies before it is renamed: all of it is whole until then."""
    path = unfinished(tmp_path, ".mp4")
    fragments = path.read_bytes()
    path.write_bytes(fragments + b"\0\0\x10\0moov" + b"\0" * 200)
    assert mend(path) >= 3
    assert path.read_bytes() == fragments


def test_a_file_that_can_not_be_changed_has_its_sentence(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"There is no folder|can't be written"):
        mend(tmp_path / "absent" / "a.mp4")
