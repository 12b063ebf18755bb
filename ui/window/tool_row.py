"""The row of buttons below the portraits, with the start button in its middle."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.keys.key_map import KeyMap
from ui.window.icon_button import IconButton
from ui.window.start_button import StartButton
from ui.window.task_bar import TaskBar

SIDE = 40
"""Of a button, px of the screen's own scale."""

TOOLS = (
    ("recalibrate", "person", "Take this pose as neutral"),
    ("auto_calibrate", "search", "Find the neutral pose by itself"),
    ("mirror_driver", "swap", "Mirror your picture"),
    ("swap_people", "people", "Swap the two people"),
    ("toggle_enhance", "sharper", "Sharper face"),
    ("snapshot", "snapshot", "Save a picture"),
    ("record", "record", "Record"),
)
"""Actions that have a button at the left of the start button, with icon and words."""

PANELS = (
    ("toggle_timings", "graph", "Latency graph"),
    ("show_keys", "keys", "Keys"),
    ("show_settings", "settings", "Settings"),
)
"""Those at its right, after what takes a while."""

CHECKABLE = ("auto_calibrate", "mirror_driver", "toggle_enhance", "toggle_timings", "show_settings")
"""Those that show whether what they do is on."""


class ToolRow(QWidget):
    """Tells which action is wanted; whoever does it says what came of it. GUI thread."""

    fired = Signal(str)
    """A button was pressed: the action's name."""

    def __init__(self) -> None:
        super().__init__()
        self.start = StartButton()
        self.start.clicked.connect(lambda: self.fired.emit("toggle_output"))
        self.tasks = TaskBar()
        self.buttons = {name: self._button(name, icon, words) for name, icon, words in (*TOOLS, *PANELS)}
        self._keys: KeyMap | None = None
        left, right = QHBoxLayout(), QHBoxLayout()
        for name, *_ in TOOLS:
            left.addWidget(self.buttons[name])
        left.addStretch()
        right.addWidget(self.tasks, 1)
        for name, *_ in PANELS:
            right.addWidget(self.buttons[name])
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(left, 1)
        whole.addWidget(self.start)
        whole.addLayout(right, 1)

    def show_keys(self, keys: KeyMap) -> None:
        """Say on each control which key does the same; a person may have changed it."""
        if keys is self._keys:
            return
        self._keys = keys
        self.start.show_key(keys.key_of("toggle_output"))
        for name, _, words in (*TOOLS, *PANELS):
            self.buttons[name].show_words(words, keys.key_of(name))

    def show_on(self, on: dict[str, bool]) -> None:
        """Mark what is on and what is off, by action, whoever turned it."""
        for name, is_on in on.items():
            self.buttons[name].setChecked(is_on)

    def show_people(self, people: int) -> None:
        """Offer to swap people where there are two."""
        self.buttons["swap_people"].setVisible(people > 1)

    def show_recording(self, recording: bool) -> None:
        """Let the record button say that it ends what goes on."""
        self.buttons["record"].show_icon("stop" if recording else "record", recording)

    def _button(self, action: str, icon: str, words: str) -> IconButton:
        button = IconButton(icon, words, checkable=action in CHECKABLE, side=SIDE)
        button.clicked.connect(lambda: self.fired.emit(action))
        return button
