"""Ties the row of portraits and the crop editor to the session."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from puppet.portraits.portrait_library import Entry
from puppet.portraits.wardrobe import Look
from ui.session.live_session import LiveSession
from ui.window.crop_editor import CropEditor
from ui.window.portrait_strip import PortraitStrip
from ui.window.portrait_tile import strip_item


class PortraitDesk(QObject):
    """What is asked of the row becomes an order; what became of it is shown at the next `refresh`. GUI thread."""

    def __init__(self, session: LiveSession, strip: PortraitStrip, window: QWidget) -> None:
        super().__init__(window)
        self._rack = session.rack
        self._session = session
        self._strip = strip
        self._window = window
        self.editor: CropEditor | None = None
        self._entries = self._rack.entries
        strip.chosen.connect(lambda index: self._do(self._rack.wear_entry, index))
        strip.added.connect(self._rack.add)
        strip.pasted.connect(self._rack.paste)
        strip.removed.connect(lambda index: self._do(self._rack.remove, index))
        strip.restore_wanted.connect(self._rack.restore)
        strip.crop_wanted.connect(lambda index: self._do(lambda entry: self._rack.look(entry, self._edit), index))

    def refresh(self) -> None:
        """Show the portraits as they are now; costs little where nothing has changed."""
        rack = self._rack
        self._entries = rack.entries
        items = [strip_item(entry, rack.preview(entry), rack.trouble(entry)) for entry in self._entries]
        self._strip.show_entries(items, rack.library.can_restore)
        self._strip.show_worn(rack.worn if rack.worn >= 0 else None)

    def _do(self, order: Callable[[Entry], None], index: int) -> None:
        """An order for the portrait that was shown at this place, whatever lies there by now."""
        if index < len(self._entries):
            order(self._entries[index])

    def _edit(self, entry: Entry, look: Look) -> None:
        if not self._window.isVisible():
            return
        if self.editor is not None:
            self.editor.reject()
        editor = self.editor = CropEditor(entry.name, look, entry.crop, self._session.side, self._window)
        editor.accepted.connect(lambda: self._take(entry, editor))
        editor.finished.connect(lambda _: self._let_go(editor))
        editor.open()

    def _take(self, entry: Entry, editor: CropEditor) -> None:
        self._rack.set_crop(entry, editor.crop)

    def _let_go(self, editor: CropEditor) -> None:
        if self.editor is editor:
            self.editor = None
        editor.deleteLater()
