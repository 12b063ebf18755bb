"""Drawn pictures of several people, and a face finder that sees each of them, for tests without networks."""

import numpy as np

from puppet.animator import Face
from puppet.demo import DemoFaceFinder, DemoMatte, demo_picture
from puppet.motion import FloatArray
from puppet.picture import Picture, freeze
from puppet.portraits.portrait import Portrait, make_portrait
from puppet.portraits.scene import Staging, make_scene
from tests.live_parts import SIDE

STRIP = 96
"""Width of the strip of a picture that each person has to themselves, px."""

EVERYONE = Staging("everyone", lock_background=False)


def drawn_people(*times: float | None) -> Picture:
    """Drawn heads side by side, each at a time of its own, (72, 96 a head, 3); None leaves a strip empty."""
    ground = np.broadcast_to(demo_picture(0, 32, 24)[0, 0], (72, STRIP, 3))
    return freeze(np.hstack([ground if time is None else demo_picture(time, STRIP, 72) for time in times]))


class StripFinder:
    """Sees the demo's face in each strip of a picture."""

    def __init__(self) -> None:
        self.closed = 0

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        if near is not None:
            strip = int(near[:, 0].mean()) // STRIP
            return self._look(picture, strip)
        return next(iter(self.find_all(picture)), None)

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        faces = (self._look(picture, strip) for strip in range(max(1, picture.shape[1] // STRIP)))
        return [face for face in faces if face is not None][:most]

    def close(self) -> None:
        self.closed += 1

    def _look(self, picture: Picture, strip: int) -> Face | None:
        left = strip * STRIP
        face = DemoFaceFinder().find(np.ascontiguousarray(picture[:, left : left + STRIP]))
        if face is None:
            return None
        return face._replace(landmarks=(face.landmarks + np.array((left, 0))).astype(np.float32))


class StripMatte(DemoMatte):
    """Takes whoever stands in each strip of a picture for a person."""

    def make(self, picture: Picture) -> FloatArray:
        strips = range(0, max(1, picture.shape[1] // STRIP) * STRIP, STRIP)
        return np.hstack([super(StripMatte, self).make(np.ascontiguousarray(picture[:, left : left + STRIP])) for left in strips])


def group_portrait(*times: float, staging: Staging = EVERYONE) -> Portrait:
    """A portrait of these people, the first of whom is its own face, with its scene."""
    picture = drawn_people(*times)
    portrait = make_portrait(picture, StripFinder(), SIDE)
    assert portrait is not None
    return portrait._replace(scene=make_scene(portrait, StripFinder().find_all(picture), staging, StripMatte))
