"""A clip: pictures with times, from a video, an animated gif, a folder of pictures or a single picture."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from puppet.errors import MediaError
from puppet.media.picture_file import PICTURE_SUFFIXES, read_if_picture, read_picture
from puppet.media.video_reader import open_video
from puppet.media.whole_file import unreadable
from puppet.picture import Picture

FOLDER_RATE = Fraction(25)
"""Pictures a second of a folder, unless another rate is asked for."""


class Frame(NamedTuple):
    """One picture of a clip and when it is shown, in seconds since the clip's first."""

    picture: Picture
    time: float


@dataclass(frozen=True)
class Clip:
    """Pictures with times that can be gone through more than once; every pass reads the source afresh.

    All pictures have one size. `rate` is the mean frame rate: at a variable rate the times alone are right.
    `frame_count` is what the source promises, or None when it promises nothing. `sound_start` is the time of the first
    picture on the clock of the source's sound, or None without sound. A pass raises `MediaError` where the source can't
    be read any further.
    """

    path: Path
    width: int
    height: int
    rate: Fraction
    frame_count: int | None
    sound_start: float | None
    frames: Callable[[], Generator[Frame]]
    rounds: Callable[[], Generator[Frame]] | None = None
    """As `over_and_over`, where the source can do that more cheaply than by reading it afresh."""

    def __iter__(self) -> Iterator[Frame]:
        return self.frames()

    def over_and_over(self) -> Generator[Frame]:
        """The pictures without an end: where time doesn't rise a new round has begun. Raises `MediaError` as a pass does."""
        if self.rounds is not None:
            yield from self.rounds()
            return  # never: they have no end
        while True:
            empty = True
            for frame in self.frames():
                empty = False
                yield frame
            if empty:
                raise MediaError(f"{self.path} holds no pictures any more.", "Was it changed while it was read?")

    def first(self) -> Picture:
        """The first picture."""
        with closing(self.frames()) as frames:
            return next(frames).picture


def natural_order(path: Path) -> list[tuple[int, int | str]]:
    """A sort key under which frame_9 comes before frame_10."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _one_picture(path: Path, picture: Picture) -> Clip:
    height, width = picture.shape[:2]
    return Clip(path, width, height, FOLDER_RATE, 1, None, lambda: (frame for frame in [Frame(picture, 0.0)]))


def _folder(path: Path, rate: Fraction) -> Clip:
    try:
        found = [entry for entry in path.iterdir() if entry.suffix.lower() in PICTURE_SUFFIXES and not entry.name.startswith(".")]
    except OSError as error:
        raise unreadable(path, error) from error
    files = sorted((entry for entry in found if entry.is_file()), key=natural_order)
    if not files:
        raise MediaError(f"The folder {path} holds no pictures.", "Name a folder of PNG or JPEG files, or a video.")
    height, width = read_picture(files[0]).shape[:2]

    def frames() -> Generator[Frame]:
        for index, file in enumerate(files):
            picture = read_picture(file)
            if picture.shape[:2] != (height, width):
                size = f"{picture.shape[1]}x{picture.shape[0]}"
                raise MediaError(f"{file} is {size}, the pictures before it are {width}x{height}.", "Bring them all to one size.")
            yield Frame(picture, float(index / rate))

    return Clip(path, width, height, rate, len(files), None, frames)


def _video(path: Path) -> Clip:
    video = open_video(path)
    return Clip(
        path,
        video.width,
        video.height,
        video.rate,
        video.frame_count,
        video.first_time if video.has_sound else None,
        lambda: (Frame(picture, time) for picture, time in video.read()),
        lambda: (Frame(picture, time) for picture, time in video.read_rounds()),
    )


def open_clip(path: Path, folder_rate: Fraction = FOLDER_RATE) -> Clip:
    """Look at a video, gif, picture or folder and say how to read it; its first picture has been read once.

    A folder's pictures go in natural order, `folder_rate` a second. Raises `MediaError` that says what is wrong with it.
    """
    if path.is_dir():
        return _folder(path, folder_rate)
    if path.suffix.lower() in PICTURE_SUFFIXES:
        picture = read_if_picture(path)
        if picture is not None:
            return _one_picture(path, picture)
    return _video(path)
