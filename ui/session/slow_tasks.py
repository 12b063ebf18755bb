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
    """One of them, in words. share: how much of it is done, 0 to 1, where its work reports that."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.share: float | None = None
        self.cancelled = threading.Event()

    def report(self, share: float, _words: str) -> bool:
        """Note how far the work has come; False asks it to stop. Any thread."""
        self.share = share
        return not self.cancelled.is_set()


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

    @property
    def share(self) -> float | None:
        """How much of the oldest is done, 0 to 1, where that is known."""
        return self._tasks[0].share if self._tasks else None

    def ask(self, work: Callable[[], T], heard: Callable[[T], None], failed: Callable[[PuppetError], None]) -> None:
        """Do `work` on the worker without a word; `heard` gets what it gave, `failed` an expected error, on the owner's thread."""
        self._pipeline.prepare(
            work,
            lambda _, found: self._inbox.post(lambda: heard(found)),
            lambda error: self._inbox.post(lambda: failed(error)),
        )

    def run(
        self,
        task: SlowTask | str,
        work: Callable[[], T],
        swap: Callable[[Puppeteer, T], None],
        failed: Callable[[PuppetError], None],
        *,
        undo: Callable[[T], None] = _nothing,
        cancelled: Callable[[], None] = lambda: None,
    ) -> None:
        """Do `work` on the worker, then `swap` what it gave on the render thread. task: the words for it, or one that `work` reports to.

        `failed` hears an expected error of either, on the owner's thread. A task that was cancelled meanwhile is not swapped in: `undo`
        frees what it gave, on the render thread, and `cancelled` is called on the owner's.
        """
        task = SlowTask(task) if isinstance(task, str) else task
        self._tasks.append(task)

        def end(error: PuppetError | None = None) -> None:
            self._tasks.remove(task)
            if task.cancelled.is_set():
                cancelled()
            elif error is not None:
                failed(error)

        def guarded() -> T:
            if task.cancelled.is_set():
                raise PuppetError(f"{task.words} was cancelled.")
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
        """Let the results of all of them go. What runs already and doesn't report goes on to its end, but nothing comes of it."""
        for task in self._tasks:
            task.cancelled.set()
