"""How good a model is on people it never saw: reconstruction of a clip, and carrying one person's motion to another.

The measures are those of the FOMM paper (L1, AKD, AED) with our own tools named: landmarks by Puppet's face finder,
identity by dlib. Every model is measured beside the baseline that any animation must beat: the source, unmoved.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from puppet.animator import Animator, Face, FaceFinder
from puppet.motion import retarget
from puppet.picture import Picture
from training.face_motion import face_motion, following, jitter
from training.identity import IdentityEmbedder

IDENTITY_EVERY = 10
"""Frames between two identity measurements: the embedder is slower than the model."""

Figures = dict[str, float]


class ClipView(NamedTuple):
    """A validation clip: its name, whether it is a real recording, its frames (N, side, side, 3), and its still if it has one."""

    name: str
    identity: str
    real: bool
    frames: Sequence[Picture]
    still: Picture | None


def find_faces(frames: Sequence[Picture], finder: FaceFinder) -> list[Face | None]:
    """The face of every frame, tracked from one to the next."""
    faces: list[Face | None] = []
    near = None
    for frame in frames:
        face = finder.find(frame, near)
        near = None if face is None else face.landmarks
        faces.append(face)
    return faces


def keypoint_distance(first: Sequence[Face | None], second: Sequence[Face | None], side: int) -> list[float]:
    """Mean distance of the 68 landmarks per frame in which both have a face, px at 256."""
    return [
        float(np.linalg.norm(a.landmarks - b.landmarks, axis=1).mean()) * 256 / side
        for a, b in zip(first, second, strict=True)
        if a is not None and b is not None
    ]


def reconstruct(animator: Animator, finder: FaceFinder, embedder: IdentityEmbedder, clip: ClipView) -> tuple[Figures, list[Picture]]:
    """The clip redrawn from its first frame with absolute keypoints; figures, and the frames drawn.

    `l1` and `akd` have `_still` twins for the source unmoved. `missing` is the share of frames with a face in the clip but
    none in the result.
    """
    side = animator.card.side
    animator.wear(clip.frames[0])
    drawn = [animator.animate(animator.detect(frame)) for frame in clip.frames]
    true_faces, drawn_faces = find_faces(clip.frames, finder), find_faces(drawn, finder)
    still = [true_faces[0]] * len(drawn)
    present = [index for index, face in enumerate(true_faces) if face is not None]
    first = clip.frames[0].astype(np.float32)
    gaps = []
    for index in present[::IDENTITY_EVERY]:
        true_face, drawn_face = true_faces[index], drawn_faces[index]
        if true_face is not None and drawn_face is not None:
            gaps.append(float(np.linalg.norm(embedder(drawn[index], drawn_face) - embedder(clip.frames[index], true_face))))
    figures = {
        "l1": mean_of_finite([float(np.abs(a.astype(np.float32) - b).mean()) / 255 for a, b in zip(drawn, clip.frames, strict=True)]),
        "l1_still": mean_of_finite([float(np.abs(first - b).mean()) / 255 for b in clip.frames]),
        "akd": mean_of_finite(keypoint_distance(drawn_faces, true_faces, side)),
        "akd_still": mean_of_finite(keypoint_distance(still, true_faces, side)),
        "missing": sum(drawn_faces[index] is None for index in present) / max(len(present), 1),
        "aed": mean_of_finite(gaps),
    }
    return figures, drawn


def carry_over(
    animator: Animator, finder: FaceFinder, embedder: IdentityEmbedder, portrait: Picture, clip: ClipView
) -> tuple[Figures, list[Picture]]:
    """The portrait driven by another person's clip, relative to its first frame; figures, and the frames drawn.

    Correlations of driver and result carry the name of the signal, gains that of it and `_gain`; what is still in the driver
    is left out.
    """
    source = animator.wear(portrait)
    neutral = animator.detect(clip.frames[0])
    lids = animator.card.lids
    drawn = [animator.animate(retarget(source, animator.detect(frame), neutral, adapt_scale=True, lids=lids)) for frame in clip.frames]
    driver_faces, drawn_faces = find_faces(clip.frames, finder), find_faces(drawn, finder)
    figures: Figures = {}
    for name, found in following(face_motion(driver_faces), face_motion(drawn_faces)).items():
        figures[name], figures[f"{name}_gain"] = found
    face = finder.find(portrait)
    if face is not None:
        own = embedder(portrait, face)
        likeness = [
            float(own @ embedder(drawn[i], seen)) for i, seen in enumerate(drawn_faces) if seen is not None and i % IDENTITY_EVERY == 0
        ]
        figures["identity"] = mean_of_finite(likeness)
    figures["missing"] = sum(seen is None for seen in drawn_faces) / len(drawn_faces)
    figures["jitter"] = jitter(drawn_faces, animator.card.side) - jitter(driver_faces, animator.card.side)
    return figures, drawn


def centre_embedder(embedder: IdentityEmbedder, finder: FaceFinder, pictures: Sequence[Picture]) -> None:
    """Centre the embeddings on the mean of the faces given, all of different people."""
    found = [(picture, finder.find(picture)) for picture in pictures]
    raw = [embedder.raw(picture, face) for picture, face in found if face is not None]
    if raw:
        embedder.centre = np.asarray(np.mean(raw, axis=0), np.float32)


def mean_of_finite(values: Sequence[float]) -> float:
    """The mean without NaN, NaN if nothing is left."""
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")
