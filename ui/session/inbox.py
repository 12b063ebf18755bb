"""News from other threads, opened on the owner's."""

from collections.abc import Callable
from queue import Empty, SimpleQueue


class Inbox:
    """Whatever another thread wants done on the owner's thread waits here until the owner looks."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def post(self, news: Callable[[], None]) -> None:
        """Let the owner call `news` when it next looks. Any thread."""
        self._waiting.put(news)

    def open(self) -> None:
        """Call all that has come. Owner's thread."""
        while True:
            try:
                news = self._waiting.get_nowait()
            except Empty:
                return
            news()
