"""Which two frames of a clip make a training pair."""

from collections import Counter
from typing import Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from training.data.packs import Clip

CANDIDATES = 4
"""Targets looked at when a pair is to differ in eye or mouth opening."""


class Openings(NamedTuple):
    """Gaps in units of the face's height (nose bridge to chin), per frame: eyes (N,), mouth (N,)."""

    eyes: FloatArray
    mouth: FloatArray


def openings(landmarks: FloatArray) -> Openings:
    """How far eyes and mouth stand open in (N, 68, 2) landmarks."""
    height = np.maximum(np.linalg.norm(landmarks[:, 27] - landmarks[:, 8], axis=-1), 1e-3)
    upper = landmarks[:, [37, 38, 43, 44]].mean(axis=1)
    lower = landmarks[:, [40, 41, 46, 47]].mean(axis=1)
    eyes = np.linalg.norm(lower - upper, axis=-1) / height
    mouth = np.linalg.norm(landmarks[:, 66] - landmarks[:, 62], axis=-1) / height
    return Openings(eyes, mouth)


class Clips(Protocol):
    """What pairs are drawn from: `FaceFrames` or a `ClipStore`."""

    @property
    def clips(self) -> list[Clip]:
        """The clips, whose frames are numbered through."""
        ...

    def landmarks_of(self, clip: int) -> FloatArray:
        """The landmarks of a clip's frames, and of its still after them: (n, 68, 2)."""
        ...


class PairSampler:
    """Draws (source, target) frame numbers, each pair from one clip. Remembers nothing between draws.

    `balance="openings"`: clips evenly, recordings among rendered clips by their length, `still_share` of the sources the still where
    there is one. Drawing targets evenly, a blink is seen in one pair of six and a change of the lids in fewer still; so a third
    of them are those of a few candidates whose eyes differ most from the source's, a third likewise by mouth.
    `balance="identity"`: a person, one of their clips, two different frames, each evenly.

    In either, `real_share` of the pairs come from recordings where there are both kinds. Frames whose landmarks were lost are never
    drawn, unless `landmarks` is False, as for figures: then no landmarks are read at all, and only "identity" can be had.
    """

    def __init__(
        self,
        faces: Clips,
        *,
        real_share: float = 0.2,
        still_share: float = 0.5,
        balance: Literal["openings", "identity"] = "openings",
        landmarks: bool = True,
    ) -> None:
        """Looks at all landmarks once. Raises `TrainingError` when no clip has two frames to draw."""
        assert landmarks or balance == "identity", "openings are told by landmarks"
        self.faces = faces
        self.still_share = still_share
        self.balance = balance
        self.stills: list[int | None] = []
        self.choices: list[npt.NDArray[np.int64]] = []
        size = max((max(clip.start + clip.length, clip.still + 1) for clip in faces.clips), default=0)
        self.openings = Openings(np.zeros(size if landmarks else 0, np.float32), np.zeros(size if landmarks else 0, np.float32))
        for number, clip in enumerate(faces.clips):
            self._look_at(number, clip, landmarks)
        self.weights = self._weigh(real_share)

    def draw(self, count: int, random: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(count,) numbers of sources and of targets; all chance comes from `random`."""
        sources, targets = np.empty(count, np.int64), np.empty(count, np.int64)
        pair = self._evenly if self.balance == "identity" else self._by_openings
        for place, clip in enumerate(random.choice(len(self.weights), size=count, p=self.weights)):
            sources[place], targets[place] = pair(int(clip), random)
        return sources, targets

    def _evenly(self, clip: int, random: np.random.Generator) -> tuple[int, int]:
        source, target = random.choice(self.choices[clip], size=2, replace=False)
        return int(source), int(target)

    def _by_openings(self, clip: int, random: np.random.Generator) -> tuple[int, int]:
        still, choices = self.stills[clip], self.choices[clip]
        source = int(random.choice(choices)) if still is None or random.random() >= self.still_share else still
        candidates = random.choice(choices, size=CANDIDATES)
        kind = random.integers(3)
        if kind == 0:
            return source, int(candidates[0])
        gap = self.openings.eyes if kind == 1 else self.openings.mouth
        return source, int(candidates[np.argmax(np.abs(gap[candidates] - gap[source]))])

    def _look_at(self, number: int, clip: Clip, landmarks: bool) -> None:
        """Note which frames of a clip can be drawn, and their openings."""
        frames = np.arange(clip.start, clip.start + clip.length)
        if not landmarks:
            self.stills.append(None)
            self.choices.append(frames)
            return
        marks = self.faces.landmarks_of(number)
        valid: npt.NDArray[np.bool_] = np.asarray(np.isfinite(marks).all(axis=(1, 2)), np.bool_)
        numbers = np.append(frames, clip.still) if clip.still >= 0 else frames
        for kept, found in zip(self.openings, openings(np.nan_to_num(marks)), strict=True):
            kept[numbers] = found
        self.stills.append(clip.still if clip.still >= 0 and valid[-1] else None)
        self.choices.append(frames[valid[: clip.length]])

    def _weigh(self, real_share: float) -> npt.NDArray[np.float64]:
        """The probability of each clip."""
        clips = self.faces.clips
        usable = np.array([len(choice) > 1 for choice in self.choices], np.bool_)
        if not usable.any():
            raise self._too_few()
        real = np.array([clip.real for clip in clips], np.bool_)
        weights = np.ones(len(clips))
        if self.balance == "identity":
            clips_of = Counter(clip.identity for clip, use in zip(clips, usable, strict=True) if use)
            weights = np.array([1 / max(clips_of[clip.identity], 1) for clip in clips])
        elif not real.all():
            weights = np.where(real, [clip.length for clip in clips], 1.0)
        if real.any() and not real.all():
            for kind, share in ((real, real_share), (~real, 1 - real_share)):
                total = weights[kind & usable if self.balance == "identity" else kind].sum()
                weights[kind] *= share / total if total else 0.0
        weights = weights * usable
        if not weights.any():
            raise self._too_few()
        return np.asarray(weights / weights.sum(), np.float64)

    def _too_few(self) -> TrainingError:
        if not self.openings.eyes.size:
            return TrainingError("No clip has two frames.", "Add clips that are longer.")
        return TrainingError("No clip has two frames with landmarks.", "Check the data's .npy files, or train without landmarks.")
