"""A portrait in its picture: the faces of it that move while a driver is there, and what stays as it was painted."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from puppet.animator import Face, MatteMaker
from puppet.faces.tracker import square_around
from puppet.motion import FloatArray
from puppet.picture import Picture, Square
from puppet.portraits.crowd import Crowd, Member, reason_to_leave
from puppet.portraits.people_matte import moving_matte, whole_matte
from puppet.portraits.portrait import Portrait, cut_near, middle_square, shrink
from puppet.portraits.portrait_quality import chosen_face
from puppet.settings import Background, LiveSettings, Shows

LONGEST = 1280
"""Longer side of the picture that faces are put back into, px: each frame copies it."""

LARGEST_CROP = 640
"""Side of the largest face's crop in that picture, px: models draw faces no finer, and what is put back costs by its square."""

MOST_LIVE = 8
"""Faces that move live at most, the portrait's own and the largest others: each is drawn anew for every frame."""


class Staging(NamedTuple):
    """What the settings ask a portrait's picture for."""

    shows: Shows = "face"
    lock_background: bool = True
    background: Background = "picture"


class Scene(NamedTuple):
    """A picture whose faces move.

    picture: at most `LONGEST` px on its longer side, or where the face is alone its crop; members: the faces that move, in its pixels,
    the portrait's own first, the rest from left to right; locks: how much of each pixel of their crops may move, (side, side) each, 0 to 1,
    or none where all may; people: how much of each pixel is a person, (height, width), 0 to 1, where what is behind them is to go;
    alone: the face fills the picture, nothing is put back.
    """

    picture: Picture
    members: tuple[Member, ...]
    locks: tuple[FloatArray, ...] = ()
    people: FloatArray | None = None
    alone: bool = False

    @property
    def nbytes(self) -> int:
        """Bytes of all its pictures."""
        pictures = sum(picture.nbytes for picture in (self.picture, *(member.face for member in self.members)))
        shares = sum(share.nbytes for share in (*self.locks, *(() if self.people is None else (self.people,))))
        return int(pictures + shares)


def staging_of(settings: LiveSettings) -> Staging:
    """What these settings ask for."""
    portraits = settings.portraits
    return Staging(portraits.shows, portraits.lock_background, settings.output.background)


def make_scene(portrait: Portrait, faces: Sequence[Face], staging: Staging, open_matte: Callable[[], MatteMaker]) -> Scene | None:
    """The scene around a portrait, or None where its face is shown alone as it is.

    faces: those of `portrait.picture`, in its pixels; open_matte is called where a matte is needed, and what it gives is left open.
    Takes half a second for each face whose background is locked or taken away. Raises what `open_matte` and the matte raise.
    """
    if staging.shows == "face":
        return _alone(portrait.face, open_matte()) if staging.background == "green" else None
    places = _places(portrait, faces) if staging.shows == "everyone" else [(portrait.square, portrait.landmarks)]
    height, width = portrait.picture.shape[:2]
    finest = LARGEST_CROP / max(square.side for square, _ in places)
    picture = shrink(portrait.picture, round(max(height, width) * min(1.0, finest, LONGEST / max(height, width))))
    members = tuple(_member(portrait, *place, picture.shape[1] / width) for place in places)
    maker = _Remembering(open_matte)
    locks = tuple(moving_matte(member, maker) for member in members) if staging.lock_background else ()
    people = whole_matte(Crowd(picture, members, ()), maker) if staging.background == "green" else None
    return Scene(picture, members, locks, people)


def fit_scene(scene: Scene, side: int) -> Scene:
    """The same scene for a model of another side: crops are taken from its picture, and locks resized."""
    if all(len(member.face) == side for member in scene.members):
        return scene
    members = tuple(member._replace(face=cut_near(scene.picture, member.square, side)) for member in scene.members)
    locks = tuple(np.asarray(cv2.resize(lock, (side, side), interpolation=cv2.INTER_LINEAR), np.float32) for lock in scene.locks)
    return scene._replace(members=members, locks=locks)


def _alone(face: Picture, maker: MatteMaker) -> Scene:
    """The face that fills its picture, with what is behind it taken away."""
    people = whole_matte(Crowd(face, (), ()), maker)
    return Scene(face, (Member(middle_square(*face.shape[1::-1]), face, None),), (), people, alone=True)


def _places(portrait: Portrait, faces: Sequence[Face]) -> list[tuple[Square, FloatArray | None]]:
    """Squares and landmarks of the portrait's own face and of the largest others, these from left to right, in its picture."""
    height, width = portrait.picture.shape[:2]
    chosen = chosen_face(faces, portrait.square)
    others = [face.landmarks for face in faces if face is not chosen and not reason_to_leave(face, width, height)]
    largest = sorted(((square_around(landmarks), landmarks) for landmarks in others), key=lambda other: -other[0].side)
    return [(portrait.square, portrait.landmarks), *sorted(largest[: MOST_LIVE - 1], key=lambda other: other[0].x)]


def _member(portrait: Portrait, square: Square, landmarks: FloatArray | None, scale: float) -> Member:
    """A face in the portrait's picture shrunk by `scale`: its square lies on whole pixels there, so that it is put back without a shift."""
    side = max(1, round(square.side * scale))
    left, top = (round((middle + 0.5) * scale - side / 2) for middle in (square.x, square.y))
    place = Square(left + (side - 1) / 2, top + (side - 1) / 2, float(side))
    cut_from = Square((place.x + 0.5) / scale - 0.5, (place.y + 0.5) / scale - 0.5, side / scale)
    moved = None if landmarks is None else np.asarray((landmarks + 0.5) * scale - 0.5, np.float32)
    return Member(place, cut_near(portrait.picture, cut_from, len(portrait.face)), moved)


class _Remembering:
    """A matte maker that makes each picture's matte once; opened with the first."""

    def __init__(self, open_matte: Callable[[], MatteMaker]) -> None:
        self._open_matte = open_matte
        self._maker: MatteMaker | None = None
        self._made: dict[int, FloatArray] = {}

    def make(self, picture: Picture) -> FloatArray:
        """How much of each pixel is the person, 0 to 1: (height, width) float32."""
        if id(picture) not in self._made:
            self._maker = self._maker or self._open_matte()
            self._made[id(picture)] = self._maker.make(picture)
        return self._made[id(picture)]

    def close(self) -> None:
        """The maker stays open: it is its owner's."""
