"""Settings under a heading that opens and closes."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from ui.window.colours import colours_of
from ui.window.icons import paint_icon
from ui.window.mode_field import ModeField
from ui.window.setting_field import SettingField

HEIGHT = 40
"""Of the heading, px of the screen's own scale, as are all below."""

MARGIN = 16
BAR = 12
"""Width of the scroll bar beside it, which is a part of its right margin."""

BETWEEN = 16
"""Between two settings."""


class SectionHeading(QAbstractButton):
    """Checked while its section is open: Space and Enter turn it, Right opens, Left closes."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.toggled.connect(self._say)
        self._say(False)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for the words."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 64, HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """As a tree's branches do."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            if self.isChecked() != (key == Qt.Key.Key_Right):
                self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the arrow, the words and the ring."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(8, 3, 0, -3)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.hover)
            painter.drawRoundedRect(place, 6, 6)
        if self.hasFocus():
            painter.setPen(QPen(colours.link, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 6, 6)
        paint_icon(painter, "down" if self.isChecked() else "right", QRectF(14, self.height() / 2 - 9, 18, 18), colours.dim)
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(colours.text)
        painter.drawText(self.rect().adjusted(38, 0, -MARGIN, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()

    def _say(self, is_open: bool) -> None:
        self.setAccessibleDescription("open" if is_open else "closed")


class SettingSection(QWidget):
    """A heading and its fields. GUI thread."""

    def __init__(self, title: str, fields: Sequence[SettingField | ModeField], is_open: bool = False) -> None:
        super().__init__()
        self.fields = tuple(fields)
        self.heading = SectionHeading(title)
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(MARGIN, 4, MARGIN - BAR, MARGIN)
        column.setSpacing(BETWEEN)
        for field in self.fields:
            column.addWidget(field)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.heading)
        whole.addWidget(self._body)
        self._body.setVisible(is_open)
        self.heading.setChecked(is_open)
        self.heading.toggled.connect(self._body.setVisible)

    def look_for(self, query: str) -> int:
        """Leave only what answers a query, in lower case, and open; with none be as before. How much that is."""
        whole = not query or query in self.heading.text().lower()
        found = 0
        for field in self.fields:
            answers = field.answers("" if whole else query)
            field.setVisible(answers)
            found += answers
        self.setVisible(found > 0)
        self._body.setVisible(bool(query) or self.heading.isChecked())
        return found

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the line below."""
        painter = QPainter(self)
        painter.setPen(QPen(colours_of(self).line, 1))
        painter.drawLine(MARGIN, self.height() - 1, self.width() - MARGIN + BAR, self.height() - 1)
        painter.end()
