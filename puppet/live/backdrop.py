"""What is around the faces that move: their picture, which they are put back into, or green where it is taken away."""

from collections.abc import Sequence

import cv2
import numpy as np

from puppet.motion import FloatArray
from puppet.picture import Picture, Square, freeze
from puppet.portraits.compose import PasteBack
from puppet.portraits.people_matte import grey

GREEN = (0, 255, 0)
"""What is shown behind people who are cut out, RGB: what programs key out unless they are told of another green."""

TABLES = 6
"""Bytes that putting a face back holds for each byte of the picture it covers: shares, what is behind, masks."""


class Backdrop:
    """Puts drawn faces back into one picture; what doesn't change from frame to frame is computed once."""

    def __init__(
        self,
        picture: Picture,
        people: FloatArray | None,
        places: Sequence[Square],
        side: int,
        locks: Sequence[FloatArray],
        *,
        still_border: bool,
    ) -> None:
        """`places` are the regions of the picture that the faces cover, each drawn at `side`.

        people: how much of each pixel is a person, where all else is to be green; locks: how much of each face may move, (side, side) of
        any side, or none; still_border: the faces are drawn with borders that stand still.
        """
        self._paste = PasteBack(picture, places, side, mattes=locks, still_border=still_border)
        self._cut_out: PasteBack | None = None
        self.at_rest = picture
        if people is not None:
            opacity = grey(people)
            self._cut_out = PasteBack(opacity, places, side, mattes=locks, still_border=still_border)
            self.at_rest = over_green(picture, opacity)
        regions = [_region(place, picture) for place in places]
        self._regions = [region for region in regions if picture[region].size]
        self._layers = 1 if people is None else 2

    @property
    def nbytes(self) -> int:
        """About how many bytes it holds: its pictures, and tables as large as the regions that faces cover."""
        tables = TABLES * sum(self.at_rest[region].nbytes for region in self._regions)
        return self._layers * (self.at_rest.nbytes + tables)

    def match(self, rest: Sequence[Picture]) -> None:
        """Learn from the faces as the model draws them at rest, (side, side, 3), how its colours differ from the picture's."""
        self._paste.match(rest)

    def __call__(self, faces: Sequence[Picture], mattes: Sequence[Picture]) -> Picture:
        """The picture with these faces in it. mattes: where the person is in each, (side, side, 3), where people are cut out, else none."""
        image = self._paste(faces)
        if self._cut_out is None:
            return image
        opacity = self._cut_out(mattes)
        cut = self.at_rest.copy()
        for region in self._regions:
            cut[region] = over_green(image[region], opacity[region])
        return freeze(cut)


def over_green(image: Picture, opacity: Picture) -> Picture:
    """The image laid over green, by a grey picture of how much of each pixel covers it; all of one shape."""
    covering = cv2.multiply(image, opacity, scale=1 / 255)
    uncovered = cv2.subtract(np.array((*GREEN, 0), np.float64), opacity)
    return freeze(np.asarray(cv2.add(covering, uncovered), np.uint8))


def _region(place: Square, picture: Picture) -> tuple[slice, slice]:
    """The part of a picture that a face's square lies on."""
    height, width = picture.shape[:2]
    left, right = (int(np.clip(edge, 0, width)) for edge in (place.x - place.side / 2, place.x + place.side / 2 + 2))
    top, bottom = (int(np.clip(edge, 0, height)) for edge in (place.y - place.side / 2, place.y + place.side / 2 + 2))
    return slice(top, bottom), slice(left, right)
