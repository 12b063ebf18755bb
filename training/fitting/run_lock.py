"""A file that one process at a time holds: freed by the system when that process ends, however it ends."""

import sys
from typing import IO

BEYOND = 2**40
"""Where in the file the lock lies: past its end, so that others can read it."""


def try_lock(file: IO[str]) -> bool:
    """Lock an open file until it is closed; False when another process, or this one by another handle, holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415

            file.seek(BEYOND)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
