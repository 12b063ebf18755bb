"""One portrait of the row: its face, its key, whether it is worn, and a mark where there is something to say about it."""

from html import escape
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton

from puppet.picture import Picture
from puppet.portraits.portrait_library import Entry
from puppet.portraits.portrait_quality import Quality
from puppet.portraits.preview import Preview
from ui.window.picture_image import image_of, scaled_pixmap

SIDE = 80
"""Width and height of a tile, px of the screen's own scale, as are all below."""

EDGE = 6.0
"""From the tile's border to the face: room for the rings."""

ROUNDING = 11.0

RING = 3.0
"""Width of the ring around the portrait that is worn."""

DOT = 15.0
"""Diameter of the mark."""

AMBER, RED = QColor(217, 119, 6), QColor(220, 38, 38)
"""The mark where something could be better, and where the portrait can't be worn."""

MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**6), Qt.Key.Key_End: 10**6}


class StripItem(NamedTuple):
    """What the row shows of one portrait.

    thumbnail: a square picture, None while it is read or can't be; quality: None while unknown; faces: how many the picture has;
    trouble: why it can't be worn, a sentence; path: its file; bundled: it came with Puppet, so it is hidden, not removed.
    """

    name: str
    thumbnail: Picture | None = None
    quality: Quality | None = None
    faces: int = 1
    trouble: str = ""
    path: Path | None = None
    bundled: bool = False

    @property
    def words(self) -> str:
        """What there is to say about it; empty for a good portrait or one that isn't known yet."""
        if self.trouble:
            return self.trouble
        return "" if self.quality is None or self.quality.good else self.quality.words

    def same_as(self, other: "StripItem") -> bool:
        """Whether both show the same; thumbnails are compared by identity."""
        return self.thumbnail is other.thumbnail and self._replace(thumbnail=None) == other._replace(thumbnail=None)


def strip_item(entry: Entry, preview: Preview | None, trouble: str = "") -> StripItem:
    """A library's entry as the row shows it. `trouble`: what else stands in its way."""
    if preview is None:
        return StripItem(entry.name, trouble=trouble, path=entry.path, bundled=entry.bundled)
    said = trouble or preview.trouble
    return StripItem(entry.name, preview.thumbnail, preview.quality, preview.faces, said, entry.path, entry.bundled)


