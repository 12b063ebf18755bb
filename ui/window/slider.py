"""A slider over a range of numbers, even or in equal ratios."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider

from ui.window.calm_wheel import turn_calmly
from ui.window.colours import colours_of, faint

STEPS = 1000
"""Places of the knob."""

WIDE = 50.0
"""A range whose ends stand in a higher ratio is gone through in equal ratios."""

SNAP = 0.015
"""Nearer to the default than this, of the whole way, the mouse finds the default."""

RADIUS = 8.0
"""Of the knob, px of the screen's own scale, as are all below."""

EDGE = 2.0
INSET = RADIUS + 3
"""From the ends to the middle of the knob."""

HEIGHT = 28
TRACK = 4.0


class Scale:
    """Where a number lies on the slider: 0 at the least, 1 at the greatest."""

    def __init__(self, least: float, greatest: float) -> None:
        self.least, self.greatest = least, greatest
        self.in_ratios = least > 0 and greatest / least > WIDE

    def place(self, value: float) -> float:
        """Of a number of the range."""
        value = min(max(value, self.least), self.greatest)
        if self.in_ratios:
            return math.log(value / self.least) / math.log(self.greatest / self.least)
        return (value - self.least) / (self.greatest - self.least)

    def value(self, place: float) -> float:
        """At a place."""
        if self.in_ratios:
            return float(self.least * (self.greatest / self.least) ** place)
        return self.least + (self.greatest - self.least) * place


class Slider(QSlider):
    """A click brings the knob there. The wheel changes nothing unless it has the focus. GUI thread."""

    moved = Signal(float)
    """A person moved it: the number."""

    def __init__(self, name: str, scale: Scale, usual: float) -> None:
        """`usual`: the number that is marked, the default."""
        super().__init__(Qt.Orientation.Horizontal)
        self._scale = scale
        self._usual = usual
        self._showing = False
        self.setAccessibleName(name)
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._tell)

    def show_number(self, number: float) -> None:
        """Show a number; nothing is told of it."""
        self._showing = True
        self.setValue(round(STEPS * self._scale.place(number)))
        self._showing = False

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room to move."""
        return QSize(140, HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Still of use."""
        return QSize(72, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Bring the knob there and take hold of it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self._step_at(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag."""
        if self.isSliderDown():
            self.setValue(self._step_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave it to whatever scrolls."""
        turn_calmly(self, event, super().wheelEvent)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the track, what of it is behind the knob, the mark of the default, and the knob."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, enabled = self.height() / 2, self.isEnabled()
        knob, usual = QPointF(self._x(self.value() / STEPS), middle), self._x(self._scale.place(self._usual))
        begin = self._x(self._scale.place(0)) if self._scale.least < 0 < self._scale.greatest else EDGE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faint(colours.edge, 120))
        painter.drawRoundedRect(QRectF(EDGE, middle - TRACK / 2, self.width() - 2 * EDGE, TRACK), TRACK / 2, TRACK / 2)
        painter.drawRoundedRect(QRectF(usual - 1, middle + RADIUS, 2, 4), 1, 1)
        painter.setBrush(colours.accent if enabled else colours.edge)
        painter.drawRoundedRect(QRectF(min(begin, knob.x()), middle - TRACK / 2, abs(knob.x() - begin), TRACK), TRACK / 2, TRACK / 2)
        grown = 1.0 if self.underMouse() or self.isSliderDown() else 0.0
        painter.setPen(QPen(colours.accent if enabled else colours.edge, 2))
        painter.setBrush(colours.on_accent)
        painter.drawEllipse(knob, RADIUS - 2 + grown, RADIUS - 2 + grown)
        if self.hasFocus():
            painter.setPen(QPen(colours.link, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(knob, RADIUS + 2, RADIUS + 2)
        painter.end()

    def _x(self, place: float) -> float:
        return INSET + place * (self.width() - 2 * INSET)

    def _step_at(self, x: float) -> int:
        """Near the default's mark it is the default."""
        place = min(max((x - INSET) / max(1.0, self.width() - 2 * INSET), 0.0), 1.0)
        usual = self._scale.place(self._usual)
        return round(STEPS * (usual if abs(place - usual) < SNAP else place))

    def _tell(self, step: int) -> None:
        self.update()
        if not self._showing:
            self.moved.emit(self._scale.value(step / STEPS))
