"""What a face does in a clip, frame by frame: how open mouth and eyes are, and how the head is turned."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from puppet.animator import Face
from puppet.motion import FloatArray
from training.pairs import openings

MESH_EYES = (33, 263)
"""Outer eye corners in the 468-point mesh: left of the picture, right."""

MESH_FOREHEAD, MESH_CHIN = 10, 152

STILL = {"mouth": 0.015, "eyes": 0.005, "yaw": 2.0, "pitch": 2.0, "roll": 1.5}
"""Standard deviation below which a signal is taken as still: its correlation would measure the tracker's noise."""


class FaceMotion(NamedTuple):
    """One value a frame, NaN where no face was found. mouth, eyes: gaps in face heights; yaw, pitch, roll: degrees."""

    mouth: FloatArray
    eyes: FloatArray
    yaw: FloatArray
    pitch: FloatArray
    roll: FloatArray


def face_motion(faces: Sequence[Face | None]) -> FaceMotion:
    """The motion of one face through a clip."""
    count = len(faces)
    landmarks = np.full((count, 68, 2), np.nan, np.float32)
    angles = np.full((count, 3), np.nan, np.float32)
    for index, face in enumerate(faces):
        if face is None:
            continue
        landmarks[index] = face.landmarks
        across = face.mesh[MESH_EYES[1]] - face.mesh[MESH_EYES[0]]
        down = face.mesh[MESH_CHIN] - face.mesh[MESH_FOREHEAD]
        angles[index] = np.degrees([np.arctan2(across[2], across[0]), np.arctan2(down[2], down[1]), np.arctan2(across[1], across[0])])
    gaps = openings(landmarks)
    return FaceMotion(gaps.mouth, gaps.eyes, angles[:, 0], angles[:, 1], angles[:, 2])


def correlations(driver: FaceMotion, result: FaceMotion) -> dict[str, float]:
    """Pearson correlation of each signal that moves in the driver; a signal that is still there is left out."""
    found = {}
    for name, least in STILL.items():
        first, second = (
            np.asarray(getattr(motion, name), np.float64) for motion in (driver, result)
        )  # float32 means of a constant are off
        both = np.isfinite(first) & np.isfinite(second)
        if both.sum() >= 10 and float(first[both].std()) >= least:
            still = float(second[both].std()) < 1e-9
            found[name] = 0.0 if still else float(np.corrcoef(first[both], second[both])[0, 1])
    return found


def jitter(faces: Sequence[Face | None], side: int) -> float:
    """Mean second difference of the landmarks over the frames, px at 256."""
    marks = np.stack([np.full((68, 2), np.nan, np.float32) if face is None else face.landmarks for face in faces])
    second = np.linalg.norm(marks[2:] - 2 * marks[1:-1] + marks[:-2], axis=-1) * 256 / side
    return float(np.nanmean(second)) if np.isfinite(second).any() else float("nan")
