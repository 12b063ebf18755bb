"""A folder of numbered PNG frames being written, each whole or not there."""

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from puppet.errors import MediaError
from puppet.media.picture_file import write_picture
from puppet.media.whole_file import unreadable, unwritable
from puppet.picture import Picture


class FrameFolder:
    """Writes frame_000000.png, frame_000001.png, ... into a folder, which is made if needed; holds no resource.

    A folder that already holds such frames is refused, so that two results never mix. Frames written before Ctrl-C or an
    error stay.
    """

    sound_kept = False

    def __init__(self, path: Path) -> None:
        """Raises `MediaError` when the folder can't be made or already holds frames."""
        self.path = path
        self.frame_count = 0
        self._made = not path.exists()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            held = next(path.glob("frame_*.png"), None)
        except OSError as error:
            raise unreadable(path, error) from error
        if held is not None:
            raise MediaError(f"The folder {path} already holds frames ({held.name}).", "Empty it or name another folder.")

    def write(self, picture: Picture, time: float) -> None:  # noqa: ARG002  a folder keeps no times
        """Add a picture; its time is lost. Raises `MediaError`."""
        write_picture(self.path / f"frame_{self.frame_count:06d}.png", picture)
        self.frame_count += 1

    def close(self) -> None:
        """Take a folder made in vain away again; may be called twice."""
        if self._made and self.frame_count == 0:
            with suppress(OSError):
                self.path.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
