"""A driver's face as a square of the frame that stays put while it can, and the square around a face that models are trained on."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from puppet.animator import Face, FaceFinder
from puppet.faces.similarity import plane, turn_between
from puppet.motion import FloatArray
from puppet.picture import Picture, Square
from puppet.settings import STRICT, unit

MARGIN = 2.2
"""Side of a crop, in longer sides of the landmarks' box."""

HEADROOM = 0.08
"""How far the crop's centre lies above that of the landmarks' box, in sides of the crop."""

RIGID = np.array([0, 1, 2, 14, 15, 16, *range(27, 36), 36, 39, 42, 45])
"""Landmarks that neither lips, jaw, lids nor brows move: temples, nose, corners of the eyes."""

ZOOM_LEASH = 0.4
"""How much larger or smaller than its square a quick face may get, as a natural logarithm."""

ZOOM_JUMP = math.log(2)
"""From this on it is taken for another face, as a natural logarithm."""

ARRIVED = 0.2
"""Share of the slack within which a square that follows has caught up and rests again."""

SETTLES = 4.0
"""A critically damped spring of this rate has nine tenths of its way behind it after one unit of time."""

State = npt.NDArray[np.float64]
"""A square as (x, y, logarithm of the side), in which growing and shrinking are alike."""


def square_around(landmarks: FloatArray) -> Square:
    """The square that models are trained on, around landmarks (68, 2) in pixels of the picture."""
    low, high = landmarks.min(axis=0).astype(np.float64), landmarks.max(axis=0).astype(np.float64)
    side = MARGIN * float((high - low).max())
    x, y = (low + high) / 2
    return Square(float(x), float(y) - HEADROOM * side, side)


class TrackerSettings(BaseModel):
    """How firmly the crop stays put; lengths in sides of the crop, growth in natural logarithms."""

    model_config = STRICT

    slack: float = Field(default=0.10, gt=0, le=0.5, title="Slack", description="how far the face may wander before the crop follows")
    zoom_slack: float = Field(default=0.18, gt=0, le=1, title="Zoom slack", description="how much it may grow before the crop follows")
    leash: float = Field(default=0.22, gt=0, le=0.5, title="Leash", description="how far a quick face may get from the middle")
    jump: float = Field(default=0.6, gt=0, le=5, title="Jump", description="how far off a face is taken for another one")
    ease: float = Field(default=0.6, gt=0, le=10, title="Ease", description="time the crop takes to catch up", json_schema_extra=unit("s"))
    search_pause: float = Field(
        default=0.25, ge=0, le=10, title="Search pause", description="time between looks for a lost face", json_schema_extra=unit("s")
    )


class Tracked(NamedTuple):
    """Where the driver is in one frame.

    square: the crop to look at; the last one while the face is lost, None before the first face. face: this frame's face, None
    while it is lost. lost_for: seconds since a face was last seen, 0 while it is. jumped: the square was set anew (first
    face, another face, back elsewhere), so what was learnt in the old one, such as a neutral pose, no longer holds.
    """

    square: Square | None
    face: Face | None
    lost_for: float = 0.0
    jumped: bool = False


class SteadyFace:
    """What is known of one face from frame to frame, whoever looks for it: its steady square, where it was last, since when it is lost."""

    def __init__(self, settings: TrackerSettings) -> None:
        self._settings = settings
        self._steady: SteadySquare | None = None
        self.seen = -math.inf
        self.near: FloatArray | None = None
        self.is_lost = True

    def follow(self, face: Face | None, now: float) -> Tracked:
        """Where the face is at `now`, s, having been found there, or not."""
        if face is None:
            self.is_lost = True
            return Tracked(self._steady.square, None, now - self.seen) if self._steady else Tracked(None, None)
        held = self._steady is not None and self._steady.follow(face.landmarks, now, back=self.is_lost)
        if self._steady is None or not held:
            self._steady = SteadySquare(face.landmarks, now, self._settings)
        self.near, self.seen, self.is_lost = face.landmarks, now, False
        return Tracked(self._steady.square, face, jumped=not held)


