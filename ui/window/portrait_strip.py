"""The row of portraits: click one to wear it, drop or paste pictures to add them."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDesktopServices,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QSizePolicy, QWidget

from puppet.media.picture_file import PICTURE_SUFFIXES
from ui.window.drop_zone import DropZone
from ui.window.dropped import is_welcome
from ui.window.plus_button import PlusButton
from ui.window.portrait_tile import ROUNDING, SIDE, PortraitTile, StripItem
from ui.window.tile_row import TileRow

KEYS = "1234567890"
"""The keys that put on the first ten portraits, in order."""

EMPTY = "Drop pictures here, paste one, or press +"

VIDEOS = ("gif", "mp4", "mov", "mkv", "webm", "avi")
"""Of these the first picture is taken."""


class PortraitStrip(DropZone):
    """All portraits, scrolled where there are many. It owns none of them: it shows items and says what is asked for. GUI thread."""

    chosen = Signal(int)
    """The portrait of this number, from 0, shall be worn."""

    removed = Signal(int)
    crop_wanted = Signal(int)
    """Its crop or face shall be chosen by hand."""

    restore_wanted = Signal()
    """What was removed last shall come back."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Portraits")
        self.setFixedHeight(SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._can_restore = False
        self._worn: int | None = None
        self._dialog: QFileDialog | None = None
        self.row = TileRow()
        self.plus = PlusButton()
        self.plus.clicked.connect(self.choose_files)
        self.plus.menu_wanted.connect(self._show_own_menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.row, 1)
        layout.addWidget(self.plus)
        layout.addStretch()

    @property
    def tiles(self) -> list[PortraitTile]:
        """One for each portrait shown."""
        return self.row.tiles

    def show_entries(self, items: Sequence[StripItem], can_restore: bool = False) -> None:
        """Show these portraits, in this order; costs little where little has changed, so it may be called now and then to be sure."""
        self._can_restore = can_restore
        while len(self.tiles) > len(items):
            self.row.withdraw()
        for index, item in enumerate(items):
            key = KEYS[index] if index < len(KEYS) else ""
            tile = self.tiles[index] if index < len(self.tiles) else self.row.recall() or self._add_tile()
            tile.show_item(item, key)
        self.row.fit()
        self.update()
        self._mark_worn()

    def show_worn(self, index: int | None) -> None:
        """Put the ring around the portrait of this number, from 0, and bring it into view when it is another than before."""
        changed, self._worn = index != self._worn, index
        self._mark_worn()
        if changed and index is not None and index < len(self.tiles):
            self.row.bring_into_view(index)

    def choose_files(self) -> None:
        """Ask for pictures to add, in a dialog that stops nothing else."""
        endings = " ".join(f"*.{ending}" for ending in sorted(suffix[1:] for suffix in PICTURE_SUFFIXES) + list(VIDEOS))
        dialog = QFileDialog(self.window(), "Add portraits", "", f"Pictures ({endings});;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.added.emit([Path(name) for name in names]))
        self._dialog = dialog
        dialog.open()

    def paste(self) -> bool:
        """Add what the clipboard holds; False when that is no picture."""
        return self.take(QGuiApplication.clipboard().mimeData())

    def show_dropping(self, dropping: bool) -> None:
        """The button with the plus invites too."""
        super().show_dropping(dropping)
        self.plus.inviting = dropping
        self.plus.update()

    # Tiles

    def _add_tile(self) -> PortraitTile:
        tile, index = PortraitTile(), len(self.tiles)
        tile.clicked.connect(lambda: self.chosen.emit(index))
        tile.discarded.connect(lambda: self.removed.emit(index))
        tile.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tile.customContextMenuRequested.connect(lambda at: self.menu_of(index).popup(tile.mapToGlobal(at)))
        self.row.add(tile)
        return tile

    def _mark_worn(self) -> None:
        for index, tile in enumerate(self.tiles):
            tile.setChecked(index == self._worn)

    # Menus

    def menu_of(self, index: int) -> QMenu:
        """What can be done with one portrait; it deletes itself when it is closed."""
        item, menu = self.tiles[index].item, _menu(self)
        menu.addAction("Wear", lambda: self.chosen.emit(index)).setEnabled(not item.trouble)
        menu.addAction("Edit crop…", lambda: self.crop_wanted.emit(index)).setEnabled(item.thumbnail is not None)
        if item.faces > 1:
            menu.addAction(f"Choose face ({item.faces} found)…", lambda: self.crop_wanted.emit(index))
        path = item.path
        if path is not None:
            menu.addAction("Show file", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.absolute().parent))))
        menu.addSeparator()
        menu.addAction("Hide" if item.bundled else "Remove", lambda: self.removed.emit(index))
        self._offer_restoring(menu)
        return menu

    def own_menu(self) -> QMenu:
        """What can be done with the row; it deletes itself when it is closed."""
        menu = _menu(self)
        menu.addAction("Add pictures…", self.choose_files)
        data = QGuiApplication.clipboard().mimeData()
        menu.addAction("Paste picture", self.paste).setEnabled(is_welcome(data))
        self._offer_restoring(menu)
        return menu

    def _offer_restoring(self, menu: QMenu) -> None:
        if self._can_restore:
            menu.addAction("Put back the last removed", self.restore_wanted.emit)

    def _show_own_menu(self, at: object) -> None:
        self.own_menu().popup(at)  # type: ignore[arg-type]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """On the row's own ground."""
        self.own_menu().popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """The frame while something is held over it, and a word where it is empty."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.dropping:
            accent = self.palette().color(QPalette.ColorRole.Highlight)
            painter.setPen(QPen(accent, 2, Qt.PenStyle.DashLine))
            accent.setAlpha(28)
            painter.setBrush(accent)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROUNDING + 2, ROUNDING + 2)
        if not self.tiles:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            place = QRectF(self.plus.geometry().right() + 10, 0, self.width() - self.plus.geometry().right() - 10, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, EMPTY)
        painter.end()


def _menu(owner: QWidget) -> QMenu:
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu
