"""The threads of a live run, all of them: capture -> newest frame -> render -> newest picture -> one thread per sink.

capture  reads the camera, and opens it again when it was lost
render   opens, uses and closes every engine; obeys orders between frames
sinks    one thread each, so that a slow one harms nobody
worker   does what is too slow for the render thread, and posts the ready result
"""

import logging
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from queue import Empty, SimpleQueue
from time import perf_counter
from types import TracebackType
from typing import Self, TypeVar

from puppet.cameras.camera import Camera
from puppet.cameras.live_frame import LiveFrame
from puppet.errors import EngineError, PuppetError
from puppet.live.capture import CameraState, Capture
from puppet.live.feed import Feed
from puppet.live.latest import Latest
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Facts, Shown
from puppet.live.timings import Timings
from puppet.outputs.sink import Sink

TICK = 0.04
"""The render thread looks for orders, and for what to show without a frame, at least this often, s."""

GRACE = 0.4
"""How long `stop` waits for capture, render and worker; one that is stuck in a driver or a compiler is left behind, s."""

SLICE = 0.2
"""`wait` looks up this often, s, because Ctrl-C does not interrupt a long wait on every platform."""

SINK_GRACE = 5.0
"""How long `stop` waits for the sinks, which may have a file to finish, s."""

log = logging.getLogger(__name__)

T = TypeVar("T")
Order = Callable[[Puppeteer], None]


class GivenUpError(Exception):
    """Raised by a factory that waited for what nobody wants any more; no failure of the run."""


