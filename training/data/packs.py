"""Face packs, and data sets of any kind decoded once into memory.

A pack is a folder or a tar with an `index*.jsonl` (one `ClipEntry` a line). Beside `NAME.mp4` lies `NAME.npy`, the 68 landmarks of
every frame in [-1, 1], unless its entry says it has none; a still is `NAME.jpg` with its own `NAME.npy`. Clips in the folder `real`
are recordings, all others rendered.
"""

import io
import json
import tarfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from puppet.picture import Picture
from training.data.clip_entry import ClipEntry
from training.data.clip_layouts import find_layout
from training.data.clip_source import ClipSource
from training.data.clip_video import CODEC_ERRORS, count_frames, decode_clip, decode_frames, fit_square

PACK_HINT = "Name a folder of face packs: tar files or folders that hold an index*.jsonl and the clips it lists."
DATA_HINT = "Name a folder of face packs (tar files or folders with an index*.jsonl), or one that holds clips or train/ and test/ of them."
DOUBTFUL = 0.08
"""A rendered clip whose landmark check (median gap in eye distances) is larger is left out."""


class Clip(NamedTuple):
    """One clip of a data set: its frames are `start` to `start + length`, its still (or -1) another frame."""

    name: str
    identity: str
    real: bool
    start: int
    length: int
    still: int
    has_landmarks: bool = True


class FaceFrames(NamedTuple):
    """frames: (N, side, side, 3) uint8 RGB; landmarks: (N, 68, 2) float32 in [-1, 1], NaN where lost or where a clip has none."""

    frames: npt.NDArray[np.uint8]
    landmarks: FloatArray
    clips: list[Clip]

    def landmarks_of(self, clip: int) -> FloatArray:
        """The landmarks of a clip's frames, and of its still after them: (n, 68, 2)."""
        start, length, still = self.clips[clip].start, self.clips[clip].length, self.clips[clip].still
        return self.landmarks[start : start + length + (still >= 0)]


