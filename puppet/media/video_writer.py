"""A video being written, with the pictures' own times and, if wanted, their opacity and sound; whole in its place or not there at all."""

import errno
import logging
import os
import re
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.error
from av.container import OutputContainer
from av.video.stream import VideoStream

from puppet.errors import MediaError, PuppetError
from puppet.media.fragments import mend
from puppet.media.live_sound import LiveSound, LiveSoundTrack
from puppet.media.picture_coding import picture_coding
from puppet.media.sound import Sound, SoundTrack
from puppet.media.whole_file import unwritable
from puppet.picture import Picture

log = logging.getLogger(__name__)

FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
"""File name ending, lower case, to FFmpeg's name of the container."""

VIDEO_HINT = f"Use one of {', '.join(FORMATS)}."

MATROSKA = frozenset({"matroska", "webm"})
"""FFmpeg's names of the containers that are written as a stream of clusters."""

TRANSPARENT = frozenset({".webm", ".mov"})
"""File name endings, lower case, of videos whose pictures may have an opacity."""

UNFINISHED = re.compile(r"\.(?P<stem>.+)\.(?P<process>\d+)\.recording(?P<suffix>\.\w+)")
"""Name of a lasting video while it is written, and for good when its process was killed."""

FRAGMENT, KEY_FRAMES = 1.0, 2.0
"""A lasting video is safe up to this long ago, and can be sought to within so much, s."""


def check_video_name(path: Path) -> None:
    """Raise `MediaError` if no video can be written under this name: now rather than when there are pictures."""
    if path.suffix.lower() not in FORMATS:
        raise MediaError(f"{path} can't be written: {path.suffix or 'no suffix'} is no video that Puppet writes.", VIDEO_HINT)
    if path.is_dir():
        raise MediaError(f"{path} is a folder; a file name is needed here.", "Name a file in it.")
    if not path.absolute().parent.is_dir():
        raise MediaError(f"There is no folder {path.parent} to write {path.name} to.", "Make the folder first.")


