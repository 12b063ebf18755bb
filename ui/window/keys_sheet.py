"""All keys on one sheet: looked for, changed where they stand, and given back."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from puppet.errors import PuppetError
from puppet.settings import KeySettings
from ui.keys.actions import GROUPS, find_action
from ui.keys.global_keys import OFF, Hearing
from ui.keys.key_map import KeyMap, Reach
from ui.window.key_group import KeyGroup
from ui.window.notice_strip import NoticeStrip

GAP = 12
"""Between groups, px of the screen's own scale, as are all below."""

MARGIN = 16
BAR = 20
"""Room for the scroll bar."""

SIZE = QSize(1280, 780)
"""The size at first, where the screen has room for it: three columns, all in sight."""

MOST_COLUMNS = 4

PRIVACY = "They work while another window has the focus: Puppet then hears every key pressed there, to know these, and keeps none."
HOW_TO = "Click a key, or press Enter on it, then press the new one. Esc leaves it, Backspace takes it away."


class KeysSheet(QDialog):
    """Shows keys and says what a person changes of them; it holds nothing open. GUI thread.

    `changed` carries the new `KeySettings`, at once; `waiting` says when a key is about to be pressed that must do nothing else, so that
    global keys can be paused.
    """

    changed = Signal(object)
    waiting = Signal(bool)

    def __init__(self, settings: KeySettings, hearing: Hearing = OFF, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self._map = KeyMap(settings)
        self._area = QScrollArea()
        self._columns: list[QVBoxLayout] = []
        self.groups = [KeyGroup(name, self._wish, self._reset) for name in GROUPS]
        for edit in (edit for group in self.groups for row in group.rows for edit in row.edits.values()):
            edit.waiting.connect(self.waiting)
            edit.waiting.connect(lambda on, edit=edit: self._area.ensureWidgetVisible(edit) if on else None)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search for an action or a key")
        self.search.setAccessibleName("Search for an action or a key")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._look)
        self.search.installEventFilter(self)
        self.switch = QCheckBox("Global keys")
        self.switch.toggled.connect(self._turn)
        self.state = _dim_label()
        self.notice = NoticeStrip()
        self.nothing = _dim_label("Nothing here has this name or this key.")
        self.reset_all = QPushButton("Reset all keys")
        self.reset_all.clicked.connect(lambda: self._take(self._map.reset_all(), "All keys are the usual ones again."))
        self._lay_out()
        self.resize(SIZE.boundedTo(self.screen().availableSize() * 0.95))
        self.show_settings(settings)
        self.show_hearing(hearing)
        self.notice.say("\n".join([*self._map.troubles, *self._map.conflicts()]))
        self.search.setFocus()

    @property
    def settings(self) -> KeySettings:
        """The keys as they are now."""
        return self._map.settings

    def show_settings(self, settings: KeySettings) -> None:
        """Show other keys, as when another profile was chosen."""
        self._map = KeyMap(settings)
        for group in self.groups:
            group.show_keys(self._map)
        self.switch.blockSignals(True)
        self.switch.setChecked(settings.use_everywhere)
        self.switch.blockSignals(False)
        self.reset_all.setEnabled(bool(settings.window or settings.everywhere))
        self._look(self.search.text())

    def show_hearing(self, hearing: Hearing) -> None:
        """Say how it stands with global keys."""
        wrong = self.settings.use_everywhere and not hearing.on
        words = " ".join(filter(None, (hearing.words, hearing.hint)))
        self.state.setText(f"{words} {PRIVACY}" if not wrong else words)
        self.state.setForegroundRole(QPalette.ColorRole.WindowText if wrong else QPalette.ColorRole.PlaceholderText)
        self.switch.setAccessibleDescription(words)

    def find_edit(self, action: str, reach: Reach = "window") -> QWidget:
        """Where an action's key is changed."""
        return next(row.edits[reach] for group in self.groups for row in group.rows if row.action.name == action)

    # What a person does

    def _wish(self, action: str, reach: Reach, key: str) -> None:
        title = find_action(action).title
        if not key:
            self._take(self._map.unbind(action, reach), f"“{title}” has no {'key' if reach == 'window' else 'global key'} now.")
            return
        try:
            plan = self._map.plan(action, key, reach)
        except PuppetError as error:
            self.notice.say(str(error))
            return
        words = f"“{title}” is on {key} now."
        if plan.is_plain:
            self._take(plan.settings, words)
        else:
            asked = " ".join(filter(None, (plan.taken, plan.warning)))
            self.notice.ask(asked, lambda: self._take(plan.settings, words), "Take it" if plan.taken else "Use it anyway")

    def _reset(self, action: str) -> None:
        self.find_edit(action).setFocus()  # the button that was pressed goes
        self._take(self._map.reset(action), f"“{find_action(action).title}” has its usual keys again.")

    def _turn(self, on: bool) -> None:
        self._take(self.settings.model_copy(update={"use_everywhere": on}), "")

    def _take(self, settings: KeySettings, words: str) -> None:
        self.show_settings(settings)
        self.notice.say(words)
        self.changed.emit(settings)

    def _look(self, text: str) -> None:
        query = text.strip().lower()
        found = [group.look_for(query, self._map) for group in self.groups]
        self.nothing.setVisible(not any(found))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Enter in the search goes to what was found, and does not close the sheet."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                found = next((row for group in self.groups for row in group.rows if not row.title.isHidden()), None)
                if found is not None:
                    found.edits["window"].setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """The key that opened the sheet closes it."""
        if event.key() == Qt.Key.Key_F1:
            self.close()
        else:
            super().keyPressEvent(event)

    # What it is made of

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use as many columns as there is room for."""
        super().resizeEvent(event)
        self._share_columns()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(24)
        head.addWidget(self.search, 1)
        head.addWidget(self.switch)
        content = QWidget()
        self._shares = QHBoxLayout(content)
        self._shares.setContentsMargins(0, 0, 0, 0)
        self._shares.setSpacing(GAP)
        self._area.setWidget(content)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        for button in (self.reset_all, close):
            button.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.addWidget(_dim_label(HOW_TO), 1)
        foot.addWidget(self.reset_all)
        foot.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP)
        whole.setSpacing(10)
        whole.addLayout(head)
        whole.addWidget(self.state)
        whole.addWidget(self.notice)
        whole.addWidget(self.nothing)
        whole.addWidget(self._area, 1)
        whole.addLayout(foot)
        self._share_columns()

    def _share_columns(self) -> None:
        """Put the groups one after another into columns about equally long."""
        widest = max(group.sizeHint().width() for group in self.groups)
        count = max(1, min(MOST_COLUMNS, (self.width() - 2 * MARGIN - BAR + GAP) // (widest + GAP)))
        if count == len(self._columns):
            return
        for column in self._columns:
            self._shares.removeItem(column)
            column.deleteLater()
        self._columns = [QVBoxLayout() for _ in range(count)]
        for column in self._columns:
            column.setSpacing(GAP)
            self._shares.addLayout(column, 1)
        share = sum(len(group.rows) + 2 for group in self.groups) / count
        filled = 0.0
        for group in self.groups:
            size = len(group.rows) + 2
            self._columns[min(count - 1, int((filled + size / 2) / share))].addWidget(group)
            filled += size
        for column in self._columns:
            column.addStretch()


def _dim_label(words: str = "") -> QLabel:
    label = QLabel(words)
    label.setWordWrap(True)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
