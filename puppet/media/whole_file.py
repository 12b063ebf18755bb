"""Files that are written whole or not at all, and what a person is told when the system refuses one."""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from puppet.errors import MediaError


def named_path(text: str) -> Path:
    """The path that a person wrote, `~` for the home folder. Raises `MediaError` for what can be none."""
    try:
        path = Path(text).expanduser()
        path.exists()
    except (RuntimeError, OSError, ValueError) as error:
        raise MediaError(f"{text[:60]} names no file or folder: {error}.", "Check the name.") from error
    return path


def unreadable(path: Path, error: OSError) -> MediaError:
    """What to tell a person when the system won't let `path` be read."""
    if error.errno == errno.ENOENT:
        return MediaError(f"There is no file {path}.", "Check the name and the folder.")
    if error.errno == errno.EISDIR:
        return MediaError(f"{path} is a folder; a file is needed here.", "Name a picture or a video in it.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return MediaError(f"{path} may not be read by you.", "Ask for the right to read it, or copy it.")
    return MediaError(f"{path} can't be read: {error.strerror or error}.")


def unwritable(path: Path, error: OSError) -> MediaError:
    """What to tell a person when the system won't let `path` be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MediaError(f"The disk is full: {path} was not written.", "Free some space or write to another disk.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return MediaError(f"{path} may not be written by you.", "Write to a folder of your own.")
    if error.errno in (errno.ENOENT, errno.ENOTDIR) and not path.parent.is_dir():
        return MediaError(f"There is no folder {path.parent} to write {path.name} to.", "Make the folder first.")
    if error.errno == errno.EISDIR:
        return MediaError(f"{path} is a folder; a file name is needed here.", "Name a file in it.")
    return MediaError(f"{path} can't be written: {error.strerror or error}.")


def refuse_overwriting(output: Path, read: Iterable[Path]) -> None:
    """Raise `MediaError` if `output` is one of the files or folders that are read."""
    for given in read:
        if output.exists() and given.exists() and output.samefile(given):
            raise MediaError(f"{output} would be written over {given}, which is read.", "Give the result another name.")


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file by `data` in one step: a crash leaves the old file or the new one. Raises `MediaError`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):  # it was renamed, or its folder is what is missing
            temporary.unlink()
