"""The portraits at hand, by number: each is read and its face found when it is first asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path

from puppet.animator import FaceFinder
from puppet.portraits.portrait import Portrait, load_portrait


class Wardrobe:
    """Portraits for one model. `read` and `close` belong to one thread at a time; `at_hand` may be asked on any."""

    def __init__(self, paths: Sequence[Path], open_finder: Callable[[], FaceFinder], side: int) -> None:
        """`side`: what the model wears, px. The face finder is opened with the first portrait read."""
        self.paths = tuple(paths)
        self._open_finder = open_finder
        self._side = side
        self._finder: FaceFinder | None = None
        self._portraits: dict[int, Portrait] = {}

    def at_hand(self, index: int) -> Portrait | None:
        """The portrait if it was read before."""
        return self._portraits.get(index)

    def read(self, index: int) -> Portrait:
        """The portrait, read if need be. Raises `MediaError`, `FaceError`."""
        if index not in self._portraits:
            if self._finder is None:
                self._finder = self._open_finder()
            self._portraits[index] = load_portrait(self.paths[index], self._finder, self._side)
        return self._portraits[index]

    def close(self) -> None:
        """Close the face finder, if one is open; may be called twice."""
        finder, self._finder = self._finder, None
        if finder is not None:
            finder.close()
