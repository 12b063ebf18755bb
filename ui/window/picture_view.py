"""A pane that shows one picture as large as fits, with a caption and, when there is something to say, a message on it."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from puppet.picture import Picture, Square
from ui.window.fitted_picture import FittedPicture, place_within
from ui.window.stage_marks import FRAME, square_place
from ui.window.stage_signs import HEIGHT, pill

ROUNDING = 12.0
"""Radius of the picture's corners, px of the screen's own scale, as are all below."""

MARGIN = 10.0


class PictureView(QWidget):
    """Paints the picture it was last given; the picture is not changed. GUI thread."""

    def __init__(self, caption: str, on_painted: Callable[[float], None] | None = None) -> None:
        """`caption`: written on it, and its name for those who hear the screen; `on_painted` hears how long each painting of a picture
        took, s."""
        super().__init__()
        self.caption = caption
        self._on_painted = on_painted
        self._picture: Picture | None = None
        self._fitted = FittedPicture()
        self._message = ""
        self.outline: Square | None = None
        self.setAccessibleName(caption)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)

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
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self._place()
        corners = QPainterPath()
        corners.addRoundedRect(place, ROUNDING, ROUNDING)
        painter.setClipPath(corners)
        if self._picture is None:
            painter.fillRect(place, self.palette().color(QPalette.ColorRole.AlternateBase))
        else:
            self._fitted.paint(painter, self._picture, place, self.devicePixelRatioF())
            self._paint_outline(painter, place)
        row = QRectF(place.left() + MARGIN, place.top() + MARGIN, place.width() - 2 * MARGIN, HEIGHT)
        if self.caption:
            pill(painter, self.caption, row, row.left())
        if self._message:
            row.moveBottom(place.bottom() - MARGIN)
            pill(painter, self._message, row, row.center().x(), share=0.5)
        painter.end()
        if self._on_painted is not None and self._picture is not None:
            self._on_painted(perf_counter() - start)

    def _place(self) -> QRectF:
        """Where the picture lies; all of the pane while there is none."""
        room = QRectF(self.rect())
        return place_within(self._picture, room) if self._picture is not None else room

    def _paint_outline(self, painter: QPainter, place: QRectF) -> None:
        if self.outline is not None and self._picture is not None:
            painter.setPen(QPen(FRAME, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(square_place(self.outline, place, place.width() / self._picture.shape[1]), 8, 8)
