"""A picture painted at the size it is shown in, scaled once for each size and not at each painting."""

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from puppet.picture import Picture

MUCH = 2.5
"""What shrinks by more than this is averaged; a few pixels less do without, in a tenth of the time."""


class FittedPicture:
    """Keeps the last picture as it was scaled. Scaled by OpenCV: Qt takes several times as long over it. GUI thread."""

    def __init__(self) -> None:
        self._picture: Picture | None = None
        self._scaled: Picture | None = None
        self._image = QImage()

    def paint(self, painter: QPainter, picture: Picture, place: QRectF, density: float) -> None:
        """Paint it into `place`, px of the screen's own scale, sharp on a screen with `density` dots to each of them."""
        size = (max(1, round(place.width() * density)), max(1, round(place.height() * density)))
        if picture is not self._picture or (self._image.width(), self._image.height()) != size:
            self._scale(picture, size)
        self._image.setDevicePixelRatio(density)
        painter.drawImage(QPointF(round(place.left() * density) / density, round(place.top() * density) / density), self._image)

    def _scale(self, picture: Picture, size: tuple[int, int]) -> None:
        height, width = picture.shape[:2]
        if (width, height) == size:
            scaled = picture
        else:
            how = cv2.INTER_CUBIC if size[0] > width else cv2.INTER_AREA if width > MUCH * size[0] else cv2.INTER_LINEAR
            scaled = np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)
        self._picture, self._scaled = picture, np.ascontiguousarray(scaled)
        self._image = QImage(self._scaled.data, *size, 3 * size[0], QImage.Format.Format_RGB888)


def place_within(picture: Picture, room: QRectF) -> QRectF:
    """The largest rectangle of the picture's shape in the middle of the room."""
    height, width = picture.shape[:2]
    scale = min(room.width() / width, room.height() / height)
    place = QRectF(0, 0, width * scale, height * scale)
    place.moveCenter(room.center())
    return place
