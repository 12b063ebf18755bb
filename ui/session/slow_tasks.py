"""What takes too long to wait for: done on the worker, told while it lasts, and cancelled by letting its result go."""

import threading
from collections.abc import Callable
from typing import TypeVar

from puppet.errors import MediaError, PuppetError
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from ui.session.inbox import Inbox

T = TypeVar("T")


class SlowTask:
    """One of them, in words."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.cancelled = threading.Event()


def _nothing(_: object) -> None:
    """Nothing is to be undone."""


class SlowTasks:
    """The tasks that run or wait, oldest first. Owner's thread, but where said otherwise."""

    def __init__(self, pipeline: Pipeline, inbox: Inbox) -> None:
        self._pipeline = pipeline
        self._inbox = inbox
        self._tasks: list[SlowTask] = []

    @property
    def words(self) -> tuple[str, ...]:
        """What is being done, the oldest first."""
        return tuple(task.words for task in self._tasks)

    def run(
        self,
        words: str,
        work: Callable[[], T],
        swap: Callable[[Puppeteer, T], None],
        failed: Callable[[PuppetError], None],
        *,
        undo: Callable[[T], None] = _nothing,
        cancelled: Callable[[], None] = lambda: None,
    ) -> None:
        """Do `work` on the worker, then `swap` what it gave on the render thread.

        `failed` hears an expected error of either, on the owner's thread. A task that was cancelled meanwhile is not swapped in: `undo`
        frees what it gave, on the render thread, and `cancelled` is called on the owner's.
        """
        task = SlowTask(words)
        self._tasks.append(task)

        def end(error: PuppetError | None = None) -> None:
            self._tasks.remove(task)
            if task.cancelled.is_set():
                cancelled()
            elif error is not None:
                failed(error)

        def guarded() -> T:
            if task.cancelled.is_set():
                raise PuppetError(f"{words} was cancelled.")
            return work()

        def finish(puppeteer: Puppeteer, ready: T) -> None:
            error: PuppetError | None = None
            try:
                undo(ready) if task.cancelled.is_set() else swap(puppeteer, ready)
            except MediaError as refused:
                error = refused
            self._inbox.post(lambda: end(error))

        self._pipeline.prepare(guarded, finish, lambda error: self._inbox.post(lambda: end(error)))

    def cancel(self) -> None:
        """Let the results of all of them go. What runs already can't be stopped half-way, but nothing comes of it."""
        for task in self._tasks:
            task.cancelled.set()
