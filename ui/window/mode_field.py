"""The modes of the camera in a list: one choice sets width, height and rate."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from puppet.cameras.camera_list import CameraMode
from puppet.cameras.mode_choice import SAME_RATE
from puppet.cameras.offered_modes import mode_words
from puppet.settings import CameraSettings
from ui.window.caption import Caption
from ui.window.choice_box import ChoiceBox

TITLE = "Mode"
WORDS = "What this camera can do; or write it below"
GAP = 4
"""px of the screen's own scale, as is the next."""

LABEL = 24
"""Least height of the label: that of those which have a button beside them."""


class ModeField(QWidget):
    """There while a camera tells its modes. GUI thread."""

    chosen = Signal(object)
    """A person chose this `CameraMode`."""

    def __init__(self) -> None:
        super().__init__()
        self._modes: tuple[CameraMode, ...] = ()
        self._held = CameraSettings()
        label = QLabel(TITLE)
        label.setMinimumHeight(LABEL)
        self.list = ChoiceBox(TITLE)
        self.list.setAccessibleDescription(WORDS)
        self.list.activated.connect(self._choose)
        label.setBuddy(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for part in (label, self.list, Caption(WORDS)):
            column.addWidget(part)

    def show_modes(self, modes: Sequence[CameraMode]) -> None:
        """Offer these; costs nothing where they are the same as before."""
        if tuple(modes) != self._modes:
            self._modes = tuple(modes)
            self.list.clear()
            for mode in self._modes:
                self.list.addItem(mode_words(*mode))
            self._show_held()

    def show_settings(self, settings: CameraSettings) -> None:
        """Show what holds, also where it is none of the modes; nothing is told of it."""
        if settings != self._held:
            self._held = settings
            self._show_held()

    def answers(self, query: str) -> bool:
        """Whether it is what somebody looks for, in lower case; never without modes."""
        return bool(self._modes) and query in f"{TITLE} {WORDS} {self.list.currentText()} resolution".lower()

    def _show_held(self) -> None:
        held, count = self._held, len(self._modes)
        near = [index for index, mode in enumerate(self._modes) if mode[:2] == (held.width, held.height) and _same(mode.rate, held.rate)]
        if self.list.count() > count:
            self.list.removeItem(count)
        if not near:
            self.list.addItem(f"{mode_words(held.width, held.height, held.rate)}, not in the list")
        self.list.setCurrentIndex(min(near, key=lambda index: abs(self._modes[index].rate - held.rate), default=count))

    def _choose(self, index: int) -> None:
        if index < len(self._modes):
            self.chosen.emit(self._modes[index])


def _same(rate: float, asked: float) -> bool:
    """Whether a mode's rate, 0 where it isn't told, is the one asked for."""
    return not rate or abs(rate - asked) <= SAME_RATE
