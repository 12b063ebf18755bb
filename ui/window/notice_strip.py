"""A strip that says one thing, and may ask whether to go on."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

LOOKS = "#noticeStrip { background: palette(alternate-base); border: 1px solid palette(highlight); border-radius: 8px; }"


class NoticeStrip(QFrame):
    """Hidden while it has nothing to say. GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("noticeStrip")
        self.setStyleSheet(LOOKS)
        self._agreed: Callable[[], None] | None = None
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.agree, self.leave = QPushButton("Use it"), QPushButton("Leave it")
        for button, act in ((self.agree, self._go_on), (self.leave, self.clear)):
            button.setAutoDefault(False)
            button.clicked.connect(act)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.agree)
        layout.addWidget(self.leave)
        self.hide()

    def say(self, words: str) -> None:
        """Say something; nothing where it is empty."""
        self._show(words, None)

    def ask(self, words: str, agreed: Callable[[], None], yes: str) -> None:
        """Say something and do `agreed` where a person presses the button named `yes`. The other button has the focus: a key that is still
        held down can't agree."""
        self.agree.setText(yes)
        self._show(words, agreed)
        self.leave.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        """Say nothing, and do nothing."""
        self._show("", None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter presses the button that has the focus."""
        pressed = next((button for button in (self.agree, self.leave) if button.hasFocus()), None)
        if pressed is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            pressed.click()
        else:
            super().keyPressEvent(event)

    def _show(self, words: str, agreed: Callable[[], None] | None) -> None:
        self._agreed = agreed
        self.words.setText(words)
        self.words.setAccessibleName(words)
        self.agree.setVisible(agreed is not None)
        self.leave.setVisible(agreed is not None)
        self.setVisible(bool(words))

    def _go_on(self) -> None:
        agreed = self._agreed
        self.clear()
        if agreed is not None:
            agreed()
