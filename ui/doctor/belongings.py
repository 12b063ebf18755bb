"""What is the user's own: settings that differ from the usual ones, and how many portraits there are. Nothing is written or moved.

What a person wrote (names, words, folders, addresses) is told only as having been set.
"""

import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_origin

from pydantic import BaseModel

from puppet.assets import model_names, portraits
from puppet.errors import MediaError
from puppet.folders import data_folder
from puppet.media.picture_file import PICTURE_SUFFIXES
from puppet.portraits.library_file import NAME, LibraryFile
from puppet.settings import LiveSettings
from puppet.settings_file import VERSION, load_settings, settings_path
from ui.doctor.part import gather
from ui.doctor.report import Belongings
from ui.model_choice import DEMO

UNSHOWN = frozenset({"welcomed"})
"""What tells nothing."""


class Kept(NamedTuple):
    """The settings in force, and a sentence for each thing in their file that can't be used."""

    settings: LiveSettings
    troubles: list[str]


def look_at_belongings(path: Path, kept: Kept, folder: Path | None = None) -> Belongings:
    """Settings file, and the portraits in `folder`, by default the user's own."""
    library = folder or data_folder() / "portraits"
    return gather(
        Belongings,
        settings=lambda: str(path) if path.exists() else f"{path}, not written yet: all settings are the usual ones",
        troubles=lambda: kept.troubles,
        differs=lambda: list(differences(kept.settings)),
        profiles=lambda: len(list((settings_path().parent / "profiles").glob("*.toml"))),
        portraits=lambda: _count_pictures(library),
        bundled=lambda: len(portraits()),
        portraits_trouble=lambda: _library_trouble(library),
    )


def read_settings(path: Path) -> Kept:
    """What a live run would start with, without what it would do to a damaged file: putting it aside."""
    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return Kept(LiveSettings(), [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        told = f"The settings file is damaged ({error}): at the next start it is put aside, and the usual settings are in force."
        return Kept(LiveSettings(), [told])
    except OSError as error:
        return Kept(LiveSettings(), [f"The settings file can't be read: {error.strerror}."])
    troubles = []
    version = values.get("version", VERSION)
    if not isinstance(version, int) or version > VERSION:
        troubles.append(f"The settings file was written by a newer Puppet (version {version}): what is known of it is used.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        settings, told_of = load_settings(copy)
    return Kept(settings, troubles + [trouble for trouble in told_of if str(copy.parent) not in trouble])


def differences(settings: LiveSettings) -> Iterator[str]:
    """Each setting that is not the usual one: "camera.width 1280"; what a person wrote is only "set"."""
    for name in LiveSettings.model_fields:
        value, usual = getattr(settings, name), getattr(LiveSettings(), name)
        if name in UNSHOWN or value == usual:
            continue
        if not isinstance(value, BaseModel):
            yield f"{name} {_told(LiveSettings, name, value)}"
            continue
        for field in type(value).model_fields:
            part = getattr(value, field)
            if part != getattr(usual, field):
                yield f"{name}.{field} {_told(type(value), field, part)}"


def _told(model: type[BaseModel], field: str, value: Any) -> str:
    """A value that can be told: a number, a switch, one of a list, an embedded model, an engine, a camera's number."""
    if isinstance(value, dict):
        return f"{len(value)} changed"
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, str):
        return f"{value:g}"
    free = get_origin(model.model_fields[field].annotation) is None
    plain = field == "engine" or (field == "model" and value in (*model_names(), DEMO)) or (field == "source" and value.isdecimal())
    return value if plain or not free else "set"


def _count_pictures(folder: Path) -> int:
    if not folder.exists():
        return 0
    return sum(1 for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith("."))


def _library_trouble(folder: Path) -> str:
    """What is wrong with the list of the portraits; empty where nothing is, or where there is none yet."""
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file; the portraits need a folder: move that file away."
    try:
        LibraryFile.model_validate(tomllib.loads((folder / NAME).read_bytes().decode()))
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise MediaError(f"The list of portraits can't be read: {error.strerror}.") from error
    except ValueError:  # no TOML, no text, or not what belongs there
        return "The list of portraits is damaged: at the next start it is put aside and made anew, the pictures are all there."
    return ""
