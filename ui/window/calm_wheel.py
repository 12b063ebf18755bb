"""A wheel that turns over a field without the focus scrolls what lies around it, so that scrolling past does no harm."""

from collections.abc import Callable

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget


def turn_calmly(field: QWidget, event: QWheelEvent, turn: Callable[[QWheelEvent], None]) -> None:
    """Let the wheel `turn` the field if it has the focus; else leave it to whatever scrolls. GUI thread."""
    if field.hasFocus():
        turn(event)
    else:
        event.ignore()
