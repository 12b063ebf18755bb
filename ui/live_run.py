"""A live run put together from settings: which parts are opened, where they run, and what is told at the end."""

import math
import signal
import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from time import perf_counter

from puppet.cameras.camera import Camera
from puppet.cameras.camera_choice import choose_camera
from puppet.cameras.clip_camera import ClipCamera
from puppet.demo import demo_frames
from puppet.faces.tracker import FaceTracker
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer, Shown
from puppet.live.timings import Timings
from puppet.media.clip import Clip, Frame
from puppet.outputs.recorder import Recorder
from puppet.outputs.sink import Sink
from puppet.portraits.portrait import load_portrait
from puppet.portraits.wardrobe import Wardrobe
from puppet.settings import LiveSettings
from ui.console import notices
from ui.live_report import LiveReport, make_report
from ui.model_choice import DEMO, model_side, open_finder, open_model

DEMO_RATE = 25
"""Frames a second of the drawn driver."""


@dataclass(frozen=True)
class LiveOrder:
    """What was asked for. portraits: files, at least one, the first is worn; seconds: None runs until told to stop."""

    settings: LiveSettings
    portraits: tuple[Path, ...]
    seconds: float | None
    record: Path | None


class Arrival:
    """The sink of a run without a window: takes every picture and does nothing, so that its age can be told."""

    name = "sink"
    backlog = 0

    def show(self, shown: Shown) -> None:
        """Take one picture."""

    def close(self) -> None:
        """Nothing is held."""


class LiveRun:
    """The parts of one live run."""

    def __init__(self, order: LiveOrder, sinks: tuple[Sink, ...], timings: Timings) -> None:
        """Opens nothing yet but the model's card. Raises `ModelError`."""
        self.order = order
        self.timings = timings
        self._model_open = threading.Event()
        self.recorder = Recorder(order.record, order.settings.camera.rate) if order.record is not None else None
        model = order.settings.model
        self.wardrobe = Wardrobe(order.portraits, partial(open_finder, model), model_side(model))
        if self.recorder is not None:
            sinks = (*sinks, self.recorder)
        self.pipeline = Pipeline(self._open_camera, self._open_puppeteer, sinks, timings)

    def _open_camera(self) -> Camera:
        """On the capture thread. A clip begins when there is a model to see its beginning, from which the neutral pose comes."""
        settings = self.order.settings
        if settings.model == DEMO and not settings.camera.source:
            return ClipCamera(demo_clip(), self.timings, "the drawn demo driver")
        camera = choose_camera(settings.camera, self.timings, partial(notices.print, highlight=False, markup=False))
        if isinstance(camera, ClipCamera):
            self._model_open.wait()
            camera.open()
        return camera

    def _open_puppeteer(self) -> Puppeteer:
        """On the render thread."""
        try:
            return self._make_puppeteer(self.order.settings)
        finally:
            self._model_open.set()

    def _make_puppeteer(self, settings: LiveSettings) -> Puppeteer:
        with ExitStack() as opened:
            animator, facts = open_model(settings.model, settings.engine)
            opened.enter_context(closing(animator))
            finder = open_finder(settings.model)
            opened.enter_context(closing(finder))
            portrait = load_portrait(self.order.portraits[0], finder, animator.card.side)
            tracker, mirror = FaceTracker(finder), settings.camera.mirror
            puppeteer = Puppeteer(animator, tracker, portrait, settings.motion, mirror=mirror, facts=facts, timings=self.timings)
            opened.pop_all()
            return puppeteer

    def report(self, sink: str, begun: float) -> LiveReport | None:
        """What was measured since `begun`, as that sink saw it; None without a picture. Before the pipeline stops."""
        return make_report(self.pipeline, sink, self.order.portraits[0], perf_counter() - begun)

    def finish(self, report: LiveReport | None) -> LiveReport | None:
        """The report with what was recorded. After the pipeline has stopped."""
        if report is None or self.recorder is None:
            return report
        return report.model_copy(update={"recorded": str(self.recorder.path), "recorded_frames": self.recorder.frame_count})


def run_headless(order: LiveOrder, sinks: tuple[Sink, ...] = ()) -> LiveReport | None:
    """Run without a window for `order.seconds` from the first picture on, or until Ctrl-C; None when no picture came.

    `sinks` get the pictures too.
    """
    arrival = Arrival()
    run = LiveRun(order, (arrival, *sinks), Timings(window=math.inf))
    first = run.pipeline.shown.reader()
    begun = perf_counter()
    with closing(run.wardrobe), run.pipeline:
        try:
            while first.wait(0.2) is None and not run.pipeline.wait(0):
                pass
            begun = perf_counter()
            run.pipeline.wait(order.seconds)
        except KeyboardInterrupt:
            notices.print("Interrupted.")
        report = run.report(arrival.name, begun)
    return run.finish(report)


def run_window(order: LiveOrder) -> LiveReport | None:
    """Run in a window until it is closed, or for `order.seconds`; None when no picture came. Raises what ended the run."""
    from ui.display import open_application  # noqa: PLC0415  Qt is loaded only where a window is wanted

    application = open_application()
    from PySide6.QtCore import QTimer  # noqa: PLC0415

    from ui.window.live_window import LiveWindow  # noqa: PLC0415

    run = LiveRun(order, (), Timings())
    begun = perf_counter()
    with closing(run.wardrobe), run.pipeline:
        window = LiveWindow(run.pipeline, run.wardrobe)
        previous = signal.signal(signal.SIGINT, lambda *_: window.close())
        try:
            if order.seconds is not None:
                QTimer.singleShot(round(order.seconds * 1000), window.close)
            window.show()
            application.exec()
        finally:
            signal.signal(signal.SIGINT, previous)
        if window.failure is not None:
            raise window.failure
        report = run.report("screen", begun)
    return run.finish(report)


def demo_clip() -> Clip:
    """The drawn driver, without an end."""
    frames = lambda: (Frame(picture, index / DEMO_RATE) for index, picture in enumerate(demo_frames(rate=DEMO_RATE)))  # noqa: E731
    return Clip(Path(DEMO), 640, 480, Fraction(DEMO_RATE), None, None, frames)
