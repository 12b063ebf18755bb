"""The portraits of a session: taken in, put on by number, cut anew and removed."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from puppet.animator import CrowdFinder, MatteMaker
from puppet.errors import PuppetError
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Parts
from puppet.picture import Picture, Square
from puppet.portraits.portrait import Portrait
from puppet.portraits.portrait_library import AlreadyThereError, Entry, PortraitLibrary
from puppet.portraits.preview import Preview
from puppet.portraits.scene import Staging
from puppet.portraits.wardrobe import Fitting, Look, Wardrobe
from ui.session.inbox import Inbox
from ui.session.portrait_reading import MOST_AHEAD, PortraitReading, keep


class PortraitRack:
    """Owner's thread, but where said otherwise."""

    def __init__(self, library: PortraitLibrary, wardrobe: Wardrobe, first: str = "") -> None:
        """`first`: path or name of the portrait that is worn first; the library's first one if it is not there."""
        self.library = library
        self._wardrobe = wardrobe
        self._worn = library.find(first) or (library.entries[0] if library.entries else None)
        self._reading = PortraitReading(wardrobe, self._wears, self._tell)

    def attach(self, pipeline: Pipeline, inbox: Inbox, say: Callable[[str], None]) -> None:
        """Where work is done, news are left and words go. Before anything else."""
        self._pipeline = pipeline
        self._inbox = inbox
        self._say = say
        self._reading.attach(pipeline)

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
        return self._reading.troubles.get(entry.path, "")

    @property
    def is_ready(self) -> bool:
        """Whether there is a portrait to wear."""
        return self._reading.is_ready

    def worn_faces(self) -> tuple[int, int]:
        """How many faces of the worn picture move, and how many it has; 0 and 0 where it is not at hand."""
        fitting = self._wardrobe.at_hand(self._worn) if self._worn is not None else None
        return (fitting.moving, fitting.faces) if fitting is not None else (0, 0)

    def worn_face(self) -> Picture | None:
        """The face that is worn, as it was cut, if it is at hand."""
        return self.face(self._worn) if self._worn is not None else None

    @property
    def awaited(self) -> str:
        """The name of the portrait that is made ready for its picture, which takes a while; empty where none is."""
        return self._reading.awaited

    @property
    def progress(self) -> tuple[int, int]:
        """How many portraits of how many have been read."""
        return self._reading.progress

    # The beginning

    def fetch_all(self) -> None:
        """Read every portrait, the one to wear first, and encode it ahead."""
        self._reading.read_all(sorted(self.entries, key=lambda entry: entry != self._worn))

    def first_portrait(self, parts: Parts) -> Portrait:
        """The portrait to begin with, once there is one; it may have to be added. Render thread; `GivenUpError` after `give_up`."""
        return self._reading.first_portrait(parts)

    def give_up(self) -> None:
        """Wait for no portrait any more: the run ends."""
        self._reading.give_up()

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
            self._reading.troubles.clear()
            self._reading.read_missing(self.entries)
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
        self._change(self.library.restore, lambda: self._reading.read_missing(self.entries))

    def set_crop(self, entry: Entry, square: Square | None) -> None:
        """Wear another part of a picture, in its pixels as `look` gives it; None for the one that is found."""

        def cut_anew() -> None:
            self._reading.troubles.pop(entry.path, None)
            again = next((one for one in self.entries if one.path == entry.path), None)
            if again is not None:
                worn = self._worn is not None and self._worn.path == entry.path
                self._reading.fetch(again, self._put_on if worn else keep)

        self._change(partial(self.library.set_crop, entry, square), cut_anew)

    def look(self, entry: Entry, show: Callable[[Entry, Look], None]) -> None:
        """Find all faces of a picture; `show` hears of them on the owner's thread."""
        self._pipeline.prepare(
            partial(self._wardrobe.look, entry),
            lambda _, look: self._inbox.post(lambda: show(entry, look)),
            self._tell,
        )

    def change_staging(self, staging: Staging, refused: Callable[[Staging], None]) -> None:
        """Show something else around faces: the worn portrait is made ready first, and the present picture serves until then.

        `refused` hears, on the owner's thread, what is shown on where that can't be; then all stays as it was.
        """
        worn = next((entry for entry in self.entries if entry.path == self.worn_path), None)

        def work() -> Fitting | None:
            before = self._wardrobe.staging
            if not self._wardrobe.change_staging(staging) or worn is None:
                return None
            try:
                return self._reading.read_awaited(worn)
            except Exception:
                self._wardrobe.change_staging(before)
                raise

        def swap(puppeteer: Puppeteer, fitting: Fitting | None) -> None:
            for entry in self.entries:  # each was kept with what was shown around it before
                puppeteer.drop(entry.path)
            if fitting is not None and worn is not None and worn.path == self.worn_path:
                self._put_on(worn, puppeteer, fitting)
                self._inbox.post(self.fetch_all)
            else:
                self._inbox.post(self._read_again)

        def refuse(error: PuppetError) -> None:
            shown = self._wardrobe.staging
            self._tell(error)
            self._inbox.post(lambda: refused(shown))

        self._pipeline.prepare(work, swap, refuse)

    def change_model(
        self, open_finder: Callable[[], CrowdFinder], side: int, finder: str, open_matte: Callable[[], MatteMaker] | None = None
    ) -> None:
        """Another model runs: encode ahead for it; where it wears another size, or goes with another face finder, cut all anew."""

        def go_on(puppeteer: Puppeteer, differs: bool) -> None:
            if not differs:
                self._inbox.post(self._encode_again)
                return
            for entry in self.entries:  # what was cut for the last model is not to be put on
                puppeteer.drop(entry.path)
            self._inbox.post(self._read_again)

        change = partial(self._wardrobe.change_model, open_finder, side, finder=finder, open_matte=open_matte)
        self._pipeline.prepare(change, go_on, self._tell)

    # How that is done

    def _read_again(self) -> None:
        """Read every portrait for another model; the one that is worn is put on anew."""
        self._reading.troubles.clear()
        worn = next((entry for entry in self.entries if entry.path == self.worn_path), None)
        if worn is not None:
            self._reading.fetch(worn, self._put_on)
        self.fetch_all()

    def _encode_again(self) -> None:
        """Encode one portrait after the other, with room for orders between them."""
        at_hand = [(entry, fitting) for entry in self.entries[:MOST_AHEAD] if (fitting := self._wardrobe.at_hand(entry)) is not None]

        def encode(puppeteer: Puppeteer) -> None:
            if at_hand:
                keep(at_hand[0][0], puppeteer, at_hand.pop(0)[1])
                self._pipeline.post(encode)

        self._pipeline.post(encode)

    def _remove(self, entry: Entry) -> None:
        if entry in self.entries:  # asked for twice
            self.library.remove(entry)

    def _adopt(self, take: Callable[[], Entry]) -> None:
        """Take a picture in and wear it; one that is there already is worn as it is."""

        def work() -> tuple[Entry, Fitting]:
            try:
                entry = take()
            except AlreadyThereError as error:
                entry, words = error.entry, error.sentence
                self._inbox.post(lambda: self._say(words))
            return entry, self._reading.read_awaited(entry)

        def swap(puppeteer: Puppeteer, ready: tuple[Entry, Fitting]) -> None:
            self._put_on(ready[0], puppeteer, ready[1])

        self._pipeline.prepare(work, swap, self._tell)

    def _change(self, change: Callable[[], object], afterwards: Callable[[], None]) -> None:
        """Change the library on the worker."""
        self._pipeline.prepare(change, lambda *_: self._inbox.post(afterwards), self._tell)

    def _put_on(self, entry: Entry, puppeteer: Puppeteer, fitting: Fitting) -> None:
        """On the render thread."""
        puppeteer.keep(entry.path, fitting.portrait)
        puppeteer.wear_kept(entry.path)
        self._wears(entry, fitting)

    def _put_on_kept(self, entry: Entry, puppeteer: Puppeteer) -> None:
        """On the render thread: wear a portrait that was encoded ahead, or have it read."""
        if not puppeteer.wear_kept(entry.path):
            self._inbox.post(lambda: self._reading.fetch(entry, self._put_on))
            return
        fitting = self._wardrobe.at_hand(entry)
        self._wears(entry, fitting)
        if fitting is None:  # its picture had to make room for others, while its encoding is small and was kept
            self._inbox.post(lambda: self._reading.fetch(entry, self._put_by))

    def _put_by(self, entry: Entry, puppeteer: Puppeteer, fitting: Fitting) -> None:  # noqa: ARG002  it is worn by now
        """On the render thread: have the picture of what is worn at hand again, unless another is worn by now."""
        if self._worn == entry:
            self._wears(entry, fitting)

    def _wears(self, entry: Entry, fitting: Fitting | None) -> None:
        self._worn = entry
        if fitting is not None:
            self._wardrobe.wear(entry, fitting)

    def _tell(self, error: PuppetError) -> None:
        """Any thread."""
        self._inbox.post(lambda: self._say(str(error)))
