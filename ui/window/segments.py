"""A few choices side by side, one of which holds."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from ui.window.colours import colours_of, faint

HEIGHT = 32
"""px of the screen's own scale, as are all below."""

ROUNDING = 8.0
INSET = 3.0
"""Between the ground and the segment that holds."""

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class Segment(QAbstractButton):
    """One of the choices."""

    def __init__(self, words: str, tip: str) -> None:
        super().__init__()
        self.setText(words)
        self.setToolTip(tip)
        self.setAccessibleName(words)
        self.setAccessibleDescription(tip)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(HEIGHT)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for the words."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 20, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the words, and the pad below them where it holds."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pad = QRectF(self.rect()).adjusted(INSET, INSET, -INSET, -INSET)
        rounding = ROUNDING - INSET + 1
        painter.setPen(Qt.PenStyle.NoPen)
        ink = colours.text
        if self.isChecked():
            painter.setBrush(colours.accent)
            painter.drawRoundedRect(pad, rounding, rounding)
            ink = colours.on_accent
        elif self.underMouse():
            painter.setBrush(colours.hover)
            painter.drawRoundedRect(pad, rounding, rounding)
        if self.hasFocus():
            painter.setPen(QPen(colours.on_accent if self.isChecked() else colours.link, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(pad.adjusted(2, 2, -2, -2), rounding - 1.5, rounding - 1.5)
        painter.setPen(ink if self.isEnabled() else faint(ink, 100))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - 8)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
        painter.end()


class Segments(QWidget):
    """One stop for Tab: within it the arrow keys choose. GUI thread."""

    chosen = Signal(str)
    """A person chose this value."""

    def __init__(self, name: str, options: Sequence[tuple[str, str, str]]) -> None:
        """`options`: value, words, and what it means."""
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._values = [value for value, _, _ in options]
        self.segments = [Segment(words, tip) for _, words, tip in options]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for value, segment in zip(self._values, self.segments, strict=True):
            layout.addWidget(segment, segment.sizeHint().width())
            segment.clicked.connect(lambda _, value=value: self._choose(value))
        self.show_value(self._values[0])

    @property
    def value(self) -> str:
        """The one that holds."""
        return self._values[next(index for index, segment in enumerate(self.segments) if segment.isChecked())]

    def show_value(self, value: str) -> None:
        """Let this one hold; nothing is told of it."""
        self.segments[self._values.index(value)].setChecked(True)
        self._lead_tab()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """The arrows choose the neighbour, without going round."""
        step = STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        index = min(max(self._values.index(self.value) + step, 0), len(self._values) - 1)
        if self._values[index] != self.value:
            self.segments[index].setChecked(True)
            self._choose(self._values[index])
        self.segments[index].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the ground."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.line, 1))
        painter.setBrush(colours.sunken)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), ROUNDING, ROUNDING)
        painter.end()

    def _choose(self, value: str) -> None:
        self._lead_tab()
        self.chosen.emit(value)

    def _lead_tab(self) -> None:
        for segment in self.segments:
            segment.setFocusPolicy(Qt.FocusPolicy.StrongFocus if segment.isChecked() else Qt.FocusPolicy.ClickFocus)
