"""One call of the trainer: its folder, its log, and what can end it before the recipe does."""

import signal
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from puppet.errors import TrainingError

LEFT_BY_FAILURE = ("log.txt", "sheets")
"""What lies in the folder of a run that ended before its first save: nothing that another run there would spoil."""


class Session:
    """A context in which Ctrl-C and SIGTERM become a wish to stop, looked at between steps; times are `time.monotonic` seconds.

    Entering it makes the folder. Raises `TrainingError` where that can't be.
    """

    def __init__(
        self, folder: Path, data: Sequence[Path], time_limit_s: float | None, save_every_s: float, limit_clips: int | None
    ) -> None:
        self.folder = folder
        self.data = data
        self.save_every_s = save_every_s
        self.limit_clips = limit_clips
        self._until = None if time_limit_s is None else time.monotonic() + time_limit_s
        self._wanted = False

    def __enter__(self) -> Self:
        try:
            (self.folder / "sheets").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrainingError(f"The run folder {self.folder} can't be made: {error.strerror}.", "Name another by --run.") from error
        self._before = {number: signal.signal(number, self._want) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _want(self, *_: object) -> None:
        self._wanted = True

    @property
    def is_over(self) -> bool:
        """Whether to stop now: interrupted, or out of time."""
        return self._wanted or (self._until is not None and time.monotonic() > self._until)

    def log(self, line: str) -> None:
        """One plain line an event, on the screen and in `log.txt`."""
        print(line, flush=True)  # noqa: T201
        with (self.folder / "log.txt").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
