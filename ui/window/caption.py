"""Small, dim words below a control that say what it does."""

from PySide6.QtWidgets import QLabel


class Caption(QLabel):
    """As many lines as they need. GUI thread."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setWordWrap(True)
        self.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        self.setFont(font)
