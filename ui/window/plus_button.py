"""The dashed tile with a plus, by which portraits are added."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton

from ui.window.portrait_tile import EDGE, ROUNDING, SIDE


class PlusButton(QAbstractButton):
    """Is lit while something is held over the row: `inviting`."""

    menu_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.inviting = False
        self.setFixedSize(SIDE, SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Add portraits")
        self.setToolTip("Add portraits: choose pictures, or drop them here")

    def sizeHint(self) -> QSize:  # noqa: N802
        """A square."""
        return QSize(SIDE, SIDE)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Ask for the row's menu."""
        self.menu_wanted.emit(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the dashed frame and the plus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lively = self.underMouse() or self.inviting or self.hasFocus()
        colour = self.palette().color(QPalette.ColorRole.Highlight if lively else QPalette.ColorRole.PlaceholderText)
        place = QRectF(EDGE, EDGE, SIDE - 2 * EDGE, SIDE - 2 * EDGE).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine if self.hasFocus() else Qt.PenStyle.DashLine))
        painter.drawRoundedRect(place, ROUNDING, ROUNDING)
        painter.setPen(QPen(colour, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        middle, arm = place.center(), 9.0
        plus = QPainterPath(QPointF(middle.x() - arm, middle.y()))
        plus.lineTo(middle.x() + arm, middle.y())
        plus.moveTo(middle.x(), middle.y() - arm)
        plus.lineTo(middle.x(), middle.y() + arm)
        painter.drawPath(plus)
        painter.end()
