"""Global keys heard by a process of their own: for macOS, where a keyboard library and a window can't share one."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, QProcess, Signal

from ui.keys.chord import parse_chord
from ui.keys.global_keys import OFF, Hearing

COMMAND = (sys.executable, "-m", "ui.keys.listening_apart")

STARTING = Hearing(False, "Starting to listen for global keys …")


class ProcessKeys(QObject):
    """Starts the process and ends it; both may be asked for in any order and number. GUI thread.

    `fire` hears the name of an action. What stands in the way is not raised: `hearing` tells it, and `hearing_changed` when it is another.
    """

    hearing_changed = Signal()

    def __init__(
        self, actions: Mapping[str, str], fire: Callable[[str], None], parent: QObject | None = None, command: Sequence[str] = COMMAND
    ) -> None:
        """`actions`: names of actions by the portable text of their keys, as `KeyMap.everywhere` gives them. Raises `SettingsError`."""
        super().__init__(parent)
        self._actions = {parse_chord(key).text: name for key, name in actions.items()}
        self._fire = fire
        self._command = [*command, json.dumps(self._actions)]
        self._hearing = OFF
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._ended)

    @property
    def hearing(self) -> Hearing:
        """How it stands now."""
        return self._hearing

    def start(self) -> None:
        """Start to listen, if that is not done yet; whether it can is told later."""
        if self._process.state() == QProcess.ProcessState.NotRunning:
            self._tell(STARTING)
            self._process.start(self._command[0], self._command[1:])

    def stop(self) -> None:
        """Listen no more."""
        self._tell(OFF)
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(500)

    def _read(self) -> None:
        while self._process.canReadLine():
            kind, _, words = bytes(self._process.readLine().data()).decode().rstrip("\n").partition(" ")
            if self._hearing == OFF:
                return
            if kind == "fire" and words in self._actions.values():
                self._fire(words)
            elif kind in ("on", "off"):
                said, _, hint = words.partition("\t")
                self._tell(Hearing(kind == "on", said, hint))

    def _ended(self) -> None:
        if self._hearing.on or self._hearing == STARTING:
            self._tell(Hearing(False, "Global keys are not heard: the process that listens ended.", "Turn them off and on again."))

    def _tell(self, hearing: Hearing) -> None:
        if hearing != self._hearing:
            self._hearing = hearing
            self.hearing_changed.emit()
