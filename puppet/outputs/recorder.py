"""The recorder: every picture into a video file, at the times their frames were captured, with what a microphone hears."""

import logging
from fractions import Fraction
from pathlib import Path

from puppet.live.shown import Shown
from puppet.media.live_sound import LiveSound
from puppet.media.video_writer import VideoWriter, check_video_name
from puppet.outputs.cut_off import recover_recordings
from puppet.outputs.fit import fit_picture
from puppet.outputs.microphone import Microphone
from puppet.picture import Picture

log = logging.getLogger(__name__)

ROOM = 90
"""Pictures kept while the encoder is busy: three seconds' worth."""

DEAF = 4.0
"""A microphone from which nothing came for so long is told to be gone, s."""


class Recorder:
    """A sink that encodes while the run goes on; the file is in its place once it is closed. Its sink's thread.

    All pictures have the size of the first; others are fitted into it. When the disk is full, what was recorded until then is kept under
    the file's name. Killed, it leaves a hidden file, which the next recorder in that folder makes a video again.
    """

    name = "recorder"
    backlog = ROOM
    rate = 0.0

    def __init__(self, path: Path, rate: float, microphone: str = "") -> None:
        """rate: pictures per second to expect; the file keeps the true times. microphone: of `list_microphones`, or empty for none."""
        self.path = path
        self.frame_count = 0
        self._rate = Fraction(rate).limit_denominator(1001)
        self._source = microphone
        self._microphone: Microphone | None = None
        self._writer: VideoWriter | None = None
        self._begun = 0.0
        self._size = 0, 0
        self._told_deaf = False

    def show(self, shown: Shown | None) -> None:
        """Encode one picture; the first opens file and microphone. Raises `MediaError`, which says what is left, and `OutputError`."""
        if shown is None:
            return
        writer = self._writer or self._begin(shown.image, shown.moment)
        writer.write(fit_picture(shown.image, *self._size, "whole"), shown.moment - self._begun)
        self.frame_count += 1
        self._look_after_microphone()

    def close(self) -> None:
        """Finish the file; without a picture there is none. May be called twice. Raises `MediaError`."""
        try:
            if self._writer is not None:
                self._writer.close()
        finally:
            if self._microphone is not None:
                self._microphone.close()

    def _begin(self, first: Picture, moment: float) -> VideoWriter:
        check_video_name(self.path)
        for path in recover_recordings(self.path.parent):
            log.warning("A recording that was cut off is kept as %s.", path)
        height, width = first.shape[:2]
        self._size, self._begun = (width, height), moment
        sound = None
        if self._source:
            self._microphone = Microphone(self._source)
            sound = LiveSound(self._microphone.hear, moment)
        self._writer = VideoWriter(self.path, width, height, self._rate, sound, effort="veryfast", lasting=True)
        return self._writer

    def _look_after_microphone(self) -> None:
        if self._microphone is not None and not self._told_deaf and self._microphone.silent_for > DEAF:
            self._told_deaf = True
            log.warning("Nothing comes from the microphone any more: %s is recorded on without sound.", self.path)
