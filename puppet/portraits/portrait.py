"""The picture that is animated: read, its face found, and cut to the square that a model wears."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from puppet.animator import FaceFinder
from puppet.errors import FaceError, MediaError
from puppet.faces.tracker import square_around
from puppet.media.clip import open_clip
from puppet.motion import FloatArray
from puppet.picture import Picture, Square, cut, freeze

if TYPE_CHECKING:  # a scene is made of portraits' crops
    from puppet.portraits.scene import Scene


class Portrait(NamedTuple):
    """A picture and the square of it that moves.

    picture: the whole, (height, width, 3); square: what the face's crop covers of it, in its pixels; face: that crop at the
    model's size, (side, side, 3); landmarks: (68, 2) iBUG points in pixels of the picture, or None where no face was looked for.
    scene: what of its picture is shown around the face; without one the face is shown alone.
    """

    picture: Picture
    square: Square
    face: Picture
    landmarks: FloatArray | None
    scene: "Scene | None" = None


def middle_square(width: int, height: int) -> Square:
    """The largest square in the middle of a picture."""
    return Square((width - 1) / 2, (height - 1) / 2, float(min(width, height)))


def shrink(picture: Picture, longest: int) -> Picture:
    """The picture scaled down to at most `longest` pixels on its longer side; a smaller one is returned as it is."""
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return freeze(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8))


def cut_near(picture: Picture, square: Square, side: int) -> Picture:
    """The (side, side, 3) crop of `square`, made from what lies near it alone: in a large picture much cheaper than `cut`."""
    height, width = picture.shape[:2]
    reach = square.side / 2 + 2 * max(1.0, square.side / side)
    left, right = (int(np.clip(edge, 0, width)) for edge in (min(square.x - reach, width - 1), max(square.x + reach + 1, 1)))
    top, bottom = (int(np.clip(edge, 0, height)) for edge in (min(square.y - reach, height - 1), max(square.y + reach + 1, 1)))
    return cut(picture[top:bottom, left:right], Square(square.x - left, square.y - top, square.side), side)


def make_portrait(picture: Picture, finder: FaceFinder | None, side: int) -> Portrait | None:
    """A portrait from a picture, or None when `finder` sees no face in it; without a finder its middle square is taken."""
    if finder is None:
        square, landmarks = middle_square(picture.shape[1], picture.shape[0]), None
    else:
        face = finder.find(picture)
        if face is None:
            return None
        square, landmarks = square_around(face.landmarks), face.landmarks
    return Portrait(picture, square, cut(picture, square, side), landmarks)


def load_portrait(path: Path, finder: FaceFinder | None, side: int, longest: int = 4096) -> Portrait:
    """A portrait from any picture, or from the first frame of a gif or video, shrunk to `longest` pixels if larger.

    Raises `MediaError` when the file can't be read and `FaceError` when `finder` sees no face in it.
    """
    if path.is_dir():
        raise MediaError(f"{path} is a folder; a portrait is one picture.", "Name a picture in it.")
    picture = shrink(open_clip(path).first(), longest)
    portrait = make_portrait(picture, finder, side)
    if portrait is None:
        raise FaceError(f"No face was found in {path}.", "Use a picture with a clear face.")
    return portrait
