"""Live sound in a video: in step with the pictures although it comes late, in jumps, by another clock, or not at all for a while."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from puppet.media.live_sound import RATE, Heard, LiveSound
from puppet.media.video_writer import VideoWriter
from tests.media import steps

PIECE = 960
BEGUN = 100.0
PICTURES = 25


class Clock:
    """A microphone in a room where a short beep sounds every half second, heard by a clock of its own from `first` on."""

    def __init__(self, seconds: float, first: float = 0.0, speed: float = 1.0, late: float = 0.0) -> None:
        """speed: of the microphone's clock; late: by how much a piece arrives too late at most, s."""
        rng = np.random.default_rng(0)
        latest = 0.0
        self.pieces: list[Heard] = []
        count = round((seconds - first) * RATE * speed / PIECE)
        for index in range(count):
            truth = first + (np.arange(PIECE) + index * PIECE) / (RATE * speed)
            beep = np.where(truth % 0.5 < 0.02, np.sin(truth * 2 * np.pi * 1000) * 20_000, 0)
            until = first + (index + 1) * PIECE / (RATE * speed) + rng.uniform(0, late)
            latest = max(latest, BEGUN + until)
            self.pieces.append(Heard(latest, np.where(truth >= 0, beep, 0).astype(np.int16)))
        self.now = BEGUN

    def hear(self) -> list[Heard]:
        come = [piece for piece in self.pieces if piece.until <= self.now]
        self.pieces = self.pieces[len(come) :]
        return come


def record(path: Path, clock: Clock, seconds: float) -> list[float]:
    """Write grey pictures and what is heard; when beeps are heard in the file, s."""
    with VideoWriter(path, 64, 48, Fraction(PICTURES), LiveSound(clock.hear, BEGUN), lasting=True) as writer:
        for index in range(round(seconds * PICTURES)):
            clock.now = BEGUN + index / PICTURES + 0.3
            writer.write(steps(1)[0], index / PICTURES)
    assert writer.sound_kept
    return beeps(path)


def beeps(path: Path) -> list[float]:
    with av.open(path) as container:
        frames = [(frame.time or 0.0, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    sound = np.concatenate([samples for _, samples in frames])
    loud = np.flatnonzero(np.abs(sound) > 0.2) / RATE + frames[0][0]
    return [float(time) for time, pause in zip(loud, np.diff(loud, prepend=-1), strict=True) if pause > 0.1]


def test_it_is_in_step(tmp_path: Path) -> None:
    times = record(tmp_path / "a.mp4", Clock(4), 4)
    assert times == pytest.approx(np.arange(8) / 2, abs=0.01)
    with av.open(tmp_path / "a.mp4") as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        assert (container.duration or 0) / av.time_base == pytest.approx(4, abs=0.05)


def test_pieces_may_come_late(tmp_path: Path) -> None:
    times = record(tmp_path / "a.mp4", Clock(4, late=0.06), 4)
    assert times == pytest.approx(np.arange(8) / 2, abs=0.02)


@pytest.mark.parametrize("speed", [1.0008, 0.9992])
def test_a_clock_that_is_wrong_is_followed(tmp_path: Path, speed: float) -> None:
    """Left alone it would be 13 ms off at the end here, and half a second after ten minutes."""
    times = record(tmp_path / "a.mp4", Clock(16, speed=speed), 16)
    assert times[:32] == pytest.approx(np.arange(32) / 2, abs=0.007)


def test_a_microphone_that_opens_late_begins_with_silence(tmp_path: Path) -> None:
    assert record(tmp_path / "a.mp4", Clock(4, first=1.3), 4) == pytest.approx(np.arange(3, 8) / 2, abs=0.01)


def test_what_was_heard_before_the_first_picture_is_left_out(tmp_path: Path) -> None:
    assert record(tmp_path / "a.mp4", Clock(3, first=-0.7), 3) == pytest.approx(np.arange(6) / 2, abs=0.01)


def test_what_was_lost_is_silence(tmp_path: Path) -> None:
    clock = Clock(5)
    del clock.pieces[75:125]  # from 1.5 s to 2.5 s
    times = record(tmp_path / "a.mp4", clock, 5)
    assert times[:3] == pytest.approx([0, 0.5, 1.0], abs=0.01)
    assert times[-4:] == pytest.approx([3, 3.5, 4, 4.5], abs=0.01)


def test_a_microphone_that_falls_silent_holds_nothing_up(tmp_path: Path) -> None:
    clock = Clock(1)
    assert record(tmp_path / "a.mp4", clock, 4) == pytest.approx([0, 0.5], abs=0.01)
    with av.open(tmp_path / "a.mp4") as container:
        assert sum(1 for _ in container.decode(video=0)) == 4 * PICTURES


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_every_container_takes_it(tmp_path: Path, suffix: str) -> None:
    assert record(tmp_path / f"a{suffix}", Clock(2), 2) == pytest.approx(np.arange(4) / 2, abs=0.03)


def test_without_any_sound_the_pictures_are_there(tmp_path: Path) -> None:
    clock = Clock(0)
    with VideoWriter(tmp_path / "a.mp4", 64, 48, Fraction(PICTURES), LiveSound(clock.hear, BEGUN), lasting=True) as writer:
        for index, picture in enumerate(steps(10)):
            writer.write(picture, index / PICTURES)
    with av.open(tmp_path / "a.mp4") as container:
        assert sum(1 for _ in container.decode(video=0)) == 10
