"""A list to choose from that drops down, in the window's looks."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QSizePolicy

from ui.window.calm_wheel import turn_calmly
from ui.window.colours import colours_of, faint
from ui.window.icons import paint_icon

HEIGHT = 32
"""px of the screen's own scale, as are all below."""

BETWEEN = 3
"""Around each choice, so that a finger or a tired hand finds it."""


class ChoiceBox(QComboBox):
    """The wheel changes nothing unless it has the focus, so that scrolling past does no harm. GUI thread."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        choices = QListView()
        choices.setSpacing(BETWEEN)
        self.setView(choices)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As high as the other fields."""
        return QSize(super().sizeHint().width(), HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrow: the words are cut."""
        return QSize(96, HEIGHT)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave it to whatever scrolls."""
        turn_calmly(self, event, super().wheelEvent)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the frame, the words and the arrow."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused, enabled = self.hasFocus(), self.isEnabled()
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1) if focused else QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colours.link, 2) if focused else QPen(colours.edge if enabled else colours.line, 1))
        painter.setBrush(colours.hover if self.underMouse() and enabled else colours.card)
        painter.drawRoundedRect(frame, 6, 6)
        ink = colours.text if enabled else faint(colours.text, 110)
        words = self.rect().adjusted(10, 0, -30, 0)
        painter.setPen(ink)
        text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        paint_icon(painter, "down", QRectF(self.width() - 26, self.height() / 2 - 8, 16, 16), faint(ink, 180))
        painter.end()
