"""One call of the trainer: its folder, its log, and what can end it before the recipe does."""

import signal
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from puppet.errors import TrainingError
from training.fitting.run_lock import try_lock
from training.fitting.scalars import FOLDER, Scalars

LEFT_BY_FAILURE = ("log.txt", "sheets", FOLDER)
"""What lies in the folder of a run that ended before its first save: nothing that another run there would spoil."""


class InterruptedRunError(Exception):
    """Raised by `check` to leave what can be left at once; it never reaches a person."""


class Session:
    """A context in which Ctrl-C and SIGTERM become a wish to stop, looked at between steps; times are `time.monotonic` seconds.

    Entering it makes the folder and holds it: no other run can use it meanwhile. Raises `TrainingError` where that can't be. A second
    signal ends the process as it would without a session, unless it is not `alone`: `torchrun` hands on what a terminal has sent to all
    already. One that does not lead (another process writes the run's files) only minds time
    and signals.
    """

    def __init__(
        self,
        folder: Path,
        data: Sequence[Path],
        time_limit_s: float | None,
        save_every_s: float,
        limit_clips: int | None,
        *,
        leads: bool = True,
        alone: bool = True,
    ) -> None:
        self.folder = folder
        self.data = data
        self.save_every_s = save_every_s
        self.limit_clips = limit_clips
        self.leads = leads
        self.alone = alone
        self.scalars = Scalars(folder)
        self._until = None if time_limit_s is None else time.monotonic() + time_limit_s
        self._wanted = False
        self._log: IO[str] | None = None

    def __enter__(self) -> Self:
        if self.leads:
            try:
                (self.folder / "sheets").mkdir(parents=True, exist_ok=True)
                self._log = (self.folder / "log.txt").open("a", encoding="utf-8")
            except OSError as error:
                raise TrainingError(f"The run folder {self.folder} can't be made: {error.strerror}.", "Name another by --run.") from error
            if not try_lock(self._log):
                self._log.close()
                raise TrainingError(
                    f"Another run is at work in {self.folder}.", "Wait until it has ended, or name another folder by --run."
                )
        self._before = {number: signal.signal(number, self._want) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self.scalars.close()
        if self._log is not None:
            self._log.close()

    def _want(self, number: int, _: object) -> None:
        self._wanted = True
        if self.alone:
            signal.signal(number, self._before[signal.Signals(number)])

    @property
    def is_interrupted(self) -> bool:
        """Whether a signal asked to leave."""
        return self._wanted

    @property
    def is_over(self) -> bool:
        """Whether to stop now: interrupted, or out of time."""
        return self._wanted or (self._until is not None and time.monotonic() > self._until)

    def check(self) -> None:
        """Raises `InterruptedRunError` once a signal asked to leave: for what takes long, and can be done again."""
        if self._wanted:
            raise InterruptedRunError

    def log(self, line: str) -> None:
        """One plain line an event, on the screen and in `log.txt`."""
        if self._log is not None:
            print(line, flush=True)  # noqa: T201
            self._log.write(line + "\n")
            self._log.flush()


def refuse_used_folder(folder: Path) -> None:
    """Raises `TrainingError` for a folder in which another run lies."""
    if folder.is_dir() and any(child.name not in LEFT_BY_FAILURE for child in folder.iterdir()):
        raise TrainingError(f"The run folder {folder} is not empty.", "Go on with it by --resume, or name another by --run.")
