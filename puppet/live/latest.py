"""The newest value of a stream: the only thing that lies between two stages, so that nothing ever queues."""

import threading
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Read(NamedTuple, Generic[T]):
    """One value as a reader got it: its ticket (1 for the first value put) and how many values it never saw before."""

    ticket: int
    value: T
    skipped: int


class Latest(Generic[T]):
    """Holds the newest value put; any number of readers see it, each at its own pace. Every method may run on any thread.

    Closing ends the stream: the last value can still be read by those that have not seen it, then reads give None.
    The first `close` decides how the stream ended: `error` is what it was closed with.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ticket = 0
        self._value: T | None = None
        self._closed = False
        self._error: BaseException | None = None

    def put(self, value: T) -> None:
        """Replace the value and wake every waiting reader; after `close` the value is dropped."""
        with self._changed:
            if self._closed:
                return
            self._ticket += 1
            self._value = value
            self._changed.notify_all()

    def close(self, error: BaseException | None = None) -> None:
        """End the stream and wake every waiting reader; may be called again, without effect."""
        with self._changed:
            if not self._closed:
                self._closed = True
                self._error = error
                self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether the stream has ended."""
        return self._closed

    @property
    def error(self) -> BaseException | None:
        """What the stream was closed with; None while it is open and after an ordinary end."""
        return self._error

    def reader(self) -> "Reader[T]":
        """A new reader, which has seen nothing: the value that lies here now is new to it and nothing older was skipped."""
        with self._changed:
            return Reader(self, max(0, self._ticket - 1))

    def after(self, seen: int, timeout: float | None) -> Read[T] | None:
        """What `Reader.wait` gives a reader whose newest ticket is `seen`."""
        with self._changed:
            self._changed.wait_for(lambda: self._ticket > seen or self._closed, timeout)
            if self._ticket <= seen:
                return None
            return Read(self._ticket, self._value, self._ticket - seen - 1)  # type: ignore[arg-type]

    def ended_for(self, seen: int) -> bool:
        """Whether nothing will come any more after the ticket `seen`."""
        with self._changed:
            return self._closed and self._ticket <= seen


class Reader(Generic[T]):
    """One reader of a `Latest`, with a ticket of its own. Used on one thread."""

    def __init__(self, latest: Latest[T], seen: int) -> None:
        self._latest = latest
        self._seen = seen
        self._skipped = 0

    @property
    def skipped(self) -> int:
        """How many values went by unseen since this reader began."""
        return self._skipped

    @property
    def ended(self) -> bool:
        """Whether the stream is closed and its last value was read."""
        return self._latest.ended_for(self._seen)

    def wait(self, timeout: float | None = None) -> Read[T] | None:
        """The newest value as soon as there is one not seen yet; None after `timeout` seconds or at the end of the stream."""
        read = self._latest.after(self._seen, timeout)
        if read is not None:
            self._seen = read.ticket
            self._skipped += read.skipped
        return read

    def take(self) -> Read[T] | None:
        """The newest value if it was not seen yet, else None; never waits."""
        return self.wait(0)
