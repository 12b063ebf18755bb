"""A check box that looks like a switch."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy

from ui.window.colours import colours_of, faint

WIDTH, HEIGHT = 40, 24
"""px of the screen's own scale, as are all below."""

GAP = 3.0
RING = 3
"""Room around it for the focus ring."""


class Switch(QCheckBox):
    """Has no words of its own: it stands beside a label. GUI thread."""

    def __init__(self, name: str) -> None:
        """`name`: for those who hear the screen."""
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The switch and the ring around it."""
        return QSize(WIDTH + 2 * RING, HEIGHT + 2 * RING)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The same."""
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:  # noqa: N802
        """All of it can be clicked."""
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the track, the knob and the ring."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(RING, (self.height() - HEIGHT) / 2, WIDTH, HEIGHT)
        on, enabled = self.isChecked(), self.isEnabled()
        fill = (
            (colours.accent_hover if self.underMouse() else colours.accent)
            if on
            else (colours.hover if self.underMouse() else colours.sunken)
        )
        painter.setPen(Qt.PenStyle.NoPen if on else QPen(colours.edge if enabled else colours.line, 1.2))
        painter.setBrush(fill if enabled or not on else faint(fill, 110))
        outline = track if on else track.adjusted(0.6, 0.6, -0.6, -0.6)
        painter.drawRoundedRect(outline, outline.height() / 2, outline.height() / 2)
        radius = HEIGHT / 2 - GAP - (0 if on else 1.5)
        middle = QPointF(track.right() - HEIGHT / 2 if on else track.left() + HEIGHT / 2, track.center().y())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.on_accent if on else colours.edge if enabled else colours.line)
        painter.drawEllipse(middle, radius, radius)
        if self.hasFocus():
            painter.setPen(QPen(colours.link, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = track.adjusted(-2, -2, 2, 2)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
        painter.end()
