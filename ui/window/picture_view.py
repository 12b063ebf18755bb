"""A pane that shows one picture as large as fits, with a caption and, when there is something to say, a message on it."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from puppet.picture import Picture, Square

ROUNDING = 10.0
"""Radius of the picture's corners, px of the screen's own scale, as are all below."""

MARGIN = 10.0

SHADE = QColor(0, 0, 0, 150)
"""Behind words that lie on a picture."""


class PictureView(QWidget):
    """Paints the picture it was last given; the picture is neither copied nor changed. GUI thread."""

    def __init__(self, caption: str, on_painted: Callable[[float], None] | None = None) -> None:
        """`on_painted` hears how long each painting of a picture took, s."""
        super().__init__()
        self.caption = caption
        self._on_painted = on_painted
        self._picture: Picture | None = None
        self._message = ""
        self.outline: Square | None = None
        self.setAccessibleName(caption)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for a picture of a model's usual side and half."""
        return QSize(400, 400)

    @property
    def message(self) -> str:
        """What is written on the picture; empty for nothing."""
        return self._message

    def show_picture(self, picture: Picture, message: str = "", outline: Square | None = None) -> None:
        """Show a picture from the next painting on; `outline`: a square of it to frame, in its pixels."""
        self._picture, self.outline = picture, outline
        self.show_message(message)
        self.update()

    def show_message(self, message: str) -> None:
        """Write on the picture, or on the empty pane."""
        if message != self._message:
            self._message = message
            self.setAccessibleDescription(message)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the picture, the outline, the caption and the message."""
        start = perf_counter()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = self._place()
        corners = QPainterPath()
        corners.addRoundedRect(place, ROUNDING, ROUNDING)
        painter.setClipPath(corners)
        if self._picture is None:
            painter.fillRect(place, self.palette().color(QPalette.ColorRole.AlternateBase))
        else:
            height, width = self._picture.shape[:2]
            painter.drawImage(place, QImage(self._picture.data, width, height, 3 * width, QImage.Format.Format_RGB888))
            self._paint_outline(painter, place)
        self._paint_words(painter, self.caption, QPointF(place.left() + MARGIN, place.top() + MARGIN), anchor=0.0)
        if self._message:
            self._paint_words(painter, self._message, QPointF(place.center().x(), place.bottom() - 3.6 * MARGIN), anchor=0.5)
        painter.end()
        if self._on_painted is not None and self._picture is not None:
            self._on_painted(perf_counter() - start)

    def _place(self) -> QRectF:
        """The largest rectangle of the picture's shape in the middle of the pane; of a square while there is none."""
        height, width = self._picture.shape[:2] if self._picture is not None else (1, 1)
        scale = min(self.width() / width, self.height() / height)
        return QRectF((self.width() - width * scale) / 2, (self.height() - height * scale) / 2, width * scale, height * scale)

    def _paint_outline(self, painter: QPainter, place: QRectF) -> None:
        if self.outline is None or self._picture is None:
            return
        x, y, side = self.outline
        scale = place.width() / self._picture.shape[1]
        corner = QPointF(place.left() + (x + 0.5 - side / 2) * scale, place.top() + (y + 0.5 - side / 2) * scale)
        painter.setPen(QPen(QColor(255, 255, 255, 170), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(corner.x(), corner.y(), side * scale, side * scale), ROUNDING, ROUNDING)

    def _paint_words(self, painter: QPainter, words: str, at: QPointF, anchor: float) -> None:
        """Words in a pill whose top lies at `at`; `anchor` 0 puts its left end there, 0.5 its middle."""
        metrics = QFontMetricsF(self.font())
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, self._place().width() - 4 * MARGIN)
        width, height = metrics.horizontalAdvance(words) + 2 * MARGIN, metrics.height() + 0.8 * MARGIN
        pill = QRectF(at.x() - anchor * width, at.y(), width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(SHADE)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(QColor(255, 255, 255))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
