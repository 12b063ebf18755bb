"""A round button that shows an icon; its words are told on hovering and to those who hear the screen."""

from html import escape

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.window.colours import colours_of, faint
from ui.window.icons import paint_icon


class IconButton(QAbstractButton):
    """Checked, it is filled with the accent; `lit` paints the icon in a colour of its own. GUI thread."""

    def __init__(
        self, icon: str, words: str, key: str = "", *, side: int = 36, checkable: bool = False, parent: QWidget | None = None
    ) -> None:
        """`icon`: a name of `icons.ICONS`; `key`: what else does the same, as a person reads it."""
        super().__init__(parent)
        self._icon = icon
        self._side = side
        self.danger = False
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(side, side)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_words(words, key)

    def show_words(self, words: str, key: str = "") -> None:
        """Say what it does."""
        self.setAccessibleName(words)
        self.setAccessibleDescription(f"key {key}" if key else "")
        self.setToolTip(escape(words) + (f"&nbsp;&nbsp;<b>{escape(key)}</b>" if key else ""))

    def show_icon(self, icon: str, danger: bool = False) -> None:
        """Show another icon, red where something goes on that should not be forgotten."""
        if (icon, danger) != (self._icon, self.danger):
            self._icon, self.danger = icon, danger
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A square."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the ground, the icon and the focus ring."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        rounding = min(8.0, place.height() / 2)
        ground = None
        if self.isChecked():
            ground = colours.accent_hover if self.underMouse() else colours.accent
        elif self.isEnabled() and (self.isDown() or self.underMouse()):
            ground = colours.sunken if self.isDown() else colours.hover
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(place, rounding, rounding)
        if self.hasFocus():
            painter.setPen(QPen(colours.text if self.isChecked() else colours.link, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), rounding + 1, rounding + 1)
        ink = colours.danger if self.danger else colours.on_accent if self.isChecked() else colours.text
        inset = self._side * (0.24 if self._side > 28 else 0.19)
        paint_icon(
            painter, self._icon, QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), ink if self.isEnabled() else faint(ink, 90)
        )
        painter.end()
