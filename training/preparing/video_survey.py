"""The first pass over a raw video: its face tubes, or for figures its shots."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import cv2
import numpy as np

from puppet.animator import FaceFinder
from puppet.motion import FloatArray
from puppet.picture import Picture, Square
from training.preparing.face_tubes import LONGEST, TubeSplitter
from training.preparing.shot_changes import ShotChanges

PATIENCE_S = 0.2
"""How long a face may be lost within a tube."""

SEARCH_PAUSE_S = 0.4
"""Pause between searches of the whole frame while no face is known: they are what takes long."""

SEARCHED_FACE = 24
"""Frames are shrunk for a search until the smallest face that is wanted has this side, px: fewer windows hold it."""


class Take(NamedTuple):
    """Frames `start` to `end` of a video and the square of them to keep.

    landmarks: (68, 2) a frame in pixels of the frame, None where lost; None at all for a figure, as is face, the median face size in px.
    """

    start: int
    end: int
    square: Square
    landmarks: list[FloatArray | None] | None
    face: float | None


class Survey(NamedTuple):
    """The takes in order, and when each frame of the video is shown, s since its first."""

    takes: list[Take]
    times: list[float]


def survey_faces(frames: Iterable[tuple[Picture, float]], rate: Fraction, finder: FaceFinder, least_face: float) -> Survey:
    """Follow the most prominent face of each shot; those whose longer side is under `least_face` px may be missed."""
    patience, pause = (max(1, round(seconds * rate)) for seconds in (PATIENCE_S, SEARCH_PAUSE_S))
    scale = min(1.0, SEARCHED_FACE / least_face)
    shots, splitter = ShotChanges(), TubeSplitter(patience)
    takes: list[Take] = []
    times: list[float] = []
    near: FloatArray | None = None
    lost_for, size = 0, (0, 0)
    for picture, time in frames:
        times.append(time)
        size = (picture.shape[1], picture.shape[0])
        cut = shots.is_cut(picture)
        if cut or lost_for > patience:
            near = None
        if cut:
            lost_for = 0
        landmarks = None
        if near is not None:
            landmarks = _follow(finder, picture, near)
        elif lost_for % pause == 0:
            landmarks = _search(finder, picture, scale)
        lost_for = lost_for + 1 if landmarks is None else 0
        near = near if landmarks is None else landmarks
        ended = splitter.add(landmarks, cut)
        if ended is not None:
            takes.append(Take(ended.start, ended.end, ended.square(*size), ended.landmarks, ended.face_size()))
    last = splitter.finish()
    if last is not None:
        takes.append(Take(last.start, last.end, last.square(*size), last.landmarks, last.face_size()))
    return Survey(takes, times)


def _follow(finder: FaceFinder, picture: Picture, near: FloatArray) -> FloatArray | None:
    face = finder.find(picture, near)
    return None if face is None else face.landmarks


def _search(finder: FaceFinder, picture: Picture, scale: float) -> FloatArray | None:
    """The face's landmarks, sought in the shrunk frame and fitted in the whole one."""
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    if size == (picture.shape[1], picture.shape[0]):
        face = finder.find(picture)
        return None if face is None else face.landmarks
    face = finder.find(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))
    if face is None:
        return None
    ratio = np.array([picture.shape[1] / size[0], picture.shape[0] / size[1]], np.float32)
    return _follow(finder, picture, (face.landmarks + 0.5) * ratio - 0.5)


def survey_figures(frames: Iterable[tuple[Picture, float]], pad: bool) -> Survey:
    """Take every shot, its middle square, or with `pad` the square around it."""
    shots = ShotChanges()
    starts: list[int] = []
    times: list[float] = []
    size = (1, 1)
    for picture, time in frames:
        size = (picture.shape[1], picture.shape[0])
        if shots.is_cut(picture) or not starts or len(times) - starts[-1] >= LONGEST:
            starts.append(len(times))
        times.append(time)
    square = Square((size[0] - 1) / 2, (size[1] - 1) / 2, max(size) if pad else min(size))
    return Survey([Take(start, end, square, None, None) for start, end in zip(starts, [*starts[1:], len(times)], strict=False)], times)
