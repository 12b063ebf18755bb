"""Folders of clips as the First Order Motion Model reads them: `train/` and `test/`, or one flat folder.

A clip is a folder of frames, a picture whose frames stand side by side, a gif or a video. Its identity is its name before the
first `#`; landmarks it has none.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from puppet.errors import MediaError, TrainingError
from puppet.media.clip import natural_order
from puppet.media.picture_file import PICTURE_SUFFIXES, read_picture
from puppet.motion import FloatArray
from puppet.picture import Picture
from training.data.clip_entry import ClipEntry, RecordedEntry
from training.data.clip_video import CODEC_ERRORS, count_frames, decode_clip, decode_frames, fit_square
from training.data.split import split_of

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".avi", ".webm", ".gif", ".mpg", ".mpeg", ".wmv", ".3gp", ".ts", ".flv"})
"""File name endings, lower case, that are read as videos."""

SPLITS = {"train": "train", "test": "val"}
"""Names of the folders to names of the splits."""


class Layout:
    """One folder of clips, opened for decoding them; holds no file open and may be used from any thread or process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> Iterator[ClipEntry]:
        """The clips in order of their names: of both folders with their split, or of the flat folder, split by identity."""
        folders: list[tuple[Path, str | None]] = [
            (self.path / name, split) for name, split in SPLITS.items() if (self.path / name).is_dir()
        ]
        for folder, split in folders or [(self.path, None)]:
            for path in sorted((child for child in folder.iterdir() if _is_clip(child)), key=natural_order):
                name = path.name if path.is_dir() else path.stem
                identity = name.split("#")[0]
                yield RecordedEntry(
                    clip=path.relative_to(self.path).as_posix(), identity=identity, split=split or split_of(identity), landmarks="none"
                )

    def count(self, entry: ClipEntry) -> int:
        """How many frames a clip has. Raises `TrainingError` when it can't be read."""
        path = self.path / entry.clip
        try:
            if path.is_dir():
                return len(_frame_files(path))
            if path.suffix.lower() in PICTURE_SUFFIXES:
                return len(_stacked(path))
            return count_frames(path)
        except (*CODEC_ERRORS, ValueError, OSError, MediaError) as error:
            raise self._unreadable(entry, error) from error

    def frames(self, entry: ClipEntry, side: int, chosen: Sequence[int] | None = None) -> npt.NDArray[np.uint8]:
        """All frames of a clip or those chosen: (n, side, side, 3) uint8. Raises `TrainingError` when they can't be read."""
        path = self.path / entry.clip
        try:
            if path.is_dir():
                files = _frame_files(path)
                return np.stack(
                    [fit_square(read_picture(file), side) for file in (files if chosen is None else [files[i] for i in chosen])]
                )
            if path.suffix.lower() in PICTURE_SUFFIXES:
                pictures = _stacked(path)
                wanted = pictures if chosen is None else [pictures[index] for index in chosen]
                return np.stack([fit_square(picture, side) for picture in wanted])
            return decode_clip(path, side) if chosen is None else decode_frames(path, chosen, side)
        except (*CODEC_ERRORS, ValueError, IndexError, OSError, MediaError) as error:
            raise self._unreadable(entry, error) from error

    def landmarks(self, entry: ClipEntry) -> None:
        """None: such clips have no landmarks."""

    def still(self, entry: ClipEntry, side: int) -> tuple[Picture, FloatArray]:  # noqa: ARG002
        """Such clips have no stills: `entry.still` is None for all."""
        raise AssertionError(f"{entry.clip} has no still")

    def _unreadable(self, entry: ClipEntry, error: Exception) -> TrainingError:
        said = error.sentence if isinstance(error, MediaError) else f"{self.path / entry.clip} can't be read: {error}."
        return TrainingError(said, "Copy it again, whole, or take it out of the folder.")


def find_layout(folder: Path) -> Layout | None:
    """The folder as a layout, or None when it holds no clip."""
    layout = Layout(folder)
    return layout if folder.is_dir() and next(layout.entries(), None) is not None else None


def _is_clip(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    if path.is_dir():
        return any(child.suffix.lower() in PICTURE_SUFFIXES for child in path.iterdir())
    return path.suffix.lower() in VIDEO_SUFFIXES | PICTURE_SUFFIXES


def _frame_files(folder: Path) -> list[Path]:
    files = [child for child in folder.iterdir() if child.suffix.lower() in PICTURE_SUFFIXES and not child.name.startswith(".")]
    return sorted(files, key=natural_order)


def _stacked(path: Path) -> list[Picture]:
    """The square frames of a picture in which they stand side by side."""
    picture = read_picture(path)
    height, width = picture.shape[:2]
    if width % height:
        raise ValueError(f"it is {width}x{height}: no row of square frames")
    return [picture[:, left : left + height] for left in range(0, width, height)]
