"""Drawn faces beside their truths, made once and kept on disk as arrays that are mapped into memory."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from puppet.picture import Picture
from training.data.clip_entry import ClipEntry
from training.data.clip_source import ClipSource
from training.data.packs import choose_clips
from training.enhancing.drawn_faces import choose_frames, draw_faces, read_clip
from training.enhancing.plan import KINDS, RESULT_SIDE, SIDE, EnhancerPlan, Kind
from training.fitting.memory import GIB
from training.networks.pair import NetworkPair

UNMADE, EMPTY = 0, 1
"""What a row's state says before it is made, and where its clip had no more frames to give; a row that is full says `FULL`."""

FULL = 2

Pictures = npt.NDArray[np.uint8]


class Job(NamedTuple):
    """One clip's rows among those of its kind: `first` to `first + rows`."""

    source: ClipSource
    entry: ClipEntry
    kind: Kind
    first: int
    rows: int


class KindBank:
    """The faces of one kind: drawn (n, 256, 256, 3), truth and matched (n, side, side, 3), state (n,), all mapped from files."""

    def __init__(self, folder: Path, kind: Kind, count: int) -> None:
        """Opens the arrays, or makes them for `count` rows. Raises `TrainingError` where that can't be."""
        side = RESULT_SIDE if kind == "fine" else SIDE
        self.side = side
        self.drawn = _mapped(folder / f"{kind}_drawn.npy", (count, SIDE, SIDE, 3))
        self.truth = _mapped(folder / f"{kind}_truth.npy", (count, side, side, 3))
        self.matched = _mapped(folder / f"{kind}_matched.npy", (count, side, side, 3))
        self.state = _mapped(folder / f"{kind}_state.npy", (count,))

    def full(self) -> npt.NDArray[np.int64]:
        """The rows that hold a face."""
        return np.flatnonzero(self.state == FULL)


class FaceBank:
    """All kinds of one split. Rows are full, empty or still to be made; `fill` goes on where it was stopped."""

    def __init__(self, folder: Path, data: Sequence[Path], plan: EnhancerPlan, split: str) -> None:
        """Raises `TrainingError` for data without clips of the split, or a folder made for other data."""
        folder.mkdir(parents=True, exist_ok=True)
        self._plan = plan
        self._jobs = _jobs(data, plan, split)
        counts = {kind: sum(job.rows for job in self._jobs if job.kind == kind) for kind in KINDS}
        self.kinds: dict[Kind, KindBank] = {kind: KindBank(folder, kind, count) for kind, count in counts.items() if count}

    def fill(self, networks: NetworkPair, on_progress: Callable[[int, int], None], jittered: bool = True) -> None:
        """Draw what is not drawn yet; `on_progress(clips done, of)` after each, from which it may be left by an exception."""
        for number, job in enumerate(self._jobs):
            bank = self.kinds[job.kind]
            if (bank.state[job.first : job.first + job.rows] == UNMADE).any():
                chance = np.random.default_rng([self._plan.seed, KINDS.index(job.kind), job.first])
                clip = read_clip(job.source, job.entry, job.kind)
                pairs = choose_frames(clip, job.rows, chance)
                for place, face in enumerate(draw_faces(networks, clip, pairs, chance if jittered else None)):
                    row = job.first + place
                    bank.drawn[row], bank.truth[row], bank.matched[row] = face
                bank.state[job.first : job.first + job.rows] = EMPTY
                bank.state[job.first : job.first + len(pairs)] = FULL
            on_progress(number + 1, len(self._jobs))

    def still_drivers(self, count: int) -> Iterator[tuple[Picture, Picture, FloatArray]]:
        """Of up to `count` clips of different people: a source and a driver (256, 256, 3), and the driver's landmarks (68, 2)."""
        seen: set[str] = set()
        for job in sorted(self._jobs, key=lambda job: (job.kind != "real", job.first)):
            if job.entry.identity in seen or job.kind == "fine" or len(seen) == count:
                continue
            clip = read_clip(job.source, job.entry, "rendered")
            pairs = choose_frames(clip, 2, np.random.default_rng(self._plan.seed))
            if pairs:
                seen.add(job.entry.identity)
                source, driver = pairs[-1]
                yield clip.frames[source], clip.frames[driver], clip.landmarks[driver]


def _jobs(data: Sequence[Path], plan: EnhancerPlan, split: str) -> list[Job]:
    """Which clips give how many pairs of which kind, shuffled so that a part of them is a fair sample."""
    jobs: list[Job] = []
    rendered = 0
    firsts = dict.fromkeys(KINDS, 0)
    counts = dict.fromkeys(KINDS, 0)
    for source, entry in choose_clips(data, lambda entry: entry.split == split and entry.has_landmarks):
        kind: Kind
        if entry.real:
            kind = "real"
        elif "512" in Path(entry.clip).parts[0]:
            kind = "fine"
        else:
            rendered += 1
            kind = "still" if entry.still and rendered % 3 else "rendered"
        if counts[kind] < plan.clips[kind]:
            jobs.append(Job(source, entry, kind, firsts[kind], plan.pairs[kind]))
            firsts[kind] += plan.pairs[kind]
            counts[kind] += 1
    order = np.random.default_rng(plan.seed).permutation(len(jobs))
    return [jobs[place] for place in order]


def _mapped(path: Path, shape: tuple[int, ...]) -> Pictures:
    """The array of a file, made full of zeros where there is none. Raises `TrainingError` for one of another shape or a full disk."""
    try:
        if not path.exists():
            _refuse_full_disk(path, int(np.prod(shape)))
            return np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
        array = np.lib.format.open_memmap(path, mode="r+")
    except (OSError, ValueError) as error:
        raise TrainingError(f"The bank of faces {path} can't be opened: {error}.", "Delete its folder, or name another by -o.") from error
    if array.shape != shape or array.dtype != np.uint8:
        raise TrainingError(f"The bank of faces {path} was made for other data.", "Delete its folder, or name another by -o.")
    return array


def _refuse_full_disk(path: Path, size: int) -> None:
    """Raises `TrainingError` where so many bytes won't fit: a mapped file that outgrows the disk ends the process without a word."""
    free = shutil.disk_usage(path.parent).free
    if size > free:
        raise TrainingError(
            f"The bank of faces {path} takes {size / GIB:.1f} GiB, and {free / GIB:.1f} GiB are free.",
            "Make room, or name another folder by -o.",
        )
