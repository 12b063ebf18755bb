"""The videos of a raw folder: who is in each, and a key by which it is known again on any machine."""

import re
from dataclasses import dataclass
from hashlib import blake2s
from pathlib import Path

from puppet.errors import TrainingError
from training.data.clip_layouts import VIDEO_SUFFIXES

VOXCELEB_IDENTITY = re.compile(r"id\d{4,}")
"""A folder name that is a person wherever it stands in the path."""

FOREIGN = re.compile(r"[^A-Za-z0-9.-]+")
"""What is not kept in the names of clips; a `#` has a meaning there."""


@dataclass(frozen=True)
class RawVideo:
    """One video: `source` is its path below the raw folder, `size` that of the file in bytes."""

    path: Path
    source: str
    size: int

    @property
    def key(self) -> str:
        """Eight hexadecimal digits, of the source and the size: a file that was replaced by another is another video."""
        return blake2s(f"{self.source}|{self.size}".encode(), digest_size=4).hexdigest()

    @property
    def identity(self) -> str:
        """Who is in it: a folder named as in VoxCeleb, else the first folder below the raw one, else its name before a `#`."""
        *folders, name = self.source.split("/")
        named = next((folder for folder in folders if VOXCELEB_IDENTITY.fullmatch(folder)), None)
        return named or (folders[0] if folders else Path(name).stem.split("#")[0])

    @property
    def name(self) -> str:
        """The start of its clips' names: identity, file and key with a `#` between, in letters that every system takes."""
        return "#".join([_plain(self.identity, 40), _plain(Path(self.source).stem, 60), self.key])


def find_videos(raw: Path, apart_from: Path, shard: tuple[int, int] = (1, 1)) -> list[RawVideo]:
    """All videos below a folder, or the one named, in order of their paths; those below `apart_from` and hidden ones are not.

    `shard` (i, n), i from 1: only the i-th of n parts that hold each video once. Raises `TrainingError` when there is no video at all.
    """
    if not raw.exists():
        raise TrainingError(f"There is nothing at {raw}.", "Name a folder of videos, or one video.")
    root = raw if raw.is_dir() else raw.parent
    paths = [path for path in sorted(raw.rglob("*")) if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file()] if raw.is_dir() else [raw]
    inside = apart_from.resolve()
    videos = [
        RawVideo(path, path.relative_to(root).as_posix(), path.stat().st_size)
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(root).parts) and not path.resolve().is_relative_to(inside)
    ]
    if not videos:
        raise TrainingError(f"There is no video in {raw}.", f"Name a folder that holds some: {', '.join(sorted(VIDEO_SUFFIXES))}.")
    index, count = shard
    return [video for video in videos if int(video.key, 16) % count == index - 1]


def _plain(text: str, length: int) -> str:
    return FOREIGN.sub("_", text)[:length] or "_"
