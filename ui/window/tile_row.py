"""Tiles side by side, scrolled with wheel, keys and arrows at the ends instead of a bar."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from ui.window.portrait_tile import SIDE, PortraitTile

STEP = 2 * SIDE
"""How far an arrow at the end scrolls, px of the screen's own scale, as are all below."""

GAP = 2

FADE = 34
"""Width of what fades where there is more."""


class TileRow(QScrollArea):
    """Takes the room its tiles need and no more. One stop for Tab: within it the arrow keys lead on."""

    def __init__(self) -> None:
        super().__init__()
        self.tiles: list[PortraitTile] = []
        self._withdrawn: list[PortraitTile] = []
        inside = QWidget()
        self._layout = QHBoxLayout(inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GAP)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(SIDE)
        self.ends = (RowEnd(self, -1), RowEnd(self, 1))
        bar = self.horizontalScrollBar()
        bar.rangeChanged.connect(self._show_ends)
        bar.valueChanged.connect(self._show_ends)
        self.fit()

    def add(self, tile: PortraitTile) -> None:
        """Put a tile at the end."""
        index = len(self.tiles)
        self.tiles.append(tile)
        self._layout.addWidget(tile)
        tile.travelled.connect(lambda step: self.go_to(index + step))
        tile.setFocusPolicy(Qt.FocusPolicy.TabFocus if not index else Qt.FocusPolicy.NoFocus)

    def withdraw(self) -> None:
        """Take the last tile away; it is kept, because it may be at work on the click that led here."""
        tile = self.tiles.pop()
        if tile.hasFocus() and self.tiles:
            self.go_to(len(self.tiles) - 1)
        tile.hide()
        self._withdrawn.append(tile)

    def recall(self) -> PortraitTile | None:
        """The next tile again, if it was withdrawn."""
        if not self._withdrawn:
            return None
        tile = self._withdrawn.pop()
        tile.show()
        self.tiles.append(tile)
        return tile

    def fit(self) -> None:
        """Take just the room for the tiles there are."""
        count = len(self.tiles)
        self.setMaximumWidth(count * SIDE + max(0, count - 1) * GAP)
        self.setVisible(count > 0)

    def go_to(self, index: int) -> None:
        """Give the focus to a tile, or to the nearest end; Tab comes back to it."""
        index = min(max(index, 0), len(self.tiles) - 1)
        for number, tile in enumerate(self.tiles):
            tile.setFocusPolicy(Qt.FocusPolicy.TabFocus if number == index else Qt.FocusPolicy.NoFocus)
        self.tiles[index].setFocus(Qt.FocusReason.TabFocusReason)
        self.bring_into_view(index)

    def bring_into_view(self, index: int) -> None:
        """Scroll until a tile can be seen, clear of the ends."""
        self._layout.activate()
        self.ensureWidgetVisible(self.tiles[index], FADE, 0)

    def travel(self, distance: float) -> None:
        """Scroll by so many px, right is positive."""
        bar = self.horizontalScrollBar()
        bar.setValue(round(bar.value() + distance))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Either wheel scrolls the row."""
        fine, coarse = event.pixelDelta(), event.angleDelta()
        delta = fine if not fine.isNull() else coarse
        self.travel(-(delta.x() or delta.y()))
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the ends at the ends."""
        super().resizeEvent(event)
        left, right = self.ends
        left.setGeometry(0, 0, FADE, SIDE)
        right.setGeometry(self.width() - FADE, 0, FADE, SIDE)
        self._show_ends()

    def _show_ends(self) -> None:
        bar = self.horizontalScrollBar()
        left, right = self.ends
        left.setVisible(bar.value() > bar.minimum())
        right.setVisible(bar.value() < bar.maximum())


class RowEnd(QWidget):
    """Where the row goes on: it fades, and an arrow scrolls it."""

    def __init__(self, row: TileRow, way: int) -> None:
        """`way`: -1 for the left end, 1 for the right."""
        super().__init__(row)
        self._row = row
        self._way = way
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("More portraits")
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Scroll this way."""
        self._row.travel(self._way * STEP)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the fading and the arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self.palette().color(QPalette.ColorRole.Window)
        clear = QColor(ground)
        clear.setAlpha(0)
        inner, outer = (self.width(), 0) if self._way < 0 else (0, self.width())
        fade = QLinearGradient(inner, 0, outer, 0)
        fade.setColorAt(0, clear)
        fade.setColorAt(0.7, ground)
        painter.fillRect(QRectF(self.rect()), fade)
        colour = QPalette.ColorRole.Highlight if self.underMouse() else QPalette.ColorRole.WindowText
        painter.setPen(QPen(self.palette().color(colour), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y, arm = self.width() / 2 + self._way * 6, self.height() / 2, 6
        tip, back = x + self._way * arm / 2, x - self._way * arm / 2
        painter.drawPolyline(QPolygonF([QPointF(back, y - arm), QPointF(tip, y), QPointF(back, y + arm)]))
        painter.end()
