"""The small picture's place in a corner of the stage: clicked it swaps the pictures, dragged it goes to another corner."""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from ui.window.colours import LIVELY, ON_STAGE, SHADE
from ui.window.icons import paint_icon

SHARE = 0.25
"""Of the stage's width and height that it may take, and its bounds, px of the screen's own scale, as are all below."""

LEAST, MOST = 96.0, 288.0

MARGIN = 16
BELOW_BADGES = 56
"""From the upper edge, where badges and words lie above it."""

ROUNDING = 10.0

ARROWS = {Qt.Key.Key_Left: ("right", "left"), Qt.Key.Key_Right: ("left", "right"),
          Qt.Key.Key_Up: ("bottom", "top"), Qt.Key.Key_Down: ("top", "bottom")}  # fmt: skip


class StageInset(QAbstractButton):
    """Invisible but for its edge: the stage paints the picture below it. Arrow keys carry it to another corner. GUI thread."""

    placed = Signal()
    """It went to another place."""

    def __init__(self, stage: QWidget) -> None:
        super().__init__(stage)
        self._stage = stage
        self.corner = "bottom right"
        self._aspect = 4 / 3
        self._pressed: QPoint | None = None
        self._dragged = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip("Swap the pictures; drag it to another corner")
        self.setAccessibleName("Small picture: swap")
        self.setAccessibleDescription("Enter swaps the two pictures, arrow keys move it to another corner")
        self.hide()

    def fit(self, aspect: float) -> None:
        """Lie in the corner, with this ratio of width to height."""
        self._aspect = aspect
        if self._dragged:
            return
        place = self._place()
        if place != self.geometry():
            self.setGeometry(place)
            self.placed.emit()

    @property
    def at_top(self) -> bool:
        """Whether it lies in one of the upper corners."""
        return self.corner.startswith("top")

    @property
    def at_left(self) -> bool:
        """Whether it lies in one of the left corners."""
        return self.corner.endswith("left")

    def move_to(self, corner: str) -> None:
        """Lie in this corner: `top left` and so on."""
        self.corner = corner
        self.fit(self._aspect)

    def _place(self) -> QRect:
        stage = self._stage.rect()
        width = min(max(SHARE * stage.width(), LEAST), MOST, stage.width() / 2, SHARE * 1.4 * stage.height() * self._aspect)
        height = width / self._aspect
        x = MARGIN if self.at_left else stage.width() - MARGIN - width
        y = BELOW_BADGES if self.at_top else stage.height() - MARGIN - height
        return QRect(round(x), round(y), round(width), round(height))

    # Mouse and keys

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter swaps, arrows go to another corner."""
        key = Qt.Key(event.key())
        if key in ARROWS:
            self.move_to(self.corner.replace(*ARROWS[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag."""
        if self._pressed is None:
            return
        shift = event.position().toPoint() - self._pressed
        if self._dragged or shift.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = True
            self.move(self.pos() + shift)
            self.placed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go to the nearest corner, or swap when it was a click."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        dragged, self._dragged, self._pressed = self._dragged, False, None
        if dragged:
            self.move_to(self._nearest(QRectF(self.geometry()).center()))
        elif self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def _nearest(self, point: QPointF) -> str:
        stage = self._stage
        return f"{'top' if point.y() < stage.height() / 2 else 'bottom'} {'left' if point.x() < stage.width() / 2 else 'right'}"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the edge, and the sign of swapping under the mouse."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lively = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(LIVELY if self.hasFocus() else ON_STAGE, 3 if self.hasFocus() else 1.5 if lively else 1))
        painter.setOpacity(1.0 if lively else 0.45)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROUNDING, ROUNDING)
        if lively:
            sign = QRectF(self.width() / 2 - 18, self.height() / 2 - 18, 36, 36)
            painter.setOpacity(1.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(SHADE)
            painter.drawEllipse(sign)
            paint_icon(painter, "swap", sign.adjusted(8, 8, -8, -8), ON_STAGE)
        painter.end()
