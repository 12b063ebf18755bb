"""A driver's picture on its way through the app, with the moment it was taken."""

from typing import NamedTuple

from puppet.picture import Picture


class LiveFrame(NamedTuple):
    """One frame of the driver. picture: (height, width, 3), immutable; captured: `perf_counter` when the device gave it, s."""

    picture: Picture
    captured: float
