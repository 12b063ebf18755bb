"""Clips that are decoded when a sample asks for them: for data that memory does not hold."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from training.data.clip_entry import ClipEntry
from training.data.clip_source import ClipSource
from training.data.packs import Clip, choose_clips


class ClipStore:
    """Chosen clips of packs and folders, numbered like those of `FaceFrames`: one frame after another, stills after their clip.

    Holds paths and counts, neither frames nor open files: it can be pickled and read by many processes at once.
    """

    def __init__(self, chosen: Sequence[tuple[ClipSource, ClipEntry]], side: int) -> None:
        """Counts the frames of clips whose entry does not say. Raises `TrainingError` for one that can't be read."""
        self.side = side
        self.clips: list[Clip] = []
        self._chosen = list(chosen)
        start = 0
        for source, entry in self._chosen:
            length = source.count(entry) if entry.frames is None else entry.frames
            still = start + length if entry.still else -1
            self.clips.append(Clip(Path(entry.clip).stem, entry.identity, entry.real, start, length, still, entry.has_landmarks))
            start += length + (1 if entry.still else 0)
        self._starts = np.array([clip.start for clip in self.clips], np.int64)
        self.frame_count = start

    def read(self, clip: int, frames: Sequence[int]) -> tuple[npt.NDArray[np.uint8], FloatArray]:
        """Frames of the clip of that number, counted from its own first; its `length` is the number of its still.

        (n, side, side, 3) uint8 RGB and (n, 68, 2) float32 landmarks, NaN where lost or where the clip has none. Raises `TrainingError`.
        """
        source, entry = self._chosen[clip]
        length = self.clips[clip].length
        moving = [frame for frame in frames if frame != length or not entry.still]
        pictures = np.empty((len(frames), self.side, self.side, 3), np.uint8)
        is_still = np.array([frame == length and bool(entry.still) for frame in frames], np.bool_)
        if moving:
            pictures[~is_still] = source.frames(entry, self.side, moving)
        if is_still.any():
            pictures[is_still] = source.still(entry, self.side)[0]
        return pictures, self.landmarks_of(clip)[list(frames)]

    def landmarks_of(self, clip: int) -> FloatArray:
        """The landmarks of a clip's frames, and of its still after them: (n, 68, 2). Raises `TrainingError`."""
        source, entry = self._chosen[clip]
        length = self.clips[clip].length
        points = np.full((length + (1 if entry.still else 0), 68, 2), np.nan, np.float32)
        landmarks = source.landmarks(entry)
        if landmarks is not None:
            points[: min(length, len(landmarks))] = landmarks[:length]
        if entry.still:
            points[length] = source.still(entry, self.side)[1][0]
        return points

    def find(self, frame: int) -> tuple[int, int]:
        """The number of the clip to which a frame of the whole store belongs, and the frame's number in it."""
        if not 0 <= frame < self.frame_count:
            raise TrainingError(f"There is no frame {frame} in the data: it has {self.frame_count}.")
        clip = int(np.searchsorted(self._starts, frame, side="right")) - 1
        return clip, int(frame - self._starts[clip])

    def read_pair(self, source: int, target: int) -> tuple[npt.NDArray[np.uint8], FloatArray]:
        """Two frames of one clip, by their numbers in the whole store, as `PairSampler` draws them: (2, side, side, 3), (2, 68, 2)."""
        clip, first = self.find(source)
        other, second = self.find(target)
        assert clip == other, "a pair lies in one clip"
        return self.read(clip, [first, second])


def open_clips(
    folders: Sequence[Path],
    side: int,
    split: str | None = "train",
    keep: Callable[[ClipEntry], bool] | None = None,
    *,
    limit: int | None = None,
) -> ClipStore:
    """The clips of a split (`train`, `val`, or None for both) in packs and folders, as frames of (side, side).

    `keep` may refuse more of them; `limit` takes only the first. Raises `TrainingError` when there is none.
    """
    return ClipStore(choose_clips(folders, lambda entry: split in (None, entry.split) and (keep is None or keep(entry)), limit), side)
