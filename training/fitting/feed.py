"""What a stage is fed with: the batch of each step, from memory where the frames fit, else decoded by workers when its turn comes."""

import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from training.data.clip_entry import ClipEntry
from training.data.clip_store import ClipStore, open_clips
from training.data.packs import Clip, FaceFrames, find_sources, read_faces
from training.data.pairs import Clips, PairSampler
from training.fitting.batch import Batch
from training.fitting.memory import fits_on_gpu
from training.recipes.recipe import Stage, TrainingPlan

END = 0.15
"""Share of a clip, at its end, that is kept for validation where the recipe holds out ends."""

_PREFETCHED = 2
"""Batches that each worker has ready."""


class Rows(NamedTuple):
    """A process's rows of a batch of `whole`: `own` of them, from `first` on."""

    whole: int
    first: int
    own: int


class Wanted(NamedTuple):
    """Which clips a stage takes, and which part of each."""

    stage: Stage
    plan: TrainingPlan
    part: Literal["train", "val"]

    def accepts(self, entry: ClipEntry) -> bool:
        """Whether a clip is of the part, not turned too far, and has the landmarks that the stage needs."""
        if self.plan.held_out == "people" and entry.split != self.part:
            return False
        return abs(entry.source_yaw) <= self.plan.largest_yaw and (entry.has_landmarks or not self.stage.uses_landmarks)

    def open(self, folders: Sequence[Path], limit: int | None = None) -> ClipStore:
        """The clips, none of them decoded yet. Raises `TrainingError` when there is none."""
        if not any(self.accepts(entry) for source in find_sources(folders) for entry in source.entries()):
            raise self._nothing(folders)
        return open_clips(folders, self.stage.side, None, self.accepts, limit=limit)

    def sampler(self, clips: Clips, real_share: float) -> PairSampler:
        """Draws pairs of the part."""
        chosen = _Chosen(clips, self)
        balance: Literal["openings", "identity"] = "openings" if self.stage.pairing == "openings" else "identity"
        return PairSampler(chosen, real_share=real_share, balance=balance, landmarks=self.stage.uses_landmarks)

    def _nothing(self, folders: Sequence[Path]) -> TrainingError:
        named = ", ".join(str(folder) for folder in folders)
        if self.stage.uses_landmarks:
            hint = "Make a data set with landmarks of your clips: puppet-train prepare."
        elif self.part == "val":
            hint = "Add clips of other people, or let the recipe say `held_out: ends`."
        else:
            hint = "Check that it holds clips of the split `train`."
        kind = "with landmarks " if self.stage.uses_landmarks else ""
        purpose = "train on" if self.part == "train" else "validate with"
        return TrainingError(f"There is no clip {kind}to {purpose} in {named}.", hint)


class _Chosen:
    """Clips cut to the part that is wanted, with identities as the stage balances them."""

    def __init__(self, all_clips: Clips, wanted: Wanted) -> None:
        self._all = all_clips
        self._by_ends = wanted.plan.held_out == "ends"
        self._ends = wanted.part == "val"
        self.clips = [self._cut(clip) for clip in all_clips.clips]
        if wanted.stage.pairing == "clips":
            self.clips = [clip._replace(identity=str(number)) for number, clip in enumerate(self.clips)]

    def _cut(self, clip: Clip) -> Clip:
        if not self._by_ends:
            return clip
        kept = clip.length - max(2, round(END * clip.length))
        if self._ends:
            return clip._replace(start=clip.start + kept, length=clip.length - kept, still=-1)
        return clip._replace(length=max(kept, 0))

    def landmarks_of(self, clip: int) -> FloatArray:
        marks, whole, cut = self._all.landmarks_of(clip), self._all.clips[clip], self.clips[clip]
        offset = cut.start - whole.start
        still = marks[whole.length :] if cut.still >= 0 else marks[:0]
        return np.concatenate([marks[offset : offset + cut.length], still])


class Draws(NamedTuple):
    """Which pairs each step takes: the same for all processes, each of which keeps its own rows."""

    sampler: PairSampler
    key: tuple[int, int]
    rows: Rows

    def of(self, step: int) -> tuple[Any, Any]:
        """(own,) numbers of sources and of targets."""
        sources, targets = self.sampler.draw(self.rows.whole, np.random.default_rng([*self.key, step]))
        chosen = slice(self.rows.first, self.rows.first + self.rows.own)
        return sources[chosen], targets[chosen]


class MemoryFeed:
    """Frames decoded once, on the device that trains where they fit there too."""

    def __init__(self, faces: FaceFrames, draws: Draws, device: torch.device) -> None:
        self.draws = draws
        self.frames, self.marks = torch.from_numpy(faces.frames), torch.from_numpy(faces.landmarks)
        if fits_on_gpu(self.frames.nbytes, device):
            self.frames, self.marks = self.frames.to(device), self.marks.to(device)

    def batches(self, first: int, last: int) -> Iterator[Batch]:
        """Those of the steps from `first` on, before `last`."""
        for step in range(first, last):
            sources, targets = (torch.from_numpy(numbers).to(self.frames.device) for numbers in self.draws.of(step))
            yield Batch(self.frames[sources], self.frames[targets], self.marks[sources], self.marks[targets])


class DiskFeed(Dataset[Batch]):
    """Clips of which each step's frames are decoded, by workers some steps ahead; without workers here, when they are asked for."""

    def __init__(self, store: ClipStore, draws: Draws, workers: int, pinned: bool = False) -> None:
        self.store = store
        self.draws = draws
        self.workers = workers
        self.pinned = pinned

    def __getitem__(self, step: int) -> Batch:
        pairs = [self.store.read_pair(int(source), int(target)) for source, target in zip(*self.draws.of(step), strict=True)]
        frames = torch.from_numpy(np.stack([frames for frames, _ in pairs]))
        marks = torch.from_numpy(np.stack([marks for _, marks in pairs]))
        return Batch(frames[:, 0], frames[:, 1], marks[:, 0], marks[:, 1])

    def batches(self, first: int, last: int) -> Iterator[Batch]:
        """Those of the steps from `first` on, before `last`."""
        loader: DataLoader[Batch] = DataLoader(
            self,
            batch_size=None,
            sampler=range(first, last),
            num_workers=self.workers,
            prefetch_factor=_PREFETCHED if self.workers else None,
            pin_memory=self.pinned,
            worker_init_fn=_leave_signals if self.workers else None,
        )
        yield from loader


Feed = MemoryFeed | DiskFeed


def _leave_signals(_: int) -> None:
    """Ctrl-C reaches every process of a terminal: workers leave it to the one that trains, which ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def frame_bytes(store: ClipStore) -> int:
    """What all frames of a store take when they are decoded."""
    return store.frame_count * store.side**2 * 3


def read_all(wanted: Wanted, folders: Sequence[Path], limit: int | None, on_progress: Callable[[int, int], None] | None) -> FaceFrames:
    """The clips that a stage takes, decoded."""
    return read_faces(folders, wanted.stage.side, wanted.accepts, limit=limit, on_progress=on_progress)
