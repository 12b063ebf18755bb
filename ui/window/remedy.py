"""What a person can do about the trouble that is told."""

from typing import Literal, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from ui.session.live_session import LiveSession
from ui.session.output_control import OutputControl


class Remedy(NamedTuple):
    """words: on its button, empty where there is none. place: where it is found."""

    words: str = ""
    place: Literal["", "steps", "settings"] = ""


def remedy_for(session: LiveSession) -> Remedy:
    """What helps against the trouble of the session's status."""
    trouble = session.status.trouble
    if session.output.state == "failed" and trouble == session.output.words:
        return Remedy("What to do", "steps")
    if session.pipeline.camera.lost:
        return Remedy("Choose a camera", "settings")
    return Remedy("Choose an engine", "settings") if trouble else Remedy()


def show_steps(output: OutputControl, window: QWidget) -> None:
    """The steps to a virtual camera, to be read and copied beside the window. GUI thread."""
    box = QMessageBox(QMessageBox.Icon.Information, "Virtual camera", output.words, QMessageBox.StandardButton.Close, window)
    box.setInformativeText(output.hint)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
