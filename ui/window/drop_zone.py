"""A part of the window that takes pictures: dropped on it, or pasted."""

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from ui.window.dropped import dropped, is_welcome


class DropZone(QWidget):
    """Shows that something is held over it in its own way, by `show_dropping`. GUI thread."""

    added = Signal(list)
    """These files (list of `Path`) shall be taken."""

    pasted = Signal(object)
    """This `Picture`, which is no file, shall be taken."""

    def __init__(self) -> None:
        super().__init__()
        self.dropping = False
        self.setAcceptDrops(True)

    def take(self, data: QMimeData | None) -> bool:
        """Take what was dropped, or what the clipboard holds; False where that is of no use."""
        files, picture = dropped(data)
        if files:
            self.added.emit(files)
        elif picture is not None:
            self.pasted.emit(picture)
        return bool(files) or picture is not None

    def show_dropping(self, dropping: bool) -> None:
        """Something is held over it, or no more."""
        self.dropping = dropping
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Welcome files and pictures."""
        if is_welcome(event.mimeData()):
            event.acceptProposedAction()
            self.show_dropping(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002, N802
        """They went elsewhere."""
        self.show_dropping(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take what was dropped."""
        self.show_dropping(False)
        if self.take(event.mimeData()):
            event.acceptProposedAction()
