"""Which two frames of a clip make a training pair."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from training.packs import FaceFrames

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


class PairSampler:
    """Draws (source, target) frame indices: by clip, half the sources stills, targets balanced by eye and mouth opening.

    Frames whose landmarks were lost are never drawn. Raises `TrainingError` when no clip has two others.
    Drawing uniformly, a blink is seen in one pair of six and a change of the lids in fewer still; so a third of the
    targets are those of a few candidates whose eyes differ most from the source's, a third likewise by mouth.
    """

    def __init__(self, faces: FaceFrames, *, real_share: float = 0.2, still_share: float = 0.5) -> None:
        self.faces = faces
        self.still_share = still_share
        valid: npt.NDArray[np.bool_] = np.asarray(np.isfinite(faces.landmarks).all(axis=(1, 2)), np.bool_)
        self.stills = [clip.still if clip.still >= 0 and valid[clip.still] else None for clip in faces.clips]
        self.openings = openings(np.nan_to_num(faces.landmarks))
        self.choices = [np.flatnonzero(valid[clip.start : clip.start + clip.length]) + clip.start for clip in faces.clips]
        real: npt.NDArray[np.bool_] = np.array([clip.real for clip in faces.clips], np.bool_)
        usable = np.array([len(choice) > 1 for choice in self.choices])
        weights: npt.NDArray[np.float64] = np.where(real, 0.0, 1.0)
        if real.any() and not real.all():
            lengths = np.array([clip.length for clip in faces.clips], np.float64)
            weights = np.where(real, real_share * lengths / lengths[real].sum(), (1 - real_share) / (~real).sum())
        elif real.all():
            weights = np.ones(len(real))
        weights = weights * usable
        if not weights.any():
            raise TrainingError("No clip has two frames with landmarks.", "Check the .npy files of the face packs.")
        self.weights = weights / weights.sum()

    def draw(self, count: int, random: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(count,) indices of sources and of targets."""
        sources, targets = np.empty(count, np.int64), np.empty(count, np.int64)
        for place, clip_index in enumerate(random.choice(len(self.weights), size=count, p=self.weights)):
            still, choices = self.stills[clip_index], self.choices[clip_index]
            source = int(random.choice(choices)) if still is None or random.random() >= self.still_share else still
            candidates = random.choice(choices, size=CANDIDATES)
            kind = random.integers(3)
            if kind == 0:
                target = candidates[0]
            else:
                gap = self.openings.eyes if kind == 1 else self.openings.mouth
                target = candidates[np.argmax(np.abs(gap[candidates] - gap[source]))]
            sources[place], targets[place] = source, target
        return sources, targets
