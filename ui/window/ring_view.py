"""The driver in a circle, with a ring around it that fills while the face keeps still."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from puppet.picture import Picture
from ui.window.colours import colours_of
from ui.window.fitted_picture import FittedPicture
from ui.window.icons import paint_icon

RING = 8.0
"""Width of the ring, px of the screen's own scale, as are all below."""

GAP = 8.0
SIGN = 48.0


class RingView(QWidget):
    """Paints what it was last given. GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self._picture: Picture | None = None
        self._fitted = FittedPicture()
        self.setAccessibleName("You")
        self.setMinimumSize(180, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Large enough to see oneself."""
        return QSize(320, 320)

    def show_picture(self, picture: Picture | None, share: float) -> None:
        """Show the driver, and the ring filled to a share, 0 to 1."""
        self._picture, self.share = picture, share
        self.setAccessibleDescription("done" if share >= 1 else f"{round(10 * share) * 10} %")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the circle, the ring, and a tick once it is full."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) - 2.0
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        circle = place.adjusted(RING + GAP, RING + GAP, -RING - GAP, -RING - GAP)
        inside = QPainterPath()
        inside.addEllipse(circle)
        painter.setClipPath(inside)
        painter.fillRect(circle, colours.sunken)
        if self._picture is not None:
            height, width = self._picture.shape[:2]
            scale = circle.width() / min(height, width)
            whole = QRectF(0, 0, width * scale, height * scale)
            whole.moveCenter(circle.center())
            self._fitted.paint(painter, self._picture, whole, self.devicePixelRatioF())
        else:
            sign = QRectF(0, 0, 96, 96)
            sign.moveCenter(circle.center())
            paint_icon(painter, "person", sign, colours.edge)
        painter.setClipping(False)
        done = self.share >= 1
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours.line, RING))
        ring = place.adjusted(RING / 2, RING / 2, -RING / 2, -RING / 2)
        painter.drawEllipse(ring)
        if self.share > 0:
            painter.setPen(QPen(colours.good if done else colours.link, RING, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(ring, 90 * 16, -round(self.share * 360 * 16))
        if done:
            sign = QRectF(0, 0, SIGN, SIGN)
            sign.moveCenter(circle.center())
            sign.moveBottom(circle.bottom() + RING)
            painter.setPen(QPen(colours.window, 4))
            painter.setBrush(colours.good)
            painter.drawEllipse(sign)
            paint_icon(painter, "check", sign.adjusted(12, 12, -12, -12), colours.window)
        painter.end()
