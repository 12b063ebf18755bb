"""The actions of one group with their keys, a row each."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QToolButton

from ui.keys.actions import ACTIONS, Action
from ui.keys.key_map import KeyMap, Reach
from ui.window.key_edit import HEIGHT, KeyEdit

Wish = Callable[[str, Reach, str], None]
"""Hears the name of an action, where the key is to work, and its portable text, empty for no key."""

GAP = 1

LOOKS = "#keyGroup { background: palette(alternate-base); border-radius: 8px; }"


class KeyRow:
    """One action: its title, its key, its global key, and a button that gives the usual ones back."""

    def __init__(self, action: Action, wish: Wish, reset: Callable[[str], None]) -> None:
        self.action = action
        self.title = QLabel(action.title)
        self.edits: dict[Reach, KeyEdit] = {
            "window": KeyEdit(f"Key of {action.title}"),
            "everywhere": KeyEdit(f"Global key of {action.title}"),
        }
        for reach, edit in self.edits.items():
            edit.pressed_key.connect(lambda key, reach=reach: wish(action.name, reach, key))
        self.reset = QToolButton()
        self.reset.setText("↺")
        self.reset.setAutoRaise(True)
        self.reset.setFixedSize(HEIGHT, HEIGHT)
        self.reset.setToolTip("Give back the usual keys")
        self.reset.setAccessibleName(f"Give back the usual keys of {action.title}")
        self.reset.clicked.connect(lambda: reset(action.name))

    def show_keys(self, key_map: KeyMap) -> None:
        """Show the keys as they are now."""
        self.edits["window"].show_key(key_map.key_of(self.action.name))
        self.edits["everywhere"].show_key(key_map.key_of(self.action.name, "everywhere"), dim=not key_map.settings.use_everywhere)
        self.reset.setVisible(key_map.is_changed(self.action.name))

    def answers(self, query: str) -> bool:
        """Whether it is what somebody looks for, in lower case: a part of its title or group, or a key."""
        keys = [edit.key.lower() for edit in self.edits.values()]
        words = f"{self.action.title} {self.action.group}".lower()
        return query in keys or (len(query) > 1 and (query in words or any(query in key for key in keys)))


class KeyGroup(QFrame):
    """All actions of a group under their heading."""

    def __init__(self, name: str, wish: Wish, reset: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("keyGroup")
        self.setStyleSheet(LOOKS)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.rows = [KeyRow(action, wish, reset) for action in ACTIONS if action.group == name]
        heading = QLabel(name)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 4, 8)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(3, HEIGHT)
        grid.addWidget(heading, 0, 0)
        for column, words in ((1, "Key"), (2, "Global")):
            label = QLabel(words)
            label.setForegroundRole(label.palette().ColorRole.PlaceholderText)
            label.setContentsMargins(0, 0, GAP + 3, 0)
            grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignRight)
        for index, row in enumerate(self.rows, start=1):
            grid.addWidget(row.title, index, 0)
            grid.addWidget(row.edits["window"], index, 1)
            grid.addWidget(row.edits["everywhere"], index, 2)
            grid.addWidget(row.reset, index, 3)

    def show_keys(self, key_map: KeyMap) -> None:
        """Show the keys as they are now."""
        for row in self.rows:
            row.show_keys(key_map)

    def look_for(self, query: str, key_map: KeyMap) -> int:
        """Leave only what answers a query; how much that is."""
        found = 0
        for row in self.rows:
            answers = not query or row.answers(query)
            found += answers
            for control in (row.title, *row.edits.values()):
                control.setVisible(answers)
            row.reset.setVisible(answers and key_map.is_changed(row.action.name))
        self.setVisible(found > 0)
        return found
