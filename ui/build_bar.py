"""How far the building of engines is: on a terminal a line for each, on standard error; Ctrl-C can stop it wherever it runs."""

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from engines.building.build_progress import Report
from puppet.errors import EngineError
from ui.console import notices
from ui.interrupt import Interrupt


class BuildBar:
    """A context manager that hands out reports; on the main thread, Ctrl-C makes them answer that the build is to stop."""

    def __init__(self) -> None:
        words = TextColumn("{task.fields[words]}", table_column=Column(no_wrap=True, overflow="ellipsis"))
        columns = (TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn(), TimeElapsedColumn(), words)
        shown = notices.is_interactive  # elsewhere it would leave an empty line and nothing else
        self._progress = Progress(*columns, console=notices, transient=True, disable=not shown)
        self._interrupt = Interrupt()

    def follow(self, title: str) -> Report:
        """A report for one build: hears the share done and words for it, and answers False once Ctrl-C was pressed."""
        task = self._progress.add_task(title, total=1.0, words="", visible=False)

        def report(share: float, words: str) -> bool:
            self._progress.update(task, completed=share, words=words, visible=share < 1.0)
            return not self._interrupt.noted

        return report

    def check(self) -> None:
        """Raise `KeyboardInterrupt` if Ctrl-C was pressed."""
        self._interrupt.check()

    def __enter__(self) -> Self:
        self._interrupt.__enter__()
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Raises `KeyboardInterrupt` where Ctrl-C was pressed, in place of the error of a build that it stopped."""
        self._progress.stop()
        self._interrupt.__exit__(kind, error, trace)
        if error is None or isinstance(error, EngineError):
            self._interrupt.check()
