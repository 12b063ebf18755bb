"""A wheel that turns: whatever paints one is painted again a moment later."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

TURN_MS = 40
"""Between two paintings, ms."""


class Turning(QTimer):
    """Started by the painting of a wheel, it asks for the next one; so nothing turns where nobody looks. GUI thread."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.setSingleShot(True)
        self.setInterval(TURN_MS)
        self.timeout.connect(widget.update)
