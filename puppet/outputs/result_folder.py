"""Where recordings and snapshots go, and names there that no file has yet."""

from itertools import count
from pathlib import Path

import platformdirs

from puppet.errors import MediaError
from puppet.media.whole_file import named_path, unwritable


def folder_meant(setting: str) -> Path:
    """The folder of the settings, or `Puppet` in the user's videos folder, by the custom of each system; it need not exist.

    A name without a root is one in the home folder. Raises `MediaError` for what can be no name.
    """
    return Path.home() / named_path(setting) if setting else platformdirs.user_videos_path() / "Puppet"


def result_folder(setting: str) -> Path:
    """That folder, made when needed. Raises `MediaError`."""
    return _made(folder_meant(setting))


def fresh_name(folder: Path, stem: str, suffix: str) -> Path:
    """A file name in the folder that no file has: `stem`, or `stem 2` and so on. The folder is made when needed. Raises `MediaError`."""
    _made(folder)
    names = (f"{stem}{suffix}" if number == 1 else f"{stem} {number}{suffix}" for number in count(1))
    return next(path for name in names if not (path := folder / name).exists())


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise MediaError(f"{folder} can't be a folder: a file is in its place.", "Choose another folder.") from error
    except OSError as error:
        raise unwritable(folder, error) from error
    return folder
