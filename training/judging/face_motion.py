"""What a face does in a clip, frame by frame: how open mouth and eyes are, and how the head is turned."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from puppet.animator import Face
from puppet.motion import FloatArray
from training.judging.head_pose import head_pose

UPPER_LIPS, LOWER_LIPS = (82, 13, 312), (87, 14, 317)
UPPER_LIDS, LOWER_LIDS = (160, 159, 158, 385, 386, 387), (144, 145, 153, 380, 374, 373)
"""Mesh points opposite each other on the inner lips and on the lids."""

STILL = {"mouth": 0.01, "eyes": 0.006, "yaw": 1.4, "pitch": 1.6, "roll": 0.8}
"""Standard deviation below which a signal is taken as still: its correlation would measure the tracker's noise.

The noise: 50 frames of the ten real validation clips, each found anew in 16 copies moved by .5 px, resized by .2 %, with noise of
1.5 levels and JPEG 90, deviate by (median) mouth .0021, eyes .0020, yaw .31, pitch .35, roll .18. From 4.5 times that on, noise is
at most 5 % of a signal's variance. Eyes are let in from 3 times on (11 %), for no real validation clip would pass 5 %: the face
mesh shows a fifth of what lids do (slope .19 and correlation .58 with exact landmarks of rendered clips). With noise in driver
and result a perfect animator would thus be given about .9 for eyes at the threshold.
"""


class FaceMotion(NamedTuple):
    """One value a frame, NaN where no face was found. mouth, eyes: gaps in outer-eye distances; yaw, pitch, roll: degrees.

    Gaps are read off the mesh put upright, so that neither turning nor nodding opens or closes anything, and a jaw that
    drops does not close the eyes, as it does where gaps are measured in heights of the face.
    """

    mouth: FloatArray
    eyes: FloatArray
    yaw: FloatArray
    pitch: FloatArray
    roll: FloatArray


def face_motion(faces: Sequence[Face | None]) -> FaceMotion:
    """The motion of one face through a clip."""
    signals = np.full((len(faces), len(FaceMotion._fields)), np.nan, np.float32)
    for index, face in enumerate(faces):
        if face is None:
            continue
        pose = head_pose(face.mesh)
        heights = pose.upright(face.mesh)[:, 1]
        mouth = heights[list(LOWER_LIPS)].mean() - heights[list(UPPER_LIPS)].mean()
        eyes = heights[list(LOWER_LIDS)].mean() - heights[list(UPPER_LIDS)].mean()
        signals[index] = mouth, eyes, pose.yaw, pose.pitch, pose.roll
    return FaceMotion(*signals.T)


class Following(NamedTuple):
    """How one signal of the result follows the driver's. correlation: Pearson; gain: slope of the result on the driver, 1 = as far."""

    correlation: float
    gain: float


def following(driver: FaceMotion, result: FaceMotion) -> dict[str, Following]:
    """How the result follows in each signal that moves in the driver; a signal that is still there is left out.

    A signal is judged on the frames that show a face in both, if there are ten or more.
    """
    found = {}
    for name, least in STILL.items():
        first, second = (np.asarray(getattr(motion, name), np.float64) for motion in (driver, result))  # float32 means are off
        both = np.isfinite(first) & np.isfinite(second)
        if both.sum() < 10 or float(first[both].std()) < least:
            continue
        moved, answer = first[both] - first[both].mean(), second[both] - second[both].mean()
        still = float(answer.std()) < 1e-9
        correlation = 0.0 if still else float(moved @ answer / np.sqrt((moved @ moved) * (answer @ answer)))
        found[name] = Following(correlation, float(moved @ answer / (moved @ moved)))
    return found


def jitter(faces: Sequence[Face | None], side: int) -> float:
    """Mean second difference of the landmarks over the frames, px at 256."""
    marks = np.stack([np.full((68, 2), np.nan, np.float32) if face is None else face.landmarks for face in faces])
    second = np.linalg.norm(marks[2:] - 2 * marks[1:-1] + marks[:-2], axis=-1) * 256 / side
    return float(np.nanmean(second)) if np.isfinite(second).any() else float("nan")
