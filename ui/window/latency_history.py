"""What the latency graph remembers: how old pictures were, and what was skipped, over the last while."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from puppet.live.timings import Snapshot, Spread

SPAN = 60.0
"""How far back it goes, s."""

SINKS = ("virtual camera", "screen", "sink", "recorder")
"""Whose pictures' age is shown: the first of these that gets any."""

STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
"""Upper ends of the scale, ms."""


class Point(NamedTuple):
    """One moment: s; median and 95th percentile of the age, s; pictures skipped since the one before."""

    time: float
    p50: float
    p95: float
    skipped: int


class LatencyHistory:
    """Points of the last `SPAN` seconds, oldest first; `sink` is whose they are, empty before the first."""

    def __init__(self) -> None:
        self.points: deque[Point] = deque()
        self.sink = ""
        self._skipped: dict[str, int] = {}

    def add(self, snapshot: Snapshot, skipped: Mapping[str, int], now: float) -> None:
        """Take the figures of one moment. Another sink begins anew."""
        fresh = sum(max(0, count - self._skipped.get(name, count)) for name, count in skipped.items())
        self._skipped = dict(skipped)
        sink = next((name for name in SINKS if name in snapshot.sinks), "")
        if not sink:
            return
        if sink != self.sink:
            self.sink = sink
            self.points.clear()
        age: Spread = snapshot.sinks[sink].age
        self.points.append(Point(now, age.p50, age.p95, fresh))
        while now - self.points[0].time > SPAN:
            self.points.popleft()

    @property
    def skipped(self) -> int:
        """Pictures skipped within the span."""
        return sum(point.skipped for point in self.points)

    @property
    def ceiling(self) -> int:
        """The upper end of the scale, ms: the first step above all there is."""
        highest = 1000 * max((point.p95 for point in self.points), default=0.0)
        return next((step for step in STEPS if step >= 1.05 * highest), STEPS[-1])


def milliseconds(seconds: float) -> str:
    """A duration as a person reads it: 0.42, 4.2, 42."""
    value = seconds * 1000
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
