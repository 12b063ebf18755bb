"""What takes too long to wait for: done on the worker, told while it lasts, and cancelled by letting its result go."""

import threading
from collections.abc import Callable
from typing import TypeVar

from puppet.errors import PuppetError
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from ui.session.inbox import Inbox

T = TypeVar("T")


class SlowTask:
    """One of them, in words."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.cancelled = threading.Event()


class _CancelledError(PuppetError):
    """Not begun, because nobody wants it any more."""


def _keep(_: object) -> None:
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
        undo: Callable[[T], None] = _keep,
    ) -> None:
        """Do `work` on the worker, then `swap` what it gave on the render thread; `failed` hears an expected error on the owner's thread.

        A task that was cancelled meanwhile is not swapped in: `undo` frees what it gave, on the render thread.
        """
        task = SlowTask(words)
        self._tasks.append(task)

        def guarded() -> T:
            if task.cancelled.is_set():
                raise _CancelledError(f"{words} was cancelled.")
            return work()

        def finish(puppeteer: Puppeteer, ready: T) -> None:
            try:
                undo(ready) if task.cancelled.is_set() else swap(puppeteer, ready)
            finally:
                self._inbox.post(lambda: self._tasks.remove(task))

        def refuse(error: PuppetError) -> None:
            def tell() -> None:
                self._tasks.remove(task)
                if not task.cancelled.is_set():
                    failed(error)

            self._inbox.post(tell)

        self._pipeline.prepare(guarded, finish, refuse)

    def cancel(self) -> None:
        """Let the results of all of them go. What runs already can't be stopped half-way, but nothing comes of it."""
        for task in self._tasks:
            task.cancelled.set()
