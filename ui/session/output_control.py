"""The virtual camera, started and stopped while the run goes on."""

from typing import Literal

from puppet.errors import PuppetError
from puppet.live.pipeline import Pipeline
from puppet.outputs.virtual_camera import VirtualCamera
from puppet.settings import OutputSettings
from ui.session.inbox import Inbox

OutputState = Literal["off", "starting", "live", "failed"]

NAME = VirtualCamera.name


class OutputControl:
    """What the Start button does. Owner's thread."""

    def __init__(self, pipeline: Pipeline, inbox: Inbox, settings: OutputSettings) -> None:
        self.state: OutputState = "off"
        self.words = "off"
        self.hint = ""
        self._pipeline = pipeline
        self._inbox = inbox
        self._settings = settings
        self._camera: VirtualCamera | None = None
        self._again = False

    @property
    def wanted(self) -> bool:
        """Whether it sends or is about to."""
        return self.state in ("starting", "live")

    def start(self) -> None:
        """Open the virtual camera and send to it; without effect while one is wanted."""
        if self.wanted:
            return
        self.state, self.words, self.hint = "starting", "starting", ""
        if self._pipeline.attached(NAME):  # the one before is still finishing
            self._again = True
            return
        camera = self._camera = VirtualCamera(self._settings, lambda words: self._inbox.post(lambda: self._opened(camera, words)))
        self._pipeline.attach(camera, lambda failure: self._inbox.post(lambda: self._ended(camera, failure)))

    def stop(self) -> None:
        """Send no more."""
        self._again = False
        if self.wanted:
            self.state, self.words = "off", "off"
            self._pipeline.detach(NAME)

    def toggle(self) -> None:
        """Start or stop."""
        self.stop() if self.wanted else self.start()

    def adjust(self, settings: OutputSettings) -> None:
        """Send as these settings say; another device, size or rate begins anew."""
        before, self._settings = self._settings, settings
        if not self.wanted or self._camera is None:
            return
        if _fixed(before) != _fixed(settings):
            self.stop()
            self.start()
        else:
            self._camera.adjust(settings)

    def _opened(self, camera: VirtualCamera, words: str) -> None:
        if camera is self._camera and self.state == "starting" and not self._again:
            self.state, self.words, self.hint = "live", words, camera.advice

    def _ended(self, camera: VirtualCamera, failure: Exception | None) -> None:
        """One has gone; what is told of one that another has replaced is not news."""
        if camera is not self._camera:
            return
        self._camera = None
        if self._again:
            self._again, self.state = False, "off"
            self.start()
        elif failure is not None:
            self.state = "failed"
            self.words = failure.sentence if isinstance(failure, PuppetError) else f"The virtual camera failed: {failure}."
            self.hint = failure.hint if isinstance(failure, PuppetError) else ""
        elif self.wanted:  # the run has ended
            self.state, self.words = "off", "off"


def _fixed(settings: OutputSettings) -> tuple[object, ...]:
    """What can't change while it sends."""
    return settings.device, settings.width, settings.height, settings.rate
