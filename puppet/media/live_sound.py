"""Sound that is heard while pictures are written: brought into step with them, whatever clock the microphone keeps."""

from collections import deque
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer

from puppet.media.sound_coding import sound_coding

Samples = npt.NDArray[np.int16]

RATE = 48_000
"""Samples a second, of one channel."""

PATIENCE = 20
"""Pieces over which the least late arrival is looked for: any one may come late, none early."""

GAP = round(0.1 * RATE)
"""Sound further than this out of step was lost, or heard too early: it is filled with silence, or left out."""

SLACK = round(0.005 * RATE)
"""Sound no further than this out of step is let be."""

STRETCH = 500
"""One sample in so many may be added or left out to get back into step: no ear hears it, and no clock errs as much."""


class Heard(NamedTuple):
    """A piece of sound. until: `perf_counter` when its end arrived, s."""

    until: float
    samples: Samples


class LiveSound(NamedTuple):
    """Where sound comes from, and the moment of `perf_counter` at which the pictures begin. hear: what has come since it was last asked."""

    hear: Callable[[], Sequence[Heard]]
    start: float


class _Waiting(NamedTuple):
    """A piece on its way. before: samples heard before it; offset: where the first of all would lie, in samples since the first picture."""

    before: int
    offset: int
    samples: Samples

    @property
    def place(self) -> int:
        """Where it begins, in samples since the first picture."""
        return self.before + self.offset


class LiveSoundTrack:
    """Sound on its way into a container that is being written, as AAC or Opus. The writer's thread."""

    def __init__(self, sound: LiveSound, output: OutputContainer) -> None:
        """Adds a stream to `output`, so it must come before the first packet."""
        self._sound = sound
        self._output = output
        coding = sound_coding(output)
        target = output.add_stream(coding.encoder, rate=RATE, layout="mono")
        assert isinstance(target, AudioStream)
        self._target = target
        self._target.bit_rate = 128_000
        self._resampler = AudioResampler(format=coding.samples, layout="mono", rate=RATE, frame_size=coding.frame_size)
        self._waiting: deque[_Waiting] = deque()
        self._heard = 0
        self._offsets: deque[int] = deque(maxlen=PATIENCE)
        self._written = 0

    def copy_until(self, time: float) -> None:
        """Hand over what was heard before `time`, in seconds since the first picture. Raises `FFmpegError` from writing."""
        self._listen()
        if self._written or len(self._offsets) == PATIENCE:
            self._hand_over(time)

    def finish(self, time: float) -> None:
        """Hand over the last before `time`. Raises `FFmpegError` from writing."""
        self._listen()
        self._hand_over(time)
        for piece in self._resampler.resample(None):
            self._output.mux(self._target.encode(piece))
        self._output.mux(self._target.encode(None))

    def close(self) -> None:
        """Nothing is held: whoever hears the sound closes the microphone."""

    def _listen(self) -> None:
        """Tell for each piece that has come where it begins, in samples since the first picture, by the least late of those before it."""
        for heard in self._sound.hear():
            end = round((heard.until - self._sound.start) * RATE)
            self._offsets.append(end - len(heard.samples) - self._heard)
            self._waiting.append(_Waiting(self._heard, min(self._offsets), heard.samples))
            self._heard += len(heard.samples)

    def _hand_over(self, time: float) -> None:
        while self._waiting and self._waiting[0].place < time * RATE:
            waiting = self._waiting.popleft()
            if self._written:
                self._write(self._in_step(waiting.place, waiting.samples))
                continue
            place = waiting.before + min(self._offsets)  # none of the first may set the clock alone
            self._write(np.concatenate([np.zeros(max(0, place), np.int16), waiting.samples[max(0, -place) :]]))

    def _in_step(self, place: int, samples: Samples) -> Samples:
        """The piece as it is written: with silence before it, shortened, or stretched a little."""
        missing = place - self._written
        if missing > GAP:
            return np.concatenate([np.zeros(missing, np.int16), samples])
        if missing < -GAP:
            return samples[-missing:]
        if abs(missing) <= SLACK or len(samples) < STRETCH:
            return samples
        length = len(samples) + (1 if missing > 0 else -1) * (len(samples) // STRETCH)
        places = np.linspace(0, len(samples) - 1, length)
        return np.rint(np.interp(places, np.arange(len(samples)), samples)).astype(np.int16)

    def _write(self, samples: Samples) -> None:
        if not len(samples):
            return
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), self._written
        self._written += len(samples)
        for piece in self._resampler.resample(frame):
            self._output.mux(self._target.encode(piece))
