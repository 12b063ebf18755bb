"""What takes a while: its words, how far it is, and a button that gives it up."""

from time import perf_counter

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ui.window.colours import colours_of, faint
from ui.window.elided_label import ElidedLabel
from ui.window.stage_signs import paint_wheel
from ui.window.turning import Turning

HEIGHT = 40
"""px of the screen's own scale, as are all below."""

WHEEL = 18.0


class TaskBar(QWidget):
    """Blank while there is nothing to wait for; its place is kept, so that nothing moves. GUI thread."""

    cancelled = Signal()
    """A person gives it up."""

    def __init__(self) -> None:
        super().__init__()
        self._progress: float | None = None
        self._turning = Turning(self)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.label = ElidedLabel()
        self.cancel = QPushButton("Cancel")
        self.cancel.setAutoDefault(False)
        self.cancel.setFlat(True)
        self.cancel.clicked.connect(self.cancelled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(44, 4, 4, 4)
        layout.setSpacing(8)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.cancel)
        self.hide()

    @property
    def progress(self) -> float | None:
        """How far it is, 0 to 1; None where nobody knows."""
        return self._progress

    def show_task(self, words: str, progress: float | None = None) -> None:
        """Show what is being done, empty for nothing. progress: 0 to 1, None where nobody knows. The same again costs nothing."""
        progress = None if progress is None else min(max(progress, 0.0), 1.0)
        if (words, progress) == (self.label.text(), self._progress):
            return
        self._progress = progress
        self.label.setText(words)
        share = "" if progress is None else f", {round(100 * progress)} %"
        self.setAccessibleName(f"{words}{share}" if words else "")
        self.setVisible(bool(words))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A line."""
        return QSize(320, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the ground, and how far it is: a wheel that turns, or one that fills with a line below."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colours.line, 1))
        painter.setBrush(colours.card)
        painter.drawRoundedRect(place, 8, 8)
        wheel = QRectF(14, self.height() / 2 - WHEEL / 2, WHEEL, WHEEL)
        if self._progress is None:
            paint_wheel(painter, wheel, perf_counter(), colours.link, 2.5)
            self._turning.start()
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(faint(colours.link, 60), 2.5))
            painter.drawEllipse(wheel.adjusted(1.25, 1.25, -1.25, -1.25))
            painter.setPen(QPen(colours.link, 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(wheel.adjusted(1.25, 1.25, -1.25, -1.25), 90 * 16, -round(self._progress * 360 * 16))
        painter.end()
