"""Videos as they are written: sizes, times, colours, and what is left when something goes wrong."""

import errno
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from puppet.errors import MediaError
from puppet.media.clip import open_clip
from puppet.media.fragments import mend
from puppet.media.video_writer import UNFINISHED, VideoWriter
from puppet.picture import Picture
from tests.limited_disk import limited_disk
from tests.media import corners, fill_disk, level, steps


def write(path: Path, pictures: Sequence[Picture], times: Sequence[float] | None = None, rate: Fraction = Fraction(25)) -> Path:
    height, width = pictures[0].shape[:2]
    with VideoWriter(path, width, height, rate) as writer:
        for index, picture in enumerate(pictures):
            writer.write(picture, float(index / rate) if times is None else times[index])
    assert writer.frame_count == len(pictures)
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.m4v", "A.MP4"])
def test_is_h264_with_every_frame(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, steps(5))
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    assert [level(frame.picture) for frame in open_clip(path)] == [0, 1, 2, 3, 4]
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_webm_is_vp9_with_every_frame(tmp_path: Path) -> None:
    path = write(tmp_path / "a.webm", steps(5))
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt, stream.average_rate) == ("vp9", "yuv420p", Fraction(25))
        assert (container.duration or 0) / av.time_base == pytest.approx(0.2, abs=2e-3)
        assert "alpha_mode" not in stream.metadata
    assert [level(frame.picture) for frame in open_clip(path)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30_000, 1001), Fraction(24_000, 1001), Fraction(60), Fraction(25, 2)])
def test_steady_rate_stays_exact(tmp_path: Path, rate: Fraction) -> None:
    path = write(tmp_path / "a.mp4", steps(8), rate=rate)
    with av.open(path) as container:
        assert container.streams.video[0].average_rate == rate
        assert (container.duration or 0) / av.time_base == pytest.approx(float(8 / rate), abs=1e-3)


def test_variable_rate_keeps_its_times_and_its_last_picture(tmp_path: Path) -> None:
    times = [0, 0.04, 0.1, 0.5, 0.52, 0.6, 0.61, 1.2]
    path = write(tmp_path / "a.mp4", steps(8), times)
    assert [frame.time for frame in open_clip(path)] == pytest.approx(times, abs=1e-4)
    with av.open(path) as container:
        assert (container.duration or 0) / av.time_base == pytest.approx(1.24, abs=0.01)


def test_times_that_do_not_rise_are_pushed_on(tmp_path: Path) -> None:
    assert len(list(open_clip(write(tmp_path / "a.mp4", steps(4), [0, 0.04, 0.04, 0.03])))) == 4


def test_odd_sizes_become_even(tmp_path: Path) -> None:
    clip = open_clip(write(tmp_path / "a.mp4", steps(2, 65, 49)))
    assert (clip.width, clip.height) == (64, 48)


def test_colours_survive(tmp_path: Path) -> None:
    before = corners()
    after = open_clip(write(tmp_path / "a.mp4", [before] * 3)).first()
    assert np.abs(after[4:20, 4:36].astype(int) - before[4:20, 4:36]).max() <= 8
    assert np.abs(after[28:44, 44:76].astype(int) - before[28:44, 44:76]).max() <= 8


def test_nothing_is_there_before_the_end_and_the_old_file_stays_until_then(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    writer = VideoWriter(path, 64, 48, Fraction(25))
    writer.write(steps(1)[0], 0)
    assert path.read_bytes() == b"old"
    writer.close()
    writer.close()
    assert len(list(open_clip(path))) == 1


def test_no_picture_no_file(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", 64, 48, Fraction(25)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), VideoWriter(tmp_path / "a.mp4", 64, 48, Fraction(25)) as writer:
        writer.write(steps(1)[0], 0)
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_interrupt_leaves_a_playable_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), VideoWriter(tmp_path / "a.mp4", 64, 48, Fraction(25)) as writer:
        for index, picture in enumerate(steps(9)):
            writer.write(picture, index / 25)
            if index == 5:
                signal.raise_signal(signal.SIGINT)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]
    assert [level(frame.picture) for frame in open_clip(tmp_path / "a.mp4")] == [0, 1, 2, 3, 4, 5]


