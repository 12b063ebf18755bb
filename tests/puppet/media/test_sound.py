"""The driver's sound in the written video: copied where players take it, else AAC; in step with the pictures."""

import logging
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from puppet.media.clip import open_clip
from puppet.media.sound import Sound
from puppet.media.video_writer import VideoWriter
from tests.media import make_video, steps


def revoice(driver: Path, output: Path, frames: int) -> bool:
    """Write the first frames of a clip again, with its sound; whether the sound was kept."""
    clip = open_clip(driver)
    assert clip.sound_start is not None
    with VideoWriter(output, clip.width, clip.height, clip.rate, Sound(clip.path, clip.sound_start)) as writer:
        for frame, _ in zip(clip, range(frames), strict=False):
            writer.write(frame.picture, frame.time)
    return writer.sound_kept


@pytest.mark.parametrize(
    ("source", "codec", "rate", "result"),
    [
        ("a.mp4", "aac", 44_100, "aac"),
        ("a.mkv", "libmp3lame", 44_100, "mp3float"),
        ("a.mkv", "libopus", 48_000, "opus"),
        ("a.mkv", "pcm_s16le", 22_050, "aac"),
        ("a.mov", "pcm_s16le", 96_000, "aac"),
        ("a.mkv", "flac", 44_100, "aac"),
    ],
)
def test_sound_is_kept(tmp_path: Path, source: str, codec: str, rate: int, result: str) -> None:
    driver = make_video(tmp_path / source, steps(10), sound=codec, sound_rate=rate, rate=10)
    assert revoice(driver, tmp_path / "out.mp4", 10)
    with av.open(tmp_path / "out.mp4") as container:
        assert container.streams.audio[0].codec_context.name in (result, result.removesuffix("float"))
        assert float((container.streams.audio[0].duration or 0) * (container.streams.audio[0].time_base or 0)) == pytest.approx(1, abs=0.06)


def test_copied_packets_are_the_same_bytes(tmp_path: Path) -> None:
    driver = make_video(tmp_path / "a.mp4", steps(10), sound="aac", rate=10)
    revoice(driver, tmp_path / "out.mp4", 10)
    packets = []
    for path in (driver, tmp_path / "out.mp4"):
        with av.open(path) as container:
            packets.append([bytes(packet) for packet in container.demux(audio=0) if packet.size])
    assert len(packets[1]) > 30
    assert packets[1] == packets[0][: len(packets[1])]


def test_sound_ends_with_the_pictures(tmp_path: Path) -> None:
    driver = make_video(tmp_path / "a.mp4", steps(10), sound="aac", rate=5)
    revoice(driver, tmp_path / "out.mp4", 4)
    with av.open(tmp_path / "out.mp4") as container:
        assert (container.duration or 0) / av.time_base == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
def test_sound_before_the_first_picture_is_left_out(tmp_path: Path, codec: str) -> None:
    times = [1 + index / 10 for index in range(10)]  # the tone begins at 0 and grows until 1.9 + 0.1
    driver = make_video(tmp_path / "a.mkv", steps(10), times=times, sound=codec, rate=10)
    revoice(driver, tmp_path / "out.mkv", 10)
    with av.open(tmp_path / "out.mkv") as container:
        frames = [(frame.time, frame.to_ndarray().astype(float)) for frame in container.decode(audio=0)]
    assert abs(frames[0][0] or 0) < 0.06
    early = float(np.abs(np.concatenate([wave for time, wave in frames if 0.1 < (time or 0) < 0.25], axis=1)).mean())
    late = float(np.abs(np.concatenate([wave for time, wave in frames if 0.7 < (time or 0) < 0.85], axis=1)).mean())
    assert early / late == pytest.approx(1.175 / 1.775, abs=0.03)


def test_sound_that_cannot_be_read_is_told_and_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    silent = make_video(tmp_path / "a.mp4", steps(3))
    with (
        caplog.at_level(logging.WARNING),
        VideoWriter(tmp_path / "out.mp4", 64, 48, Fraction(25), Sound(silent, 0.0)) as writer,
    ):
        writer.write(steps(1)[0], 0)
    assert not writer.sound_kept
    assert "The sound of" in caplog.text
    assert len(list(open_clip(tmp_path / "out.mp4"))) == 1
