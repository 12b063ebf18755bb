"""How the parts of a live run are opened from its settings: which threads may call what is said at each."""

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from fractions import Fraction
from functools import partial
from pathlib import Path

from engines.building.build_progress import Report, quietly
from puppet.animator import Restorer
from puppet.cameras.camera import Camera
from puppet.cameras.camera_choice import choose_camera
from puppet.cameras.clip_camera import ClipCamera
from puppet.cameras.opening import is_called_off
from puppet.demo import demo_frames
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Parts
from puppet.live.timings import Timings
from puppet.media.clip import Clip, Frame
from puppet.portraits.portrait import Portrait
from puppet.settings import CameraSettings, LiveSettings
from ui.console import notices
from ui.model_choice import DEMO, open_finder, open_model, say

DEMO_RATE = 25
"""Frames a second of the drawn driver."""


def open_parts(model: str, engine: str, *, tell: Callable[[str], None] = say, build: bool = True, report: Report = quietly) -> Parts:
    """A model's animator and the face finder that goes with it; the rest is as in `open_model`. Any thread. Raises as it does."""
    with ExitStack() as opened:
        animator, facts = open_model(model, engine, tell=tell, build=build, report=report)
        opened.enter_context(closing(animator))
        finder = open_finder(model)
        opened.pop_all()
        return Parts(animator, finder, facts)


class Opening:
    """Opens the first camera and the first model of a run, the camera's clip not before the model is there to see its beginning."""

    def __init__(
        self,
        settings: LiveSettings,
        portrait: Callable[[Parts], Portrait],
        timings: Timings,
        *,
        fallback: bool,
        tell: Callable[[str], None] = say,
        build: bool = True,
        report: Report = quietly,
        open_restorer: Callable[[], Restorer] | None = None,
    ) -> None:
        """`portrait` gives the one to wear first; `fallback`: the bundled clip drives where no camera is found, and it is said.

        open_restorer: what makes faces sharper from the first picture on. The rest is as in `open_model`, on the render thread.
        """
        self._settings = settings
        self._portrait = portrait
        self._timings = timings
        self._fallback = fallback
        self._open_parts = partial(open_parts, settings.model, settings.engine, tell=tell, report=report)
        self._build = build
        self._open_restorer = open_restorer
        self._model_open = threading.Event()

    def camera(self, settings: CameraSettings | None = None, model: str = "") -> Camera:
        """On the capture thread; `model`: the one that runs, at first that of the settings. Raises `CameraError`, `MediaError`."""
        settings = settings or self._settings.camera
        if (model or self._settings.model) == DEMO and not settings.source:
            return ClipCamera(demo_clip(), self._timings, "the drawn demo driver")
        say = partial(notices.print, highlight=False, markup=False)
        camera = choose_camera(settings, self._timings, say, fallback=self._fallback)
        if isinstance(camera, ClipCamera):
            while not self._model_open.wait(0.1) and not is_called_off():
                pass
            camera.open()
        return camera

    def puppeteer(self) -> Puppeteer:
        """On the render thread. Raises `ModelError`, `EngineError`, `MediaError`, `FaceError`."""
        try:
            settings = self._settings
            parts = self._open_parts(build=self._build)
            with ExitStack() as opened:
                opened.enter_context(closing(parts.animator))
                opened.enter_context(closing(parts.finder))
                portrait = self._portrait(parts)
                given = [parts]  # the first time what is open already, after a failure anew
                reopen = lambda: given.pop() if given else self._open_parts(build=False)  # noqa: E731
                puppeteer = Puppeteer(reopen, portrait, settings, self._timings)
                if self._open_restorer is not None:
                    puppeteer.enhance(self._open_restorer())
                opened.pop_all()
                return puppeteer
        finally:
            self._model_open.set()


def demo_clip() -> Clip:
    """The drawn driver, without an end."""
    frames = lambda: (Frame(picture, index / DEMO_RATE) for index, picture in enumerate(demo_frames(rate=DEMO_RATE)))  # noqa: E731
    return Clip(Path(DEMO), 640, 480, Fraction(DEMO_RATE), None, None, frames)
