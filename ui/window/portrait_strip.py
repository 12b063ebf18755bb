"""The row of portraits: a small picture each, with the number of the key that puts it on."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPainterPath, QPaintEvent, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QScrollArea, QWidget

from puppet.picture import Picture

SIDE = 68
"""Width and height of a portrait in the row, px of the screen's own scale."""

RING = 3.0
"""Width of the ring around the portrait that is worn."""

KEYS = "1234567890"
"""The keys that put on the first ten portraits, in order."""


class PortraitButton(QAbstractButton):
    """One portrait of the row."""

    def __init__(self, path: Path, key: str) -> None:
        super().__init__()
        self._key = key
        self.name = path.stem.replace("_", " ")
        self._worn = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName(self.name)
        self.tell("")

    def sizeHint(self) -> QSize:  # noqa: N802
        """A square."""
        return QSize(SIDE, SIDE)

    def tell(self, trouble: str) -> None:
        """Say in the tool tip whose portrait it is, or what is wrong with it."""
        self.setToolTip(trouble or (f"{self.name} (key {self._key})" if self._key else self.name))

    @property
    def worn(self) -> bool:
        """Whether this is the portrait that is worn now."""
        return self._worn

    def set_worn(self, worn: bool) -> None:
        """Draw the ring, or not."""
        if worn != self._worn:
            self._worn = worn
            self.update()

    @property
    def has_picture(self) -> bool:
        """Whether the face is there to be seen."""
        return not self.icon().isNull()

    def show_picture(self, picture: Picture) -> None:
        """Show the face, (side, side, 3)."""
        height, width = picture.shape[:2]
        image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self.setIcon(QIcon(QPixmap.fromImage(image)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the face, the key's badge and, if it is worn, the ring."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(RING, RING, SIDE - 2 * RING, SIDE - 2 * RING)
        corners = QPainterPath()
        corners.addRoundedRect(place, 8, 8)
        painter.save()
        painter.setClipPath(corners)
        painter.fillRect(place, self.palette().color(QPalette.ColorRole.AlternateBase))
        pixmap = self.icon().pixmap(QSize(2 * SIDE, 2 * SIDE))
        if not pixmap.isNull():
            painter.drawPixmap(place, pixmap, QRectF(pixmap.rect()))
        painter.restore()
        if self._worn or self.underMouse():
            colour = QPalette.ColorRole.Highlight if self._worn else QPalette.ColorRole.Mid
            painter.setPen(QPen(self.palette().color(colour), RING))
            half = RING / 2
            painter.drawRoundedRect(QRectF(half, half, SIDE - RING, SIDE - RING), 9, 9)
        if self._key:
            badge = QRectF(RING + 4, SIDE - RING - 22, 18, 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 160))
            painter.drawRoundedRect(badge, 5, 5)
            painter.setPen(QColor(255, 255, 255))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, self._key)
        painter.end()


class PortraitStrip(QScrollArea):
    """All portraits in a row that scrolls when it is too long."""

    def __init__(self, paths: tuple[Path, ...], choose: Callable[[int], None]) -> None:
        """`choose` hears the number of the portrait that was clicked, from 0."""
        super().__init__()
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.buttons = [PortraitButton(path, KEYS[index] if index < len(KEYS) else "") for index, path in enumerate(paths)]
        for index, button in enumerate(self.buttons):
            button.clicked.connect(lambda _, index=index: choose(index))
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        layout.addStretch()
        self.setWidget(row)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalScrollBar().rangeChanged.connect(self._fit_height)
        self._fit_height()

    def show_worn(self, worn: int) -> str:
        """Put the ring around the portrait of this number, from 0, and scroll to it; returns its name."""
        for index, button in enumerate(self.buttons):
            if index == worn and not button.worn:
                self.ensureWidgetVisible(button)
            button.set_worn(index == worn)
        return self.buttons[worn].name

    def _fit_height(self) -> None:
        """Make room for the scroll bar while there is one."""
        bar = self.horizontalScrollBar()
        self.setFixedHeight(SIDE + (bar.sizeHint().height() + 4 if bar.maximum() > 0 else 0))
