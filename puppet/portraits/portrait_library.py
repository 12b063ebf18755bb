"""The user's portraits: a folder of pictures that can be added to, cut anew, removed from and put right again."""

import re
from collections.abc import Sequence
from pathlib import Path
from threading import RLock
from typing import NamedTuple

import cv2

from puppet.assets import ASSETS
from puppet.errors import MediaError
from puppet.media.clip import natural_order, open_clip
from puppet.media.picture_file import PICTURE_SUFFIXES
from puppet.media.whole_file import unreadable, unwritable, write_whole
from puppet.picture import Picture, Square
from puppet.portraits.library_file import KeptCrop, LibraryFile, Removed, free_path, make_folder, read_library_file, write_library_file

REMOVED_FOLDER = "removed"
"""Where removed pictures lie, below the library's folder; nothing empties it but the user."""

UNFIT_FOR_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
"""What some system forbids in a file's name."""


class Entry(NamedTuple):
    """One portrait of the library. A change of the file or of the crop makes another entry of it.

    name: as shown to a person; bundled: it came with Puppet; crop: chosen by hand, in pixels of the picture as the wardrobe shows
    it (which is the file's own unless that is huge); stamp: length and time of change of the file, by which another content shows.
    """

    path: Path
    name: str
    bundled: bool
    crop: Square | None
    stamp: tuple[int, int] = (0, 0)


class AlreadyThereError(MediaError):
    """A picture that the library has: `entry` says as what."""

    def __init__(self, sentence: str, entry: Entry) -> None:
        super().__init__(sentence)
        self.entry = entry


