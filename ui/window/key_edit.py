"""A key, drawn as the caps of a keyboard, that is changed by clicking it and pressing another."""

import sys

from PySide6.QtCore import QEvent, QKeyCombination, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from puppet.errors import SettingsError
from ui.keys.chord import parse_chord

HEIGHT = 24
"""px of the screen's own scale, as are all below."""

GAP = 2
MARGIN = 5.0
ROUNDING = 4.0
LEAST_CAP = 20.0

SIGNS = {"Ctrl": "⌘", "Alt": "⌥", "Shift": "⇧", "Meta": "⌃"} if sys.platform == "darwin" else {}
"""How a Mac's keyboard names its modifiers; Qt calls Command Ctrl there."""

END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

PROMPT = "Press a key …"

_MODIFIER_KEYS = {
    *(Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta, Qt.Key.Key_Super_L, Qt.Key.Key_Super_R),
    *(Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock),
}


class KeyEdit(QPushButton):
    """A click, Space or Enter makes it wait for a key: Esc leaves it as it was, Backspace takes the key away, Tab moves on. GUI thread.

    `pressed_key` carries the portable text of what was pressed, empty where it was taken away; the edit itself shows what it showed until
    `show_key`. `waiting` says when it begins and ends to wait.
    """

    pressed_key = Signal(str)
    waiting = Signal(bool)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        """`title` says whose key it is, to those who hear the screen."""
        super().__init__(parent)
        self._title = title
        self._key = ""
        self._waits = False
        self._dim = False
        self.setStyleSheet("min-height: 0; min-width: 0; padding: 0;")  # a key is smaller than the theme's buttons
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.clicked.connect(self.wait)
        self.show_key("")

    @property
    def key(self) -> str:
        """The portable text of the key that is shown; empty for none."""
        return self._key

    @property
    def is_waiting(self) -> bool:
        """Whether the next key pressed is the new one."""
        return self._waits

    def show_key(self, key: str, dim: bool = False) -> None:
        """Show a key; `dim` where it does nothing at present."""
        self._key, self._dim = key, dim
        self.setAccessibleName(f"{self._title}: {'+'.join(self.caps) or 'no key'}")
        self.setAccessibleDescription("Press Enter, then the new key. Backspace takes it away.")
        self.updateGeometry()
        self.update()

    @property
    def caps(self) -> list[str]:
        """What is written on the caps."""
        if not self._key:
            return []
        chord = parse_chord(self._key)
        held = [name for name in ("Meta", "Ctrl", "Alt", "Shift") if name in chord.modifiers]
        return [*(SIGNS.get(name, name) for name in held), chord.key]

    def wait(self) -> None:
        """Wait for a key."""
        if not self._waits:
            self._waits = True
            self._refresh()
            self.waiting.emit(True)

    def give_up(self) -> None:
        """Wait no more."""
        if self._waits:
            self._waits = False
            self._refresh()
            self.waiting.emit(False)

    # What is pressed

    def event(self, event: QEvent) -> bool:
        """While it waits, no shortcut of the window may take the key."""
        if self._waits and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Take the key, or what it says of waiting."""
        key = Qt.Key(event.key())
        if not self._waits:
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.isAutoRepeat():
                self.wait()
            else:
                super().keyPressEvent(event)
            return
        bare = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.isAutoRepeat() or key in _MODIFIER_KEYS:
            return
        if bare and key == Qt.Key.Key_Escape:
            self.give_up()
        elif bare and key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.give_up()
            self.pressed_key.emit("")
        elif text := key_text(event):
            self.give_up()
            self.pressed_key.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Who looks elsewhere wants no other key."""
        self.give_up()
        super().focusOutEvent(event)

    # What is seen

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for the caps, or for the prompt."""
        width = QFontMetricsF(self.font()).horizontalAdvance(PROMPT) if self._waits else sum(self._widths()) + GAP * len(self.caps)
        return QSize(round(max(width + 2 * MARGIN, 2 * HEIGHT)), HEIGHT + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the caps side by side, or the prompt."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._waits or self.hasFocus() or self.underMouse():
            accent = palette.color(QPalette.ColorRole.Highlight)
            painter.setPen(QPen(accent, 2 if self._waits or self.hasFocus() else 1))
            painter.setBrush(_faint(accent, 40) if self._waits else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame, ROUNDING + 1, ROUNDING + 1)
        if self._waits:
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, PROMPT)
        elif not self._key:
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            place = frame.adjusted(0, 0, -MARGIN / 2 - LEAST_CAP / 2 + 3, 0)
            painter.drawText(place, END, "+" if self.hasFocus() or self.underMouse() else "–")
        else:
            self._paint_caps(painter, frame)
        painter.end()

    def _paint_caps(self, painter: QPainter, frame: QRectF) -> None:
        palette, widths = self.palette(), self._widths()
        x = frame.right() - MARGIN / 2 - sum(widths) - GAP * (len(widths) - 1)
        ink = palette.color(QPalette.ColorRole.WindowText)
        line = _faint(ink, 45 if self._dim else 90)
        for cap, width in zip(self.caps, widths, strict=True):
            place = QRectF(x, frame.top() + 2.5, width, frame.height() - 5)
            painter.setPen(QPen(line, 1))
            painter.setBrush(_faint(ink, 10 if self._dim else 22))
            painter.drawRoundedRect(place, ROUNDING, ROUNDING)
            painter.drawLine(QPointF(place.left() + ROUNDING, place.bottom() - 1), QPointF(place.right() - ROUNDING, place.bottom() - 1))
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText) if self._dim else ink)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, cap)
            x += width + GAP

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(self.font())
        return [max(LEAST_CAP, metrics.horizontalAdvance(cap) + 2 * MARGIN) for cap in self.caps]

    def _refresh(self) -> None:
        self.updateGeometry()
        self.update()


def key_text(event: QKeyEvent) -> str:
    """The portable text of a press; empty where it is no key that Puppet knows. Where Shift brings forth a sign, it is part of the sign."""
    modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
    key = Qt.Key(event.key())
    text = _portable(QKeyCombination(Qt.KeyboardModifier.NoModifier, key))
    if len(text) == 1 and not text.isalpha():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    try:
        return parse_chord(_portable(QKeyCombination(modifiers, key))).text
    except SettingsError:
        return ""


def _portable(combination: QKeyCombination) -> str:
    return QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)


def _faint(colour: QColor, alpha: int) -> QColor:
    return QColor(colour.red(), colour.green(), colour.blue(), alpha)
