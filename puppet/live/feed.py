"""What lies between the render thread and one sink, and the loop that hands pictures on."""

import threading
from time import perf_counter

from puppet.live.backlog import Backlog
from puppet.live.latest import Latest
from puppet.live.shown import Shown
from puppet.live.timings import Timings
from puppet.outputs.sink import Sink

LOOK_UP = 0.1
"""A feed that waits for a picture looks this often whether it is still wanted, s."""

LATE = 0.5
"""A pace that has fallen this far behind goes on from here instead of hurrying after itself, s."""


class Feed:
    """One sink's pictures: every one (bounded), the newest, or the newest at a steady pace. `run` belongs to the sink's thread."""

    def __init__(self, sink: Sink, shown: Latest[Shown], timings: Timings) -> None:
        self.sink = sink
        self._timings = timings
        self._leaving = threading.Event()
        self._reader = shown.reader()
        self.backlog: Backlog[Shown] | None = Backlog(sink.backlog) if sink.backlog else None

    @property
    def missed(self) -> int:
        """Pictures that this sink did not see because it was busy; a steady pace misses none that it was not meant to."""
        return self.backlog.dropped if self.backlog is not None else self._reader.skipped

    def run(self) -> None:
        """Hand pictures to the sink until the stream ends or the feed is closed, then close the sink."""
        try:
            if self.backlog is not None:
                self._every(self.backlog)
            elif self.sink.rate:
                self._paced(1 / self.sink.rate)
            else:
                self._newest()
        finally:
            self.sink.close()

    def close(self) -> None:
        """Let `run` return soon; what lies in a backlog is handed on first. Any thread, more than once."""
        self._leaving.set()
        self.finish()

    def finish(self) -> None:
        """No more pictures come: let `run` return once it has handed on what there is. Any thread."""
        if self.backlog is not None:
            self.backlog.close()

    def _every(self, backlog: Backlog[Shown]) -> None:
        while (shown := backlog.wait()) is not None:
            self._show(shown)

    def _newest(self) -> None:
        while not (self._leaving.is_set() or self._reader.ended):
            read = self._reader.wait(LOOK_UP)
            if read is not None:
                self._show(read.value)

    def _paced(self, pause: float) -> None:
        newest: Shown | None = None
        due = perf_counter()
        while not (self._leaving.is_set() or self._reader.ended):
            read = self._reader.take()
            if read is not None:
                newest = read.value
                self._show(newest)
            else:
                self.sink.show(newest)
            due += pause
            if perf_counter() - due > LATE:
                due = perf_counter()
            self._leaving.wait(max(0.0, due - perf_counter()))

    def _show(self, shown: Shown) -> None:
        with self._timings.stage(self.sink.name):
            self.sink.show(shown)
        self._timings.arrive(self.sink.name, shown.moment)
