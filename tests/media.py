"""Small videos and sounds made on the spot, independently of Puppet's own writer, and a disk without room for more."""

import errno
import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from puppet.demo import demo_frames
from puppet.picture import Picture

CLOCK = Fraction(1, 90_000)


def steps(count: int, width: int = 64, height: int = 48) -> list[Picture]:
    """Flat grey pictures, each 20 brighter than the one before."""
    return [np.full((height, width, 3), 20 + 20 * index, np.uint8) for index in range(count)]


def corners(width: int = 80, height: int = 48) -> Picture:
    """Black, with its top left quarter red and its bottom right quarter blue."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2, 0] = 255
    picture[height // 2 :, width // 2 :, 2] = 255
    return picture


def level(picture: Picture) -> int:
    """Which of `steps` a picture is, whatever its codec did to it."""
    return round((float(picture.mean()) - 20) / 20)


def make_video(
    path: Path,
    pictures: Sequence[Picture],
    *,
    times: Sequence[float] | None = None,
    rate: int = 25,
    codec: str = "libx264",
    rotation: float = 0,
    mirrored: bool = False,
    aspect: Fraction | None = None,
    sound: str | None = None,
    sound_rate: int = 44_100,
) -> Path:
    """Encode pictures, at `times` in seconds or at a steady rate, with a tone of the same length if a sound codec is named."""
    times = [index / rate for index in range(len(pictures))] if times is None else times
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = (pictures[0] if pictures else corners()).shape[:2]
        stream.pix_fmt = {"gif": "rgb8", "mjpeg": "yuvj420p"}.get(codec, "yuv420p")
        clock = CLOCK if codec.startswith("lib") else Fraction(1, rate)
        stream.codec_context.time_base = clock
        if aspect is not None:
            stream.sample_aspect_ratio = aspect
        if rotation or mirrored:
            stream.set_display_rotation(rotation, hflip=mirrored)
        track = add_tone_track(container, sound, sound_rate) if sound else None
        container.start_encoding()
        for picture, time in zip(pictures, times, strict=True):
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = round(time / clock), clock
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if track is not None:
            play_tone(container, track, times[-1] + 1 / rate)
    return path


def make_sound(path: Path, seconds: float, codec: str = "aac") -> Path:
    """A tone alone."""
    with av.open(path, "w") as container:
        play_tone(container, add_tone_track(container, codec, 44_100), seconds)
    return path


def add_tone_track(container: OutputContainer, codec: str, rate: int) -> AudioStream:
    """A stereo stream."""
    stream = container.add_stream(codec, rate=rate, layout="stereo")
    assert isinstance(stream, AudioStream)
    return stream


def play_tone(container: OutputContainer, stream: AudioStream, seconds: float) -> None:
    """440 Hz that grows louder."""
    rate = stream.rate
    time = np.arange(round(rate * seconds)) / rate
    wave = (np.sin(time * 440 * 2 * np.pi) * 0.5 * time / seconds).astype(np.float32)
    frame = AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = rate, 0
    resampler = AudioResampler(format=stream.format, layout="stereo", rate=rate, frame_size=stream.frame_size or 1024)
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))


def drawn_clip(path: Path, seconds: float = 0.8, rate: int = 10, sound: str | None = None) -> Path:
    """The demo's drawn driver as a video of 160x120."""
    return make_video(path, list(demo_frames(seconds, rate, 160, 120)), rate=rate, sound=sound)


class FullDisk(io.BytesIO):
    """Takes the first bytes, then has no room."""

    def write(self, data: Any) -> int:
        if self.tell() > 40:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def fill_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every video be written to a full disk."""
    really: Callable[..., Any] = av.open

    def open_there(path: Path, mode: str = "r", **keywords: Any) -> Any:
        if mode == "r":
            return really(path, mode, **keywords)
        path.touch()
        return really(FullDisk(), mode, **keywords)

    monkeypatch.setattr(av, "open", open_there)
