"""The large button that starts and stops the virtual camera."""

import math
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ui.session.output_control import OutputState
from ui.window.colours import colours_of, faint
from ui.window.icons import paint_icon
from ui.window.stage_signs import bold, paint_wheel
from ui.window.turning import Turning

HEIGHT = 44
"""px of the screen's own scale, as are all below."""

ROUNDING = 12.0
PAD = 18.0
SIGN = 18.0
GAP = 10.0

WORDS_LIE = Qt.AlignmentFlag.AlignVCenter.value | Qt.AlignmentFlag.AlignLeft.value | Qt.TextFlag.TextDontClip.value
"""Letters may be a little wider on a dense screen than their measure says."""

WORDS: dict[OutputState, str] = {"off": "Start virtual camera", "starting": "Starting …", "live": "Stop", "failed": "Try again"}


class StartButton(QAbstractButton):
    """Always as wide as its longest words. `clicked` asks for the other state. GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self.state: OutputState = "off"
        self._key = ""
        self._turning = Turning(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._say("")

    def show_state(self, state: OutputState, words: str = "") -> None:
        """`words`: what there is to know, such as where it sends to or why it failed."""
        if (state, words) == (self.state, self.accessibleDescription()):
            return
        self.state = state
        self._say(words)
        self.update()

    def show_key(self, key: str) -> None:
        """The key that does the same, as a person reads it; empty for none."""
        if key == self._key:
            return
        self._key = key
        self._say(self.accessibleDescription())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for the longest words, the sign and the key."""
        metrics = QFontMetricsF(bold(self.font()))
        words = max(metrics.horizontalAdvance(words) for words in WORDS.values())
        return QSize(math.ceil(2 * PAD + SIGN + GAP + words + self._key_width()), HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the ground, the sign, the words and the key."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        filled = self.state in ("off", "starting")
        if filled:
            ink = colours.on_accent
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.accent_hover if self.underMouse() or self.isDown() else colours.accent)
        else:
            ink = colours.text if self.state == "live" else colours.warning
            painter.setPen(QPen(colours.edge if self.state == "live" else colours.warning, 1.5))
            painter.setBrush(
                colours.hover if self.underMouse() or self.isDown() else colours.card if self.state == "live" else colours.warning_ground
            )
        painter.drawRoundedRect(place, ROUNDING - 2, ROUNDING - 2)
        if self.hasFocus():
            painter.setPen(QPen(colours.link, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROUNDING, ROUNDING)
        sign = QRectF(PAD, self.height() / 2 - SIGN / 2, SIGN, SIGN)
        if self.state == "starting":
            paint_wheel(painter, sign.adjusted(1, 1, -1, -1), perf_counter(), ink, 2.5)
            self._turning.start()
        elif self.state == "live":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.danger)
            painter.drawRoundedRect(sign.adjusted(3, 3, -3, -3), 2.5, 2.5)
        else:
            paint_icon(painter, "output" if self.state == "off" else "warning", sign.adjusted(-1, -1, 1, 1), ink)
        painter.setFont(bold(self.font()))
        painter.setPen(ink)
        words = place.adjusted(PAD + SIGN + GAP - 3, 0, -PAD - self._key_width() + 3, 0)
        painter.drawText(words, WORDS_LIE, self.text())
        if self._key:
            self._paint_key(painter, place, filled)
        painter.end()

    def _paint_key(self, painter: QPainter, place: QRectF, filled: bool) -> None:
        colours = colours_of(self)
        font = self._key_font()
        width = QFontMetricsF(font).horizontalAdvance(self._key) + 14
        cap = QRectF(place.right() - PAD + 3 - width, place.center().y() - 11, width, 22)
        ink = colours.on_accent if filled else colours.dim
        painter.setPen(QPen(faint(ink, 150), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cap, 5, 5)
        painter.drawLine(QPointF(cap.left() + 5, cap.bottom() - 1.5), QPointF(cap.right() - 5, cap.bottom() - 1.5))
        painter.setPen(ink)
        painter.setFont(font)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)

    def _key_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.88)
        return font

    def _key_width(self) -> float:
        return QFontMetricsF(self._key_font()).horizontalAdvance(self._key) + 14 + 14 if self._key else 0.0

    def _say(self, words: str) -> None:
        self.setText(WORDS[self.state])
        self.setAccessibleName("Stop the virtual camera" if self.state == "live" else WORDS[self.state])
        self.setAccessibleDescription(words)
        self.setToolTip(words or (f"key {self._key}" if self._key else ""))