class Pipeline:
    """One live run; a context manager. Everything but `post`, `prepare` and what can be read belongs to the owner's thread.

    The first exception on any thread ends the run and is raised once, by `wait` or `stop`.
    """

    def __init__(
        self,
        open_camera: Callable[[], Camera],
        open_puppeteer: Callable[[], Puppeteer],
        sinks: Sequence[Sink] = (),
        timings: Timings | None = None,
        *,
        patient: bool = False,
    ) -> None:
        """Each factory runs on the thread that uses and closes what it gives; the sinks are handed over.

        `patient`: a camera that can't be opened at first does not end the run, it is tried again.
        """
        self.timings = timings or Timings()
        self.shown: Latest[Shown] = Latest()
        self._open_puppeteer = open_puppeteer
        self._frames: Latest[LiveFrame] = Latest()
        self._capture = Capture(open_camera, self._frames, patient=patient)
        self._frame_reader = self._frames.reader()
        self._orders: SimpleQueue[Order] = SimpleQueue()
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._facts: Facts | None = None
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._error: BaseException | None = None
        self._delivered = False
        self._stages = [
            self._thread("capture", self._capture.run),
            self._thread("render", self._render, self._close_shown),
            self._thread("worker", self._labour),
        ]
        self._feeds: dict[str, Feed] = {}
        self._sinks = [self._add_feed(sink) for sink in sinks]

    def start(self) -> None:
        """Begin; once."""
        for thread in (*self._stages, *self._sinks):
            thread.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def post(self, order: Order) -> None:
        """Run `order` on the render thread before the next frame. Any thread."""
        self._orders.put(order)

    def prepare(self, work: Callable[[], T], swap: Callable[[Puppeteer, T], None], refuse: Callable[[PuppetError], None]) -> None:
        """Run slow `work` on the worker, in the order asked, then post the swap of what it gave; the old serves meanwhile.

        An error of the work does not end the run: `refuse` hears it, on the worker; at once, here, where the run has ended. Any thread.
        """
        if self._ending.is_set():
            refuse(PuppetError("The run has ended.", "Start Puppet again."))
        else:
            self._work.put(lambda: self._prepare(work, swap, refuse))

    def attach(self, sink: Sink, ended: Callable[[Exception | None], None]) -> None:
        """Hand pictures to one more sink from now on. Any thread.

        `ended` is called once, on the sink's thread, when the sink is closed: with None after `detach` or at the end of the run, else with
        what it failed with, which does not end the run.
        """
        assert sink.name not in self._feeds, f"{sink.name} is attached already"
        thread = self._add_feed(sink, ended)
        self._sinks.append(thread)
        thread.start()

    def detach(self, name: str) -> None:
        """Let a sink finish and go; without effect where there is none of this name. Any thread."""
        feed = self._feeds.get(name)
        if feed is not None:
            feed.close()

    def attached(self, name: str) -> bool:
        """Whether a sink of this name still gets pictures or finishes. Any thread."""
        return name in self._feeds

    def change_camera(self, open_camera: Callable[[], Camera]) -> None:
        """Let another camera drive; it is opened on the capture thread. Any thread."""
        self._capture.change(open_camera)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the run's end, at most `seconds`; whether it has ended. Raises what ended it, once."""
        deadline = math.inf if seconds is None else perf_counter() + seconds
        while not self._ending.wait(min(SLICE, max(0.0, deadline - perf_counter()))) and perf_counter() < deadline:
            pass
        self._deliver()
        return self._ending.is_set()

    def stop(self) -> None:
        """End the run and wait for its threads; may be called twice. Raises what ended the run, if `wait` has not."""
        self._end()
        self._join(self._stages, GRACE)
        self._close_shown()
        self._join(self._sinks, SINK_GRACE)
        self._deliver()

    # What can be read, on any thread

    @property
    def facts(self) -> Facts | None:
        """What draws the pictures; None until the model is open."""
        return self._facts

    @property
    def camera(self) -> CameraState:
        """Where the driver comes from and whether it is lost."""
        return self._capture.state

    @property
    def skipped(self) -> Mapping[str, int]:
        """Frames that went by `render` unseen, and pictures that each sink missed."""
        return {"render": self._frame_reader.skipped} | {name: feed.missed for name, feed in list(self._feeds.items())}

    # Threads

    def _render(self) -> None:
        with closing(self._open_puppeteer()) as puppeteer:
            self._facts = puppeteer.facts
            reader = self._frame_reader = self._frames.reader()  # what came while the model was opened was not skipped
            while not reader.ended:
                self._obey(puppeteer)
                frame = reader.wait(TICK)
                shown = puppeteer(frame.value) if frame is not None else puppeteer.stand_in(perf_counter(), self.camera.lost)
                self._facts = puppeteer.facts
                if shown is not None:
                    self._pass_on(shown)

    def _pass_on(self, shown: Shown) -> None:
        self.shown.put(shown)
        for feed in list(self._feeds.values()):
            if feed.backlog is not None:
                feed.backlog.put(shown)

    def _obey(self, puppeteer: Puppeteer) -> None:
        """Run orders for about a frame's time: many slow ones must not stop the picture."""
        until = perf_counter() + TICK
        while perf_counter() < until:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return
            try:
                order(puppeteer)
            except EngineError as error:
                puppeteer.fail(error)

    def _labour(self) -> None:
        while (work := self._work.get()) is not None:
            work()

    def _prepare(self, work: Callable[[], T], swap: Callable[[Puppeteer, T], None], refuse: Callable[[PuppetError], None]) -> None:
        if self._ending.is_set():
            return
        try:
            ready = work()
        except PuppetError as error:
            refuse(error)
            return
        except Exception as error:  # it touches files and devices that are not ours: no reason to end a call
            log.exception("A task on the worker failed.")
            refuse(PuppetError(f"That failed: {type(error).__name__}: {error}.", "What ran before goes on."))
            return
        self.post(lambda puppeteer: swap(puppeteer, ready))

    # How it ends

    def _thread(self, name: str, body: Callable[[], None], afterwards: Callable[[], None] = lambda: None) -> threading.Thread:
        def guarded() -> None:
            try:
                body()
            except GivenUpError:
                self._end()
            except BaseException as error:  # whatever it is, it belongs to the owner
                self._fail(error)
            afterwards()

        return threading.Thread(target=guarded, name=f"puppet-{name}", daemon=True)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if self._error is None:
                self._error = error
        self._end()

    def _end(self) -> None:
        """Let every thread run out: no frame comes any more, the last picture still goes to the sinks."""
        self._ending.set()
        self._capture.end()
        self._frames.close()
        self._work.put(None)

    def _close_shown(self) -> None:
        self.shown.close(self._error)
        for feed in list(self._feeds.values()):
            feed.finish()

    def _add_feed(self, sink: Sink, ended: Callable[[Exception | None], None] | None = None) -> threading.Thread:
        """A thread for the sink. Without `ended` its failure ends the run, and its figures stay when it is gone."""
        feed = self._feeds[sink.name] = Feed(sink, self.shown, self.timings)
        if ended is None:
            return self._thread(sink.name, feed.run)

        def run() -> None:
            failure: Exception | None = None
            try:
                feed.run()
            except Exception as error:  # told to whoever attached it; the run goes on
                failure = error
            self._feeds.pop(sink.name, None)
            ended(failure)

        return self._thread(sink.name, run)

    def _join(self, threads: Sequence[threading.Thread], grace: float) -> None:
        deadline = perf_counter() + grace
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - perf_counter()))

    def _deliver(self) -> None:
        with self._lock:
            if self._error is None or self._delivered:
                return
            self._delivered = True
        raise self._error
