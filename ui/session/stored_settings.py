"""The settings as their file has them, and when they are written."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from puppet.errors import PuppetError
from puppet.settings import LiveSettings, changed
from puppet.settings_file import save_settings
from ui.session.slow_tasks import SlowTasks

SAVE_AFTER = 1.0
"""Settings are written this long after the last change, s."""


class StoredSettings:
    """Beside the settings in force: what holds for one run alone is not among them. Owner's thread."""

    def __init__(self, settings: LiveSettings, path: Path | None, tasks: SlowTasks, complain: Callable[[PuppetError], None]) -> None:
        """Without a `path` nothing is written; `complain` hears what stands in the way."""
        self._settings = settings
        self._path = path
        self._tasks = tasks
        self._complain = complain
        self._dirty_since: float | None = None

    def change(self, **fields: Any) -> None:
        """Keep other values, named `section__field`; they are written when no more have come for a moment. Raises `SettingsError`."""
        before, self._settings = self._settings, changed(self._settings, **fields)
        if self._settings != before:
            self._dirty_since = perf_counter()

    def write_if_due(self) -> None:
        """Write on the worker what has rested long enough."""
        if self._dirty_since is not None and perf_counter() - self._dirty_since > SAVE_AFTER:
            self._dirty_since = None
            self._tasks.run("Saving settings", partial(self._write, self._settings), lambda *_: None, self._complain)

    def save(self) -> None:
        """Write them now; what stands in the way is told. May block for as long as the disk takes."""
        try:
            self._write(self._settings)
        except PuppetError as error:
            self._complain(error)

    def _write(self, settings: LiveSettings) -> None:
        if self._path is not None:
            save_settings(self._path, settings)
