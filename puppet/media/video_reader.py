"""Videos and animated gifs, read with PyAV: any container and codec that FFmpeg knows, upright, with true times."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, cast

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.sidedata.sidedata import SideData
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from puppet.errors import MediaError
from puppet.media.whole_file import unreadable
from puppet.picture import Picture, freeze

log = logging.getLogger(__name__)

DEFAULT_RATE = Fraction(25)
"""Frames a second where the file doesn't say."""


class Orientation(NamedTuple):
    """mirrored: left to right; turns: then quarter turns anticlockwise, 0 to 3."""

    mirrored: bool
    turns: int


@dataclass
class Video:
    """What is known of a video before it is read through.

    Width and height are those of the upright picture; `promised` is how long the pictures should last, in seconds; `first_time`
    is when they begin on the file's clock.
    """

    path: Path
    width: int
    height: int
    rate: Fraction
    frame_count: int | None
    promised: float | None
    first_time: float
    has_sound: bool
    damage_told: bool = False

    def read(self) -> Iterator[tuple[Picture, float]]:
        """Every picture with its time in seconds since the first, strictly rising.

        Damaged packets are left out and an early end is accepted; both are logged as a warning, once.
        """
        with _open(self.path) as container:
            yield from self._pass(container, _video_stream(self.path, container))

    def read_rounds(self) -> Iterator[tuple[Picture, float]]:
        """The same over and over, without an end: time falls back where a round begins.

        The file stays open and is wound back: a decoder made anew each time leaves the heap in pieces, tens of megabytes a round.
        """
        while True:
            with _open(self.path) as container:
                stream = _video_stream(self.path, container)
                wound_back = True
                while wound_back:
                    began = False
                    for picture in self._pass(container, stream):
                        began = True
                        yield picture
                    if not began:
                        raise _no_picture(self.path, container)
                    wound_back = _wind_back(container, stream)

    def _pass(self, container: InputContainer, stream: VideoStream) -> Iterator[tuple[Picture, float]]:
        damaged, last = 0, -1.0
        orientation: Orientation | None = None
        for frame in _decode(container, stream):
            if frame is None:
                damaged += 1
                continue
            orientation = orientation or _orientation(frame)
            time = last + float(1 / self.rate) if frame.time is None else frame.time - self.first_time
            if last >= 0 and time <= last:
                time = last + 1e-3
            last = max(time, 0.0)
            yield _upright(frame, orientation, self.width, self.height), last
        self._tell_damage(damaged, last)

    def _tell_damage(self, damaged: int, last: float) -> None:
        if self.damage_told:
            return
        self.damage_told = True
        if damaged:
            log.warning("%s is damaged: %d of its packets could not be decoded and were left out.", self.path, damaged)
        end = last + float(1 / self.rate)
        if self.promised is not None and end < self.promised - max(0.5, 0.02 * self.promised):
            log.warning("%s is cut short: it ends after %.1f s though it promises %.1f s.", self.path, end, self.promised)


def open_video(path: Path) -> Video:
    """Look at a video's streams and its first picture. Raises `MediaError` that says what is wrong with the file."""
    with _open(path) as container:
        stream = _video_stream(path, container)
        first = next((frame for frame in _decode(container, stream) if frame is not None), None)
        if first is None:
            raise _no_picture(path, container)
        rate = stream.average_rate or stream.guessed_rate or DEFAULT_RATE
        rate = rate.limit_denominator(1001) if 1 <= rate <= 1000 else DEFAULT_RATE
        first_time = first.time or 0.0
        promised = _promised(container, stream, first_time)
        count = stream.frames or (None if promised is None else max(1, round(promised * rate)))
        aspect = stream.sample_aspect_ratio or Fraction(1)
        width, height = max(1, round(first.width * aspect)), first.height
        if _orientation(first).turns % 2:
            width, height = height, width
        return Video(path, width, height, rate, count, promised, first_time, bool(container.streams.audio))


def _open(path: Path) -> InputContainer:
    head = _head(path)  # also because FFmpeg tells less about why a file can't be opened
    try:
        return av.open(path, metadata_errors="ignore")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _not_a_video(path, head) from error


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(512)
    except OSError as error:
        raise unreadable(path, error) from error


