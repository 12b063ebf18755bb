"""A live run put together from settings: which parts are opened, where they run, and what is told at the end."""

import gc
import math
import signal
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter

from puppet.assets import EMBEDDED_MODEL, model_names
from puppet.assets import portraits as bundled_portraits
from puppet.errors import ModelError
from puppet.folders import cache_folder, data_folder
from puppet.live.pipeline import Pipeline
from puppet.live.shown import Parts, Shown
from puppet.live.timings import Timings
from puppet.outputs.recorder import Recorder
from puppet.outputs.sink import Sink
from puppet.outputs.virtual_camera import VirtualCamera
from puppet.portraits.portrait import Portrait, load_portrait
from puppet.portraits.portrait_library import PortraitLibrary
from puppet.portraits.scene import make_scene, staging_of
from puppet.portraits.wardrobe import Wardrobe
from puppet.settings import LiveSettings, changed
from ui.console import notices
from ui.live_report import LiveReport, make_report
from ui.model_choice import finder_name, model_card, open_finder, open_matte, open_restorer
from ui.session.live_session import LiveSession
from ui.session.opening import Opening
from ui.session.portrait_rack import PortraitRack

SETTLED_MS = 5000
"""After this long a window has loaded what it needs, ms."""

PREPARING = "Preparing an engine, which is done once and takes seconds, or minutes where it must be built ..."
"""Said before a run without a window where its engine is not ready at once."""

LOOK = 0.5
"""How often a run without a window looks whether something has to be told, s."""


@dataclass(frozen=True)
class LiveOrder:
    """What was asked for. portraits: those named, the first is worn; seconds: None runs until told to stop.

    stored: the settings as the file `path` has them, without what holds for this run alone; troubles: what of it could not be used.
    """

    settings: LiveSettings
    portraits: tuple[Path, ...]
    seconds: float | None
    record: Path | None
    virtual_camera: bool = False
    stored: LiveSettings = field(default_factory=LiveSettings)
    path: Path | None = None
    troubles: tuple[str, ...] = ()

    @property
    def first_portrait(self) -> Path:
        """The portrait worn first, where nobody has chosen another."""
        return (self.portraits or tuple(bundled_portraits()))[0]


class Arrival:
    """The sink of a run without a window: takes every picture and does nothing, so that its age can be told."""

    name = "sink"
    backlog = 0
    rate = 0.0

    def show(self, shown: Shown | None) -> None:
        """Take one picture."""

    def close(self) -> None:
        """Nothing is held."""


class Announcement:
    """Says once why a run without a window does not begin yet: engines are compared or built first."""

    def __init__(self) -> None:
        self._said = False

    def report(self, share: float, _words: str) -> bool:
        """Render thread; never asks to stop: Ctrl-C ends the whole run."""
        if not self._said and share < 1:
            notices.print(PREPARING, highlight=False, markup=False, soft_wrap=True)
            self._said = True
        return True


def run_headless(order: LiveOrder, sinks: tuple[Sink, ...] = ()) -> LiveReport | None:
    """Run without a window for `order.seconds` from the first picture on, or until Ctrl-C; None when no picture came.

    `sinks` get the pictures too. Raises what ended the run.
    """
    settings, timings, arrival = order.settings, Timings(), Arrival()
    opening = Opening(
        settings,
        partial(_read_portrait, order),
        timings,
        fallback=True,
        report=Announcement().report,
        open_restorer=partial(open_restorer, settings.model, settings.portraits.enhancer) if settings.portraits.enhance else None,
    )
    recorder = Recorder(order.record, settings.camera.rate, settings.recording.microphone) if order.record is not None else None
    outputs = (
        [VirtualCamera(settings.output, lambda words: notices.print(f"Sending to {words}.", highlight=False))]
        if order.virtual_camera
        else []
    )
    every = (arrival, *sinks, *outputs, *([recorder] if recorder is not None else []))
    pipeline = Pipeline(opening.camera, opening.puppeteer, every, timings)
    first = pipeline.shown.reader()
    begun = perf_counter()
    with pipeline:
        try:
            while first.wait(0.2) is None and not pipeline.wait(0):
                pass
            begun = perf_counter()
            spare_collector()
            _watch(pipeline, math.inf if order.seconds is None else begun + order.seconds)
        except KeyboardInterrupt:
            notices.print("Interrupted.")
        report = make_report(pipeline, arrival.name, order.first_portrait.name, perf_counter() - begun)
    return _finish(report, recorder)


