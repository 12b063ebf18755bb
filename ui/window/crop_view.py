"""Where a picture and what lies on it are seen on the canvas."""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

from puppet.animator import Face
from puppet.picture import Square
from ui.window.crop_frame import CORNERS, EDGES, CropFrame, Grip

MARGIN = 28.0
"""Around the picture, px of the screen's own scale, as are all below."""

REACH = 14.0
"""How near to a grip it is taken hold of."""


class CropView(NamedTuple):
    """scale: px of the widget for one of the picture; origin: where the picture's upper left corner lies on the widget."""

    scale: float
    origin: QPointF

    @classmethod
    def fitted(cls, frame: CropFrame, square: Square, width: int, height: int) -> "CropView":
        """The view in which all of the picture and of the square is seen as large as possible."""
        half = square.side / 2
        lows = [min(0.0, at + 0.5 - half) for at in (square.x, square.y)]
        highs = [max(float(end), at + 0.5 + half) for at, end in ((square.x, frame.width), (square.y, frame.height))]
        rooms = [max(40.0, room - 2 * MARGIN) for room in (width, height)]
        scale = min(room / (high - low) for room, low, high in zip(rooms, lows, highs, strict=True))
        x, y = (room / 2 - (low + high) / 2 * scale for room, low, high in zip((width, height), lows, highs, strict=True))
        return cls(scale, QPointF(x, y))

    def place(self, square: Square) -> QRectF:
        """A square of the picture on the widget."""
        half = square.side / 2
        corner = self.origin + QPointF(square.x + 0.5 - half, square.y + 0.5 - half) * self.scale
        return QRectF(corner.x(), corner.y(), square.side * self.scale, square.side * self.scale)

    def whole(self, frame: CropFrame) -> QRectF:
        """The picture on the widget."""
        return QRectF(self.origin.x(), self.origin.y(), frame.width * self.scale, frame.height * self.scale)

    def outline(self, face: Face) -> QRectF:
        """What to draw around a face, a little larger than its landmarks' box and more so above."""
        low, high = face.landmarks.min(axis=0), face.landmarks.max(axis=0)
        grown = 0.08 * float((high - low).max())
        corner = self.origin + QPointF(float(low[0]) + 0.5 - grown, float(low[1]) + 0.5 - 2 * grown) * self.scale
        width, height = float(high[0] - low[0]) + 2 * grown, float(high[1] - low[1]) + 3 * grown
        return QRectF(corner.x(), corner.y(), width * self.scale, height * self.scale)

    def grip_at(self, square: Square, point: QPointF) -> Grip | None:
        """The grip of a square within reach of a point of the widget, corners before edges; along an edge anywhere."""
        place = self.place(square)
        reach = min(REACH, place.width() / 4)
        for grip in CORNERS:
            if (point - grip_point(place, grip)).manhattanLength() < 1.5 * reach:
                return grip
        if not place.adjusted(-reach, -reach, reach, reach).contains(point):
            return None
        for grip in EDGES:
            border = grip_point(place, grip)
            if abs(point.x() - border.x() if grip.x else point.y() - border.y()) < reach / 2:
                return grip
        return None


def grip_point(place: QRectF, grip: Grip) -> QPointF:
    """The middle of a grip of a square on the widget."""
    middle = place.center()
    return QPointF(middle.x() + grip.x * place.width() / 2, middle.y() + grip.y * place.height() / 2)
