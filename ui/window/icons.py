"""Small pictures of lines, painted at any size and in any colour."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

GRID = 24.0
"""Side of the square that they are drawn in before they are scaled."""

STROKE = 1.9


def paint_icon(painter: QPainter, name: str, place: QRectF, colour: QColor) -> None:
    """Paint the icon of this name (one of `ICONS`) into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place.topLeft())
    painter.scale(place.width() / GRID, place.height() / GRID)
    painter.setPen(QPen(colour, STROKE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ICONS[name](painter)
    painter.restore()


def _lines(*lines: tuple[float, ...]) -> Callable[[QPainter], None]:
    """Polylines, each as x, y, x, y, …; closed where it ends where it began."""
    polygons = [QPolygonF([QPointF(x, y) for x, y in zip(line[::2], line[1::2], strict=True)]) for line in lines]

    def draw(painter: QPainter) -> None:
        for polygon in polygons:
            painter.drawPolygon(polygon) if polygon.isClosed() else painter.drawPolyline(polygon)

    return draw


def _box(x: float, y: float, width: float, height: float, rounding: float = 2.5) -> Callable[[QPainter], None]:
    return lambda painter: painter.drawRoundedRect(QRectF(x, y, width, height), rounding, rounding)


def _ring(x: float, y: float, radius: float) -> Callable[[QPainter], None]:
    return lambda painter: painter.drawEllipse(QPointF(x, y), radius, radius)


def _dot(x: float, y: float, radius: float) -> Callable[[QPainter], None]:
    def draw(painter: QPainter) -> None:
        painter.setBrush(painter.pen().color())
        painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    return draw


def _arc(x: float, y: float, radius: float, start: float, span: float) -> Callable[[QPainter], None]:
    """Degrees, counterclockwise from the right."""
    return lambda painter: painter.drawArc(QRectF(x - radius, y - radius, 2 * radius, 2 * radius), round(16 * start), round(16 * span))


def _all(*parts: Callable[[QPainter], None]) -> Callable[[QPainter], None]:
    def draw(painter: QPainter) -> None:
        for part in parts:
            part(painter)

    return draw


def _shoulders(painter: QPainter) -> None:
    path = QPainterPath(QPointF(4.5, 20))
    path.cubicTo(5, 15.5, 8, 14, 12, 14)
    path.cubicTo(16, 14, 19, 15.5, 19.5, 20)
    painter.drawPath(path)


ICONS: dict[str, Callable[[QPainter], None]] = {
    "device": _all(
        _box(6.5, 6.5, 11, 11),
        _lines(*((x, 3.5, x, 6.5) for x in (9.5, 14.5)), *((x, 17.5, x, 20.5) for x in (9.5, 14.5))),
        _lines(*((3.5, y, 6.5, y) for y in (9.5, 14.5)), *((17.5, y, 20.5, y) for y in (9.5, 14.5))),
    ),
    "engine": _lines((13, 3, 5.5, 13.5, 11.5, 13.5, 10.5, 21, 18.5, 10, 12.5, 10, 13, 3)),
    "model": _all(
        _lines((12, 3.5, 20.5, 8, 12, 12.5, 3.5, 8, 12, 3.5)), _lines((3.5, 12.2, 12, 16.7, 20.5, 12.2), (3.5, 16.4, 12, 20.9, 20.5, 16.4))
    ),
    "camera": _all(_box(3, 6.5, 12.5, 11), _lines((15.5, 10.8, 21, 7.5, 21, 16.5, 15.5, 13.2))),
    "no camera": _all(_box(3, 6.5, 12.5, 11), _lines((15.5, 10.8, 21, 7.5, 21, 16.5, 15.5, 13.2), (3.5, 3.5, 20.5, 20.5))),
    "output": _all(
        _dot(12, 12, 1.6), _arc(12, 12, 5, -50, 100), _arc(12, 12, 5, 130, 100), _arc(12, 12, 9, -50, 100), _arc(12, 12, 9, 130, 100)
    ),
    "warning": _all(_lines((12, 3.8, 21.2, 19.8, 2.8, 19.8, 12, 3.8), (12, 10, 12, 14)), _dot(12, 16.8, 0.5)),
    "person": _all(_ring(12, 8, 4.2), _shoulders),
    "people": _all(_ring(8, 9, 3.2), _ring(16, 9, 3.2), _arc(8, 19, 5, 20, 140), _arc(16, 19, 5, 20, 140)),
    "sharper": _all(
        _lines((10, 4.5, 11.8, 10.2, 17.5, 12, 11.8, 13.8, 10, 19.5, 8.2, 13.8, 2.5, 12, 8.2, 10.2, 10, 4.5)),
        _lines((18.5, 3.5, 18.5, 8.5), (16, 6, 21, 6)),
    ),
    "settings": _all(
        _lines((3.5, 7, 11.2, 7), (16.8, 7, 20.5, 7), (3.5, 17, 7.2, 17), (12.8, 17, 20.5, 17)), _ring(14, 7, 2.7), _ring(10, 17, 2.7)
    ),
    "keys": _all(_box(2.8, 6, 18.4, 12), _lines((8, 14.6, 16, 14.6)), *(_dot(x, 10, 0.5) for x in (6.8, 10.2, 13.8, 17.2))),
    "snapshot": _all(_lines((8.5, 6.5, 10, 4, 14, 4, 15.5, 6.5)), _box(3, 6.5, 18, 13), _ring(12, 12.8, 3.6)),
    "record": _all(_ring(12, 12, 8.5), _dot(12, 12, 3.6)),
    "stop": _box(6.5, 6.5, 11, 11),
    "play": _lines((8, 5, 18.5, 12, 8, 19, 8, 5)),
    "reset": _all(_arc(12, 12.5, 7.5, 130, 290), _lines((7.8, 2.6, 7.2, 6.8, 11.4, 7.6))),
    "down": _lines((6.5, 9.5, 12, 15, 17.5, 9.5)),
    "right": _lines((9.5, 6.5, 15, 12, 9.5, 17.5)),
    "left": _lines((14.5, 6.5, 9, 12, 14.5, 17.5)),
    "check": _lines((5, 12.8, 10, 17.5, 19, 7)),
    "close": _lines((6.5, 6.5, 17.5, 17.5), (17.5, 6.5, 6.5, 17.5)),
    "swap": _lines((4, 8.5, 19.5, 8.5), (15.5, 4.5, 19.5, 8.5, 15.5, 12.5), (20, 15.5, 4.5, 15.5), (8.5, 11.5, 4.5, 15.5, 8.5, 19.5)),
    "folder": _lines((3.2, 18.8, 3.2, 5.2, 9.2, 5.2, 11.2, 7.6, 20.8, 7.6, 20.8, 18.8, 3.2, 18.8)),
    "search": _all(_ring(10.5, 10.5, 6), _lines((15.2, 15.2, 20, 20))),
    "plus": _lines((12, 5, 12, 19), (5, 12, 19, 12)),
    "graph": _lines((3.5, 12.5, 7.5, 12.5, 10, 5.5, 14, 18.5, 16.5, 12.5, 20.5, 12.5)),
    "full screen": _lines((4, 9, 4, 4, 9, 4), (15, 4, 20, 4, 20, 9), (20, 15, 20, 20, 15, 20), (9, 20, 4, 20, 4, 15)),
    "ease": _all(_arc(12, 12, 8.5, 0, 360), _lines((7.5, 12, 16.5, 12))),
}
"""What each is drawn with, on a grid of 24 x 24."""
