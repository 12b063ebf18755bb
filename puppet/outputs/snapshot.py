"""One picture of a run, kept as a file."""

from datetime import datetime
from pathlib import Path

from puppet.media.picture_file import write_picture
from puppet.outputs.result_folder import fresh_name
from puppet.picture import Picture


def save_snapshot(folder: Path, picture: Picture, now: datetime) -> Path:
    """Write the picture as PNG under a name that tells the time; its path. Any thread. Raises `MediaError`."""
    path = fresh_name(folder, f"Puppet {now:%Y-%m-%d %H.%M.%S}", ".png")
    write_picture(path, picture)
    return path
