"""The recorder: true times, every picture or a count of those dropped, a whole file or none."""

import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

from puppet.cameras.live_frame import LiveFrame
from puppet.errors import MediaError, OutputError
from puppet.live.pipeline import Pipeline
from puppet.live.shown import NOBODY, Shown
from puppet.media.video_reader import open_video
from puppet.outputs import microphone
from puppet.outputs.fit import fit_picture
from puppet.outputs.microphone import DEFAULT, Microphone
from puppet.outputs.recorder import Recorder
from puppet.picture import Picture, freeze
from tests.limited_disk import limited_disk
from tests.live_parts import FakeCamera, drawn, eventually, puppeteer
from tests.media import corners


def shown(captured: float, picture: Picture | None = None) -> Shown:
    """A picture, grey where none is given, whose frame was captured at a time."""
    picture = freeze(np.full((32, 32, 3), 128, np.uint8) if picture is None else picture)
    return Shown(LiveFrame(picture, captured), captured, NOBODY, picture, "live")


def sizes(path: Path) -> set[tuple[int, ...]]:
    return {frame.shape for frame, _ in open_video(path).read()}


def test_the_file_keeps_the_times_at_which_frames_were_captured(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 30)
    for captured in (7.0, 7.04, 7.5, 7.52):
        recorder.show(shown(captured))
    assert list(tmp_path.glob("take.mp4")) == []
    recorder.close()
    recorder.close()
    times = [time for _, time in open_video(tmp_path / "take.mp4").read()]
    assert times == pytest.approx([0, 0.04, 0.5, 0.52], abs=0.002)
    assert recorder.frame_count == 4
    assert [path.name for path in tmp_path.iterdir()] == ["take.mp4"]


def test_without_a_picture_there_is_no_file(tmp_path: Path) -> None:
    Recorder(tmp_path / "take.mp4", 30).close()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_can_not_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no folder"):
        Recorder(tmp_path / "absent" / "take.mp4", 30).show(shown(0.0))


def test_a_run_records_every_picture_it_can_and_counts_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "backlog", 3)
    recorder = Recorder(tmp_path / "take.mp4", 200)
    camera = FakeCamera(pause=0.0, pictures=[drawn(index / 25) for index in range(8)])
    with Pipeline(lambda: camera, puppeteer, [recorder]) as pipeline:
        eventually(lambda: recorder.frame_count >= 20)
    last = pipeline.shown.reader().take()
    assert last is not None
    assert recorder.frame_count + pipeline.skipped["recorder"] == last.ticket
    assert sum(1 for _ in open_video(tmp_path / "take.mp4").read()) == recorder.frame_count


def test_a_run_that_breaks_leaves_what_was_recorded_as_a_playable_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 30)

    class BreakingCamera(FakeCamera):
        def read(self) -> LiveFrame | None:
            if recorder.frame_count >= 5:
                raise RuntimeError("the driver crashed")
            return super().read()

    with pytest.raises(RuntimeError, match="the driver crashed"), Pipeline(BreakingCamera, puppeteer, [recorder]) as pipeline:
        pipeline.wait(5.0)
    assert sum(1 for _ in open_video(tmp_path / "take.mp4").read()) == recorder.frame_count >= 5


def test_pictures_without_a_frame_are_recorded_too(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 30)
    for moment in (7.0, 7.1):
        recorder.show(shown(moment)._replace(frame=None, state="camera lost"))
    recorder.show(None)
    recorder.close()
    assert recorder.frame_count == 2


def test_pictures_of_other_sizes_are_fitted_into_the_first(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 10)
    pictures = [corners(96, 64), corners(64, 64), corners(300, 40), corners(96, 64)]
    for index, picture in enumerate(pictures):
        recorder.show(shown(index / 10, picture))
    recorder.close()
    frames = [frame for frame, _ in open_video(tmp_path / "take.mp4").read()]
    assert sizes(tmp_path / "take.mp4") == {(64, 96, 3)}
    for frame, picture in zip(frames, pictures, strict=True):
        assert np.abs(frame.astype(int) - fit_picture(picture, 96, 64, "whole")).mean() < 6


def test_an_odd_size_stays_one_size(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 10)
    for index, side in enumerate((65, 67, 65)):
        recorder.show(shown(index / 10, np.full((side, side, 3), 90, np.uint8)))
    recorder.close()
    assert sizes(tmp_path / "take.mp4") == {(64, 64, 3)}


