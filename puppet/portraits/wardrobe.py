"""The portraits at hand: each is read, its faces found and its crop cut and judged when it is first asked for."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from puppet.animator import CrowdFinder, Face
from puppet.errors import FaceError, MediaError
from puppet.faces.tracker import square_around
from puppet.media.clip import open_clip
from puppet.picture import Picture, Square
from puppet.portraits.portrait import Portrait, cut_near, middle_square, shrink
from puppet.portraits.portrait_library import Entry
from puppet.portraits.portrait_quality import Quality, chosen_face, judge
from puppet.portraits.preview import THUMBNAIL, Preview, PreviewCache

LARGEST = 16384
"""Longer side above which a picture is shrunk before anything else, px: OpenCV can't cut from one twice as large."""

LONGEST = 2048
"""Longer side of the pictures that are kept, px. Crops are told in pixels of these; faces are cut from the file's own."""

ROOM = 256 * 2**20
"""Bytes of pictures kept at hand; beyond it those that weren't asked for the longest go."""


class Look(NamedTuple):
    """A picture and whom it shows, whatever its crop.

    picture: at most `LONGEST` px long; faces: in its pixels, the largest first; detail: pixels of the file one of its pixels stands for.
    """

    picture: Picture
    faces: tuple[Face, ...]
    detail: float

    @property
    def found(self) -> Square | None:
        """The crop around the largest face; None without a face."""
        return square_around(self.faces[0].landmarks) if self.faces else None

    def judge(self, square: Square, side: int, by_hand: bool = False) -> Quality:
        """How well a crop of the picture would do for a model of this side; whoever chose it by hand knows of the other faces."""
        others = () if by_hand else self.faces
        return judge(self.picture, chosen_face(self.faces, square), square, side=side, others=others, detail=self.detail)


class Fitting(NamedTuple):
    """A portrait cut for one model, how well it will do, and how many faces its picture has."""

    portrait: Portrait
    quality: Quality
    faces: int


