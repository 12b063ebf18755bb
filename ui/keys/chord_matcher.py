"""Finds the chord in a stream of keys pressed and released."""

from collections.abc import Mapping

from ui.keys.chord import Chord
from ui.keys.heard_key import Heard


class ChordMatcher:
    """Exact: `Ctrl+1` is not fired by Ctrl+Alt+1. A key that is held fires once, though the keyboard repeats it. One thread."""

    def __init__(self, actions: Mapping[Chord, str]) -> None:
        self._actions = dict(actions)
        self._held: set[str] = set()
        self._down: set[str] = set()

    def press(self, heard: Heard) -> str | None:
        """The action of the chord that this press completes."""
        if heard.modifier:
            self._held.add(heard.modifier)
            return None
        if not heard.names:
            return None
        repeated = heard.names[0] in self._down
        self._down.add(heard.names[0])
        return None if repeated else self._find(heard)

    def release(self, heard: Heard) -> None:
        """A key is up again."""
        if heard.modifier:
            self._held.discard(heard.modifier)
        if self._down.isdisjoint(heard.names):  # it went down under another name, before Shift was let go
            self._down.clear()
        self._down.difference_update(heard.names)

    def _find(self, heard: Heard) -> str | None:
        held = frozenset(self._held)
        for name in heard.names:
            action = self._actions.get(Chord(held, name))
            if action is not None:
                return action
        return self._actions.get(Chord(held - {"Shift"}, heard.shifted)) if heard.shifted else None
