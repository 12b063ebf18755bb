"""What a portrait folder can't say by its files alone: their order, crops chosen by hand, and what was removed."""

import tomllib
from pathlib import Path

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from puppet.errors import MediaError
from puppet.media.whole_file import unreadable, unwritable, write_whole
from puppet.picture import Square

NAME = "library.toml"
VERSION = 1
TOLERANT = ConfigDict(extra="ignore", frozen=True)
"""What a newer Puppet added is passed over."""


class KeptCrop(BaseModel):
    """A crop chosen by hand, as `Square`. length: bytes of the file it was chosen for; with another file it no longer holds."""

    model_config = TOLERANT

    x: float
    y: float
    side: float = Field(gt=0)
    length: int

    @property
    def square(self) -> Square:
        """The crop."""
        return Square(self.x, self.y, self.side)


class Removed(BaseModel):
    """A portrait that was removed. key: what the portrait is called in the library's file; kept: its name among the removed files,
    empty for one that was only hidden; place: where it stood, from 0.
    """

    model_config = TOLERANT

    key: str
    kept: str = ""
    place: int = 0


class LibraryFile(BaseModel):
    """The content of `library.toml`. order: names of the folder's pictures; removed: the latest last; crops: by key."""

    model_config = TOLERANT

    version: int = VERSION
    order: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()
    crops: dict[str, KeptCrop] = Field(default_factory=dict)


def read_library_file(folder: Path) -> tuple[LibraryFile, str]:
    """The folder's file and what was wrong with it, in a sentence: a damaged one is put aside and begun anew.

    Raises `MediaError` when the system won't let it be read or put aside.
    """
    path = folder / NAME
    try:
        return LibraryFile.model_validate(tomllib.loads(path.read_bytes().decode())), ""
    except FileNotFoundError:
        return LibraryFile(), ""
    except NotADirectoryError:
        raise MediaError(f"{folder} is a file; the portraits need a folder.", "Move that file away.") from None
    except OSError as error:
        raise unreadable(path, error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError):
        return LibraryFile(), f"The list of your portraits was damaged: it is kept as {_put_aside(path)}, the pictures are all there."


def write_library_file(folder: Path, content: LibraryFile) -> None:
    """Write the folder's file, whole or not at all; the folder is made if need be. Raises `MediaError`."""
    make_folder(folder)
    text = "# Puppet writes this file anew when portraits are added, moved or removed.\n\n"
    write_whole(folder / NAME, (text + tomli_w.dumps(content.model_dump())).encode())


def make_folder(folder: Path) -> None:
    """Make a folder and those around it, where they aren't there yet. Raises `MediaError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """A path in the folder that nothing has yet: STEM, STEM-2, STEM-3 and so on."""
    path, number = folder / f"{stem}{suffix}", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}{suffix}", number + 1
    return path


def _put_aside(path: Path) -> Path:
    aside = free_path(path.parent, f"{path.stem}.damaged", path.suffix)
    try:
        path.replace(aside)
    except OSError as error:
        raise unwritable(aside, error) from error
    return aside
