"""The recorder: every picture into a video file, at the times their frames were captured."""

from fractions import Fraction
from pathlib import Path

from puppet.live.puppeteer import Shown
from puppet.media.video_writer import VideoWriter

ROOM = 90
"""Pictures kept while the encoder is busy: three seconds' worth."""


class Recorder:
    """A sink that encodes while the run goes on; the file is in its place once it is closed, or never was. Its sink's thread."""

    name = "recorder"
    backlog = ROOM

    def __init__(self, path: Path, rate: float) -> None:
        """`rate`: pictures per second to expect; the file keeps the true times."""
        self.path = path
        self.frame_count = 0
        self._rate = Fraction(rate).limit_denominator(1001)
        self._writer: VideoWriter | None = None
        self._begun = 0.0

    def show(self, shown: Shown) -> None:
        """Encode one picture. Raises `MediaError`, and then no file is left."""
        if self._writer is None:
            height, width = shown.image.shape[:2]
            self._writer = VideoWriter(self.path, width, height, self._rate, effort="veryfast")
            self._begun = shown.frame.captured
        self._writer.write(shown.image, shown.frame.captured - self._begun)
        self.frame_count += 1

    def close(self) -> None:
        """Finish the file; without a picture there is none. May be called twice. Raises `MediaError`."""
        if self._writer is not None:
            self._writer.close()
