"""How good a model is on people it never saw: reconstruction of a clip, and carrying one person's motion to another.

The measures are those of the FOMM paper (L1, AKD, AED) and LPIPS with our own tools named: landmarks by Puppet's face finder,
identity by dlib. Every model is measured beside the baseline that any animation must beat: the source, unmoved.
"""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple

import numpy as np

from puppet.animator import Animator, Face, FaceFinder
from puppet.motion import Motion, retarget
from puppet.picture import Picture
from training.judging.face_motion import FaceMotion, face_motion, following, jitter
from training.judging.identity import IdentityEmbedder
from training.judging.sharpness import sharpness_ratio

LOOK_EVERY = 10
"""Frames between two measurements of identity, LPIPS and sharpness: these change slowly, and cost more than the model."""

Figures = dict[str, float]
"""Measures by name; NaN where there was nothing to measure."""

MILLISECONDS = "ms"
"""The one figure that says nothing of the pictures: it goes with the machine, and into no model card."""

Perceived = Callable[[Sequence[Picture], Sequence[Picture]], list[float]]
"""LPIPS of pictures with pictures, one by one."""


class ClipView(NamedTuple):
    """A validation clip: its name, whether it is a real recording, and its frames (N, side, side, 3)."""

    name: str
    identity: str
    real: bool
    frames: Sequence[Picture]


class Tools(NamedTuple):
    """What measures; whoever opened them closes them."""

    finder: FaceFinder
    embedder: IdentityEmbedder
    perceive: Perceived


class Driver(NamedTuple):
    """A clip and what the finder sees in it, found once: it is the same for every portrait and every model."""

    clip: ClipView
    faces: list[Face | None]
    motion: FaceMotion


class Drawn(NamedTuple):
    """What a model made of a clip: its figures, its frames, and how the face in them moves."""

    figures: Figures
    frames: list[Picture]
    motion: FaceMotion


def find_faces(frames: Sequence[Picture], finder: FaceFinder) -> list[Face | None]:
    """The face of every frame, tracked from one to the next."""
    faces: list[Face | None] = []
    near = None
    for frame in frames:
        face = finder.find(frame, near)
        near = None if face is None else face.landmarks
        faces.append(face)
    return faces


def watch(clip: ClipView, finder: FaceFinder) -> Driver:
    """The clip with its faces found."""
    faces = find_faces(clip.frames, finder)
    return Driver(clip, faces, face_motion(faces))


def keypoint_distance(first: Sequence[Face | None], second: Sequence[Face | None], side: int) -> list[float]:
    """Mean distance of the 68 landmarks per frame in which both have a face, px at 256."""
    return [
        float(np.linalg.norm(a.landmarks - b.landmarks, axis=1).mean()) * 256 / side
        for a, b in zip(first, second, strict=True)
        if a is not None and b is not None
    ]


def reconstruct(animator: Animator, tools: Tools, driver: Driver) -> Drawn:
    """The clip redrawn from its first frame with absolute keypoints.

    `l1`, `lpips` and `akd` have `_still` twins for the source unmoved; `l1_ratio` is `l1` over its twin. `missing` is the share
    of frames with a face in the clip but none in the result; `aed` the distance of unit-norm embeddings; `sharpness` that of
    the result over the same frame's; `ms` the median time to detect and draw a frame.
    """
    frames, side = driver.clip.frames, animator.card.side
    animator.wear(frames[0])
    drawn, times = [], []
    for frame in frames:
        begin = perf_counter()
        drawn.append(animator.animate(animator.detect(frame)))
        times.append(perf_counter() - begin)
    faces = find_faces(drawn, tools.finder)
    present = [index for index, face in enumerate(driver.faces) if face is not None]
    looked = range(0, len(frames), LOOK_EVERY)
    first = frames[0].astype(np.float32)
    gaps, sharp = [], []
    for index in present[::LOOK_EVERY]:
        true, seen = driver.faces[index], faces[index]
        if true is not None and seen is not None:
            gaps.append(float(np.linalg.norm(tools.embedder(drawn[index], seen) - tools.embedder(frames[index], true))))
            sharp.append(sharpness_ratio(drawn[index], seen, frames[index], true))
    l1 = mean_of_finite([float(np.abs(a.astype(np.float32) - b).mean()) / 255 for a, b in zip(drawn, frames, strict=True)])
    l1_still = mean_of_finite([float(np.abs(first - b).mean()) / 255 for b in frames])
    figures = {
        "l1": l1,
        "l1_still": l1_still,
        "l1_ratio": l1 / l1_still if l1_still > 0 else float("nan"),
        "lpips": mean_of_finite(tools.perceive([drawn[i] for i in looked], [frames[i] for i in looked])),
        "lpips_still": mean_of_finite(tools.perceive([frames[0]] * len(looked), [frames[i] for i in looked])),
        "akd": mean_of_finite(keypoint_distance(faces, driver.faces, side)),
        "akd_still": mean_of_finite(keypoint_distance([driver.faces[0]] * len(drawn), driver.faces, side)),
        "missing": sum(faces[index] is None for index in present) / len(present) if present else float("nan"),
        "aed": mean_of_finite(gaps),
        "sharpness": mean_of_finite(sharp),
        MILLISECONDS: 1e3 * float(np.median(times)),
    }
    return Drawn(figures, drawn, face_motion(faces))


def carry_over(animator: Animator, tools: Tools, portrait: Picture, driver: Driver, motions: Sequence[Motion]) -> Drawn:
    """The portrait driven by another person's clip, whose keypoints are `motions`, relative to its first frame.

    Correlations of driver and result carry the name of the signal, gains that of it and `_gain`; what is still in the driver
    is left out. `missing` is the share of all frames without a face; `jitter` the result's less the driver's, px at 256,
    `jitter_ratio` one over the other; `sharpness` and `identity` are beside the portrait.
    """
    card = animator.card
    source = animator.wear(portrait)
    drawn = [animator.animate(retarget(source, motion, motions[0], adapt_scale=True, lids=card.lids, lips=card.lips)) for motion in motions]
    faces = find_faces(drawn, tools.finder)
    moved = face_motion(faces)
    figures: Figures = {}
    for name, found in following(driver.motion, moved).items():
        figures[name], figures[f"{name}_gain"] = found
    face = tools.finder.find(portrait)
    if face is not None:
        own = tools.embedder(portrait, face)
        looked = [(drawn[index], seen) for index, seen in enumerate(faces) if seen is not None and index % LOOK_EVERY == 0]
        figures["identity"] = mean_of_finite([float(own @ tools.embedder(picture, seen)) for picture, seen in looked])
        figures["sharpness"] = mean_of_finite([sharpness_ratio(picture, seen, portrait, face) for picture, seen in looked])
    figures["missing"] = sum(seen is None for seen in faces) / len(faces)
    shaken, shaking = jitter(faces, card.side), jitter(driver.faces, card.side)
    figures["jitter"] = shaken - shaking
    figures["jitter_ratio"] = shaken / shaking if shaking > 0 else float("nan")
    return Drawn(figures, drawn, moved)


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
