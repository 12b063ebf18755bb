"""The portraits at hand: each is read, its faces found and its crop cut and judged when it is first asked for."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from puppet.animator import CrowdFinder, Face, MatteMaker
from puppet.errors import FaceError, MediaError
from puppet.faces.tracker import square_around
from puppet.media.clip import open_clip
from puppet.picture import Picture, Square
from puppet.portraits.portrait import Portrait, cut_near, middle_square, shrink
from puppet.portraits.portrait_library import Entry
from puppet.portraits.portrait_quality import Quality, chosen_face, judge
from puppet.portraits.preview import THUMBNAIL, Preview, PreviewCache
from puppet.portraits.scene import Staging, make_scene

LARGEST = 16384
"""Longer side above which a picture is shrunk before anything else, px: OpenCV can't cut from one twice as large."""

LONGEST = 2048
"""Longer side of the pictures that are kept, px. Crops are told in pixels of these; faces are cut from the file's own."""

ROOM = 256 * 2**20
"""Bytes of pictures kept at hand, and of the scenes made of them; beyond it those that weren't asked for the longest go."""


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
    """A portrait cut for one model, how well it will do, and how many faces its picture has. staging: what its scene was made for."""

    portrait: Portrait
    quality: Quality
    faces: int
    staging: Staging = Staging()

    @property
    def moving(self) -> int:
        """How many of the faces move."""
        return 1 if self.portrait.scene is None else len(self.portrait.scene.members)


class Wardrobe:
    """Portraits for the model that runs. `at_hand`, `preview_at_hand` and `wear` may be called on any thread, all else on one at a time."""

    def __init__(
        self,
        open_finder: Callable[[], CrowdFinder],
        side: int,
        cache: Path | None = None,
        *,
        finder: str = "",
        open_matte: Callable[[], MatteMaker] | None = None,
        staging: Staging = Staging(),  # noqa: B008  it is immutable
    ) -> None:
        """`side`: what the model wears, px. The face finder is opened with the first picture read; `finder` is its name.

        cache: where previews are kept, apart for each finder: what one sees in a picture another may not. staging: what is shown
        around a face; where that takes a matte, `open_matte` is called for the first one.
        """
        self.side = side
        self.staging = staging
        self._open_finder = open_finder
        self._finder_name = finder
        self._finder: CrowdFinder | None = None
        self._open_matte = open_matte
        self._matte: MatteMaker | None = None
        self._cache = PreviewCache(cache) if cache is not None else None
        self._looks: OrderedDict[Entry, Look] = OrderedDict()  # by the entry less its crop
        self._cuts: dict[Entry, Fitting] = {}  # without scenes
        self._fittings: dict[Entry, Fitting] = {}
        self._worn: tuple[Entry, Fitting] | None = None
        self._previews: dict[Entry, Preview] = {}

    def at_hand(self, entry: Entry) -> Fitting | None:
        """The portrait if it was read before, as this entry tells it."""
        worn, fitting = self._worn or (None, None)
        if worn == entry and fitting is not None and fitting.staging == self.staging:  # else it was put on just before a change
            return fitting
        return self._fittings.get(entry)

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
        """The portrait, read if need be: the crop chosen by hand, or the largest face, and its scene, which may take seconds.

        Raises `MediaError`, `FaceError`, and what opening the matte raises.
        """
        fitting = self.at_hand(entry)
        if fitting is None:
            fitting = self._cut(entry)
            if self.makes_scenes:
                scene = make_scene(fitting.portrait, self.look(entry).faces, self.staging, self._opened_matte)
                fitting = fitting._replace(portrait=fitting.portrait._replace(scene=scene))
            self._fittings[entry] = fitting = fitting._replace(staging=self.staging)
        if (key := entry._replace(crop=None)) in self._looks:
            self._looks.move_to_end(key)
        self._make_room()
        return fitting

    def preview(self, entry: Entry) -> Preview:
        """The portrait at a glance; what is wrong with it is told in there."""
        preview = self._previews.get(entry)
        if preview is None:
            preview = (self._cache and self._cache.load(entry, self.side, self._finder_name)) or self._make_preview(entry)
            if preview.thumbnail is not None:  # a file that can't be read may be there again
                self._previews[entry] = preview
        return preview

    @property
    def makes_scenes(self) -> bool:
        """Whether more is asked of a portrait than its face alone: reading it takes longer then."""
        return self.staging.shows != "face" or self.staging.background != "picture"

    def change_staging(self, staging: Staging) -> bool:
        """Show something else around faces from now on; whether that makes a difference.

        Where it does no portrait is at hand any more, but the worn one again once the staging is changed back.
        """
        if staging == self.staging:
            return False
        self.staging, self._fittings = staging, {}
        return True

    def change_model(
        self,
        open_finder: Callable[[], CrowdFinder],
        side: int,
        *,
        finder: str = "",
        open_matte: Callable[[], MatteMaker] | None = None,
    ) -> bool:
        """Cut for another model from now on, with the face finder and the matte that go with it; whether that makes a difference.

        Where it does nothing is at hand any more; only what the same finder saw in the pictures is.
        """
        if (finder, side) == (self._finder_name, self.side):
            return False
        if finder != self._finder_name:
            self.close()
            self._looks.clear()
        self._open_finder, self._finder_name, self._open_matte, self.side = open_finder, finder, open_matte, side
        self._worn, self._cuts, self._fittings, self._previews = None, {}, {}, {}
        return True

    def close(self) -> None:
        """Close the face finder and the matte, if they are open; may be called twice."""
        opened, self._finder, self._matte = (self._finder, self._matte), None, None
        for network in opened:
            if network is not None:
                network.close()

    def _opened_matte(self) -> MatteMaker:
        assert self._open_matte is not None, "whoever asks for scenes says where mattes come from"
        if self._matte is None:
            self._matte = self._open_matte()
        return self._matte

    def _cut(self, entry: Entry) -> Fitting:
        """The portrait without a scene, cut if it never was."""
        if entry not in self._cuts:
            self._cuts[entry] = self._fit(entry)
        return self._cuts[entry]

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
            fitting = self._cut(entry)
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
        """Let go of the pictures that weren't asked for the longest, and of what was made of them."""
        sizes = {key: look.picture.nbytes for key, look in self._looks.items()}
        for entry, fitting in self._fittings.items():
            key = entry._replace(crop=None)
            if fitting.portrait.scene is not None and key in sizes:
                sizes[key] += fitting.portrait.scene.nbytes
        while sum(sizes.values()) > ROOM and len(self._looks) > 1:
            left, _ = self._looks.popitem(last=False)
            del sizes[left]
            for kept in (self._cuts, self._fittings):
                for entry in [entry for entry in kept if entry._replace(crop=None) == left]:
                    del kept[entry]


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
