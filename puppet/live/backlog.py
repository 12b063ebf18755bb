"""A bounded queue for the one reader that wants every value: it drops rather than blocks, and counts what it drops."""

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Backlog(Generic[T]):
    """Keeps up to `room` values until they are read. Every method may run on any thread.

    A value that finds no room is dropped, so that what was kept stays in one piece. After `close` what is kept can still be read.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._changed = threading.Condition()
        self._values: deque[T] = deque()
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """How many values found no room."""
        return self._dropped

    def put(self, value: T) -> None:
        """Add a value, or drop it; never waits."""
        with self._changed:
            if self._closed:
                return
            if len(self._values) >= self._room:
                self._dropped += 1
                return
            self._values.append(value)
            self._changed.notify()

    def close(self) -> None:
        """Take no more values; may be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self) -> T | None:
        """The oldest value as soon as there is one; None once the backlog is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._values or self._closed)
            return self._values.popleft() if self._values else None
