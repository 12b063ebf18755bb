"""Where pictures go at the end of a live run: what every sink looks like to the pipeline."""

from typing import Protocol

from puppet.live.shown import Shown


class Sink(Protocol):
    """Where pictures go: the recorder, a virtual camera. Used and closed on its own thread."""

    @property
    def name(self) -> str:
        """Its name in the timings."""
        ...

    @property
    def backlog(self) -> int:
        """How many pictures are kept while it is busy, for a sink that wants every one; 0 for the newest alone."""
        ...

    @property
    def rate(self) -> float:
        """Pictures a second for a sink that is given the newest one at a steady pace, again and again; 0 for each new one once."""
        ...

    def show(self, shown: Shown | None) -> None:
        """Take one picture; may block. None: at a steady pace, before there is any."""
        ...

    def close(self) -> None:
        """Finish; called once, after the last picture or after an error."""
        ...
