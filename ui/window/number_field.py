"""A number to type, with a slider below where it may change while one drags."""

import math

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QSizePolicy

from ui.window.calm_wheel import turn_calmly
from ui.window.setting_facts import SettingFacts
from ui.window.slider import Scale, Slider

REST_MS = 600
"""A number that should not change too often counts once it has rested for so long, ms."""

FIELD_WIDTH = 88
"""px of the screen's own scale."""


class NumberBox(QDoubleSpinBox):
    """The wheel changes nothing unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(4, 0, 5, 0)
        self.setFixedWidth(FIELD_WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave it to whatever scrolls."""
        turn_calmly(self, event, super().wheelEvent)


class NumberField(NumberBox):
    """One number of a range; `slider` shows the same number, None for whole numbers and those that should rest first. GUI thread."""

    chosen = Signal(object)
    """A person chose this number: float, or int for whole ones."""

    def __init__(self, facts: SettingFacts, *, restful: bool = False) -> None:
        """`restful`: tell of a change only once it has rested."""
        super().__init__()
        assert facts.least is not None and facts.greatest is not None, f"{facts.name} has no range"
        self._whole = facts.kind == "whole"
        self._multiple = facts.multiple or 1
        self._showing = False
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(REST_MS if restful else 0)
        self._resting.timeout.connect(self._tell)
        self.setAccessibleName(facts.title)
        self.setDecimals(0 if self._whole else decimals(facts.least, facts.greatest))
        self.setRange(facts.least, facts.greatest)
        self.setSingleStep(self._multiple if self._whole else 10.0 ** (1 - self.decimals()))
        self.setSuffix(f" {facts.unit}" if facts.unit else "")
        self.valueChanged.connect(self._changed)
        self.slider: Slider | None = None
        if not self._whole and not restful:
            self.slider = Slider(facts.title, Scale(facts.least, facts.greatest), facts.default)
            self.slider.moved.connect(self._slide)

    def show_number(self, number: float) -> None:
        """Show a number; nothing is told of it."""
        self._resting.stop()
        self._showing = True
        self.setValue(number)
        if self.slider is not None:
            self.slider.show_number(number)
        self._showing = False

    def _slide(self, number: float) -> None:
        number = round(number, self.decimals())
        if number != self.value():
            self._showing = True
            self.setValue(number)
            self._showing = False
            self._tell()

    def _changed(self, number: float) -> None:
        if self._showing:
            return
        if self._whole and number % self._multiple:
            self._showing = True
            self.setValue(number - number % self._multiple)
            self._showing = False
        if self.slider is not None:
            self.slider.show_number(self.value())
        if self._resting.interval():
            self._resting.start()
        else:
            self._tell()

    def _tell(self) -> None:
        self.chosen.emit(round(self.value()) if self._whole else round(self.value(), self.decimals()))


def decimals(least: float, greatest: float) -> int:
    """How finely numbers of a range are told: about a hundredth of it, and of the least in a wide one."""
    finest = min(greatest - least, 20 * least) if least > 0 and Scale(least, greatest).in_ratios else greatest - least
    return max(0, min(3, math.ceil(2 - math.log10(finest))))
