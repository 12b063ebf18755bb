"""Evenly spaced moments of a live run, the driver beside the portrait, for an eye to judge."""

import math
from typing import NamedTuple

from puppet.live.shown import Shown
from puppet.media.contact_sheet import contact_sheet
from puppet.picture import Picture, cut


class Moment(NamedTuple):
    """What was seen and what was drawn. time: seconds since the run's first picture; both pictures (side, side, 3)."""

    time: float
    driver: Picture
    image: Picture


class Moments:
    """A sink that keeps `count` pictures, one from the middle of each equal part of the run, while the portrait follows."""

    name = "moments"
    backlog = 0
    rate = 0.0

    def __init__(self, seconds: float, count: int) -> None:
        """`seconds`: how long the run is to last; what comes later is not kept."""
        self.kept: list[Moment] = []
        self._part = seconds / count
        self._count = count
        self._next = 0
        self._begun: float | None = None

    def show(self, shown: Shown | None) -> None:
        """Take one picture; most are let go."""
        if shown is None or shown.frame is None:
            return
        if self._begun is None:
            self._begun = shown.moment
        time = shown.moment - self._begun
        part = math.floor(time / self._part - 0.5)
        if shown.state != "live" or shown.tracked.square is None or not self._next <= part < self._count:
            return
        self._next = part + 1
        self.kept.append(Moment(time, cut(shown.frame.picture, shown.tracked.square, shown.image.shape[0]), shown.image))

    def close(self) -> None:
        """Nothing is held but the pictures."""

    def sheet(self, source: Picture) -> Picture:
        """The portrait worn, the driver and the result of each moment, one below the other."""
        rows = [[source] * len(self.kept), [moment.driver for moment in self.kept], [moment.image for moment in self.kept]]
        return contact_sheet(rows, ("source", "driver", "result"), [f"{moment.time:.1f} s" for moment in self.kept])