def test_a_full_disk_ends_the_recording_and_keeps_it(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 10)
    noise = np.random.default_rng(0).integers(0, 255, (80, 48, 64, 3), np.uint8)
    with limited_disk(90_000), pytest.raises(MediaError, match=r"take\.mp4 ends after \d\.\d s"):
        for index, picture in enumerate(noise):
            recorder.show(shown(index / 10, picture))
    recorder.close()
    assert [path.name for path in tmp_path.iterdir()] == ["take.mp4"]
    assert 20 <= sum(1 for _ in open_video(tmp_path / "take.mp4").read()) <= recorder.frame_count


def test_a_full_disk_in_a_run_reaches_whoever_started_the_recording_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise MediaError("The disk is full: take.mp4 ends after 1.0 s.")

    monkeypatch.setattr("puppet.outputs.recorder.VideoWriter.write", refuse)
    ended: list[Exception | None] = []
    with Pipeline(FakeCamera, puppeteer) as pipeline:
        pipeline.attach(Recorder(tmp_path / "take.mp4", 30), ended.append)
        eventually(lambda: ended)
        first = pipeline.shown.reader()
        eventually(first.take)
        assert not pipeline.wait(0)
    assert isinstance(ended[0], MediaError)
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_was_cut_off_is_found_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = tmp_path / "old (recovered).mp4"
    monkeypatch.setattr("puppet.outputs.recorder.recover_recordings", lambda folder: [found] if folder == tmp_path else [])
    recorder = Recorder(tmp_path / "take.mp4", 30)
    recorder.show(shown(0.0))
    recorder.close()
    assert f"A recording that was cut off is kept as {found}." in caplog.text


@pytest.fixture
def silent_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sound system without hardware, which keeps time."""
    monkeypatch.setattr(microphone, "BACKENDS", {sys.platform: ("NULL",)})


@pytest.mark.usefixtures("silent_system")
def test_what_the_microphone_hears_is_recorded_as_long_as_the_pictures(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 50, DEFAULT)
    begun = now = time.perf_counter()
    while now < begun + 1.0:
        recorder.show(shown(now))
        time.sleep(0.02)
        now = time.perf_counter()
    recorder.close()
    with av.open(tmp_path / "take.mp4") as container:
        lengths = [
            float((stream.duration or 0) * (stream.time_base or 0)) for stream in (*container.streams.video, *container.streams.audio)
        ]
        assert container.streams.audio[0].codec_context.name == "aac"
    assert lengths == pytest.approx([1.0, 1.0], abs=0.15)


@pytest.mark.usefixtures("silent_system")
def test_a_microphone_that_can_not_be_had_is_told_and_leaves_no_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 30, "absent")
    with pytest.raises(OutputError, match="There is no microphone absent"):
        recorder.show(shown(0.0))
    recorder.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("silent_system")
@pytest.mark.parametrize("name", ["take.mp4", "take.txt"])
def test_the_microphone_is_let_go_whatever_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    opened: list[Microphone] = []

    class Told(Microphone):
        def __init__(self, source: str) -> None:
            super().__init__(source)
            opened.append(self)

    monkeypatch.setattr("puppet.outputs.recorder.Microphone", Told)
    recorder = Recorder(tmp_path / name, 30, DEFAULT)
    if name == "take.txt":
        with pytest.raises(MediaError, match="no video"):
            recorder.show(shown(0.0))
        assert opened == []
    else:
        recorder.show(shown(0.0))
        monkeypatch.setattr("puppet.outputs.recorder.VideoWriter.close", lambda writer: writer.discard() or 1 / 0)
        with pytest.raises(ZeroDivisionError):
            recorder.close()
        assert opened[0]._device is None


@pytest.mark.usefixtures("silent_system")
def test_a_microphone_that_is_unplugged_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(tmp_path / "take.mp4", 30, DEFAULT)
    recorder.show(shown(0.0))
    monkeypatch.setattr(Microphone, "silent_for", 10.0)
    recorder.show(shown(0.1))
    recorder.show(shown(0.2))
    recorder.close()
    assert caplog.text.count("Nothing comes from the microphone any more") == 1
