"""Ties the page of the first start to the session."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from puppet.live.shown import Shown
from ui.session.devices import Devices
from ui.session.live_session import LiveSession
from ui.window.portrait_tile import strip_item
from ui.window.welcome import Welcome


class WelcomeDesk(QObject):
    """Opens the page and keeps it up to date until it is left. GUI thread."""

    def __init__(self, session: LiveSession, window: QWidget, left: Callable[[], None]) -> None:
        """`left` hears when the page is not needed any more."""
        super().__init__(window)
        self._session = session
        self._left = left
        self._cameras: Devices | None = None
        self.page = page = Welcome()
        page.camera_chosen.connect(lambda source: session.adjust(camera__source=source))
        page.portrait_chosen.connect(session.rack.wear)
        page.portraits_added.connect(session.rack.add)
        page.portrait_pasted.connect(session.rack.paste)
        page.neutral_wanted.connect(session.recalibrate)
        page.output_wanted.connect(session.output.start)
        page.finished.connect(self._leave)
        session.find_devices(self._remember)

    def show_shown(self, shown: Shown) -> None:
        """Show a new picture of the run."""
        self.page.show_shown(shown)

    def refresh(self) -> None:
        """Show what there is to choose from, as it is now."""
        session, rack = self._session, self._session.rack
        camera = session.pipeline.camera
        if self._cameras is not None:
            self.page.show_cameras(self._cameras.cameras, session.settings.camera.source)
        waiting = session.pipeline.shown.reader().take() is None
        self.page.show_camera_words(f"{camera.words}. {camera.hint}" if camera.lost else camera.words if waiting else "")
        items = [strip_item(entry, rack.preview(entry), rack.trouble(entry)) for entry in rack.entries]
        self.page.show_portraits(items, rack.worn if rack.worn >= 0 else None)

    def _remember(self, devices: Devices) -> None:
        self._cameras = devices

    def _leave(self) -> None:
        self._session.adjust(welcomed=True)
        self._left()
