"""Settings on disk: one TOML file a profile, in the platform's place, that holds what differs from the defaults.

A person may edit it by hand, so nothing in it is trusted and nothing is thrown away: a value that can't be used is told and left out, a
file that is no TOML is put aside under another name, and so is one that a newer Puppet wrote, before it is written over.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w
from pydantic import ValidationError

from puppet.errors import SettingsError
from puppet.folders import settings_folder
from puppet.media.whole_file import unreadable, unwritable, write_whole
from puppet.settings import LiveSettings

VERSION = 1
"""Of the file's form. One that is raised brings its step in `MIGRATIONS`."""

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""For each older version, what makes its values those of the next."""

PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class Loaded(NamedTuple):
    """Settings as read, and a sentence for each thing that could not be used."""

    settings: LiveSettings
    troubles: tuple[str, ...]


def settings_path(profile: str = "") -> Path:
    """The file of a profile; `settings.toml` without one. Raises `SettingsError` for a name that is no file name."""
    if not profile:
        return settings_folder() / "settings.toml"
    if not PROFILE.fullmatch(profile):
        raise SettingsError(f"A profile can't be called {profile!r}.", "Use letters, digits, - and _.")
    return settings_folder() / "profiles" / f"{profile}.toml"


def load_settings(path: Path) -> Loaded:
    """The settings in a file; the defaults where there is none. Raises `MediaError` when the system won't let it be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Loaded(LiveSettings(), ())
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        values = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        aside = _put_aside(path, "damaged")
        return Loaded(
            LiveSettings(), (f"The settings file was damaged ({error}): it is kept as {aside}, and the usual settings are in force.",)
        )
    version = values.pop("version", VERSION)
    troubles: list[str] = []
    if not isinstance(version, int) or version > VERSION:
        aside = _put_aside(path, "newer")
        troubles.append(
            f"The settings file was written by a newer Puppet (version {version}): it is kept as {aside}, and what is known of it is used."
        )
    else:
        for step in range(version, VERSION):
            values = MIGRATIONS[step](values)
    return Loaded(_usable(values, troubles), tuple(troubles))


def save_settings(path: Path, settings: LiveSettings) -> None:
    """Write what differs from the defaults, whole or not at all. Raises `MediaError`."""
    values = {"version": VERSION} | settings.model_dump(exclude_defaults=True)
    text = "# Puppet's settings. What is not here has its default; Puppet writes this file anew when a setting is changed.\n\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    write_whole(path, (text + tomli_w.dumps(values)).encode())


def _usable(values: dict[str, Any], troubles: list[str]) -> LiveSettings:
    """The settings of these values, less those that can't be used, which are told."""
    while True:
        try:
            return LiveSettings.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            place = [str(part) for part in first["loc"]]
            troubles.append(f"The setting {'.'.join(place)} in the settings file is left out: {_lower(first['msg'])}.")
            values = _without(values, place)


def _without(values: Mapping[str, Any], place: list[str]) -> dict[str, Any]:
    """Values less the one at `place`, or less the nearest thing around it that is there."""
    name, *rest = place
    left = dict(values)
    if rest and isinstance(left.get(name), dict):
        left[name] = _without(left[name], rest)
    else:
        left.pop(name, None)
    return left


def _put_aside(path: Path, why: str) -> Path:
    """Move a file to a free name beside it; its new path. Raises `MediaError`."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.{why}-{number}{path.suffix}")).exists():
        number += 1
    try:
        path.replace(aside)
    except OSError as error:
        raise unwritable(aside, error) from error
    return aside


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]
