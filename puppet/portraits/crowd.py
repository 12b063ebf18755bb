"""A picture of several people: every face that can be moved, cut to the square that a model wears, and those that can't, with reasons."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from puppet.animator import CrowdFinder, Face
from puppet.errors import FaceError, MediaError
from puppet.faces.tracker import square_around
from puppet.media.clip import open_clip
from puppet.motion import FloatArray
from puppet.picture import Picture, Square
from puppet.portraits.portrait import cut_near, shrink

MOST = 32
"""Faces of one picture that are moved at most, the largest: each costs its time in every frame."""

COUNTED = 256
"""Faces that are looked for at most, to say how many are left."""

SMALLEST = 24.0
"""Longer side of a face below which it is left still, px: lids and lips would be a pixel high."""

SEEN = 0.6
"""Share of a face's box that must lie in the picture; a model invents the rest of a face, not most of it."""


class Member(NamedTuple):
    """One face that is moved, as in `Portrait`: its square in the picture, its (side, side, 3) crop, its 68 landmarks if it has any."""

    square: Square
    face: Picture
    landmarks: FloatArray | None


class Left(NamedTuple):
    """One face that stays still: its middle in pixels of the picture, the longer side of its box in px, and why, as words."""

    x: float
    y: float
    size: float
    reason: str


class Crowd(NamedTuple):
    """A picture, its faces that move, the largest first, and those that are left still."""

    picture: Picture
    members: tuple[Member, ...]
    left: tuple[Left, ...]


def make_crowd(picture: Picture, finder: CrowdFinder, side: int, most: int = MOST) -> Crowd:
    """The faces of a picture, sorted into those that a model of this side can move and those left; both may be empty."""
    height, width = picture.shape[:2]
    members: list[Member] = []
    left: list[Left] = []
    for face in finder.find_all(picture, COUNTED):
        reason = reason_to_leave(face, width, height) or (f"beyond the {most} that are moved at most" if len(members) >= most else "")
        if reason:
            x, y = (face.landmarks.min(axis=0) + face.landmarks.max(axis=0)) / 2
            left.append(Left(round(float(x), 1), round(float(y), 1), round(_size(face), 1), reason))
        else:
            square = square_around(face.landmarks)
            members.append(Member(square, cut_near(picture, square, side), face.landmarks))
    return Crowd(picture, tuple(members), tuple(left))


def load_crowd(path: Path, finder: CrowdFinder, side: int, longest: int = 4096) -> Crowd:
    """The faces of any picture, or of the first frame of a gif or video, shrunk to `longest` pixels if larger.

    Raises `MediaError` when the file can't be read and `FaceError` when it has no face, or none that can be moved.
    """
    if path.is_dir():
        raise MediaError(f"{path} is a folder; a portrait is one picture.", "Name a picture in it.")
    crowd = make_crowd(shrink(open_clip(path).first(), longest), finder, side)
    if not crowd.members and crowd.left:
        count = len(crowd.left)
        faces = "The one face in" if count == 1 else f"None of the {count} faces in"
        verb = "can't be moved" if count == 1 else "can be moved"
        raise FaceError(f"{faces} {path} {verb}: {crowd.left[0].reason}.", "Use a larger picture that shows the faces whole.")
    if not crowd.members:
        raise FaceError(f"No face was found in {path}.", "Use a picture with clear faces.")
    return crowd


def reason_to_leave(face: Face, width: int, height: int) -> str:
    """Why a face can't be moved; empty when it can."""
    low, high = face.landmarks.min(axis=0), face.landmarks.max(axis=0)
    inside = np.clip(np.minimum(high, (width - 0.5, height - 0.5)) - np.maximum(low, -0.5), 0, None)
    if float(np.prod(inside)) < SEEN * float(np.prod(high - low)):
        return "cut off by the picture's border"
    return f"smaller than {SMALLEST:.0f} px" if _size(face) < SMALLEST else ""


def _size(face: Face) -> float:
    """The longer side of a face's box, px."""
    return float(np.ptp(face.landmarks, axis=0).max())
