"""Pictures as Qt knows them, and back."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from puppet.picture import Picture, freeze


def image_of(picture: Picture) -> QImage:
    """The picture as a QImage of its own."""
    height, width = picture.shape[:2]
    return QImage(np.ascontiguousarray(picture).data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def picture_of(image: QImage) -> Picture:
    """A QImage as a picture; what is transparent becomes white, as it does in a file."""
    if image.hasAlphaChannel():
        opaque = QImage(image.size(), QImage.Format.Format_RGB888)
        opaque.fill(QColor(255, 255, 255))
        painter = QPainter(opaque)
        painter.drawImage(0, 0, image)
        painter.end()
        image = opaque
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return freeze(rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy())


def scaled_pixmap(image: QImage, width: float, height: float, density: float) -> QPixmap:
    """The image smoothly scaled to a size in px of the screen's own scale, as sharp as a screen of this density shows it."""
    size = (max(1, round(width * density)), max(1, round(height * density)))
    scaled = image.scaled(*size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    pixmap = QPixmap.fromImage(scaled)
    pixmap.setDevicePixelRatio(density)
    return pixmap
