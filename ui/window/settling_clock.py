"""How far a wait for a steady face has come, told from the pictures of a run."""

from collections.abc import Collection

from puppet.live.shown import Shown, State


class SettlingClock:
    """Runs by the pictures' own moments while their state is one of those given; anything else sets it back."""

    def __init__(self, seconds: float, states: Collection[State]) -> None:
        self._seconds = seconds
        self._states = states
        self._since: float | None = None
        self.share = 0.0

    def look(self, shown: Shown) -> float:
        """The share of the time that is over, 0 to 1."""
        if shown.state not in self._states:
            self.reset()
            return 0.0
        if self._since is None:
            self._since = shown.moment
        self.share = min(1.0, max(0.0, (shown.moment - self._since) / self._seconds))
        return self.share

    def reset(self) -> None:
        """Begin anew."""
        self._since, self.share = None, 0.0
