"""Recordings that were cut off because Puppet was killed: what was recorded until then is made a video."""

import os
import sys
from pathlib import Path

from puppet.errors import MediaError
from puppet.media.fragments import mend
from puppet.media.video_writer import UNFINISHED
from puppet.outputs.result_folder import fresh_name


def recover_recordings(folder: Path) -> list[Path]:
    """Give each unfinished recording in a folder, whose process is gone, a name that is seen; those names.

    One that is still being written, or can't be touched, is let be. What holds no picture is removed.
    """
    recovered = []
    for path in sorted(folder.glob(".*.recording.*")):
        name = UNFINISHED.fullmatch(path.name)
        if name is None or _is_running(int(name["process"])):
            continue
        try:
            if not mend(path):
                path.unlink()
                continue
            video = fresh_name(folder, f"{name['stem']} (recovered)", name["suffix"])
            path.replace(video)
        except (MediaError, OSError):  # on Windows one that is being written can't be renamed
            continue
        recovered.append(video)
    return recovered


def _is_running(process: int) -> bool:
    """Whether a process is there. Windows can't be asked so; there a file that is being written can't be changed anyway."""
    if sys.platform == "win32":
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it belongs to somebody else
        return True
    return True
