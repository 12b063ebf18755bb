"""A face to choose among several: its picture, and a ring while it is the chosen one."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton

from puppet.picture import Picture
from ui.window.picture_image import image_of, scaled_pixmap

SIDE = 54
"""Width and height, px of the screen's own scale."""

EDGE = 4.0


class FaceButton(QAbstractButton):
    """Checked while its face is chosen."""

    def __init__(self, picture: Picture, number: int, count: int) -> None:
        """picture: a square one; number: from 1, by size."""
        super().__init__()
        self._image = image_of(picture)
        self.setCheckable(True)
        self.setFixedSize(SIDE, SIDE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Face {number} of {count}")
        self.setToolTip(f"Face {number} of {count}, by size")

    def sizeHint(self) -> QSize:  # noqa: N802
        """A square."""
        return QSize(SIDE, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the face and the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(EDGE, EDGE, SIDE - 2 * EDGE, SIDE - 2 * EDGE)
        corners = QPainterPath()
        corners.addRoundedRect(place, 8, 8)
        painter.save()
        painter.setClipPath(corners)
        painter.drawPixmap(place.topLeft(), scaled_pixmap(self._image, place.width(), place.height(), self.devicePixelRatioF()))
        painter.restore()
        ring = place.adjusted(-2.5, -2.5, 2.5, 2.5)
        if self.isChecked():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2.5))
            painter.drawRoundedRect(ring, 10, 10)
        if self.hasFocus() or (self.underMouse() and not self.isChecked()):
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), 1.5, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(ring, 10, 10)
        painter.end()
