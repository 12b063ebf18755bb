"""The panel of all settings, made from the models that declare them."""

from collections.abc import Sequence

from pydantic import BaseModel
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from puppet.cameras.camera_list import CameraMode
from puppet.settings import LiveSettings
from ui.window.colours import colours_of
from ui.window.icon_button import IconButton
from ui.window.mode_field import ModeField
from ui.window.setting_facts import settings_in
from ui.window.setting_field import SettingField
from ui.window.setting_section import MARGIN, SettingSection
from ui.window.words_field import Names

WIDTH = 344
"""px of the screen's own scale."""

SECTIONS = ("motion", "camera", "output", "portraits", "safety", "view", "recording")
"""In the order shown; what lies in no section comes last, as `TOP`. Keys have a sheet of their own."""

TOP = "Model"

LEFT_OUT = {"welcomed", "portraits__last"}
"""What Puppet remembers rather than asks for."""

RESTFUL = {f"camera__{name}" for name in ("width", "height", "rate")} | {f"output__{name}" for name in ("width", "height", "rate")}
"""Each change opens a device anew: it waits until the number rests."""

NAMES_FOLDER, NAMES_FILE = {"recording__folder", "model"}, {"safety__idle_take", "portraits__enhancer"}

CHOSEN_ONLY = {"engine"}
"""Where choices are offered for these, nothing else can be meant."""

PLACEHOLDERS = {
    "camera__source": "The first camera",
    "portraits__enhancer": "The built-in one",
    "output__device": "The first free one",
    "recording__folder": "Your videos folder",
    "recording__microphone": "None",
    "safety__idle_take": "The built-in calm motion",
}

NOTHING = "No setting is called that."


class SettingsDrawer(QFrame):
    """Shows settings and tells what a person makes of them; it keeps none. GUI thread.

    What can't be had is taken back by showing the settings that hold.
    """

    changed = Signal(str, object)
    """A person chose a value: `section__field` and the value; while a slider is dragged again and again."""

    mode_chosen = Signal(object)
    """A person chose this `CameraMode`."""

    closed = Signal()
    """A person wants it out of the way."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Settings")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(WIDTH)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search settings")
        self.search.setAccessibleName("Search settings")
        self.search.setClearButtonEnabled(False)
        self.search.textChanged.connect(self._look_for)
        self.close_button = IconButton("close", "Close the settings", "Esc", side=32)
        self.close_button.clicked.connect(self.closed)
        self.sections: list[SettingSection] = []
        self.fields: dict[str, SettingField] = {}
        self.modes = ModeField()
        self.modes.hide()
        self.modes.chosen.connect(self.mode_chosen)
        for name in SECTIONS:
            part = LiveSettings.model_fields[name].annotation
            assert isinstance(part, type) and issubclass(part, BaseModel)
            self._add_section(name.capitalize(), part, name)
        self._add_section(TOP, LiveSettings, "")
        self.sections[0].heading.setChecked(True)
        self._nothing = QLabel(NOTHING)
        self._nothing.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setContentsMargins(MARGIN, 2 * MARGIN, MARGIN, 2 * MARGIN)
        self._nothing.hide()
        self._lay_out()
        QApplication.instance().focusChanged.connect(self._follow_focus)  # type: ignore[union-attr]

    def show_settings(self, settings: LiveSettings) -> None:
        """Show what holds; nothing is told of it, and what is the same already is not touched, so one can write meanwhile."""
        values = settings.model_dump()
        for name, field in self.fields.items():
            section, _, key = name.rpartition("__")
            value = (values[section] if section else values)[key]
            if value != field.value:
                field.show_value(value)
        self.modes.show_settings(settings.camera)

    def choices(self, field: str, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these for a setting that is a word, value and words of each; costs nothing where they are the same as before."""
        self.fields[field].offer(choices)

    def show_modes(self, modes: Sequence[CameraMode]) -> None:
        """Offer what the camera can do; nothing where it doesn't tell."""
        self.modes.show_modes(modes)
        self._look_for(self.search.text())

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as always."""
        return QSize(WIDTH, 560)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc empties the search, then closes."""
        if event.key() == Qt.Key.Key_Escape:
            if self.search.text():
                self.search.clear()
            else:
                self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the ground and the line at its left."""
        colours, painter = colours_of(self), QPainter(self)
        painter.fillRect(self.rect(), colours.card)
        painter.setPen(QPen(colours.line, 1))
        painter.drawLine(0, 0, 0, self.height())
        painter.end()

    def _add_section(self, title: str, model: type[BaseModel], section: str) -> None:
        fields: list[SettingField | ModeField] = []
        for facts in settings_in(model, section):
            if facts.name in LEFT_OUT:
                continue
            names: Names = "folder" if facts.name in NAMES_FOLDER else "file" if facts.name in NAMES_FILE else ""
            field = SettingField(facts, restful=facts.name in RESTFUL, names=names, free=facts.name not in CHOSEN_ONLY)
            field.show_placeholder(PLACEHOLDERS.get(facts.name, ""))
            field.changed.connect(self.changed)
            self.fields[facts.name] = field
            fields.append(field)
            if facts.name == "camera__source":
                fields.append(self.modes)
        self.sections.append(SettingSection(title, fields))

    def _look_for(self, words: str) -> None:
        query = words.strip().lower()
        found = sum([section.look_for(query) for section in self.sections])
        self._nothing.setVisible(not found)

    def _follow_focus(self, before: QObject | None, now: QObject | None) -> None:  # noqa: ARG002  the signature Qt wants
        """Whoever walks with Tab sees where they are."""
        if isinstance(now, QWidget) and self._inside.isAncestorOf(now):
            self._area.ensureWidgetVisible(now, 0, 48)

    def _lay_out(self) -> None:
        heading = QLabel("Settings")
        font = heading.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        heading.setFont(font)
        top = QHBoxLayout()
        top.setContentsMargins(MARGIN, 12, 8, 0)
        top.addWidget(heading, 1)
        top.addWidget(self.close_button)
        find = QHBoxLayout()
        find.setContentsMargins(MARGIN, 0, MARGIN, 4)
        find.addWidget(self.search)
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for section in self.sections:
            column.addWidget(section)
        column.addWidget(self._nothing)
        column.addStretch()
        self._area = QScrollArea()
        self._area.setWidget(self._inside)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._area.viewport().setAutoFillBackground(False)
        self._inside.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(top)
        whole.addLayout(find)
        whole.addWidget(self._area, 1)
