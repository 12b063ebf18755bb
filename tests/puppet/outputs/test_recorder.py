"""The recorder: true times, every picture or a count of those dropped, a whole file or none."""

from pathlib import Path

import numpy as np
import pytest

from puppet.cameras.live_frame import LiveFrame
from puppet.errors import MediaError
from puppet.faces.tracker import Tracked
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Shown
from puppet.media.video_reader import open_video
from puppet.outputs.recorder import Recorder
from puppet.picture import freeze
from tests.live_parts import FakeCamera, drawn, eventually, puppeteer


def shown(captured: float, brightness: int = 128) -> Shown:
    """A grey picture whose frame was captured at a time."""
    picture = freeze(np.full((32, 32, 3), brightness, np.uint8))
    return Shown(LiveFrame(picture, captured), Tracked(None, None), picture, "live")


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
