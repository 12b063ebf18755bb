"""The portraits of a session: read on the worker one after the other, encoded ahead, and put on by number."""

import random
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from puppet.errors import PuppetError
from puppet.live.pipeline import GivenUpError, Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Parts
from puppet.picture import Picture, Square
from puppet.portraits.portrait import Portrait
from puppet.portraits.portrait_library import AlreadyThereError, Entry, PortraitLibrary
from puppet.portraits.preview import Preview
from puppet.portraits.wardrobe import Fitting, Look, Wardrobe
from ui.session.inbox import Inbox

MOST_AHEAD = 40
"""Portraits that are encoded before anybody asks for them; the others are when they are first put on."""


class PortraitRack:
    """Owner's thread, but where said otherwise."""

    def __init__(self, library: PortraitLibrary, wardrobe: Wardrobe, first: str = "") -> None:
        """`first`: path or name of the portrait that is worn first; the library's first one if it is not there."""
        self.library = library
        self._wardrobe = wardrobe
        self._worn = library.find(first) or (library.entries[0] if library.entries else None)
        self._troubles: dict[Path, str] = {}
        self._reading: tuple[int, int] = (0, 0)
        self._ready = threading.Event()
        self._first: Portrait | None = None

    def attach(self, pipeline: Pipeline, inbox: Inbox, say: Callable[[str], None]) -> None:
        """Where work is done, news are left and words go. Before anything else."""
        self._pipeline = pipeline
        self._inbox = inbox
        self._say = say

    # What is there

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All portraits, in the order of their numbers."""
        return self.library.entries

    @property
    def worn(self) -> int:
        """The number of the portrait that is worn, from 0; -1 for one that is no longer in the library."""
        paths = [entry.path for entry in self.entries]
        return paths.index(self._worn.path) if self._worn is not None and self._worn.path in paths else -1

    @property
    def worn_name(self) -> str:
        """What it is called."""
        return self._worn.name if self._worn is not None else "no portrait"

    @property
    def worn_path(self) -> Path | None:
        """Its file."""
        return self._worn.path if self._worn is not None else None

    def face(self, entry: Entry) -> Picture | None:
        """The face as it is worn, if it was read. Any thread."""
        fitting = self._wardrobe.at_hand(entry)
        return fitting.portrait.face if fitting is not None else None

    def preview(self, entry: Entry) -> Preview | None:
        """The portrait at a glance, if it was looked at."""
        return self._wardrobe.preview_at_hand(entry)

    def trouble(self, entry: Entry) -> str:
        """Why it can't be worn; empty where it can, or where that is not known yet."""
        return self._troubles.get(entry.path, "")

    @property
    def is_ready(self) -> bool:
        """Whether there is a portrait to wear."""
        return self._first is not None

    def worn_face(self) -> Picture | None:
        """The face that is worn, as it was cut, if it is at hand."""
        return self.face(self._worn) if self._worn is not None else None

    @property
    def progress(self) -> tuple[int, int]:
        """How many portraits of how many have been read."""
        return self._reading

    # The beginning

    def fetch_all(self) -> None:
        """Read every portrait, the one to wear first, and encode it ahead."""
        ordered = sorted(self.entries, key=lambda entry: entry != self._worn)
        self._reading = (0, len(ordered))
        self._read_on(ordered)

    def first_portrait(self, parts: Parts) -> Portrait:  # noqa: ARG002  the finder of the wardrobe has seen it
        """The portrait to begin with, once there is one; it may have to be added. Render thread; `GivenUpError` after `give_up`."""
        self._ready.wait()
        if self._first is None:
            raise GivenUpError
        return self._first

    def give_up(self) -> None:
        """Wait for no portrait any more: the run ends."""
        self._ready.set()

    def close(self) -> None:
        """Close the face finder. After the pipeline has stopped."""
        self._wardrobe.close()

    # Orders

    def wear(self, index: int) -> None:
        """Put on the portrait of this number, from 0, as soon as it is ready; the present one serves until then."""
        if not 0 <= index < len(self.entries):
            return
        self.wear_entry(self.entries[index])

    def wear_entry(self, entry: Entry) -> None:
        """Put on this portrait as soon as it is ready; the present one serves until then."""
        self._pipeline.post(partial(self._put_on_kept, entry))

    def step(self, by: int) -> None:
        """The next portrait that can be worn, or one of those before."""
        places = [index for index, entry in enumerate(self.entries) if index == self.worn or not self.trouble(entry)]
        if places:
            here = places.index(self.worn) if self.worn in places else -by
            self.wear(places[(here + by) % len(places)])

    def wear_any(self) -> None:
        """Another portrait, whichever."""
        others = [index for index, entry in enumerate(self.entries) if index != self.worn and not self.trouble(entry)]
        if others:
            self.wear(random.choice(others))

    def reload(self) -> None:
        """Notice what was put into the folder or taken from it by hand, and what failed and may be mended."""

        def told() -> None:
            self._troubles.clear()
            self._fetch_missing()
            self._say(" ".join(self.library.troubles) or f"{len(self.entries)} portraits")

        self._change(self.library.reload, told)

    def add(self, files: Sequence[Path]) -> None:
        """Take files into the library, and put on the last one."""
        for file in files:
            self._adopt(partial(self.library.add, file))

    def paste(self, picture: Picture) -> None:
        """Take a picture into the library, and put it on."""
        self._adopt(partial(self.library.paste, picture))

    def remove(self, entry: Entry) -> None:
        """Take a portrait out of the library; `restore` puts it back. It may be worn on. One that is gone already is let be."""
        if entry not in self.entries:
            return

        def told() -> None:
            self._pipeline.post(lambda puppeteer: puppeteer.drop(entry.path))
            self._say(f"{entry.name} was removed; Undo puts it back")

        self._change(partial(self._remove, entry), told)

    def restore(self) -> None:
        """Put back what was removed last."""
        self._change(self.library.restore, self._fetch_missing)

    def set_crop(self, entry: Entry, square: Square | None) -> None:
        """Wear another part of a picture, in its pixels as `look` gives it; None for the one that is found."""

        def cut_anew() -> None:
            self._troubles.pop(entry.path, None)
            again = next((one for one in self.entries if one.path == entry.path), None)
            if again is not None:
                worn = self._worn is not None and self._worn.path == entry.path
                self._fetch(again, self._put_on if worn else _keep)

        self._change(partial(self.library.set_crop, entry, square), cut_anew)

    def look(self, entry: Entry, show: Callable[[Entry, Look], None]) -> None:
        """Find all faces of a picture; `show` hears of them on the owner's thread."""
        self._pipeline.prepare(
            partial(self._wardrobe.look, entry),
            lambda _, look: self._inbox.post(lambda: show(entry, look)),
            lambda error: self._inbox.post(lambda: self._say(str(error))),
        )

    def encode_again(self) -> None:
        """Another model runs: encode ahead for it, one portrait after the other, with room for orders between them."""
        at_hand = [(entry, fitting) for entry in self.entries[:MOST_AHEAD] if (fitting := self._wardrobe.at_hand(entry)) is not None]

        def encode(puppeteer: Puppeteer) -> None:
            if at_hand:
                _keep(at_hand[0][0], puppeteer, at_hand.pop(0)[1])
                self._pipeline.post(encode)

        self._pipeline.post(encode)

    # How that is done

    def _read_on(self, left: Sequence[Entry]) -> None:
        """Read the next portrait, then the others: one task at a time, so that what is asked for meanwhile comes between."""
        if not left:
            return
        entry, *others = left

        def read() -> Fitting:
            try:
                return self._read(entry)
            finally:
                done, total = self._reading
                self._reading = done + 1, total
                self._read_on(others)

        ahead = _keep if self._reading[0] < MOST_AHEAD else _leave
        refuse = self._refuse if self._ready.is_set() else self._refuse_aloud  # it was to be worn, and another is
        self._pipeline.prepare(read, partial(ahead, entry), partial(refuse, entry))

    def _remove(self, entry: Entry) -> None:
        if entry in self.entries:  # asked for twice
            self.library.remove(entry)

    def _fetch(self, entry: Entry, swap: Callable[[Entry, Puppeteer, Fitting], None]) -> None:
        self._pipeline.prepare(partial(self._read, entry), partial(swap, entry), partial(self._refuse_aloud, entry))

    def _fetch_missing(self) -> None:
        for entry in self.entries:
            if self._wardrobe.preview_at_hand(entry) is None:
                self._pipeline.prepare(partial(self._read, entry), partial(_keep, entry), partial(self._refuse, entry))

    def _adopt(self, take: Callable[[], Entry]) -> None:
        """Take a picture in and wear it; one that is there already is worn as it is."""

        def work() -> tuple[Entry, Fitting]:
            try:
                entry = take()
            except AlreadyThereError as error:
                entry, words = error.entry, error.sentence
                self._inbox.post(lambda: self._say(words))
            return entry, self._read(entry)

        def swap(puppeteer: Puppeteer, ready: tuple[Entry, Fitting]) -> None:
            self._put_on(ready[0], puppeteer, ready[1])

        self._pipeline.prepare(work, swap, lambda error: self._inbox.post(lambda: self._say(str(error))))

    def _change(self, change: Callable[[], object], afterwards: Callable[[], None]) -> None:
        """Change the library on the worker."""
        self._pipeline.prepare(
            change, lambda *_: self._inbox.post(afterwards), lambda error: self._inbox.post(lambda: self._say(str(error)))
        )

    def _read(self, entry: Entry) -> Fitting:
        """On the worker: the preview first, which tells what is wrong too. The first that can be worn is the one to begin with."""
        self._wardrobe.preview(entry)
        fitting = self._wardrobe.read(entry)
        self._troubles.pop(entry.path, None)
        if not self._ready.is_set():
            self._worn, self._first = entry, fitting.portrait
            self._ready.set()
        return fitting

    def _put_on(self, entry: Entry, puppeteer: Puppeteer, fitting: Fitting) -> None:
        """On the render thread."""
        puppeteer.keep(entry.path, fitting.portrait)
        puppeteer.wear_kept(entry.path)
        self._worn = entry

    def _put_on_kept(self, entry: Entry, puppeteer: Puppeteer) -> None:
        """On the render thread: wear a portrait that was encoded ahead, or have it read."""
        if puppeteer.wear_kept(entry.path):
            self._worn = entry
        else:
            self._inbox.post(lambda: self._fetch(entry, self._put_on))

    def _refuse(self, entry: Entry, error: PuppetError) -> None:
        """On the worker: remember why a portrait can't be worn."""
        self._troubles[entry.path] = str(error)

    def _refuse_aloud(self, entry: Entry, error: PuppetError) -> None:
        self._refuse(entry, error)
        self._inbox.post(lambda: self._say(str(error)))


def _keep(entry: Entry, puppeteer: Puppeteer, fitting: Fitting) -> None:
    """On the render thread: encode a portrait ahead."""
    puppeteer.keep(entry.path, fitting.portrait)


def _leave(entry: Entry, puppeteer: Puppeteer, fitting: Fitting) -> None:
    """There are too many to encode this one before it is asked for."""
