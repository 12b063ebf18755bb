"""Face packs: clips with landmarks, decoded once into memory.

A pack is a folder or a tar with an `index*.jsonl` (one clip a line: `clip`, `identity`, `split`, `frames`, and for
rendered clips `still`, `source_yaw`, `landmark_check`). Beside `NAME.mp4` lies `NAME.npy`, the 68 landmarks of every
frame in [-1, 1]; a still is `NAME.jpg` with its own `NAME.npy`. Clips in the folder `real` are recordings, all others rendered.
"""

import io
import json
import tarfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, ValidationError

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from puppet.picture import Picture

PACK_HINT = "Name a folder of face packs: tar files or folders that hold an index*.jsonl and the clips it lists."
DOUBTFUL = 0.08
"""A rendered clip whose landmark check (median gap in eye distances) is larger is left out."""


class ClipEntry(BaseModel):
    """One line of a pack's index."""

    clip: str = Field(min_length=1)
    identity: str
    split: str = "train"
    still: str | None = None
    source_yaw: float = 0.0
    landmark_check: float = 0.0
    tier: str = ""

    @property
    def real(self) -> bool:
        """Whether the clip is a recording, with tracked landmarks; a rendered one has exact landmarks."""
        return Path(self.clip).parts[0] == "real"


class Clip(NamedTuple):
    """One clip in a `FaceFrames`: its frames are `start` to `start + length`, its still (or -1) another frame."""

    name: str
    identity: str
    real: bool
    start: int
    length: int
    still: int


class FaceFrames(NamedTuple):
    """frames: (N, side, side, 3) uint8 RGB; landmarks: (N, 68, 2) float32 in [-1, 1], NaN where lost."""

    frames: npt.NDArray[np.uint8]
    landmarks: FloatArray
    clips: list[Clip]


class Pack:
    """One pack, opened for reading members by name, from any thread. Raises `TrainingError` for a tar that is damaged."""

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


def find_packs(folders: Sequence[Path]) -> list[Pack]:
    """The packs in the folders named (each a pack itself, or a folder of them). Raises `TrainingError` when there is none."""
    packs = []
    for folder in folders:
        if not folder.exists():
            raise TrainingError(f"There is no data at {folder}.", PACK_HINT)
        candidates = [folder, *sorted(folder.iterdir())] if folder.is_dir() else [folder]
        for candidate in candidates:
            if candidate.is_dir() or tarfile.is_tarfile(candidate):
                pack = Pack(candidate)
                if any(name.startswith("index") and name.endswith(".jsonl") for name in pack.names()):
                    packs.append(pack)
    if not packs:
        raise TrainingError(f"No face pack was found in {', '.join(str(folder) for folder in folders)}.", PACK_HINT)
    return packs


def decode_clip(data: bytes, side: int) -> npt.NDArray[np.uint8]:
    """Every frame of a video held in memory, at (side, side): (frames, side, side, 3) uint8 RGB."""
    frames = []
    with av.open(io.BytesIO(data), mode="r") as container:
        for frame in container.decode(video=0):
            frames.append(_fit(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8), side))
    return np.stack(frames)


def _fit(picture: npt.NDArray[np.uint8], side: int) -> Picture:
    if picture.shape[:2] == (side, side):
        return picture
    interpolation = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (side, side), interpolation=interpolation), np.uint8)


def _decode_picture(data: bytes) -> Picture:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise ValueError("it is no picture")
    return np.asarray(picture, np.uint8)


def _load_landmarks(data: bytes) -> FloatArray:
    return np.asarray(np.load(io.BytesIO(data)), np.float32).reshape(-1, 68, 2)


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
    other than asked are resized by area. Raises `TrainingError` for a damaged pack.
    """
    chosen = [
        (pack, entry) for pack in find_packs(folders) for entry in pack.entries() if keep(entry) and entry.landmark_check <= DOUBTFUL
    ][:limit]
    if not chosen:
        raise TrainingError("None of the clips in the data fits.", "Check that the packs hold the split asked for.")

    def load(item: tuple[Pack, ClipEntry]) -> tuple[npt.NDArray[np.uint8], FloatArray]:
        pack, entry = item
        try:
            frames = decode_clip(pack.read(entry.clip), side)
            landmarks = _load_landmarks(pack.read(str(Path(entry.clip).with_suffix(".npy").as_posix())))
            count = min(len(frames), len(landmarks))
            frames, landmarks = frames[:count], landmarks[:count]
            if entry.still:
                still = _decode_picture(pack.read(entry.still))
                points = _load_landmarks(pack.read(str(Path(entry.still).with_suffix(".npy").as_posix()))).reshape(1, 68, 2)
                frames = np.concatenate([frames, _fit(still, side)[None]])
                landmarks = np.concatenate([landmarks, points])
        except (av.error.FFmpegError, ValueError, EOFError, cv2.error) as error:
            raise TrainingError(f"{entry.clip} in {pack.path} can't be read: {error}.", "Copy the pack again, whole.") from error
        return frames, landmarks

    clips: list[Clip] = []
    parts: list[npt.NDArray[np.uint8]] = []
    points: list[FloatArray] = []
    start = 0
    with ThreadPoolExecutor() as workers:
        for (_, entry), (frames, landmarks) in zip(chosen, workers.map(load, chosen), strict=True):
            count = len(frames) - (1 if entry.still else 0)
            clips.append(Clip(Path(entry.clip).stem, entry.identity, entry.real, start, count, start + count if entry.still else -1))
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
