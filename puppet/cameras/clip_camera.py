"""A clip that plays as if it were a camera: at its own rate, over and over."""

import threading
from collections.abc import Iterator
from time import perf_counter

from puppet.cameras.live_frame import LiveFrame
from puppet.live.timings import Timings
from puppet.media.clip import Clip, Frame

LATE = 0.5
"""Playback that has fallen this far behind the clock goes on from here instead of hurrying after it, s."""


class ClipCamera:
    """A video, gif, picture or folder of pictures paced by the clock; it is decoded one frame ahead."""

    def __init__(self, clip: Clip, timings: Timings, words: str = "") -> None:
        """`words` replaces the description."""
        self._clip = clip
        self._timings = timings
        self._interrupted = threading.Event()
        self.words = words or f"the clip {clip.path.name}, {clip.width}x{clip.height} at {float(clip.rate):.3g} frames per second"
        self.open()

    def open(self) -> None:
        """Begin at the first frame again."""
        self._frames: Iterator[Frame] | None = self._clip.over_and_over()
        self._start = perf_counter()
        self._last = -1.0

    def read(self) -> LiveFrame | None:
        """The next frame when its time has come; None when interrupted. Raises `MediaError` where the clip can't be read on."""
        if self._frames is None:
            return None
        with self._timings.stage("capture"):
            frame = next(self._frames)
        if frame.time <= self._last:  # it has come round
            self._start += self._last + 1 / float(self._clip.rate)
        self._last = frame.time
        now, due = perf_counter(), self._start + frame.time
        if now - due > LATE:
            self._start += now - due
        if self._interrupted.wait(max(0.0, due - now)):
            return None
        return LiveFrame(frame.picture, perf_counter())

    def interrupt(self) -> None:
        """Let `read` return None at once, for good. Any thread."""
        self._interrupted.set()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._frames = None
