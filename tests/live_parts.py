"""Parts of a live run that need no device: a scripted camera, and a puppeteer on the demo parts, small enough to be fast."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from puppet.animator import LiveAnimator
from puppet.cameras.live_frame import LiveFrame
from puppet.demo import DemoAnimator, DemoFaceFinder, demo_picture
from puppet.errors import CameraError
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Facts, Parts
from puppet.live.timings import Timings
from puppet.picture import Picture, freeze
from puppet.portraits.portrait import Portrait, make_portrait
from puppet.settings import LiveSettings, changed

SIDE = 64
FACTS = Facts("demo", "no engine", "no device")
COVERED: Picture = freeze(np.full((48, 64, 3), 20, np.uint8))
"""What a covered camera shows: nobody."""


def drawn(time: float = 0.0) -> Picture:
    """The drawn driver, small."""
    return demo_picture(time, 96, 72)


def portrait(time: float = 0.4) -> Portrait:
    """A drawn face as a portrait."""
    made = make_portrait(demo_picture(time, SIDE, SIDE), DemoFaceFinder(), SIDE)
    assert made is not None
    return made


def live_settings(**fields: Any) -> LiveSettings:
    """Settings for tests: no mirror, and at once what the safety settings say."""
    usual = {"camera__mirror": False, "safety__when_lost": "hold", "portraits__fade": 0}
    return changed(LiveSettings(), **usual | fields)


def puppeteer(timings: Timings | None = None, *, settings: LiveSettings | None = None, animator: LiveAnimator | None = None) -> Puppeteer:
    """A puppeteer on demo parts that wears `portrait()`."""
    parts = Parts(animator or DemoAnimator(SIDE), DemoFaceFinder(), FACTS)
    return Puppeteer(lambda: parts, portrait(), settings or live_settings(), timings or Timings())


class FakeCamera:
    """Gives `burst` frames at a time, is then lost, and refuses the first `refusals` tries to open it again."""

    words = "camera 7"

    def __init__(self, burst: float = np.inf, refusals: int = 0, pictures: Sequence[Picture] = (), pause: float = 0.002) -> None:
        self.burst = burst
        self.left = burst
        self.refusals = refusals
        self.opened = 0
        self.is_open = True
        self.given = 0
        self.interrupted = threading.Event()
        self._pause = pause
        self._pictures = itertools.cycle(pictures or [drawn()])

    def show(self, picture: Picture) -> None:
        """Show this picture from now on."""
        self._pictures = itertools.cycle([picture])

    def open(self) -> None:
        self.opened += 1
        if self.opened <= self.refusals:
            raise CameraError("Camera 7 can't be opened.")
        self.is_open = True
        self.left = self.burst

    def read(self) -> LiveFrame | None:
        self.left -= 1
        if self.left < 0 or self.interrupted.wait(self._pause):
            return None
        self.given += 1
        return LiveFrame(next(self._pictures), time.perf_counter())

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        self.is_open = False


def eventually(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until the condition holds. Fails when it does not in time."""
    deadline = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < deadline, "it never came to be"
        time.sleep(0.005)


def short_pauses() -> Iterator[float]:
    """Pauses between tries that a test can wait for."""
    return itertools.repeat(0.005)
