"""Ties the keys, the window's own and the global ones, to the session's settings."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from puppet.settings import KeySettings
from ui.keys.key_map import KeyMap
from ui.session.live_session import LiveSession
from ui.window.everywhere_keys import EverywhereKeys
from ui.window.keys_sheet import KeysSheet
from ui.window.window_keys import install_shortcuts


class KeyDesk(QObject):
    """`fire` hears the name of every action whose key is pressed. Its owner calls `close`. GUI thread."""

    def __init__(self, session: LiveSession, window: QWidget, fire: Callable[[str], None]) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self.map = KeyMap(session.settings.keys)
        self.sheet: KeysSheet | None = None
        self._keys = install_shortcuts(window, self.map, fire)
        self._everywhere = EverywhereKeys(self)
        self._everywhere.fired.connect(fire)
        self._everywhere.hearing_changed.connect(self._show_hearing)
        self._everywhere.show_map(self.map)
        for trouble in (*self.map.troubles, *self.map.conflicts()):
            session.say(trouble)

    def show_sheet(self) -> None:
        """Open the list of all keys, or bring it to the front."""
        if self.sheet is None:
            sheet = self.sheet = KeysSheet(self._session.settings.keys, self._everywhere.hearing, self._window)
            sheet.changed.connect(self._change)
            sheet.waiting.connect(self._everywhere.pause)
            sheet.finished.connect(lambda _: self._let_go())
        self.sheet.show()
        self.sheet.raise_()

    def close(self) -> None:
        """Listen no more; may be called twice."""
        self._everywhere.close()

    def _change(self, keys: KeySettings) -> None:
        self._session.adjust(keys=keys.model_dump())
        self.map = KeyMap(keys)
        self._keys.show_map(self.map)
        self._everywhere.show_map(self.map)
        self._show_hearing()

    def _show_hearing(self) -> None:
        if self.sheet is not None:
            self.sheet.show_hearing(self._everywhere.hearing)

    def _let_go(self) -> None:
        sheet, self.sheet = self.sheet, None
        if sheet is not None:
            sheet.deleteLater()
