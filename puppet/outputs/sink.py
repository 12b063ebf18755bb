"""Where pictures go at the end of a live run: what every sink looks like to the pipeline."""

from typing import Protocol

from puppet.live.puppeteer import Shown


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

    def show(self, shown: Shown) -> None:
        """Take one picture; may block."""
        ...

    def close(self) -> None:
        """Finish; called once, after the last picture or after an error."""
        ...
