"""The threads of a live run, all of them: capture -> newest frame -> render -> newest picture -> one thread per sink.

capture  reads the camera, and opens it again when it was lost
render   opens, uses and closes every engine; obeys orders between frames
sinks    one thread each, so that a slow one harms nobody
worker   does what is too slow for the render thread, and posts the ready result
"""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from queue import Empty, SimpleQueue
from time import perf_counter
from types import TracebackType
from typing import Self, TypeVar

from puppet.cameras.camera import Camera
from puppet.cameras.live_frame import LiveFrame
from puppet.errors import PuppetError
from puppet.live.backlog import Backlog
from puppet.live.capture import CameraState, Capture
from puppet.live.latest import Latest
from puppet.live.puppeteer import Facts, Puppeteer, Shown
from puppet.live.timings import Timings
from puppet.outputs.sink import Sink

IDLE = 0.1
"""The render thread looks for orders at least this often, s."""

GRACE = 0.4
"""How long `stop` waits for capture, render and worker; one that is stuck in a driver or a compiler is left behind, s."""

SLICE = 0.2
"""`wait` looks up this often, s, because Ctrl-C does not interrupt a long wait on every platform."""

SINK_GRACE = 5.0
"""How long `stop` waits for the sinks, which may have a file to finish, s."""

T = TypeVar("T")
Order = Callable[[Puppeteer], None]


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
    ) -> None:
        """Each factory runs on the thread that uses and closes what it gives; the sinks are handed over."""
        self.timings = timings or Timings()
        self.shown: Latest[Shown] = Latest()
        self._open_puppeteer = open_puppeteer
        self._frames: Latest[LiveFrame] = Latest()
        self._capture = Capture(open_camera, self._frames)
        self._frame_reader = self._frames.reader()
        self._readers = {sink.name: self.shown.reader() for sink in sinks if not sink.backlog}
        self._backlogs: dict[str, Backlog[Shown]] = {sink.name: Backlog(sink.backlog) for sink in sinks if sink.backlog}
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
        self._sinks = [self._thread(sink.name, partial(self._feed, sink)) for sink in sinks]

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

        A `PuppetError` of the work does not end the run: `refuse` hears it, on the worker. Any thread.
        """
        self._work.put(lambda: self._prepare(work, swap, refuse))

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
        newest = {name: reader.skipped for name, reader in self._readers.items()}
        return {"render": self._frame_reader.skipped} | newest | {name: backlog.dropped for name, backlog in self._backlogs.items()}

    # Threads

    def _render(self) -> None:
        with closing(self._open_puppeteer()) as puppeteer:
            self._facts = puppeteer.facts
            reader = self._frame_reader = self._frames.reader()  # what came while the model was opened was not skipped
            while not reader.ended:
                self._obey(puppeteer)
                frame = reader.wait(IDLE)
                if frame is not None:
                    self._pass_on(puppeteer(frame.value))

    def _pass_on(self, shown: Shown) -> None:
        self.shown.put(shown)
        for backlog in self._backlogs.values():
            backlog.put(shown)

    def _obey(self, puppeteer: Puppeteer) -> None:
        while True:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return
            order(puppeteer)

    def _feed(self, sink: Sink) -> None:
        try:
            while (shown := self._next(sink)) is not None:
                with self.timings.stage(sink.name):
                    sink.show(shown)
                self.timings.arrive(sink.name, shown.frame.captured)
        finally:
            sink.close()

    def _next(self, sink: Sink) -> Shown | None:
        """What the sink is to show next, as soon as there is something; None at the end."""
        if sink.backlog:
            return self._backlogs[sink.name].wait()
        read = self._readers[sink.name].wait()
        return read.value if read is not None else None

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
        self.post(lambda puppeteer: swap(puppeteer, ready))

    # How it ends

    def _thread(self, name: str, body: Callable[[], None], afterwards: Callable[[], None] = lambda: None) -> threading.Thread:
        def guarded() -> None:
            try:
                body()
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
        for backlog in self._backlogs.values():
            backlog.close()

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