class PortraitLibrary:
    """Portraits in a lasting order: those named at the start, the user's own in the order they came, those that are always there.

    Adding one never moves the user's own to other numbers. `entries` may be read on any thread; what changes the library
    reads and writes files, so it belongs on a worker. Only `add`, `paste`, `remove`, `restore` and `set_crop` raise.
    """

    def __init__(self, folder: Path, fixed: Sequence[Path] = (), named: Sequence[Path] = ()) -> None:
        """`folder`: where imports go; it need not exist. fixed: shown after the user's own; named: asked for, shown before them."""
        self.folder = folder
        self.entries: tuple[Entry, ...] = ()
        self.troubles: tuple[str, ...] = ()
        self._named = tuple(named)
        self._fixed = tuple(path for path in fixed if path not in self._named)
        self._content = LibraryFile()
        self._lock = RLock()
        self.reload()
        asked = {self._key(path) for path in self._named}
        self._content = self._content.model_copy(update={"removed": tuple(one for one in self._content.removed if one.key not in asked)})
        self._list()

    def reload(self) -> None:
        """Notice what was put into the folder or taken from it by hand; `troubles` tells what stood in the way."""
        with self._lock:
            troubles: list[str] = []
            try:
                self._content, trouble = read_library_file(self.folder)
                troubles += [trouble] if trouble else []
                self._take_in_new_files()
            except MediaError as error:
                troubles.append(str(error))
            self.troubles = tuple(troubles)
            self._list()

    def find(self, name: str) -> Entry | None:
        """The entry of this path, file name or shown name, the first that fits; None without one."""
        for fits in (lambda e: str(e.path) == name, lambda e: e.path.name == name, lambda e: e.name == name):
            for entry in self.entries:
                if fits(entry):
                    return entry
        return None

    def add(self, file: Path) -> Entry:
        """Copy a picture, or the first one of a gif or video, into the folder.

        Raises `MediaError` when it can't be read or stored, `AlreadyThereError` when it is there.
        """
        if file.is_dir():
            raise MediaError(f"{file} is a folder; a portrait is one picture.", "Choose the pictures in it.")
        picture = open_clip(file).first()  # says what is wrong with it
        suffix = file.suffix.lower()
        if suffix not in PICTURE_SUFFIXES:
            return self._store(_png(picture), file.stem, ".png")
        try:
            data = file.read_bytes()
        except OSError as error:
            raise unreadable(file, error) from error
        return self._store(data, file.stem, suffix)

    def paste(self, picture: Picture, stem: str = "pasted") -> Entry:
        """Keep a picture that is no file yet. Raises `MediaError`, `AlreadyThereError`."""
        return self._store(_png(picture), stem, ".png")

    def remove(self, entry: Entry) -> None:
        """Move one of the user's pictures among the removed; any other is only no longer shown. Raises `MediaError`."""
        with self._lock:
            key, kept, order = self._key(entry.path), "", list(self._content.order)
            place = order.index(key) if key in order else len(order)
            moves: list[tuple[Path, Path]] = []
            if self._is_own(entry.path):
                make_folder(self.folder / REMOVED_FOLDER)
                kept_path = free_path(self.folder / REMOVED_FOLDER, entry.path.stem, entry.path.suffix)
                moves.append((entry.path, kept_path))
                kept, order = kept_path.name, [name for name in order if name != key]
            self._write(moves, order=tuple(order), removed=(*self._content.removed, Removed(key=key, kept=kept, place=place)))

    def restore(self) -> Entry | None:
        """Put back what was removed last, where it was; None when there is nothing. Raises `MediaError`."""
        with self._lock:
            removed = self.folder / REMOVED_FOLDER
            earlier = [one for one in self._content.removed if not one.kept or (removed / one.kept).is_file()]
            if not earlier:
                return None
            last, order, moves = earlier.pop(), list(self._content.order), []
            key = last.key
            if last.kept:
                path = free_path(self.folder, Path(key).stem, Path(key).suffix)
                moves.append((removed / last.kept, path))
                key = path.name
                order.insert(last.place, key)
            self._write(moves, order=tuple(order), removed=tuple(earlier))
            return next((entry for entry in self.entries if self._key(entry.path) == key), None)

    @property
    def can_restore(self) -> bool:
        """Whether anything was removed."""
        return bool(self._content.removed)

    def set_crop(self, entry: Entry, square: Square | None) -> Entry:
        """Keep a crop chosen by hand, or forget it for the one that is found; the entry as it is now. Raises `MediaError`."""
        with self._lock:
            key, crops = self._key(entry.path), dict(self._content.crops)
            crops.pop(key, None)
            if square is not None:
                crops[key] = KeptCrop(x=square.x, y=square.y, side=square.side, length=entry.stamp[0])
            self._write(crops=crops)
            return next((one for one in self.entries if one.path == entry.path), entry._replace(crop=square))

    def _store(self, data: bytes, stem: str, suffix: str) -> Entry:
        """Write a picture's bytes under a free name, unless an entry holds just these."""
        with self._lock:
            for entry in self.entries:
                if entry.stamp[0] == len(data) and _holds(entry.path, data):
                    raise AlreadyThereError(f"This picture is among your portraits already, as {entry.name}.", entry)
            make_folder(self.folder)
            stem = UNFIT_FOR_NAMES.sub(" ", stem).strip(" .")[:80] or "portrait"
            path = free_path(self.folder, stem, suffix)
            write_whole(path, data)
            self._write(order=(*self._content.order, path.name))
            return next(entry for entry in self.entries if entry.path == path)

    def _write(self, moves: Sequence[tuple[Path, Path]] = (), **changes: object) -> None:
        """Move files and write what follows from it; where it can't be written, the files go back."""
        content = self._content.model_copy(update=changes)
        for path, place in moves:
            _move(path, place)
        try:
            write_library_file(self.folder, content)
        except MediaError:
            for path, place in moves:
                _move(place, path)
            raise
        self._content = content
        self._list()

    def _take_in_new_files(self) -> None:
        """Give files that were put there by hand the next places; those that are missing keep theirs, should they come back."""
        known = set(self._content.order)
        new = [path.name for path in sorted(self._own_files(), key=natural_order) if path.name not in known]
        if new:
            self._content = self._content.model_copy(update={"order": (*self._content.order, *new)})
            write_library_file(self.folder, self._content)

    def _own_files(self) -> list[Path]:
        try:
            found = list(self.folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(self.folder, error) from error
        return [path for path in found if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".") and path.is_file()]

    def _list(self) -> None:
        own = [path for name in self._content.order if (path := self.folder / name).is_file()]
        hidden = {one.key for one in self._content.removed if not one.kept}
        paths = [path for path in (*self._named, *own, *self._fixed) if self._key(path) not in hidden]
        self.entries = tuple(self._entry(path) for path in dict.fromkeys(paths))

    def _entry(self, path: Path) -> Entry:
        stamp = _stamp(path)
        crop = self._content.crops.get(self._key(path))
        square = crop.square if crop is not None and crop.length == stamp[0] else None
        return Entry(path, path.stem.replace("_", " "), path.is_relative_to(ASSETS), square, stamp)

    def _is_own(self, path: Path) -> bool:
        return path.parent == self.folder

    def _key(self, path: Path) -> str:
        """What a portrait is called in the library's file: the same wherever Puppet itself lies."""
        if self._is_own(path):
            return path.name
        return f"bundled/{path.name}" if path.is_relative_to(ASSETS) else str(path.absolute())


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:  # reading it will say what is wrong
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _move(path: Path, place: Path) -> None:
    try:
        path.rename(place)
    except OSError as error:
        raise unwritable(place, error) from error


def _png(picture: Picture) -> bytes:
    return cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
