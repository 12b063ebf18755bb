"""A setting that is a word: written, found in a folder, or chosen from what there is."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ui.window.choice_box import ChoiceBox
from ui.window.icon_button import IconButton
from ui.window.setting_facts import SettingFacts

Names = Literal["", "file", "folder"]

OTHER = "Other …"


class WordsField(QWidget):
    """A line to write in; with choices, a list whose last entry opens that line. GUI thread."""

    chosen = Signal(str)
    """A person chose or wrote this."""

    def __init__(self, facts: SettingFacts, names: Names = "", *, free: bool = True) -> None:
        """`names`: what the words name, so that it can be looked for; `free`: whether other words than the choices may be written."""
        super().__init__()
        self._names = names
        self._free = free
        self._default = str(facts.default)
        self._choices: list[tuple[str, str]] = []
        self._value = ""
        self._dialog: QFileDialog | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.line = QLineEdit()
        self.line.setAccessibleName(facts.title)
        if facts.longest is not None:
            self.line.setMaxLength(facts.longest)
        self.line.editingFinished.connect(self._written)
        self.list = ChoiceBox(facts.title)
        self.list.hide()
        self.list.activated.connect(self._activated)
        self.browse = IconButton("folder", f"Look for the {names or 'file'} …", side=32)
        self.browse.setVisible(bool(names))
        self.browse.clicked.connect(self._look_for)
        self._written_row = QWidget()
        row = QHBoxLayout(self._written_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.browse)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self.list)
        whole.addWidget(self._written_row)

    @property
    def value(self) -> str:
        """What holds."""
        return self._value

    def show_placeholder(self, words: str) -> None:
        """What an empty line means."""
        self.line.setPlaceholderText(words)

    def show_value(self, value: str) -> None:
        """Show a value; nothing is told of it."""
        self._value = value
        self.line.setText(value)
        self._show_choice()

    def show_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these, value and words of each; an empty list leaves the line alone. Costs nothing where they are the same as before."""
        if list(choices) == self._choices:
            return
        self._choices = list(choices)
        self.list.clear()
        for value, words in self._choices:
            self.list.addItem(words, value)
        if self._free:
            self.list.addItem(OTHER, None)
        self.list.setVisible(bool(self._choices))
        self._show_choice()

    def _show_choice(self) -> None:
        index = self.list.findData(self._value)
        if self._choices and index < 0 and not self._free:
            self.list.addItem(self._value, self._value)
            index = self.list.count() - 1
        self.list.setCurrentIndex(index if index >= 0 else self.list.count() - 1)
        self._written_row.setVisible(not self._choices or index < 0)

    def _activated(self, index: int) -> None:
        value = self.list.itemData(index)
        self._written_row.setVisible(value is None)
        if value is None:
            self.line.setFocus()
            self.line.selectAll()
        else:
            self._choose(str(value))

    def _written(self) -> None:
        self._choose(self.line.text().strip())

    def _choose(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.line.setText(value)
            self.chosen.emit(value)

    def _look_for(self) -> None:
        """In a dialog that stops nothing else."""
        dialog = QFileDialog(self.window(), "Choose a folder" if self._names == "folder" else "Choose a file", self._value)
        dialog.setFileMode(QFileDialog.FileMode.Directory if self._names == "folder" else QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._choose)
        dialog.finished.connect(dialog.deleteLater)
        self._dialog = dialog
        dialog.open()
