"""What there is to say about a crop, a line each, with a mark before it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from puppet.portraits.portrait_quality import Quality
from ui.window.portrait_tile import AMBER

GREEN = QColor(22, 163, 74)


class Mark(QWidget):
    """A tick on green, or an exclamation mark on amber."""

    def __init__(self) -> None:
        super().__init__()
        self.good = True
        self.setFixedSize(18, 18)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A line's height."""
        return QSize(18, 18)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(GREEN if self.good else AMBER)
        painter.drawEllipse(QRectF(1, 1, 16, 16))
        painter.setPen(QPen(QColor(255, 255, 255), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if self.good:
            painter.drawPolyline(QPolygonF([QPointF(5.5, 9.4), QPointF(8, 11.8), QPointF(12.6, 6.6)]))
        else:
            painter.drawLine(QPointF(9, 5.2), QPointF(9, 9.4))
            painter.drawPoint(QPointF(9, 12.6))
        painter.end()


class QualityList(QWidget):
    """The findings that are not good, or one line of praise."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[Mark, QLabel]] = []
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(8)
        self._layout.setVerticalSpacing(8)
        self._layout.setColumnStretch(1, 1)

    @property
    def words(self) -> list[str]:
        """The lines that are shown."""
        return [label.text() for _, label in self._lines if not label.isHidden()]

    def show_quality(self, quality: Quality) -> None:
        """Show what was found; lines are made once and used again."""
        told = [finding.words for finding in quality.findings if not finding.good]
        lines = [(words, False) for words in told] or [(quality.words, True)]
        while len(self._lines) < len(lines):
            self._add_line()
        for index, (mark, label) in enumerate(self._lines):
            shown = index < len(lines)
            mark.setVisible(shown)
            label.setVisible(shown)
            if shown:
                words, mark.good = lines[index]
                mark.update()
                label.setText(words)
        self.setAccessibleDescription(quality.words)

    def _add_line(self) -> None:
        mark, label, row = Mark(), QLabel(), len(self._lines)
        label.setWordWrap(True)
        self._layout.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(label, row, 1)
        self._lines.append((mark, label))
