"""One video made into clips: what is kept, what is left out, and what a damaged file leaves."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import DemoFaceFinder
from puppet.errors import MediaError
from puppet.motion import FloatArray
from puppet.picture import Picture
from tests.media import fill_disk, make_video
from tests.training.small_raw import RATE, WISH, drawn, elsewhere, empty, video
from training.data.clip_video import decode_clip
from training.preparing.preparation import VideoRecord
from training.preparing.raw_videos import find_videos
from training.preparing.video_clips import prepare_video


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / "out" / "real").mkdir(parents=True)
    return tmp_path / "out"


def made(output: Path, path: Path, advance: Callable[[float], None] = lambda share: None, **wishes: Any) -> VideoRecord:
    """The record of one video."""
    raw = find_videos(path, output)[0]
    wish = WISH.model_copy(update=wishes)
    return prepare_video(raw, wish, None if wish.body else DemoFaceFinder(), output, advance)


def files(output: Path) -> list[str]:
    return sorted(path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file())


def reasons(record: VideoRecord) -> list[tuple[str, float, float]]:
    return [(stretch.reason, stretch.start, stretch.end) for stretch in record.left_out]


def test_landmarks_lie_on_the_face_of_the_clip(tmp_path: Path, output: Path) -> None:
    record = made(output, video(tmp_path / "ann#1.mp4", drawn(1.0)))
    (clip,) = record.clips
    assert clip.clip == f"real/ann#ann_1#{record.key}_000.mp4"
    frames = decode_clip(output / clip.clip, 64)
    marks = np.load((output / clip.clip).with_suffix(".npy"))
    assert marks.dtype == np.float16
    assert frames.shape == (10, 64, 64, 3)
    for frame, points in zip(frames, marks, strict=True):
        seen = DemoFaceFinder().find(frame)
        assert seen is not None
        assert np.abs((points + 1) * 32 - 0.5 - seen.landmarks).mean() < 1.5


def test_the_index_line_says_where_a_clip_is_from(tmp_path: Path, output: Path) -> None:
    frames = drawn(1.6)
    record = made(output, video(tmp_path / "ann.mp4", [*frames[:6], *elsewhere(frames[6:])]))
    first, second = record.clips
    assert (first.identity, first.split, first.source, first.frames, first.landmarks) == ("ann", "train", "ann.mp4", 6, "tracked")
    assert (first.start, first.end, second.start, second.end) == pytest.approx((0, 0.6, 0.6, 1.6), abs=0.002)
    assert second.frames == 10
    assert first.face and first.crop and first.blur
    assert first.crop / first.face == pytest.approx(2.2, rel=0.35)
    assert record.seconds == pytest.approx(1.6, abs=0.002)
    assert record.left_out == []


def test_second_clips_begin_where_they_should(tmp_path: Path, output: Path) -> None:
    frames = drawn(1.6)
    record = made(output, video(tmp_path / "ann.mp4", [*frames[:3], *elsewhere(frames[3:])]))
    (clip,) = record.clips
    colours = decode_clip(output / clip.clip, 64)[:, 0, 0].astype(int)
    assert (colours[:, 0] > colours[:, 2]).all(), "red and blue have changed places in every frame"


@pytest.mark.parametrize(
    ("wishes", "reason", "detail"),
    [
        ({"min_seconds": 1.5}, "short", "1.00 s"),
        ({"min_crop": 300}, "small", r"\d+ px"),
        ({"max_blur": 0.1}, "blurred", r"0\.\d\d"),
    ],
)
def test_what_is_left_out_has_its_reason(tmp_path: Path, output: Path, wishes: dict[str, Any], reason: str, detail: str) -> None:
    record = made(output, video(tmp_path / "ann.mp4", drawn(1.0)), **wishes)
    assert record.clips == []
    assert files(output) == []
    (stretch,) = record.left_out
    assert (stretch.reason, stretch.source, stretch.start) == (reason, "ann.mp4", 0)
    assert stretch.end == pytest.approx(1.0, abs=0.002)
    assert re.fullmatch(detail, stretch.detail)


def test_stretches_without_a_face_are_told(tmp_path: Path, output: Path) -> None:
    record = made(output, video(tmp_path / "room.mp4", empty(10)))
    ((reason, start, end),) = reasons(record)
    assert (reason, start) == ("no face", 0)
    assert end == pytest.approx(1.0, abs=0.002)
    record = made(output, video(tmp_path / "ann.mp4", [*empty(8), *drawn(1.0)]))
    assert [reason for reason, *_ in reasons(record)] == ["no face"]
    assert len(record.clips) == 1


def test_lost_frames_are_nan(tmp_path: Path, output: Path) -> None:
    class Blinking(DemoFaceFinder):
        calls = 0

        def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
            self.calls += 1
            return None if self.calls == 6 else super().find(picture, near)

    raw = find_videos(video(tmp_path / "ann.mp4", drawn(1.0)), output)[0]
    (clip,) = prepare_video(raw, WISH, Blinking(), output, lambda share: None).clips
    marks = np.load((output / clip.clip).with_suffix(".npy"))
    assert np.isnan(marks).all(axis=(1, 2)).tolist() == [index == 5 for index in range(10)]
    assert np.isfinite(np.delete(marks, 5, axis=0)).all()


def test_figures_have_no_landmarks(tmp_path: Path, output: Path) -> None:
    record = made(output, video(tmp_path / "dance.mp4", drawn(1.0)), body=True, pad=True)
    (clip,) = record.clips
    assert (clip.landmarks, clip.face, clip.frames) == ("none", None, 10)
    assert files(output) == [clip.clip]


def test_a_file_that_is_no_video_is_told(tmp_path: Path, output: Path) -> None:
    (tmp_path / "page.mp4").write_text("<html>")
    record = made(output, tmp_path / "page.mp4")
    assert "page.mp4 is a web page" in record.damage
    assert [stretch.reason for stretch in record.left_out] == ["damaged"]
    assert list(output.rglob(".partial/*")) == []


def test_what_can_be_read_of_a_damaged_video_is_used(tmp_path: Path, output: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = video(tmp_path / "ann.mkv", drawn(3.0))
    data = path.read_bytes()
    path.write_bytes(data[: int(0.7 * len(data))])
    record = made(output, path)
    assert len(record.clips) == 1
    assert 5 < (record.clips[0].frames or 0) < 30
    assert "cut short" in record.damage or "damaged" in record.damage
    assert caplog.records == [], "what the reader complains of is in the record, not on the screen"


def test_an_interruption_leaves_nothing(tmp_path: Path, output: Path) -> None:
    path = video(tmp_path / "ann.mp4", drawn(1.0))
    told: list[float] = []

    def stop_late(share: float) -> None:
        told.append(share)
        if share > 0.9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(output, path, stop_late)
    assert files(output) == []
    assert told == sorted(told)
    record = made(output, path, told.append)
    assert len(record.clips) == 1
    assert told[-1] == 1.0


def test_a_full_disk_is_not_the_videos_fault(tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = video(tmp_path / "ann.mp4", drawn(1.0))
    fill_disk(monkeypatch)
    with pytest.raises(MediaError, match="disk is full"):
        made(output, path)
    assert files(output) == []


def test_frames_of_another_rate_keep_their_times(tmp_path: Path, output: Path) -> None:
    frames: list[Picture] = drawn(1.0)
    path = make_video(tmp_path / "ann.mp4", frames, times=[0, 0.1, 0.2, 0.5, 0.6, 0.7, 0.8, 0.9, 1.4, 1.5], rate=RATE)
    record = made(output, path)
    assert record.clips[0].end == pytest.approx(1.6, abs=0.1)
    assert record.clips[0].frames == 10
