"""A clip's frames drawn by a model, laid beside the frames they should have become: what the enhancer learns from."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from puppet.faces.alignment import aligned_from_picture, five_points
from puppet.motion import FloatArray
from puppet.picture import Picture
from training.data.clip_entry import ClipEntry
from training.data.clip_source import ClipSource
from training.data.clip_video import fit_square
from training.enhancing.plan import RESULT_SIDE, SIDE, Kind
from training.exporting.export_graphs import picture_from_prediction
from training.networks.pair import NetworkPair

BATCH = 4

WANDER, GROWTH, TURN = 0.012, 0.04, 0.05
"""How far the alignment of a training face is off, standard deviations: share of the side, logarithm, radians."""

FARTHEST = 5.0
"""Longest step, px at 256, by which a truth is moved to lie on what was drawn."""

SMOOTH = 4.0
"""Blur of these steps, px at 256."""

TINT = 14.0
"""What is coarser than this blur, px at 256, is taken from the drawn face: light and colour are none of the enhancer's work."""


class DrawnFace(NamedTuple):
    """Aligned faces, uint8 RGB: drawn (256, 256, 3); truth and the same moved and tinted to lie on what was drawn (side, side, 3)."""

    drawn: Picture
    truth: Picture
    matched: Picture


class ClipFrames(NamedTuple):
    """A clip's frames (n, side, side, 3) uint8 and landmarks (n, 68, 2) in [-1, 1], NaN where lost; a still is the last of them."""

    frames: npt.NDArray[np.uint8]
    landmarks: FloatArray
    has_still: bool


def read_clip(source: ClipSource, entry: ClipEntry, kind: Kind) -> ClipFrames:
    """Decode one clip at the side of its truth. Raises `TrainingError` for what can't be read."""
    side = RESULT_SIDE if kind == "fine" else SIDE
    frames, landmarks = source.frames(entry, side), source.landmarks(entry)
    if landmarks is None:
        landmarks = np.full((len(frames), 68, 2), np.nan, np.float32)
    count = min(len(frames), len(landmarks))
    frames, landmarks = frames[:count], landmarks[:count]
    if kind == "still" and entry.still:
        picture, marks = source.still(entry, side)
        return ClipFrames(np.concatenate([frames, picture[None]]), np.concatenate([landmarks, marks]), True)
    return ClipFrames(frames, landmarks, False)


def choose_frames(clip: ClipFrames, count: int, chance: np.random.Generator) -> list[tuple[int, int]]:
    """Up to `count` pairs (source, driver) of a clip; fewer, or none, where its landmarks are lost.

    Of a clip with a still the still is the driver, drawn from itself or from a rendered frame in turns.
    """
    found = np.flatnonzero(np.isfinite(clip.landmarks).all(axis=(1, 2)))
    if clip.has_still:
        still = len(clip.frames) - 1
        if still not in found:
            return []
        return [(int(chance.choice(found)) if chance.random() < 0.6 else still, still) for _ in range(count)]
    if len(found) == 0:
        return []
    drivers = found[np.round(np.linspace(0, len(found) - 1, min(count, len(found)))).astype(int)]
    return [(int(chance.choice(found)), int(driver)) for driver in drivers]


def draw_faces(
    networks: NetworkPair, clip: ClipFrames, pairs: Sequence[tuple[int, int]], chance: np.random.Generator | None
) -> list[DrawnFace]:
    """The drivers of the pairs as the networks draw them; without `chance` they lie exactly on the template."""
    found: list[DrawnFace] = []
    for start in range(0, len(pairs), BATCH):
        part = pairs[start : start + BATCH]
        drawn = redraw(networks, *(np.stack([fit_square(clip.frames[pair[place]], SIDE) for pair in part]) for place in (0, 1)))
        found += [_laid(picture, clip, driver, chance) for picture, (_, driver) in zip(drawn, part, strict=True)]
    return found


@torch.no_grad()
def redraw(networks: NetworkPair, sources: npt.NDArray[np.uint8], drivers: npt.NDArray[np.uint8]) -> list[Picture]:
    """What the networks draw of sources in the poses of drivers, both (n, 256, 256, 3)."""
    source, driver = _planes(sources), _planes(drivers)
    animated = networks.generator.animate(networks.generator.encode(source), networks.detector(source), networks.detector(driver))
    return list(picture_from_prediction(animated.prediction.permute(0, 2, 3, 1)).numpy())


def align(picture: Picture, landmarks: FloatArray, side: int, chance: np.random.Generator | None = None) -> Picture:
    """The aligned (side, side, 3) face of a square picture whose landmarks (68, 2) are in [-1, 1]."""
    own = picture.shape[0]
    affine = aligned_from_picture(five_points((landmarks + 1) * own / 2 - 0.5), side)
    if chance is not None:
        affine = _off(side, chance) @ np.vstack([affine, [0, 0, 1]])
    warped = cv2.warpAffine(picture, affine[:2].astype(np.float64), (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def _off(side: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """A similarity (3, 3) close to none, about the middle of the face."""
    growth, angle = np.exp(chance.normal(0, GROWTH)), chance.normal(0, TURN)
    x, y = chance.normal(0, WANDER, 2) * side
    cosine, sine = np.cos(angle) * growth, np.sin(angle) * growth
    middle = (side - 1) / 2
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    there, back = np.eye(3), np.eye(3)
    there[:2, 2], back[:2, 2] = -middle, (middle + x, middle + y)
    result: npt.NDArray[np.float64] = back @ turn @ there
    return result


def _laid(picture: Picture, clip: ClipFrames, driver: int, chance: np.random.Generator | None) -> DrawnFace:
    """Drawn and true faces, aligned alike."""
    seed = None if chance is None else int(chance.integers(2**62))
    frame = clip.frames[driver]
    side = frame.shape[0]

    def laid(given: Picture, to: int) -> Picture:
        return align(given, clip.landmarks[driver], to, None if seed is None else np.random.default_rng(seed))

    drawn, truth = laid(picture, SIDE), laid(frame, side)
    return DrawnFace(drawn, truth, match(truth, drawn))


def match(truth: Picture, drawn: Picture) -> Picture:
    """The truth moved by small, smooth steps onto what was drawn, and given its light and colours: what is left is detail alone."""
    side = truth.shape[0]
    small = fit_square(truth, SIDE)
    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (drawn, small)]
    none = np.zeros((SIDE, SIDE, 2), np.float32)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(greys[0], greys[1], none)
    flow = cv2.GaussianBlur(flow, (0, 0), SMOOTH)
    length = np.linalg.norm(flow, axis=-1, keepdims=True)
    flow *= np.minimum(1, FARTHEST / np.maximum(length, 1e-6))
    flow = cv2.resize(flow, (side, side), interpolation=cv2.INTER_LINEAR) * (side / SIDE)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    moved = cv2.remap(truth, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    gap = cv2.GaussianBlur(drawn.astype(np.float32) - fit_square(np.asarray(moved, np.uint8), SIDE), (0, 0), TINT)
    tinted = moved.astype(np.float32) + cv2.resize(gap, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(np.round(tinted), 0, 255), np.uint8)


def _planes(pictures: npt.NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