class Pack:
    """One pack, opened for reading members by name, from any thread or process. Raises `TrainingError` for a tar that is damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._members: dict[str, tuple[int, int]] | None = None
        if path.is_file():
            try:
                with tarfile.open(path, "r:") as tar:
                    self._members = {member.name.removeprefix("./"): (member.offset_data, member.size) for member in tar if member.isfile()}
            except (tarfile.TarError, OSError) as error:
                hint = "Copy the pack again, whole, as a tar that is not compressed."
                raise TrainingError(f"The pack {path} can't be read: {error}.", hint) from error

    def names(self) -> list[str]:
        """Names of the files at the top of the pack."""
        if self._members is not None:
            return [name for name in self._members if "/" not in name]
        return [child.name for child in self.path.iterdir()]

    def read(self, name: str) -> bytes:
        """The bytes of one member. Raises `TrainingError` when the pack lacks it."""
        try:
            if self._members is None:
                return (self.path / name).read_bytes()
            offset, size = self._members[name]
            with self.path.open("rb") as file:
                file.seek(offset)
                return file.read(size)
        except (KeyError, OSError) as error:
            raise TrainingError(f"The pack {self.path} lists {name} but does not hold it.", "Copy the pack again, whole.") from error

    def entries(self) -> Iterator[ClipEntry]:
        """The clips of the index, in its order."""
        for index in sorted(name for name in self.names() if name.startswith("index") and name.endswith(".jsonl")):
            for number, line in enumerate(self.read(index).splitlines(), start=1):
                try:
                    yield ClipEntry.model_validate(json.loads(line))
                except (json.JSONDecodeError, UnicodeDecodeError, ValidationError) as error:
                    raise TrainingError(f"{self.path}: {index}, line {number} is not a clip entry.", PACK_HINT) from error

    def count(self, entry: ClipEntry) -> int:
        """How many frames a clip has, by its video."""
        video = self.read(entry.clip)
        try:
            return count_frames(video)
        except (*CODEC_ERRORS, ValueError) as error:
            raise self._unreadable(entry, error) from error

    def frames(self, entry: ClipEntry, side: int, chosen: Sequence[int] | None = None) -> npt.NDArray[np.uint8]:
        """All frames of a clip or those chosen: (n, side, side, 3) uint8."""
        video = self.read(entry.clip)
        try:
            return decode_clip(video, side) if chosen is None else decode_frames(video, chosen, side)
        except (*CODEC_ERRORS, ValueError) as error:
            raise self._unreadable(entry, error) from error

    def landmarks(self, entry: ClipEntry) -> FloatArray | None:
        """(frames, 68, 2) float32, or None where the entry says that there are none."""
        return self._load_landmarks(entry, entry.clip) if entry.has_landmarks else None

    def still(self, entry: ClipEntry, side: int) -> tuple[Picture, FloatArray]:
        """The still (side, side, 3) and its landmarks (1, 68, 2)."""
        assert entry.still
        data = np.frombuffer(self.read(entry.still), np.uint8)
        try:
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
            if picture is None:
                raise ValueError("it is no picture")
            points = self._load_landmarks(entry, entry.still).reshape(1, 68, 2)
        except (cv2.error, ValueError) as error:
            raise self._unreadable(entry, error) from error
        return fit_square(np.asarray(picture, np.uint8), side), points

    def _load_landmarks(self, entry: ClipEntry, name: str) -> FloatArray:
        data = self.read(str(Path(name).with_suffix(".npy").as_posix()))
        try:
            return np.asarray(np.load(io.BytesIO(data)), np.float32).reshape(-1, 68, 2)
        except (ValueError, EOFError) as error:
            raise self._unreadable(entry, error) from error

    def _unreadable(self, entry: ClipEntry, error: Exception) -> TrainingError:
        return TrainingError(f"{entry.clip} in {self.path} can't be read: {error}.", "Copy the pack again, whole.")


def find_sources(folders: Sequence[Path]) -> list[ClipSource]:
    """The packs in each folder or, where it has none, the folder as a layout. Raises `TrainingError` for one that is neither."""
    sources: list[ClipSource] = []
    for folder in folders:
        packs = _packs_in(folder)
        layout = None if packs else find_layout(folder)
        if layout is None and not packs:
            raise TrainingError(f"Neither face packs nor clips were found in {folder}.", DATA_HINT)
        sources += [layout] if layout else packs
    return sources


def choose_clips(
    folders: Sequence[Path], keep: Callable[[ClipEntry], bool], limit: int | None = None
) -> list[tuple[ClipSource, ClipEntry]]:
    """The clips that `keep` accepts and whose landmarks aren't doubtful, or the first `limit` of them.

    Raises `TrainingError` when there is none.
    """
    sources = find_sources(folders)
    chosen = [(source, entry) for source in sources for entry in source.entries() if keep(entry) and entry.landmark_check <= DOUBTFUL]
    if not chosen:
        raise TrainingError("None of the clips in the data fits.", "Check that it holds the split asked for.")
    return chosen[:limit]


def _packs_in(folder: Path) -> list[Pack]:
    if not folder.exists():
        raise TrainingError(f"There is no data at {folder}.", DATA_HINT)
    packs = []
    for candidate in [folder, *sorted(folder.iterdir())] if folder.is_dir() else [folder]:
        if candidate.is_dir() or tarfile.is_tarfile(candidate):
            pack = Pack(candidate)
            if any(name.startswith("index") and name.endswith(".jsonl") for name in pack.names()):
                packs.append(pack)
    return packs


def read_faces(
    folders: Sequence[Path],
    side: int,
    keep: Callable[[ClipEntry], bool],
    *,
    limit: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> FaceFrames:
    """Decode every clip that `keep` accepts, with its still, into one array.

    `limit` takes only the first clips (for trials). `on_progress(done, all)` is called after each clip. Clips of side
    other than asked are resized by area. Raises `TrainingError` for damaged data.
    """
    chosen = choose_clips(folders, keep, limit)
    clips: list[Clip] = []
    parts: list[npt.NDArray[np.uint8]] = []
    points: list[FloatArray] = []
    start = 0
    with ThreadPoolExecutor() as workers:
        for (_, entry), (frames, landmarks) in zip(chosen, workers.map(lambda item: _decode(item[0], item[1], side), chosen), strict=True):
            length = len(frames) - (1 if entry.still else 0)
            still = start + length if entry.still else -1
            clips.append(Clip(Path(entry.clip).stem, entry.identity, entry.real, start, length, still, entry.has_landmarks))
            parts.append(frames)
            points.append(landmarks)
            start += len(frames)
            if on_progress:
                on_progress(len(clips), len(chosen))
    frames = np.empty((start, side, side, 3), np.uint8)
    at = 0
    while parts:  # freed part by part: the whole would otherwise be held twice
        part = parts.pop(0)
        frames[at : at + len(part)] = part
        at += len(part)
    return FaceFrames(frames, np.concatenate(points), clips)


def _decode(source: ClipSource, entry: ClipEntry, side: int) -> tuple[npt.NDArray[np.uint8], FloatArray]:
    """The frames and landmarks of a clip, as many as it has of both, and of its still after them."""
    landmarks = source.landmarks(entry)
    frames = source.frames(entry, side)
    if landmarks is None:
        landmarks = np.full((len(frames), 68, 2), np.nan, np.float32)
    count = min(len(frames), len(landmarks))
    frames, landmarks = frames[:count], landmarks[:count]
    if entry.still:
        picture, marks = source.still(entry, side)
        frames, landmarks = np.concatenate([frames, picture[None]]), np.concatenate([landmarks, marks])
    return frames, landmarks
