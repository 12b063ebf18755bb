"""Global keys for the window: whoever this desktop has to be asked by, heard on the window's own thread."""

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from ui.keys.global_keys import OFF, Desktop, GlobalKeys, Hearing, desktop
from ui.keys.key_map import KeyMap
from ui.window.process_keys import ProcessKeys
from ui.window.wayland_keys import WaylandKeys


class Keys(Protocol):
    """What listens for global keys."""

    @property
    def hearing(self) -> Hearing:
        """How it stands now."""

    def start(self) -> None:
        """Listen, or ask for it."""

    def stop(self) -> None:
        """Listen no more."""


class EverywhereKeys(QObject):
    """Listens while the settings want it and it is not paused. Its owner calls `close`, which may be called twice. GUI thread.

    `fired` carries the name of an action; `hearing_changed` says that `hearing` may be another.
    """

    fired = Signal(str)
    hearing_changed = Signal()
    _heard = Signal(str)

    def __init__(self, parent: QObject | None = None, where: Desktop | None = None) -> None:
        """`where` overrules what the environment says of the desktop."""
        super().__init__(parent)
        self._where = where or desktop()
        self._actions: Mapping[str, str] = {}
        self._wanted = self._paused = False
        self._keys: Keys | None = None
        self._heard.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)  # pynput calls on its own thread

    @property
    def hearing(self) -> Hearing:
        """How it stands now, in words."""
        return self._keys.hearing if self._keys is not None else OFF

    def show_map(self, key_map: KeyMap) -> None:
        """Listen for these keys, or no more, as the settings say. Starts anew only where something is another."""
        wanted, actions = key_map.settings.use_everywhere, key_map.everywhere()
        if (wanted, actions) != (self._wanted, self._actions):
            self._wanted, self._actions = wanted, actions
            self._renew()

    def pause(self, paused: bool) -> None:
        """Fire nothing for a while, as when a new key is being pressed to be remembered."""
        self._paused = paused

    def retry(self) -> None:
        """Start anew, as after what stood in the way was mended."""
        self._renew()

    def close(self) -> None:
        """Listen no more."""
        self._wanted = False
        self._renew()

    def _renew(self) -> None:
        if self._keys is not None:
            self._keys.stop()
            self._keys = None
        if self._wanted and self._actions:
            self._keys = self._open(self._actions, self._heard.emit)
            self._keys.start()
        self.hearing_changed.emit()

    def _open(self, actions: Mapping[str, str], fire: Callable[[str], None]) -> Keys:
        if self._where == "wayland":
            keys = WaylandKeys(actions, fire, self)
            keys.hearing_changed.connect(self.hearing_changed)
            return keys
        if self._where == "macos":
            apart = ProcessKeys(actions, fire, self)
            apart.hearing_changed.connect(self.hearing_changed)
            return apart
        return GlobalKeys(actions, fire)

    def _pass_on(self, action: str) -> None:
        if self._keys is not None and not self._paused:
            self.fired.emit(action)