def test_full_disk_has_its_sentence_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_disk(monkeypatch)
    noise = np.random.default_rng(0).integers(0, 255, (80, 48, 64, 3), np.uint8)
    with pytest.raises(MediaError, match=r"The disk is full: .*a\.mp4 was not written"):
        write(tmp_path / "a.mp4", list(noise))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a.txt", r"\.txt is no video that Puppet writes"),
        ("missing/a.mp4", "There is no folder .*missing to write a.mp4 to"),
        ("folder.mp4", "is a folder"),
        ("file/a.mp4", "There is no folder .*file"),
    ],
)
def test_bad_place_has_its_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(MediaError, match=sentence) as caught:
        VideoWriter(tmp_path / name, 64, 48, Fraction(25))
    assert caught.value.hint
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder.mp4"]


NOISE = np.random.default_rng(0).integers(0, 255, (60, 48, 64, 3), np.uint8)
"""Pictures of a few thousand bytes each."""


def record(path: Path, pictures: Sequence[Picture] = tuple(NOISE)) -> VideoWriter:
    """Write a lasting video of ten pictures a second."""
    with VideoWriter(path, 64, 48, Fraction(10), lasting=True) as writer:
        for index, picture in enumerate(pictures):
            writer.write(picture, index / 10)
    return writer


def boxes(path: Path) -> list[bytes]:
    """Kinds of an MP4's outermost boxes; "moof" is one of a fragment."""
    data, kinds, place = path.read_bytes(), [], 0
    while place < len(data):
        kinds.append(data[place + 4 : place + 8])
        place += int.from_bytes(data[place : place + 4], "big")
    assert kinds[0] == b"ftyp"
    return kinds


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm"])
def test_a_lasting_video_is_an_ordinary_one_in_the_end(tmp_path: Path, name: str) -> None:
    record(tmp_path / name)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert len(list(open_clip(tmp_path / name))) == 60
    if name not in ("a.mkv", "a.webm"):
        assert b"moof" not in boxes(tmp_path / name)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm"])
def test_a_full_disk_leaves_what_a_lasting_video_had_until_then(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with limited_disk(90_000), pytest.raises(MediaError, match=rf"{name} ends after \d\.\d s") as caught:
        record(path)
    assert "kept" in caught.value.hint
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    kept = list(open_clip(path))
    seconds = float(caught.value.sentence.split()[-2])
    assert 20 <= len(kept) < 60
    assert len(kept) / 10 == pytest.approx(seconds, abs=0.11)
    assert kept[-1].time < seconds


def test_a_full_disk_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = VideoWriter(tmp_path / "a.mp4", 64, 48, Fraction(10), lasting=True)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for index, picture in enumerate(NOISE[:40]):
        writer.write(picture, index / 10)
    monkeypatch.setattr(writer, "_container", Refusing(writer._container, refuse))
    with pytest.raises(MediaError, match=r"^The disk is full: .*a\.mp4 ends after"):
        writer.write(NOISE[0], 4.0)
    assert len(list(open_clip(tmp_path / "a.mp4"))) >= 20


class Refusing:
    """A container into which nothing goes any more."""

    def __init__(self, container: object, mux: Callable[..., None]) -> None:
        self.close = container.close  # type: ignore[attr-defined]
        self.mux = mux


def test_a_disk_that_is_full_from_the_beginning_leaves_no_file(tmp_path: Path) -> None:
    with limited_disk(200), pytest.raises(MediaError, match="can't be written"):
        record(tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_killed_it_leaves_nothing_that_looks_finished_but_what_can_be_mended(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from tests.puppet.media.test_video_writer import NOISE, Fraction, VideoWriter
writer = VideoWriter(Path(sys.argv[1]), 64, 48, Fraction(10), lasting=True)
for index, picture in enumerate(NOISE):
    writer.write(picture, index / 10)
os.kill(os.getpid(), 9)
"""
    run = subprocess.run([sys.executable, "-c", script, tmp_path / "a.mp4"], check=False)
    assert run.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert UNFINISHED.fullmatch(left.name)
    assert left.name.startswith(".a.")
    assert mend(left) >= 3