class PortraitTile(QAbstractButton):
    """A button that is checked while its portrait is worn."""

    travelled = Signal(int)
    """An arrow key asks for the tile so many further on."""

    discarded = Signal()
    """Delete was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.item = StripItem("")
        self.key = ""
        self._image: QImage | None = None
        self._scaled: QPixmap | None = None
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(SIDE, SIDE)

    def show_item(self, item: StripItem, key: str) -> None:
        """Show another portrait, or more of the same; costs nothing where nothing has changed. `key`: what puts it on, or empty."""
        if item.same_as(self.item) and key == self.key:
            return
        if item.thumbnail is not self.item.thumbnail:
            self._image, self._scaled = (None if item.thumbnail is None else image_of(item.thumbnail)), None
        self.item, self.key = item, key
        self.setAccessibleName(item.name)
        told = [f"key {key}" if key else "", item.words]
        self.setAccessibleDescription(". ".join(words for words in told if words))
        heading = f"<b>{escape(item.name)}</b>" + (f"&nbsp;&nbsp;key {key}" if key else "")
        self.setToolTip(heading + (f"<br>{escape(item.words)}" if item.words else ""))
        self.update()

    @property
    def mark(self) -> QColor | None:
        """The colour of the mark; None for a portrait with nothing against it."""
        if self.item.trouble:
            return RED
        return AMBER if self.item.words else None

    def sizeHint(self) -> QSize:  # noqa: N802
        """A square."""
        return QSize(SIDE, SIDE)

    def nextCheckState(self) -> None:  # noqa: N802
        """A click alone changes nothing: the portrait is worn when it is ready."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter puts it on, arrows go to its neighbours, Delete removes it."""
        key = Qt.Key(event.key())
        if key in MOVES:
            self.travelled.emit(MOVES[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key == Qt.Key.Key_Delete:
            self.discarded.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the face, the rings, the key's badge and the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(EDGE, EDGE, SIDE - 2 * EDGE, SIDE - 2 * EDGE)
        self._paint_face(painter, place)
        self._paint_rings(painter, place)
        if self.key:
            self._paint_key(painter, place)
        colour = self.mark
        if colour is not None:
            self._paint_mark(painter, place, colour)
        painter.end()

    def _paint_face(self, painter: QPainter, place: QRectF) -> None:
        corners = QPainterPath()
        corners.addRoundedRect(place, ROUNDING, ROUNDING)
        painter.save()
        painter.setClipPath(corners)
        ground = _mixed(self.palette(), 0.1)
        painter.fillRect(place, ground)
        if self._image is not None:
            if self._scaled is None or self._scaled.devicePixelRatio() != self.devicePixelRatioF():
                self._scaled = scaled_pixmap(self._image, place.width(), place.height(), self.devicePixelRatioF())
            painter.setOpacity(0.4 if self.item.trouble else 1.0)
            painter.drawPixmap(place.topLeft(), self._scaled)
        else:
            _paint_nobody(painter, place, _mixed(self.palette(), 0.28))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(127, 127, 127, 60), 1))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), ROUNDING, ROUNDING)

    def _paint_rings(self, painter: QPainter, place: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.isChecked() or self.underMouse():
            colour = self.palette().color(QPalette.ColorRole.Highlight) if self.isChecked() else _mixed(self.palette(), 0.35)
            width = RING if self.isChecked() else 2.0
            out = EDGE - 1 - width / 2 - (0.5 if self.isChecked() else 1)
            painter.setPen(QPen(colour, width))
            painter.drawRoundedRect(place.adjusted(-out, -out, out, out), ROUNDING + out, ROUNDING + out)
        if self.hasFocus():
            for colour, width in ((QColor(0, 0, 0), 4.5), (QColor(255, 255, 255), 2.0)):  # seen on any face
                painter.setPen(QPen(colour, width))
                painter.drawRoundedRect(place.adjusted(2.5, 2.5, -2.5, -2.5), ROUNDING - 2, ROUNDING - 2)

    def _paint_key(self, painter: QPainter, place: QRectF) -> None:
        badge = QRectF(place.left() + 5, place.bottom() - 23, 18, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 165))
        painter.drawRoundedRect(badge, 5.5, 5.5)
        painter.setPen(QColor(255, 255, 255))
        painter.setFont(_small_bold(self.font()))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, self.key)

    def _paint_mark(self, painter: QPainter, place: QRectF, colour: QColor) -> None:
        dot = QRectF(place.right() - DOT + 3, place.top() - 3, DOT, DOT)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Window), 2))
        painter.setBrush(colour)
        painter.drawEllipse(dot)
        middle = dot.center()
        painter.setPen(QPen(QColor(255, 255, 255), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(middle.x(), middle.y() - 3.4), QPointF(middle.x(), middle.y() + 0.4))
        painter.drawPoint(QPointF(middle.x(), middle.y() + 3.6))


def _small_bold(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(12)
    small.setBold(True)
    return small


def _mixed(palette: QPalette, share: float) -> QColor:
    """The window's colour with a share of its text's: a grey that both light and dark can show."""
    ground, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
    channels = zip(ground.getRgb()[:3], text.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a + (b - a) * share) for a, b in channels))


def _paint_nobody(painter: QPainter, place: QRectF, colour: QColor) -> None:
    """A head and shoulders, where no face is to be shown."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    unit, middle = place.width() / 100, place.center().x()
    painter.drawEllipse(QPointF(middle, place.top() + 40 * unit), 17 * unit, 19 * unit)
    painter.drawEllipse(QPointF(middle, place.top() + 102 * unit), 36 * unit, 37 * unit)
