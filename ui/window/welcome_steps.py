"""What stands in the middle of each step of the welcome."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ui.window.choice_box import ChoiceBox
from ui.window.picture_view import PictureView
from ui.window.portrait_strip import PortraitStrip
from ui.window.ring_view import RingView

LIST_WIDTH = 360
"""px of the screen's own scale, as are all below."""

GAP = 16


class CameraStep(QWidget):
    """What the camera sees, and which one it is."""

    def __init__(self) -> None:
        super().__init__()
        self.view = PictureView("")
        self.view.setAccessibleName("What the camera sees")
        self.list = ChoiceBox("Camera")
        self.list.setFixedWidth(LIST_WIDTH)
        _column(self, self.view, self.list)


class PortraitStep(QWidget):
    """The portrait that is worn, moving, and all that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.view = PictureView("")
        self.view.setAccessibleName("What others will see")
        self.strip = PortraitStrip()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.view, 1)
        column.addWidget(self.strip)


class PoseStep(QWidget):
    """The driver in a ring that fills."""

    def __init__(self) -> None:
        super().__init__()
        self.view = RingView()
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.again = QPushButton("Once more")
        self.again.setFlat(True)
        self.again.setAutoDefault(False)
        policy = self.again.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.again.setSizePolicy(policy)
        self.again.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.view, 1)
        column.addSpacing(8)
        column.addWidget(self.words)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)


class ReadyStep(QWidget):
    """The result, and how others come to see it."""

    def __init__(self) -> None:
        super().__init__()
        self.view = PictureView("")
        self.view.setAccessibleName("What others will see")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.view, 1)
        column.addWidget(self.words)


def _column(owner: QWidget, large: QWidget, small: QWidget) -> None:
    column = QVBoxLayout(owner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GAP)
    column.addWidget(large, 1)
    column.addWidget(small, 0, Qt.AlignmentFlag.AlignHCenter)
