"""Ties the settings drawer to the session."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from puppet.cameras.camera_list import CameraInfo, CameraMode, find_camera
from puppet.errors import PuppetError
from puppet.settings import LiveSettings
from ui.session.devices import Devices
from ui.session.live_session import LiveSession
from ui.window.settings_drawer import SettingsDrawer


class SettingsDesk(QObject):
    """What is chosen in the drawer becomes a setting; the settings that hold are shown at the next `refresh`. GUI thread."""

    def __init__(self, session: LiveSession, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._shown: LiveSettings | None = None
        self._cameras: tuple[CameraInfo, ...] = ()
        self.drawer = SettingsDrawer()
        self.drawer.hide()
        self.drawer.changed.connect(self._change)
        self.drawer.mode_chosen.connect(self._take_mode)
        self.drawer.closed.connect(self.turn)
        self.refresh()

    def refresh(self) -> None:
        """Show the settings as they are now; costs nothing where they are the same as before."""
        if self._shown is not self._session.settings:
            self._shown = self._session.settings
            self.drawer.show_settings(self._shown)
            self._show_modes()

    def turn(self) -> None:
        """Open the drawer or close it."""
        self.drawer.hide() if self.drawer.isVisible() else self.open()

    def open(self) -> None:
        """Open the drawer, and look for what can be chosen by now."""
        self.drawer.show()
        self.drawer.search.setFocus()
        self._session.find_devices(self._offer)

    def _change(self, setting: str, value: object) -> None:
        """A control was moved."""
        self._adjust(**{setting: value})

    def _take_mode(self, mode: CameraMode) -> None:
        """All of it at once, so that the camera is opened once; a rate that isn't told stays as it is."""
        rate = {"camera__rate": mode.rate} if mode.rate else {}
        self._adjust(camera__width=mode.width, camera__height=mode.height, **rate)

    def _adjust(self, **fields: object) -> None:
        """What is refused is taken back by showing what holds."""
        try:
            self._session.adjust(**fields)
        except PuppetError as error:
            self._session.complain(error)
        self._shown = None

    def _offer(self, devices: Devices) -> None:
        """Let the drawer name what there is."""
        for setting, choices in (
            ("camera__source", devices.cameras),
            ("output__device", devices.outputs),
            ("recording__microphone", devices.microphones),
            ("model", devices.models),
            ("engine", devices.engines),
            ("safety__idle_take", devices.takes),
        ):
            self.drawer.choices(setting, choices)
        self._cameras = devices.infos
        self._show_modes()

    def _show_modes(self) -> None:
        """Those of the camera that the settings name; a file or a stream has none."""
        camera = find_camera(self._session.settings.camera.source, self._cameras)
        self.drawer.show_modes(camera.modes if camera is not None else ())
