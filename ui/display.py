"""The screen: whether there is one, and Qt's application on it."""

import os
import sys
from typing import TYPE_CHECKING, cast

from puppet.errors import EXIT_CODE, PuppetError
from ui.console import say_error
from ui.desktop_entry import APPLICATION, ICON_SIDE

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType
    from PySide6.QtWidgets import QApplication

HINT = "Add --headless to run without a window."


def open_application() -> "QApplication":
    """Qt's one application. Raises `PuppetError` where there is no display or Qt can't be loaded."""
    if not has_display():
        raise PuppetError("There is no display to open a window on.", HINT)
    try:
        from PySide6.QtCore import qInstallMessageHandler  # noqa: PLC0415  Qt is loaded only where a window is wanted
        from PySide6.QtGui import QIcon, QPixmap  # noqa: PLC0415
        from PySide6.QtWidgets import QApplication  # noqa: PLC0415

        from ui.window.app_icon import app_icon  # noqa: PLC0415
    except ImportError as error:
        raise PuppetError(f"Qt can't be loaded: {error}.", f"Install what is missing, or: {HINT}") from error
    previous = qInstallMessageHandler(_end_on_fatal)
    try:
        application = cast(QApplication, QApplication.instance() or QApplication(sys.argv[:1]))
    finally:
        qInstallMessageHandler(previous)
    application.setApplicationName("puppet")
    application.setApplicationDisplayName("Puppet")
    application.setDesktopFileName(APPLICATION)
    application.setWindowIcon(QIcon(QPixmap.fromImage(app_icon(ICON_SIDE))))
    return application


def has_display() -> bool:
    """Whether a window can be opened: always but on a Unix without a display server, unless Qt is told to draw elsewhere."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _end_on_fatal(kind: "QtMsgType", context: "QMessageLogContext", text: str | None) -> None:  # noqa: ARG001  the signature Qt wants
    """Qt aborts the process when no platform plugin loads: say why in a sentence and leave before it does."""
    if kind.name == "QtFatalMsg":
        reason = (text or "no reason given").splitlines()[0].rstrip(". ")
        say_error(PuppetError(f"Qt can't open a window: {reason}.", HINT))
        os._exit(EXIT_CODE)
