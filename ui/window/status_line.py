"""The line at the foot of the window: what draws, who drives, where it goes, and what is wrong."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ui.session.status import Status
from ui.window.colours import colours_of
from ui.window.icons import paint_icon

HEIGHT = 40
"""px of the screen's own scale, as are all below."""

BUTTON = 30
"""Height of the button in it."""

ICON = 16.0
LEAST = 68
"""Room that each has in the narrowest window."""

CHIPS = (
    ("device", "Device", "device", 5),
    ("engine", "Engine", "engine", 3),
    ("model", "Model", "model", 3),
    ("camera", "Camera", "camera", 6),
    ("output", "Virtual camera", "output", 5),
)
"""Field of the status, its name, its icon, and its share of the width."""


class StatusChip(QWidget):
    """An icon and words, which are cut where there is no room. GUI thread."""

    def __init__(self, name: str, icon: str, named: bool = False) -> None:
        """`named`: a single word is told after the name."""
        super().__init__()
        self._name = name
        self._named = named
        self._icon = icon
        self.words, self.note = "", ""
        self.troubled = False
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.say("…")

    def say(self, words: str, troubled: bool = False, note: str = "") -> None:
        """Show these words; a `note` is told to whoever points at them or has them read out."""
        if (words, troubled, note) == (self.words, self.troubled, self.note):
            return
        self.words, self.troubled, self.note = words, troubled, note
        self.setAccessibleName(f"{self._name}: {words}")
        self.setAccessibleDescription(note)
        self.setToolTip(f"{self._name}: {words}\n{note}".rstrip())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Never more than its share."""
        return QSize(LEAST, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the icon and as much of the words as fits."""
        colours, painter = colours_of(self), QPainter(self)
        middle = self.height() / 2
        paint_icon(painter, self._icon, QRectF(0, middle - ICON / 2, ICON, ICON), colours.warning if self.troubled else colours.dim)
        room = QRectF(ICON + 8, 0, self.width() - ICON - 8, self.height())
        painter.setPen(colours.warning if self.troubled else colours.text)
        told = self.words if " " in self.words or not self._named else f"{self._name} {self.words}"
        words = QFontMetricsF(self.font()).elidedText(told, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.end()


class TroubleNote(QWidget):
    """What is wrong, on a ground of warning, with a button for what can be done."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.hint = "", ""
        self.button = QPushButton()
        self.button.setAutoDefault(False)
        self.button.setMaximumHeight(BUTTON)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 5, 0)
        layout.addStretch(1)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def say(self, words: str, hint: str, remedy: str) -> None:
        """`remedy`: what the button says; without one there is no button."""
        self.button.setText(remedy)
        self.button.setVisible(bool(remedy))
        if (words, hint) != (self.words, self.hint):
            self.words, self.hint = words, hint
            self.setAccessibleName(f"Trouble: {words}")
            self.setAccessibleDescription(hint)
            self.setToolTip(f"{words}\n{hint}".strip())
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as it gets."""
        return QSize(200, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the ground, the sign and the words."""
        colours, painter = colours_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.warning, 1))
        painter.setBrush(colours.warning_ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        paint_icon(painter, "warning", QRectF(10, self.height() / 2 - 9, 18, 18), colours.warning)
        right = self.button.width() + 12 if not self.button.isHidden() else 12
        room = QRectF(36, 0, self.width() - 36 - right, self.height())
        metrics = QFontMetricsF(self.font())
        words = f"{self.words.rstrip('.')}. {self.hint}" if self.hint else self.words
        if metrics.horizontalAdvance(words) > room.width():
            words = self.words
        painter.setPen(colours.text)
        text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


class StatusLine(QWidget):
    """Keeps its height and its parts their places, whatever they say; trouble takes half of the line. GUI thread."""

    remedy_wanted = Signal()
    """A person pressed the button beside what is wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Status")
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.chips = {field: StatusChip(name, icon, named=field == "output") for field, name, icon, _ in CHIPS}
        self.trouble = TroubleNote()
        self.trouble.button.clicked.connect(self.remedy_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        for field, _, _, share in CHIPS:
            layout.addWidget(self.chips[field], share)
        layout.addWidget(self.trouble, 24)
        self.trouble.hide()

    def show_status(self, status: Status, remedy: str = "") -> None:
        """Show what runs. remedy: what the button beside a trouble says, empty for no button. Costs nothing where nothing has changed."""
        for field, chip in self.chips.items():
            words = str(getattr(status, field))
            troubled = bool(status.trouble) and words == status.trouble
            if field == "engine":
                chip.say(words, troubled=troubled or bool(status.passed_over), note=status.passed_over)
            elif field == "model":
                chip.say(f"{words}, sharper" if status.enhancer else words, troubled=troubled, note=_notes(status))
            else:
                chip.say(words, troubled=troubled)
        self.trouble.say(status.trouble, status.hint, remedy)
        self.trouble.setVisible(bool(status.trouble))
        self.setAccessibleDescription(f"{status.trouble} {status.hint}".strip())


def _notes(status: Status) -> str:
    """What else is to be known of what draws."""
    faces = f"{status.faces} of {status.faces_there} faces {'moves' if status.faces == 1 else 'move'}" if status.faces_there > 1 else ""
    sharper = f"Sharper by {status.enhancer}" if status.enhancer else ""
    return "\n".join(note for note in (faces, sharper) if note)
