"""The window's keys: each fires its action while the window has the focus and nobody is writing in it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QApplication, QComboBox, QWidget

from ui.keys.actions import find_action
from ui.keys.key_map import KeyMap

_PRESSING = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select}
_MOVING = {
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End),
}


class WindowKeys(QObject):
    """Lives as long as its window. A field that takes text keeps the keys that it understands, and so does a button, a slider or a list.

    `fire` hears the name of an action on the GUI thread; only actions that go on repeat while their key is held.
    """

    def __init__(self, window: QWidget, key_map: KeyMap, fire: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window = window
        self._fire = fire
        self._shortcuts: dict[str, QShortcut] = {}
        self._released = (0, 0)
        self._repeated = False
        self._handle: QWindow | None = None
        window.installEventFilter(self)
        self._watch_handle()
        self.show_map(key_map)

    def show_map(self, key_map: KeyMap) -> None:
        """Obey these keys from now on."""
        wanted = key_map.window()
        for key in self._shortcuts.keys() - wanted.keys():
            shortcut = self._shortcuts.pop(key)
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        for key, name in wanted.items():
            shortcut = self._shortcuts.get(key) or self._add(key)
            shortcut.setObjectName(name)
            shortcut.setAutoRepeat(find_action(name).repeats)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Leave a key to the control that has the focus where it has a use for it, and tell held keys from pressed ones."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease and watched is self._handle:
            self._released = (event.key(), event.timestamp())
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and watched is self._window:
            self._repeated = event.isAutoRepeat() or (event.timestamp() > 0 and (event.key(), event.timestamp()) == self._released)
            if _uses(QApplication.focusWidget(), event):
                event.accept()
                return True
        elif event.type() == QEvent.Type.Show and watched is self._window:
            self._watch_handle()
        return super().eventFilter(watched, event)

    def _watch_handle(self) -> None:
        """Hear every key that is let go. X11 tells a held key as let go and pressed at the same time, and Qt does not always see that."""
        handle = self._window.windowHandle()
        if handle is not None and handle is not self._handle:
            self._handle = handle
            handle.installEventFilter(self)

    def _activate(self, name: str) -> None:
        if find_action(name).repeats or not self._repeated:
            self._fire(name)

    def _add(self, key: str) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key, QKeySequence.SequenceFormat.PortableText), self._window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(lambda: self._activate(shortcut.objectName()))
        self._shortcuts[key] = shortcut
        return shortcut


def install_shortcuts(window: QWidget, key_map: KeyMap, fire: Callable[[str], None]) -> WindowKeys:
    """Make a window obey its keys; `show_map` of the result takes up a change of them."""
    return WindowKeys(window, key_map, fire)


def _uses(control: QWidget | None, event: QKeyEvent) -> bool:
    """Whether a control that takes no text does something with this key. Fields that do speak for themselves, before this is asked."""
    if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
        return False
    key = Qt.Key(event.key())
    if isinstance(control, QComboBox | QAbstractItemView):
        return key in _PRESSING | _MOVING or (event.text().isprintable() and bool(event.text()))
    if isinstance(control, QAbstractSlider):
        return key in _MOVING
    return isinstance(control, QAbstractButton) and key in _PRESSING