class Wardrobe:
    """Portraits for the model that runs. `at_hand`, `preview_at_hand` and `wear` may be called on any thread, all else on one at a time."""

    def __init__(self, open_finder: Callable[[], CrowdFinder], side: int, cache: Path | None = None, *, finder: str = "") -> None:
        """`side`: what the model wears, px. The face finder is opened with the first picture read; `finder` is its name.

        cache: where previews are kept, apart for each finder: what one sees in a picture another may not.
        """
        self.side = side
        self._open_finder = open_finder
        self._finder_name = finder
        self._finder: CrowdFinder | None = None
        self._cache = PreviewCache(cache) if cache is not None else None
        self._looks: OrderedDict[Entry, Look] = OrderedDict()  # by the entry less its crop
        self._fittings: dict[Entry, Fitting] = {}
        self._worn: tuple[Entry, Fitting] | None = None
        self._previews: dict[Entry, Preview] = {}

    def at_hand(self, entry: Entry) -> Fitting | None:
        """The portrait if it was read before, as this entry tells it."""
        worn = self._worn
        return worn[1] if worn is not None and worn[0] == entry else self._fittings.get(entry)

    def wear(self, entry: Entry, fitting: Fitting) -> None:
        """This one is worn: it stays at hand however many are read after it, until another is. Any thread."""
        self._worn = entry, fitting

    def preview_at_hand(self, entry: Entry) -> Preview | None:
        """The preview if it was made before."""
        return self._previews.get(entry)

    def look(self, entry: Entry) -> Look:
        """The picture and all its faces, for choosing a crop; with none it is still worth a look. Raises `MediaError`."""
        return self._looks.get(entry._replace(crop=None)) or self._look_at(entry, self._read_file(entry.path))

    def read(self, entry: Entry) -> Fitting:
        """The portrait, read if need be: the crop chosen by hand, or the largest face. Raises `MediaError`, `FaceError`."""
        fitting = self.at_hand(entry)
        if fitting is None:
            fitting = self._fit(entry)
            self._fittings[entry] = fitting
        if (key := entry._replace(crop=None)) in self._looks:
            self._looks.move_to_end(key)
        return fitting

    def preview(self, entry: Entry) -> Preview:
        """The portrait at a glance; what is wrong with it is told in there."""
        preview = self._previews.get(entry)
        if preview is None:
            preview = (self._cache and self._cache.load(entry, self.side, self._finder_name)) or self._make_preview(entry)
            if preview.thumbnail is not None:  # a file that can't be read may be there again
                self._previews[entry] = preview
        return preview

    def change_model(self, open_finder: Callable[[], CrowdFinder], side: int, *, finder: str = "") -> bool:
        """Cut for another model from now on, with the face finder that goes with it; whether that makes a difference.

        Where it does nothing is at hand any more; only what the same finder saw in the pictures is.
        """
        if (finder, side) == (self._finder_name, self.side):
            return False
        if finder != self._finder_name:
            self.close()
            self._looks.clear()
        self._open_finder, self._finder_name, self.side = open_finder, finder, side
        self._worn, self._fittings, self._previews = None, {}, {}
        return True

    def close(self) -> None:
        """Close the face finder, if one is open; may be called twice."""
        finder, self._finder = self._finder, None
        if finder is not None:
            finder.close()

    def _fit(self, entry: Entry) -> Fitting:
        known = self._looks.get(entry._replace(crop=None))
        whole = known.picture if known is not None and known.detail == 1 else self._read_file(entry.path)
        look = known or self._look_at(entry, whole)
        square = _within(entry.crop, look.picture) or look.found
        if square is None:
            raise FaceError(f"No face was found in {entry.path}.", "Use a picture with a clear face, or choose the crop by hand.")
        face = chosen_face(look.faces, square)
        cut = cut_near(whole, _scaled_square(square, look.detail), self.side)
        portrait = Portrait(look.picture, square, cut, None if face is None else face.landmarks)
        return Fitting(portrait, look.judge(square, self.side, by_hand=square == entry.crop), len(look.faces))

    def _make_preview(self, entry: Entry) -> Preview:
        try:
            fitting = self.read(entry)
            thumbnail = cut_near(fitting.portrait.picture, fitting.portrait.square, THUMBNAIL)
            preview = Preview(thumbnail, fitting.quality, fitting.faces)
        except FaceError as error:
            picture = self.look(entry).picture
            preview = Preview(cut_near(picture, middle_square(picture.shape[1], picture.shape[0]), THUMBNAIL), None, 0, str(error))
        except MediaError as error:
            return Preview(None, None, 0, str(error))
        if self._cache is not None:
            self._cache.keep(entry, self.side, preview, self._finder_name)
        return preview

    def _read_file(self, path: Path) -> Picture:
        if path.is_dir():
            raise MediaError(f"{path} is a folder; a portrait is one picture.", "Name a picture in it.")
        return shrink(open_clip(path).first(), LARGEST)

    def _look_at(self, entry: Entry, whole: Picture) -> Look:
        if self._finder is None:
            self._finder = self._open_finder()
        picture = shrink(whole, LONGEST)
        detail = whole.shape[1] / picture.shape[1]
        faces = tuple(_scaled_face(face, 1 / detail) for face in self._finder.find_all(whole))
        look = self._looks[entry._replace(crop=None)] = Look(picture, faces, detail)
        self._make_room()
        return look

    def _make_room(self) -> None:
        """Let go of the pictures that weren't asked for the longest."""
        size = sum(look.picture.nbytes for look in self._looks.values())
        while size > ROOM and len(self._looks) > 1:
            left, look = self._looks.popitem(last=False)
            size -= look.picture.nbytes
            for entry in [entry for entry in self._fittings if entry._replace(crop=None) == left]:
                del self._fittings[entry]


def _within(square: Square | None, picture: Picture) -> Square | None:
    """The square if its middle lies in the picture, as one chosen for it does."""
    height, width = picture.shape[:2]
    return square if square is not None and -0.5 <= square.x < width and -0.5 <= square.y < height else None


def _scaled_square(square: Square, factor: float) -> Square:
    """The same square in a picture `factor` times as large."""
    return Square((square.x + 0.5) * factor - 0.5, (square.y + 0.5) * factor - 0.5, square.side * factor)


def _scaled_face(face: Face, factor: float) -> Face:
    """The same face in a picture `factor` times as large."""
    if factor == 1:
        return face
    landmarks, mesh = (face.landmarks + 0.5) * factor - 0.5, face.mesh * factor
    mesh[:, :2] += 0.5 * factor - 0.5
    return Face(np.asarray(landmarks, np.float32), np.asarray(mesh, np.float32), face.score)
