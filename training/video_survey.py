"""The first pass over a raw video: its face tubes, or for figures its shots."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from puppet.animator import FaceFinder
from puppet.motion import FloatArray
from puppet.picture import Picture, Square
from training.face_tubes import LONGEST, TubeSplitter
from training.shot_changes import ShotChanges

PATIENCE_S = 0.2
"""How long a face may be lost within a tube."""

SEARCH_PAUSE_S = 0.2
"""Pause between searches of the whole frame while no face is known: they are what takes long."""


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


def survey_faces(frames: Iterable[tuple[Picture, float]], rate: Fraction, finder: FaceFinder) -> Survey:
    """Follow the most prominent face of each shot."""
    patience, pause = (max(1, round(seconds * rate)) for seconds in (PATIENCE_S, SEARCH_PAUSE_S))
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
        face = finder.find(picture, near) if near is not None or lost_for % pause == 0 else None
        landmarks = None if face is None else face.landmarks
        lost_for = lost_for + 1 if landmarks is None else 0
        near = near if landmarks is None else landmarks
        ended = splitter.add(landmarks, cut)
        if ended is not None:
            takes.append(Take(ended.start, ended.end, ended.square(*size), ended.landmarks, ended.face_size()))
    last = splitter.finish()
    if last is not None:
        takes.append(Take(last.start, last.end, last.square(*size), last.landmarks, last.face_size()))
    return Survey(takes, times)


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