def _not_a_video(path: Path, head: bytes) -> MediaError:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return MediaError(f"{path} is an empty file.", "Record or download it again.")
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return MediaError(f"{path} is a web page under the name of a video.", "Download the video itself, not the page that shows it.")
    if text.startswith(b"version https://git-lfs"):
        return MediaError(f"{path} is a Git LFS pointer, not the video.", "Fetch the file itself with git lfs pull.")
    if _ends_in_a_box(path):
        return MediaError(f"{path} is cut short: its end is missing.", "Copy or download it again, whole.")
    return MediaError(f"{path} is not a picture or video that can be read.", "Use a video, a gif, a picture or a folder of pictures.")


def _no_picture(path: Path, container: InputContainer) -> MediaError:
    if container.format.name.endswith("_pipe") or container.format.name == "image2":  # taken for a picture by its name alone
        return _not_a_video(path, _head(path))
    if _ends_in_a_box(path):
        return MediaError(f"{path} is cut short: its end is missing.", "Copy or download it again, whole.")
    return MediaError(f"{path} holds no picture: its video is empty.", "Record or download it again.")


def _ends_in_a_box(path: Path) -> bool:
    """Whether an MP4 or QuickTime file, a row of boxes that say their length, ends within one or before its index."""
    kinds: set[bytes] = set()
    with path.open("rb") as file:
        while len(head := file.read(16)) >= 8:
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if not kinds and kind not in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
                return False
            kinds.add(kind)
            if length == 1:
                length = int.from_bytes(head[8:], "big")
            if length < 8:
                break
            end = file.seek(length - len(head), 1)
            if end > path.stat().st_size:
                return True
    return bool(kinds) and b"moov" not in kinds


def _video_stream(path: Path, container: InputContainer) -> VideoStream:
    """The first stream that moves; the cover of a piece of music doesn't."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            stream.thread_type = "AUTO"
            return stream
    if container.streams.audio:
        raise MediaError(f"{path} has sound but no picture.", "Use a video, a gif, a picture or a folder of pictures.")
    raise _no_picture(path, container)


def _decode(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame | None]:
    """Every frame in order of showing, and None for each packet that can't be decoded; ends where reading does."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            yield None
            return
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            yield None
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                yield frame


def _wind_back(container: InputContainer, stream: VideoStream) -> bool:
    """Go to the beginning again; False where this kind of file can't."""
    try:
        container.seek(stream.start_time or 0, stream=stream)
    except (av.error.FFmpegError, OSError):
        return False
    return True


def _promised(container: InputContainer, stream: VideoStream, first_time: float) -> float | None:
    """How long the pictures should last, in seconds. Where only the whole file says, its sound may be what lasts longest."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and not container.streams.audio:
        return container.duration / av.time_base - (first_time - (container.start_time or 0) / av.time_base)
    return None


def _orientation(frame: VideoFrame) -> Orientation:
    """How the frames of a video become upright, by one of them.

    Not to be asked of each: PyAV ties a frame whose side data were looked at into a knot with them, and then hundreds of pictures wait
    for the garbage collector, which holds every thread up when it comes.
    """
    data = cast(SideData | None, frame.side_data.get("DISPLAYMATRIX"))
    if data is None:
        return Orientation(False, 0)
    a, b, _, c, d = np.frombuffer(bytes(data), dtype=np.int32)[:5].astype(float)  # x' = a x + c y, y' = b x + d y, y down
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return Orientation(mirrored, round(-np.arctan2(b, a) / (np.pi / 2)) % 4)


def _upright(frame: VideoFrame, orientation: Orientation, width: int, height: int) -> Picture:
    """The frame as an upright (height, width, 3) picture, by the video's display matrix and the shape of its pixels."""
    mirrored, turns = orientation
    if turns % 2:
        width, height = height, width
    pixels = frame.to_ndarray(format="rgb24", width=width, height=height)
    if mirrored:
        pixels = pixels[:, ::-1]
    return freeze(np.ascontiguousarray(np.rot90(pixels, turns), dtype=np.uint8))
