"""An engine that failed, and when it is opened again."""

from time import perf_counter

from puppet.errors import PuppetError

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Before each try in a row, s; the last is kept."""

SOUND = 30.0
"""An engine that has run for this long since it was opened again starts over with the first pause, s."""


class Recovery:
    """Remembers what is wrong, and says when to try again. Render thread; the time is `perf_counter`'s."""

    def __init__(self) -> None:
        self.trouble = ""
        self._failures = 0
        self._try_at = 0.0
        self._mended_at = 0.0

    def fail(self, error: PuppetError) -> None:
        """It failed, or could not be opened."""
        now = perf_counter()
        if not self.trouble and now - self._mended_at > SOUND:
            self._failures = 0
        self.trouble = error.sentence
        self._try_at = now + PAUSES[min(self._failures, len(PAUSES) - 1)]
        self._failures += 1

    @property
    def is_due(self) -> bool:
        """Whether it is time to try again."""
        return bool(self.trouble) and perf_counter() >= self._try_at

    def mend(self) -> None:
        """It runs again."""
        self.trouble = ""
        self._mended_at = perf_counter()
