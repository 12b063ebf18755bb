"""Whether the window keeps up: how long it ever was too busy to look at its timer."""

from time import perf_counter

BLOCKED = 0.05
"""From this long on a person notices that a window does not answer, s."""


class Pulse:
    """Hears every beat of a timer of `period` seconds and remembers how late the latest one was. GUI thread."""

    def __init__(self, period: float) -> None:
        self.longest = 0.0
        self.blocks = 0
        self._period = period
        self._last: float | None = None

    def beat(self) -> None:
        """The timer fired."""
        now = perf_counter()
        if self._last is not None:
            late = now - self._last - self._period
            self.longest = max(self.longest, late)
            self.blocks += late > BLOCKED
        self._last = now
