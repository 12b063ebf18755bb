"""The steps of a way, and where one is on it."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.window.colours import colours_of
from ui.window.icons import paint_icon
from ui.window.stage_signs import bold

HEIGHT = 32
"""px of the screen's own scale, as are all below."""

DOT = 24.0
GAP = 8.0
LINE = 32.0


class StepLine(QWidget):
    """A number and a word for each step, a tick for those that are done. GUI thread."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = tuple(names)
        self._step = 0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_step(0)

    def show_step(self, step: int) -> None:
        """Be at this step, from 0."""
        self._step = step
        self.setAccessibleName(f"Step {step + 1} of {len(self._names)}: {self._names[step]}")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for all of it."""
        return QSize(round(sum(self._widths()) + (LINE + 2 * GAP) * (len(self._names) - 1)), HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the steps from the middle outwards."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        widths = self._widths()
        line = min(LINE, max(8.0, (self.width() - sum(widths)) / max(1, len(widths) - 1) - 2 * GAP))
        x = (self.width() - sum(widths) - (line + 2 * GAP) * (len(widths) - 1)) / 2
        middle = self.height() / 2
        for index, (name, width) in enumerate(zip(self._names, widths, strict=True)):
            dot = QRectF(x, middle - DOT / 2, DOT, DOT)
            reached = index <= self._step
            painter.setPen(Qt.PenStyle.NoPen if reached else QPen(colours.edge, 1.2))
            painter.setBrush(colours.accent if reached else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(dot if reached else dot.adjusted(0.6, 0.6, -0.6, -0.6))
            if index < self._step:
                paint_icon(painter, "check", dot.adjusted(5, 5, -5, -5), colours.on_accent)
            else:
                painter.setFont(bold(self.font(), 0.9))
                painter.setPen(colours.on_accent if reached else colours.dim)
                painter.drawText(dot, Qt.AlignmentFlag.AlignCenter, str(index + 1))
            painter.setFont(bold(self.font()))
            painter.setPen(colours.text if index == self._step else colours.dim)
            words = QRectF(dot.right() + GAP, 0, width - DOT - GAP + 4, self.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            x += width + GAP
            if index + 1 < len(widths):
                painter.setPen(QPen(colours.edge, 1))
                painter.drawLine(QPointF(x, middle), QPointF(x + line, middle))
            x += line + GAP
        painter.end()

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(bold(self.font()))
        return [DOT + GAP + metrics.horizontalAdvance(name) for name in self._names]
