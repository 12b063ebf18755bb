"""Portraits being read on the worker, one task after the other, and what stood in the way of each."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from puppet.errors import PuppetError
from puppet.live.pipeline import GivenUpError, Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Parts
from puppet.portraits.portrait import Portrait
from puppet.portraits.portrait_library import Entry
from puppet.portraits.wardrobe import Fitting, Wardrobe

MOST_AHEAD = 40
"""Portraits that are encoded before anybody asks for them; the others are when they are first put on."""

Swap = Callable[[Entry, Puppeteer, Fitting], None]
"""What becomes of a portrait that was read, on the render thread."""


class Round:
    """All portraits being read once: how many there are, and how many have been."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0


class PortraitReading:
    """The first that can be worn is the one to begin with. Owner's thread, but where said otherwise."""

    def __init__(self, wardrobe: Wardrobe, begun: Callable[[Entry, Fitting], None], tell: Callable[[PuppetError], None]) -> None:
        """`begun` hears of the first, on the worker; `tell` of what somebody waits for and can't be had, on any thread."""
        self.troubles: dict[Path, str] = {}
        self._wardrobe = wardrobe
        self._begun = begun
        self._tell = tell
        self._round = Round(0)
        self._awaited: list[Entry] = []
        self._ready = threading.Event()
        self._first: Portrait | None = None

    def attach(self, pipeline: Pipeline) -> None:
        """Where work is done. Before anything else."""
        self._pipeline = pipeline

    @property
    def progress(self) -> tuple[int, int]:
        """How many portraits of how many have been read."""
        return self._round.done, self._round.total

    @property
    def awaited(self) -> str:
        """The name of the portrait that somebody waits for while its scene is made; empty where there is none."""
        return self._awaited[0].name if self._awaited and self._wardrobe.makes_scenes else ""

    @property
    def is_ready(self) -> bool:
        """Whether there is a portrait to wear."""
        return self._first is not None

    def first_portrait(self, parts: Parts) -> Portrait:  # noqa: ARG002  the finder of the wardrobe has seen it
        """The portrait to begin with, once there is one; it may have to be added. Render thread; `GivenUpError` after `give_up`."""
        self._ready.wait()
        if self._first is None:
            raise GivenUpError
        return self._first

    def give_up(self) -> None:
        """Wait for no portrait any more: the run ends."""
        self._ready.set()

    def read_all(self, ordered: Sequence[Entry]) -> None:
        """Read these, with room between them for what is asked for meanwhile, and encode them ahead; what was being read so is let be.

        Where scenes are made only the first that can be worn gets one: the others are looked at, and read when they are asked for.
        """
        self._round = Round(len(ordered))
        self._read_on(ordered, self._round)

    def read_missing(self, entries: Sequence[Entry]) -> None:
        """Read those that weren't looked at yet, as `read_all` does."""
        for entry in entries:
            if self._wardrobe.preview_at_hand(entry) is None:
                self._pipeline.prepare(partial(self._read_ahead, entry), partial(keep, entry), partial(self._refuse, entry))

    def fetch(self, entry: Entry, swap: Swap) -> None:
        """Read one that somebody waits for."""
        self._pipeline.prepare(lambda: self.read_awaited(entry), partial(swap, entry), partial(self._refuse_aloud, entry))

    def read_awaited(self, entry: Entry) -> Fitting:
        """On the worker: read one that somebody waits for. Raises as `read` does."""
        self._awaited.append(entry)
        try:
            return self.read(entry)
        finally:
            self._awaited.remove(entry)

    def read(self, entry: Entry) -> Fitting:
        """On the worker: the preview first, which tells what is wrong too. Raises `MediaError`, `FaceError`."""
        self._wardrobe.preview(entry)
        fitting = self._wardrobe.read(entry)
        self.troubles.pop(entry.path, None)
        if not self._ready.is_set():
            self._begun(entry, fitting)
            self._first = fitting.portrait
            self._ready.set()
        return fitting

    def _read_on(self, left: Sequence[Entry], reading: Round) -> None:
        """Read the next portrait, then the others: one task at a time."""
        if not left or reading is not self._round:
            return
        entry, *others = left

        def read() -> Fitting | None:
            try:
                return self._read_ahead(entry)
            finally:
                reading.done += 1
                self._read_on(others, reading)

        ahead = keep if reading.done < MOST_AHEAD else _leave
        refuse = self._refuse if self._ready.is_set() else self._refuse_aloud  # it was to be worn, and another is
        self._pipeline.prepare(read, partial(ahead, entry), partial(refuse, entry))

    def _read_ahead(self, entry: Entry) -> Fitting | None:
        """On the worker: read one that nobody waits for; where that takes long only see what it shows, and what is wrong with it."""
        if not self._wardrobe.makes_scenes or not self._ready.is_set():
            return self.read(entry)
        preview = self._wardrobe.preview(entry)
        if preview.trouble:
            self.troubles[entry.path] = preview.trouble
        else:
            self.troubles.pop(entry.path, None)
        return None

    def _refuse(self, entry: Entry, error: PuppetError) -> None:
        """On the worker: remember why a portrait can't be worn."""
        self.troubles[entry.path] = str(error)

    def _refuse_aloud(self, entry: Entry, error: PuppetError) -> None:
        self._refuse(entry, error)
        self._tell(error)


def keep(entry: Entry, puppeteer: Puppeteer, fitting: Fitting | None) -> None:
    """On the render thread: encode a portrait ahead, if it was read."""
    if fitting is not None:
        puppeteer.keep(entry.path, fitting.portrait)


def _leave(entry: Entry, puppeteer: Puppeteer, fitting: Fitting | None) -> None:
    """There are too many to encode this one before it is asked for."""
