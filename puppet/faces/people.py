"""The people before the camera, one or two: who of them is where, each as a steady square."""

import math
import time
from typing import NamedTuple

import numpy as np

from puppet.animator import CrowdFinder, Face
from puppet.faces.tracker import Search, SteadyFace, Tracked, TrackerSettings
from puppet.motion import FloatArray
from puppet.picture import Picture

LOOKED_AT = 6
"""Faces among which one that is missing is looked for, the largest: some of them only pass by."""

ONE = 0.3
"""Two faces whose middles are nearer than this are one, in sides of the larger."""

STEP = 0.5
GROWTH = 1.25
"""How far a face may get within a `FRAME`, in its sides, and how many times larger or smaller from one to the next, before it is
somebody else's. Asked where two are followed; one alone may jump."""

FRAME = 1 / 15
"""Time that is allowed for such a step, s: where frames come more slowly a face gets farther."""

BACK = 1.5
"""How far from its last place, and about as large, a face that was lost a moment ago is looked for, in its sides."""

SOON = 3.0
"""How long somebody who was lost is awaited near there, s; afterwards anyone may take the place."""

LEAST_SHARE = 0.5
"""Size of a face beside the one that is followed, from which it is somebody before the camera and not far behind."""


class Sighting(NamedTuple):
    """Each person's place in one frame, always as many as are expected; exchanged: since the last frame the two changed their numbers."""

    tracked: tuple[Tracked, ...]
    exchanged: bool = False


class People:
    """Follows one person, the most prominent, or two: numbered from left to right when both are first seen, and kept by where they were.

    Owns `finder`; used on one thread. While one of two is followed, the other is looked for now and then only: that takes some 20 ms.
    """

    def __init__(self, finder: CrowdFinder, count: int = 1, settings: TrackerSettings | None = None) -> None:
        """`count`: how many people are expected, 1 or 2."""
        self.finder = finder
        self._settings = settings or TrackerSettings()
        self._faces = [SteadyFace(self._settings) for _ in range(count)]
        self.reset()

    def reset(self) -> None:
        """Forget everybody: those found next are framed and numbered anew."""
        self._faces = [SteadyFace(self._settings) for _ in self._faces]
        self._search = Search(self._settings.search_pause)
        self._looked = -math.inf
        self._swapped = False

    def expect(self, count: int) -> None:
        """Follow so many people from now on; the first stays."""
        kept = self._faces[:count]
        self._faces = kept + [SteadyFace(self._settings) for _ in range(count - len(kept))]

    def swap(self) -> None:
        """Let the two change their numbers; the next sighting tells it."""
        self._faces.reverse()
        self._swapped = not self._swapped and len(self._faces) > 1

    def __call__(self, picture: Picture, now: float | None = None) -> Sighting:
        """Where everybody is at `now`, s (`perf_counter` when left out)."""
        now = time.perf_counter() if now is None else now
        exchanged, self._swapped = self._swapped, False
        if all(face.is_lost for face in self._faces):
            found = self._look_for_anybody(picture, now)
        else:
            found = [None if face.is_lost else self.finder.find(picture, face.near) for face in self._faces]
        if len(found) > 1:
            self._part(found, now)
            if None in found and any(found) and self._is_due(now):
                exchanged ^= self._look_for_the_other(picture, found, now)
        return Sighting(tuple(face.follow(seen, now) for face, seen in zip(self._faces, found, strict=True)), exchanged)

    def change_finder(self, finder: CrowdFinder) -> None:
        """Go on with another finder; the old one is closed, and everybody stays where they are."""
        self.finder.close()
        self.finder = finder

    def close(self) -> None:
        """Close the face finder; may be called twice."""
        self.finder.close()

    def _look_for_anybody(self, picture: Picture, now: float) -> list[Face | None]:
        """Nobody is followed: the most prominent face, if it is time to look, for whoever was nearest to it last."""
        last = max(self._faces, key=lambda face: face.seen)
        found = self._search(self.finder, picture, last.near, now)
        if found is None:
            return [None for _ in self._faces]
        taker = min(self._faces, key=lambda face: _way(found.landmarks, face.near))
        welcome = len(self._faces) == 1 or _may_be(found, taker, now)
        return [found if welcome and face is taker else None for face in self._faces]

    def _part(self, found: list[Face | None], now: float) -> None:
        """Take away what isn't theirs: a face that can't have got there in a frame, and one that the other was nearer to."""
        ways = [math.inf if seen is None else _way(seen.landmarks, face.near) for face, seen in zip(self._faces, found, strict=True)]
        for index, (face, seen) in enumerate(zip(self._faces, found, strict=True)):
            step = STEP * max(1.0, (now - face.seen) / FRAME)
            if seen is not None and not face.is_lost and (ways[index] > step or _growth(seen.landmarks, face.near) > GROWTH):
                found[index] = None
        first, second = found
        if first is not None and second is not None and _way(first.landmarks, second.landmarks) < ONE:
            found[0 if ways[0] > ways[1] else 1] = None

    def _is_due(self, now: float) -> bool:
        """Whether to look for the one who is missing: often while they were there a moment ago."""
        seen = min(face.seen for face in self._faces)
        pause = self._settings.search_pause * (1 if now - seen < SOON else 4)
        if now - self._looked < pause:
            return False
        self._looked = now
        return True

    def _look_for_the_other(self, picture: Picture, found: list[Face | None], now: float) -> bool:
        """Fill the gap in `found` if somebody is there for it; whether the two were exchanged, so that the left one comes first."""
        gap = found.index(None)
        present, missing = found[1 - gap], self._faces[gap]
        assert present is not None
        others = [
            face
            for face in self.finder.find_all(picture, LOOKED_AT)
            if _way(face.landmarks, present.landmarks) >= ONE
            and _size(face.landmarks) >= LEAST_SHARE * _size(present.landmarks)
            and _may_be(face, missing, now)
        ]
        if not others:
            return False
        other = found[gap] = min(others, key=lambda face: (_way(face.landmarks, missing.near), -_size(face.landmarks)))
        wrong = _middle(other.landmarks) < _middle(present.landmarks) if gap == 1 else _middle(other.landmarks) > _middle(present.landmarks)
        if missing.near is not None or not wrong:
            return False
        self._faces.reverse()
        found.reverse()
        return True


def _may_be(face: Face, missing: SteadyFace, now: float) -> bool:
    """Whether a face may be the one who is missing; after a while anyone may."""
    if missing.near is None or now - missing.seen >= SOON:
        return True
    return _way(face.landmarks, missing.near) < BACK and _growth(face.landmarks, missing.near) < GROWTH


def _way(landmarks: FloatArray, before: FloatArray | None) -> float:
    """How far the middles of two faces (68, 2) are apart, in sides of the larger; infinite where there was none before."""
    if before is None:
        return math.inf
    apart = float(np.hypot(*(landmarks.mean(axis=0) - before.mean(axis=0))))
    return apart / max(_size(landmarks), _size(before), 1e-6)


def _growth(landmarks: FloatArray, before: FloatArray | None) -> float:
    """How many times larger or smaller a face is than it was, 1 and more."""
    sizes = sorted((_size(landmarks), _size(before) if before is not None else 0.0))
    return sizes[1] / max(sizes[0], 1e-6)


def _size(landmarks: FloatArray) -> float:
    """The longer side of the landmarks' box, px."""
    return float(np.ptp(landmarks, axis=0).max())


def _middle(landmarks: FloatArray) -> float:
    """How far to the right a face is, px."""
    return float(landmarks[:, 0].mean())
