"""One setting in a panel: its label, what it does, its control, and a button that gives the default back."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from ui.window.caption import Caption
from ui.window.icon_button import IconButton
from ui.window.number_field import NumberField
from ui.window.segments import Segments
from ui.window.setting_facts import SettingFacts
from ui.window.switch import Switch
from ui.window.words_field import Names, WordsField

GAP = 4
"""px of the screen's own scale."""

Control = Switch | Segments | NumberField | WordsField


class SettingField(QWidget):
    """The control follows from the setting's kind. GUI thread."""

    changed = Signal(str, object)
    """A person chose a value: the setting's name and the value."""

    def __init__(self, facts: SettingFacts, *, restful: bool = False, names: Names = "", free: bool = True) -> None:
        """`restful`: tell of a number only once it has rested; `names`, `free`: see `WordsField`."""
        super().__init__()
        self.facts = facts
        self._value: Any = facts.default
        self.label = QLabel(facts.title)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.caption = Caption(facts.sentence)
        self.reset = IconButton("reset", f"{facts.title}: give the default back", side=24)
        self.reset.clicked.connect(lambda: self._choose(facts.default, show=True))
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.control = self._make_control(restful, names, free)
        self.label.setBuddy(self.control)
        for part in (self.control, self.label):
            part.setToolTip(facts.sentence)
        self.control.setAccessibleDescription(facts.sentence)
        self._lay_out()
        self.show_value(facts.default)

    @property
    def value(self) -> Any:
        """What holds."""
        return self._value

    def show_value(self, value: Any) -> None:
        """Show what holds; nothing is told of it."""
        self._value = value
        control = self.control
        if isinstance(control, Switch):
            control.blockSignals(True)
            control.setChecked(value)
            control.blockSignals(False)
        elif isinstance(control, NumberField):
            control.show_number(value)
        else:
            control.show_value(value)
        self._tell_value()

    def offer(self, choices: Sequence[tuple[Any, str]]) -> None:
        """Let a person choose from these, value and words of each, instead of writing."""
        if isinstance(self.control, WordsField):
            self.control.show_choices([(str(value), words) for value, words in choices])
            self.caption.setVisible(not choices)  # it tells how to write

    def show_placeholder(self, words: str) -> None:
        """What an empty line means, for a setting that is a word."""
        if isinstance(self.control, WordsField):
            self.control.show_placeholder(words)

    def answers(self, query: str) -> bool:
        """Whether it is what somebody looks for, in lower case."""
        return query in f"{self.facts.title} {self.facts.description}".lower()

    def _make_control(self, restful: bool, names: Names, free: bool) -> Control:
        facts = self.facts
        if facts.kind == "switch":
            switch = Switch(facts.title)
            switch.toggled.connect(self._choose)
            return switch
        if facts.kind == "choice":
            segments = Segments(facts.title, [(value, value.capitalize(), meaning) for value, meaning in facts.options])
            segments.chosen.connect(self._choose)
            return segments
        if facts.kind == "words":
            words = WordsField(facts, names, free=free)
            words.chosen.connect(self._choose)
            return words
        number = NumberField(facts, restful=restful)
        number.chosen.connect(self._choose)
        return number

    def _choose(self, value: Any, show: bool = False) -> None:
        if value == self._value:
            return
        self._value = value
        if show:
            self.show_value(value)
        self._tell_value()
        self.changed.emit(self.facts.name, value)

    def _tell_value(self) -> None:
        """What follows from the value: the button that gives the default back, and what an option means."""
        self.reset.setVisible(self._value != self.facts.default)
        meanings = dict(self.facts.options)
        if any(meanings.values()):
            meaning = meanings.get(str(self._value), "")
            self.caption.setText(meaning[:1].upper() + meaning[1:])

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(0, 1)
        middle = Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(self.label, 0, 0, middle)
        grid.addWidget(self.reset, 0, 1, middle)
        if isinstance(self.control, Switch | NumberField):
            grid.addWidget(self.control, 0, 2, middle)
        else:
            grid.addWidget(self.control, 1, 0, 1, 3)
        if isinstance(self.control, NumberField) and self.control.slider is not None:
            grid.addWidget(self.control.slider, 1, 0, 1, 3)
        grid.addWidget(self.caption, 2, 0, 1, 2 if isinstance(self.control, Switch) else 3)
        QWidget.setTabOrder(self.control, self.reset)
