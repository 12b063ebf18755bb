"""Puppet's own icon, painted from what its buttons show."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from ui.window.colours import LIGHT
from ui.window.icons import paint_icon

EDGE, ROUNDING, INSET = 0.04, 0.22, 0.19
"""Of the side: free around it, of its corners, and around the sign."""


def app_icon(side: int) -> QImage:
    """A picture of `side` px on nothing; it needs no application and no screen."""
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    place, painter = QRectF(image.rect()), QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(LIGHT.accent)
    ground = place.adjusted(*(side * edge for edge in (EDGE, EDGE, -EDGE, -EDGE)))
    painter.drawRoundedRect(ground, side * ROUNDING, side * ROUNDING)
    paint_icon(painter, "person", place.adjusted(*(side * inset for inset in (INSET, INSET, -INSET, -INSET))), LIGHT.on_accent)
    painter.end()
    return image