def _read_portrait(order: LiveOrder, parts: Parts) -> Portrait:
    """The portrait of a run without a window, with what is shown around its face. Raises as reading it and opening a matte do."""
    staging = staging_of(order.settings)
    portrait = load_portrait(order.first_portrait, parts.finder, parts.animator.card.side)
    faces = parts.finder.find_all(portrait.picture) if staging.shows == "everyone" else []
    with ExitStack() as stack:
        scene = make_scene(portrait, faces, staging, lambda: stack.enter_context(closing(open_matte(order.settings.model))))
    return portrait._replace(scene=scene)


def spare_collector() -> None:
    """Let the garbage collector pass over all that a started program keeps: else it holds every thread up, again and again."""
    gc.freeze()


def _watch(pipeline: Pipeline, until: float) -> None:
    """Wait for the run's end or for the moment `until`, and tell when the camera or the engine is lost and when it is back."""
    trouble = ""
    reader = pipeline.shown.reader()
    while not pipeline.wait(max(0.0, min(LOOK, until - perf_counter()))) and perf_counter() < until:
        read = reader.take()
        camera, broken = pipeline.camera, read.value.trouble if read is not None else ""
        now = broken or (f"{camera.words}. {camera.hint}".strip() if camera.lost else "")
        if bool(now) != bool(trouble):
            notices.print(now or f"Going on with {camera.words}.", highlight=False, markup=False, soft_wrap=True)
        trouble = now


def run_window(order: LiveOrder) -> LiveReport | None:
    """Run in a window until it is closed, or for `order.seconds`; None when no picture came. Raises what ended the run."""
    from ui.display import open_application  # noqa: PLC0415  Qt is loaded only where a window is wanted

    application = open_application()
    from PySide6.QtCore import QTimer  # noqa: PLC0415

    from ui.window.live_window import LiveWindow  # noqa: PLC0415

    settings, troubles = order.settings, list(order.troubles)
    try:
        card = model_card(settings.model)
    except ModelError as error:
        if settings.model not in (order.stored.model, *model_names()):
            raise  # it was named just now, by somebody who reads what the command says
        troubles.append(f"{error} The embedded model runs instead.")
        settings = changed(settings, model=EMBEDDED_MODEL)
        card = model_card(settings.model)
    library = PortraitLibrary(data_folder() / "portraits", tuple(bundled_portraits()), named=order.portraits)
    finder = finder_name(settings.model)
    wardrobe = Wardrobe(
        partial(open_finder, settings.model),
        card.side,
        cache_folder() / "portraits",
        finder=finder,
        open_matte=partial(open_matte, settings.model),
        staging=staging_of(settings),
    )
    rack = PortraitRack(library, wardrobe, str(order.portraits[0]) if order.portraits else settings.portraits.last)
    recorder = Recorder(order.record, settings.camera.rate, settings.recording.microphone) if order.record is not None else None
    session = LiveSession(settings, rack, stored=order.stored, path=order.path, sinks=(recorder,) if recorder is not None else ())
    begun = perf_counter()
    with ExitStack() as stack:
        window = LiveWindow(session, guided=not settings.welcomed and order.seconds is None)
        stack.enter_context(session)
        session.say(" ".join(troubles))
        if order.virtual_camera:
            session.output.start()
        previous = signal.signal(signal.SIGINT, lambda *_: window.close())
        stack.callback(signal.signal, signal.SIGINT, previous)
        if order.seconds is not None:
            QTimer.singleShot(round(order.seconds * 1000), window.close)
        window.show()
        QTimer.singleShot(SETTLED_MS, spare_collector)
        application.exec()
        if window.failure is not None:
            raise window.failure
        report = make_report(session.pipeline, "screen", rack.worn_name, perf_counter() - begun)
    if report is not None:
        pulse = {"window_blocked_ms": round(window.pulse.longest * 1000, 1), "window_blocks": window.pulse.blocks}
        report = report.model_copy(update=pulse)
    return _finish(report, recorder)


def _finish(report: LiveReport | None, recorder: Recorder | None) -> LiveReport | None:
    """The report with what was recorded. After the pipeline has stopped."""
    if report is None or recorder is None:
        return report
    return report.model_copy(update={"recorded": str(recorder.path), "recorded_frames": recorder.frame_count})