class Search:
    """Looks for a face while none is there: now and then near where one was, and more seldom all over the picture."""

    def __init__(self, pause: float) -> None:
        """`pause`: time between two looks near the last place, s."""
        self._pause = pause
        self._searched = self._looked_around = -math.inf

    def __call__(self, finder: FaceFinder, picture: Picture, near: FloatArray | None, now: float) -> Face | None:
        """The face, if it is time to look at `now`, s, and one is there. near: where one was last, if ever."""
        if now - self._looked_around >= 4 * self._pause:
            self._looked_around = self._searched = now
            return finder.find(picture)
        if near is not None and now - self._searched >= self._pause:
            self._searched = now
            return finder.find(picture, near)
        return None


class SteadySquare:
    """A square that follows one face lazily.

    It is tied to the `RIGID` points alone, so that a mouth that opens or brows that rise don't move it. It rests until the
    face has wandered out of the slack, then glides back (a critically damped spring): the head's own shifts stay visible in it.
    """

    def __init__(self, landmarks: FloatArray, now: float, settings: TrackerSettings) -> None:
        """Frame the face as it is now: this is the square's place among the rigid points from here on."""
        self.square = square_around(landmarks)
        self._settings = settings
        self._reference = plane(landmarks[RIGID])
        self._place = self._state(self.square)
        self._now = now
        self._speed = np.zeros(3)
        self._following = False

    def follow(self, landmarks: FloatArray, now: float, back: bool = False) -> bool:
        """Move `square` to `now`, s, if it must; False when the face is so far off that the square has to be set anew.

        `back`: the face was away, so it need not be where it was: beyond the leash it is framed anew.
        """
        settings = self._settings
        step, self._now = max(0.0, now - self._now), now
        target = self._target(landmarks)
        state = self._state(self.square)
        far, zoom = self._gap(state, target)
        if far > (settings.leash if back else settings.jump) or zoom > ZOOM_JUMP:
            return False
        self._following = self._following or far > settings.slack or zoom > settings.zoom_slack
        if not self._following:
            return True
        state = self._leash(self._spring(state, target, step), target)
        self.square = Square(float(state[0]), float(state[1]), math.exp(state[2]))
        far, zoom = self._gap(state, target)
        if far < ARRIVED * settings.slack and zoom < ARRIVED * settings.zoom_slack:
            self._following, self._speed = False, np.zeros(3)
        return True

    def _target(self, landmarks: FloatArray) -> State:
        """Where the square would lie had it kept its place among the rigid points: moved by the similarity that fits them best."""
        points, origin = plane(landmarks[RIGID]), self._reference
        turn = turn_between(origin, points)
        centre = points.mean() + turn * (complex(self._place[0], self._place[1]) - origin.mean())
        return np.array([centre.real, centre.imag, self._place[2] + math.log(max(abs(turn), 1e-3))])

    def _spring(self, state: State, target: State, step: float) -> State:
        """The state after `step` seconds of a critically damped spring, exactly, whatever the frame rate."""
        rate = SETTLES / self._settings.ease
        gap = state - target
        pull = self._speed + rate * gap
        fade = math.exp(-rate * step)
        self._speed = (self._speed - rate * step * pull) * fade
        moved: State = target + (gap + pull * step) * fade
        return moved

    def _leash(self, state: State, target: State) -> State:
        """The state, drawn along by the target where that has run too far ahead."""
        far, zoom = self._gap(state, target)
        share = np.full(3, min(1.0, self._settings.leash / max(far, 1e-9)))
        share[2] = min(1.0, ZOOM_LEASH / max(zoom, 1e-9))
        led: State = target + (state - target) * share
        return led

    @staticmethod
    def _gap(state: State, target: State) -> tuple[float, float]:
        """How far the target's middle is, in sides of the state's square, and the logarithm of how much it is larger or smaller."""
        return math.hypot(target[0] - state[0], target[1] - state[1]) / math.exp(state[2]), abs(target[2] - state[2])

    @staticmethod
    def _state(square: Square) -> State:
        return np.array([square.x, square.y, math.log(square.side)])
