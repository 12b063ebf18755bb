"""What is drawn over the pictures: points, the driver's crop, and the portrait to line up with."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from puppet.live.reframing import driver_square
from puppet.live.shown import Shown
from puppet.motion import Floats
from puppet.picture import Picture, Square
from puppet.settings import CameraSettings, LiveSettings, WhenLost
from ui.window.colours import ON_STAGE, SHADE
from ui.window.fitted_picture import FittedPicture

LANDMARK = QColor(120, 235, 190, 230)
FRAME = QColor(255, 255, 255, 150)


class Marks(NamedTuple):
    """What a person wants to see of a run.

    driver: the small picture is there; swapped: it is the large one. portrait: the worn one as it is animated, drawn over the driver's
    crop as clearly as overlay says, 0 to 1. camera: how the driver's crop is placed. rate: words on the pace, empty for none.
    """

    driver: bool = True
    swapped: bool = False
    landmarks: bool = False
    keypoints: bool = False
    overlay: float = 0.0
    portrait: Picture | None = None
    camera: CameraSettings = CameraSettings()
    when_lost: WhenLost = "idle"
    rate: str = ""


def marks_for(settings: LiveSettings, portrait: Picture | None = None, rate: str = "") -> Marks:
    """The marks that the settings ask for."""
    view = settings.view
    return Marks(
        driver=view.driver,
        swapped=view.swapped,
        landmarks=view.landmarks,
        keypoints=view.keypoints,
        overlay=settings.portraits.overlay,
        portrait=portrait,
        camera=settings.camera,
        when_lost=settings.safety.when_lost,
        rate=rate if view.rate else "",
    )


class DriverMarks:
    """Draws what belongs to the driver's picture."""

    def __init__(self) -> None:
        self._ghost = FittedPicture()

    def paint(self, painter: QPainter, shown: Shown, marks: Marks, place: QRectF, density: float) -> None:
        """`place`: where the driver's picture lies."""
        assert shown.frame is not None
        scale = place.width() / shown.frame.picture.shape[1]
        painter.save()
        painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
        people = (shown.tracked, *shown.others)
        for number, tracked in enumerate(people, start=1):
            if tracked.square is None:
                continue
            ground = square_place(driver_square(tracked.square, marks.camera), place, scale)
            if number == 1:
                self._paint_first(painter, shown, marks, ground, density)
            if tracked.face is not None:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(FRAME, 1.2))
                painter.drawRoundedRect(ground, 6, 6)
                if len(people) > 1:
                    _paint_number(painter, number, ground)
        for tracked in people:
            if marks.landmarks and tracked.face is not None:
                _paint_landmarks(painter, tracked.face.landmarks, place, scale)
        painter.restore()

    def _paint_first(self, painter: QPainter, shown: Shown, marks: Marks, ground: QRectF, density: float) -> None:
        """What is shown of the first person alone: the portrait over their crop, and its keypoints."""
        if marks.portrait is not None and marks.overlay > 0:
            painter.setOpacity(marks.overlay)
            self._ghost.paint(painter, marks.portrait, ground, density)
            painter.setOpacity(1.0)
        if marks.keypoints and shown.driving is not None:
            paint_keypoints(painter, shown.driving.points, ground)


def paint_keypoints(painter: QPainter, points: Floats, place: QRectF) -> None:
    """Points (K, 2) in [-1, 1], each in a colour of its own, the same on driver and portrait."""
    radius = max(2.0, min(5.0, place.width() / 90))
    painter.setPen(QPen(QColor(0, 0, 0, 170), 1))
    for index, (x, y) in enumerate((points + 1) / 2):
        painter.setBrush(QColor.fromHsvF((index * 0.381966) % 1.0, 0.62, 1.0))
        painter.drawEllipse(QPointF(place.left() + float(x) * place.width(), place.top() + float(y) * place.height()), radius, radius)


def face_place(shown: Shown, place: QRectF) -> QRectF:
    """Where the face that `posed` tells of is seen in a result painted at `place`."""
    return place if shown.place is None else square_place(shown.place, place, place.width() / shown.image.shape[1])


def square_place(square: Square, place: QRectF, scale: float) -> QRectF:
    """Where a square of a picture lies that is painted at `place`, `scale` px to each of its pixels."""
    side = square.side * scale
    x, y = place.left() + (square.x + 0.5) * scale, place.top() + (square.y + 0.5) * scale
    return QRectF(x - side / 2, y - side / 2, side, side)


def _paint_landmarks(painter: QPainter, landmarks: npt.NDArray[np.float32], place: QRectF, scale: float) -> None:
    dots = QPolygonF([QPointF(place.left() + (float(x) + 0.5) * scale, place.top() + (float(y) + 0.5) * scale) for x, y in landmarks])
    width = max(1.6, min(4.0, place.width() / 130))
    for colour, size in ((QColor(0, 0, 0, 130), width + 1.2), (LANDMARK, width)):
        painter.setPen(QPen(colour, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(dots)


def _paint_number(painter: QPainter, number: int, ground: QRectF) -> None:
    """Who of the people this is, in a corner of their crop."""
    side = max(13.0, min(24.0, ground.width() / 5))
    corner = QRectF(ground.left() + 4, ground.top() + 4, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(SHADE)
    painter.drawEllipse(corner)
    font = painter.font()
    font.setPixelSize(round(0.62 * side))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(ON_STAGE)
    painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, str(number))