class VideoWriter:
    """Encodes RGB or, if transparent, RGBA pictures into a video file, one after another: as H.264, or VP9 in a WebM.

    Opacity goes into a WebM as VP9's or into a MOV as ProRes 4444; the colours are not multiplied by it.

    Writes to a hidden neighbour of `path` that takes its name at `close`. Used as a context manager it closes at the end
    and also on Ctrl-C, which leaves a playable file of what was done; any other exception leaves no file. Without a single
    picture no file appears. A width or height that is odd loses its last column or row: `width` and `height` are the video's.

    A lasting video can't be made again, so what was written until an error is kept: an MP4 is written in fragments, and made an
    ordinary one at the end. Killed, it stays under its hidden name, from which `mend` makes a video.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        rate: Fraction,
        sound: Sound | LiveSound | None = None,
        *,
        effort: str = "veryfast",
        quality: int = 17,
        lasting: bool = False,
        transparent: bool = False,
    ) -> None:
        """`rate` is the mean frame rate; `effort` and `quality` are x264's preset and constant rate factor. Raises `MediaError`.

        transparent: only under a name that ends in one of `TRANSPARENT`.
        """
        self.path = path
        self.frame_count = 0
        self.sound_kept = False
        self.width, self.height = max(2, width - width % 2), max(2, height - height % 2)
        self._step = 1 / rate
        self._clock = Fraction(1, rate.numerator * -(-10_000 // rate.numerator))  # ticks that hit every frame of a steady rate
        self._last_tick = -1
        self._lasting = lasting
        self._temporary = path.with_name(f".{path.stem}.{os.getpid()}.{'recording' if lasting else 'part'}{path.suffix}")
        check_video_name(path)
        kind = FORMATS[path.suffix.lower()]
        self._coding = picture_coding(kind, effort, quality, transparent=transparent)
        self._container: OutputContainer | None = None
        self._track: SoundTrack | LiveSoundTrack | None = None
        try:
            self._container = av.open(self._temporary, "w", format=kind, options=_container_options(kind, lasting))
            self._stream = self._add_pictures(self._container, rate)
            if sound is not None:
                self._track = self._add_sound(self._container, sound)
            self._container.start_encoding()
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def write(self, picture: Picture, time: float) -> None:
        """Add a picture shown at `time` seconds since the first; times must rise.

        Raises `MediaError`, and then no file is left, or one of what was written before if it is to last.
        """
        assert self._container is not None, "the writer is closed"
        tick = max(self._last_tick + 1, round(time / self._clock))
        try:
            frame = self._coding.frame(picture[: self.height, : self.width])
            frame.pts, frame.time_base = tick, self._clock
            self._container.mux(self._stream.encode(frame))
            if self._track is not None:
                self._track.copy_until(time)
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from error
        self._last_tick = tick
        self.frame_count += 1

    def close(self) -> None:
        """Finish the file and put it in its place; may be called twice. Raises `MediaError`, with what is left as `write`."""
        if self._container is None:
            return
        if self.frame_count == 0:
            self.discard()
            return
        try:
            self._container.mux(self._stream.encode(None))
            if self._track is not None:
                self._track.finish(float(self._last_tick * self._clock + self._step))
            container, self._container = self._container, None
            container.close()
            self._temporary.replace(self.path)
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from error
        except BaseException:  # a second Ctrl-C while the file is being finished
            self.discard()
            raise

    def discard(self) -> None:
        """Leave no file; may be called twice."""
        container, self._container = self._container, None
        if self._track is not None:
            self._track.close()
        if container is not None:
            with suppress(av.error.FFmpegError, OSError):  # the disk that is full is full for the file's end too
                container.close()
        with suppress(OSError):  # its folder may be what is missing
            self._temporary.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.close()
        else:
            self.discard()

    def _add_pictures(self, container: OutputContainer, rate: Fraction) -> VideoStream:
        options = dict(self._coding.options)
        if self._lasting:
            options["g"] = str(max(1, round(KEY_FRAMES * rate)))
        stream = container.add_stream(self._coding.encoder, rate=rate, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = self.width, self.height
        self._coding.set_up(stream)
        stream.codec_context.time_base = self._clock
        return stream

    def _add_sound(self, container: OutputContainer, sound: Sound | LiveSound) -> SoundTrack | LiveSoundTrack | None:
        if isinstance(sound, LiveSound):
            self.sound_kept = True
            return LiveSoundTrack(sound, container)
        try:
            track = SoundTrack(sound, container)
        except (av.error.FFmpegError, IndexError) as error:
            log.warning("The sound of %s is left out, it can't be read: %s.", sound.path, error)
            return None
        self.sound_kept = True
        return track

    def _failure(self, error: Exception) -> PuppetError:
        kept = self._keep() if self._lasting and self.frame_count else 0.0
        if kept:
            full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
            why = "The disk is full" if full else f"Writing failed ({error})"
            return MediaError(f"{why}: {self.path} ends after {kept:.1f} s.", "What was recorded until then is kept.")
        self.discard()
        return unwritable(self.path, error) if isinstance(error, OSError) else MediaError(f"{self.path} can't be written: {error}.")

    def _keep(self) -> float:
        """Put in its place what can be had of the file; how long that is, s."""
        container, self._container = self._container, None
        if self._track is not None:
            self._track.close()
        if container is not None:
            with suppress(av.error.FFmpegError, OSError):  # it can't be finished, but its fragments are whole
                container.close()
        with suppress(MediaError, OSError):
            seconds = mend(self._temporary)
            if seconds:
                self._temporary.replace(self.path)
                return seconds
        return 0.0


def _container_options(kind: str, lasting: bool) -> dict[str, str]:
    """FFmpeg's options for a container."""
    if not lasting:
        return {} if kind in MATROSKA else {"movflags": "+faststart"}
    microseconds = str(round(FRAGMENT * 1e6))
    options = {"flush_packets": "1", "max_interleave_delta": microseconds}
    if kind in MATROSKA:
        return options | {"cluster_time_limit": str(round(FRAGMENT * 1e3))}
    return options | {"movflags": "+hybrid_fragmented+delay_moov", "frag_duration": microseconds}
