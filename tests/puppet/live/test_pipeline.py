"""The threads of a run: nobody harms another, orders are obeyed, errors reach the owner once, and it ends at once."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from puppet.cameras.camera import Camera
from puppet.cameras.live_frame import LiveFrame
from puppet.errors import CameraError, EngineError, FaceError, MediaError, PuppetError
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.live.shown import Shown
from puppet.live.timings import Timings
from tests.live_parts import FakeCamera, eventually, live_settings, portrait, puppeteer


class Collector:
    """A sink that keeps what it saw, `pause` seconds each."""

    def __init__(self, name: str = "collector", pause: float = 0.0, backlog: int = 0, rate: float = 0.0) -> None:
        self.name = name
        self.backlog = backlog
        self.rate = rate
        self.pause = pause
        self.seen: list[Shown] = []
        self.threads: set[int] = set()
        self.closed = 0
        self.waited = 0
        self.error: Exception | None = None

    def show(self, shown: Shown | None) -> None:
        self.threads.add(threading.get_ident())
        if self.error is not None:
            raise self.error
        time.sleep(self.pause)
        if shown is None:
            self.waited += 1
        else:
            self.seen.append(shown)

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.closed += 1


def captured(sink: Collector) -> list[float]:
    """When the frames that a sink saw were captured."""
    return [shown.moment for shown in sink.seen]


@pytest.fixture
def camera() -> FakeCamera:
    return FakeCamera(pause=0.004)


def test_a_sink_sees_pictures_in_order_without_duplicates_and_the_last(camera: FakeCamera) -> None:
    sink = Collector()
    pipeline = Pipeline(lambda: camera, puppeteer, [sink])
    with pipeline:
        eventually(lambda: len(sink.seen) >= 20)
    times = captured(sink)
    assert times == sorted(set(times))
    last = pipeline.shown.reader().take()
    assert last is not None
    assert sink.seen[-1] is last.value
    assert len(sink.seen) + pipeline.skipped["collector"] == last.ticket
    assert last.ticket + pipeline.skipped["render"] <= camera.given
    assert sink.closed == 1
    assert len(sink.threads) == 1


def test_frames_that_a_busy_render_thread_missed_are_counted_but_none_from_before_it_was_ready() -> None:
    camera = FakeCamera(pause=0.02)

    def slow_opener() -> Puppeteer:
        eventually(lambda: camera.given >= 5)
        return puppeteer()

    with Pipeline(lambda: camera, slow_opener) as pipeline:
        eventually(lambda: pipeline.shown.reader().take())
        assert pipeline.skipped["render"] <= 1
        given = camera.given
        pipeline.post(lambda _: time.sleep(0.2))
        eventually(lambda: camera.given > given + 12)
        eventually(lambda: pipeline.skipped["render"] >= 5)


def test_a_slow_sink_harms_nobody(camera: FakeCamera) -> None:
    quick, slow = Collector("quick"), Collector("slow", pause=0.05)
    with Pipeline(lambda: camera, puppeteer, [quick, slow]) as pipeline:
        eventually(lambda: len(slow.seen) >= 4)
        assert len(quick.seen) > 3 * len(slow.seen)
    assert pipeline.skipped["slow"] > 0
    assert slow.seen[-1] is quick.seen[-1]


def test_a_sink_with_a_backlog_sees_every_picture(camera: FakeCamera) -> None:
    every = Collector(backlog=1000, pause=0.01)
    with Pipeline(lambda: camera, puppeteer, [every]) as pipeline:
        eventually(lambda: len(every.seen) >= 10)
    last = pipeline.shown.reader().take()
    assert last is not None
    assert len(every.seen) == last.ticket
    assert pipeline.skipped["collector"] == 0


def test_a_full_backlog_drops_and_counts(camera: FakeCamera) -> None:
    slow = Collector(backlog=2, pause=0.05)
    with Pipeline(lambda: camera, puppeteer, [slow]) as pipeline:
        eventually(lambda: pipeline.skipped["collector"] >= 5)
    last = pipeline.shown.reader().take()
    assert last is not None
    assert len(slow.seen) + pipeline.skipped["collector"] == last.ticket


def test_orders_run_between_frames_on_the_thread_that_owns_the_engines(camera: FakeCamera) -> None:
    threads: list[int] = []

    def opener() -> Puppeteer:
        threads.append(threading.get_ident())
        return puppeteer()

    with Pipeline(lambda: camera, opener) as pipeline:
        pipeline.post(lambda puppet: threads.append(threading.get_ident()))
        pipeline.post(lambda puppet: puppet.adjust(live_settings(camera__mirror=True)))
        reader = pipeline.shown.reader()
        eventually(lambda: len(threads) == 2)
        assert reader.wait(2.0) is not None
    assert threads[0] == threads[1] != threading.get_ident()


def test_slow_work_is_done_elsewhere_and_swapped_in_when_ready(camera: FakeCamera) -> None:
    release, swapped = threading.Event(), threading.Event()
    other = portrait(time=2.0)

    def work() -> object:
        release.wait(5.0)
        return other

    def swap(puppet: Puppeteer, ready: object) -> None:
        puppet.wear(other)
        assert ready is other
        swapped.set()

    with Pipeline(lambda: camera, puppeteer) as pipeline:
        reader = pipeline.shown.reader()
        pipeline.prepare(work, swap, lambda error: None)
        for _ in range(5):
            assert reader.wait(2.0) is not None
        assert not swapped.is_set()
        release.set()
        assert swapped.wait(2.0)


def test_slow_work_keeps_the_order_in_which_it_was_asked(camera: FakeCamera) -> None:
    done: list[int] = []

    def work(index: int) -> int:
        time.sleep(0.02 - 0.004 * index)
        return index

    with Pipeline(lambda: camera, puppeteer) as pipeline:
        for index in range(5):
            pipeline.prepare(partial(work, index), lambda _, ready: done.append(ready), lambda _: None)
        eventually(lambda: len(done) == 5)
    assert done == [0, 1, 2, 3, 4]


def test_work_that_meets_an_expected_error_is_refused_and_the_run_goes_on(camera: FakeCamera) -> None:
    refused: list[PuppetError] = []

    def work() -> None:
        raise FaceError("No face was found in cat.jpg.")

    with Pipeline(lambda: camera, puppeteer) as pipeline:
        pipeline.prepare(work, lambda _, __: None, refused.append)
        eventually(lambda: refused)
        assert not pipeline.wait(0.05)
    assert refused[0].sentence == "No face was found in cat.jpg."


def test_it_stops_at_once_and_may_be_stopped_twice(camera: FakeCamera) -> None:
    closed: list[int] = []

    class Watched(Puppeteer):
        def close(self) -> None:
            closed.append(threading.get_ident())
            super().close()

    def opener() -> Puppeteer:
        puppet = puppeteer()
        puppet.__class__ = Watched
        return puppet

    pipeline = Pipeline(lambda: camera, opener, [Collector()])
    pipeline.start()
    assert pipeline.shown.reader().wait(2.0) is not None
    start = time.perf_counter()
    pipeline.stop()
    assert time.perf_counter() - start < 0.5
    pipeline.stop()
    assert len(closed) == 1
    assert closed[0] != threading.get_ident()
    assert not camera.is_open
    assert pipeline.shown.closed


def test_it_stops_in_time_though_the_camera_is_stuck_in_its_driver() -> None:
    release = threading.Event()

    class StuckCamera(FakeCamera):
        def read(self) -> LiveFrame | None:
            release.wait(5.0)
            return None

    pipeline = Pipeline(StuckCamera, puppeteer)
    pipeline.start()
    eventually(lambda: pipeline.facts is not None)
    start = time.perf_counter()
    pipeline.stop()
    assert time.perf_counter() - start < 0.5
    release.set()


def failing_runs() -> Iterator[tuple[str, Callable[[], Camera], Callable[[], Puppeteer], list[Collector], str]]:
    """What breaks, and the words it breaks with."""

    def no_camera() -> Camera:
        raise CameraError("Camera 7 can't be opened.")

    def no_model() -> Puppeteer:
        raise MediaError("There is no file me.jpg.")

    full = Collector()
    full.error = MediaError("The disk is full.")
    yield "camera", no_camera, puppeteer, [], "Camera 7 can't be opened"
    yield "model", FakeCamera, no_model, [], "There is no file me.jpg"
    yield "sink", FakeCamera, puppeteer, [full, Collector("other")], "The disk is full"


@pytest.mark.parametrize(
    ("open_camera", "opener", "sinks", "words"), [run[1:] for run in failing_runs()], ids=[run[0] for run in failing_runs()]
)
def test_an_error_on_any_thread_ends_the_run_and_is_raised_once(
    open_camera: Callable[[], Camera], opener: Callable[[], Puppeteer], sinks: list[Collector], words: str
) -> None:
    pipeline = Pipeline(open_camera, opener, sinks)
    pipeline.start()
    with pytest.raises(PuppetError, match=words):
        pipeline.wait(5.0)
    assert pipeline.wait(0)
    pipeline.stop()
    assert isinstance(pipeline.shown.error, PuppetError)
    assert all(sink.closed == 1 for sink in sinks)


def test_an_error_that_nobody_waited_for_is_raised_at_the_stop(camera: FakeCamera) -> None:
    def spoil(puppet: Puppeteer) -> None:
        raise ValueError("a bad order")

    pipeline = Pipeline(lambda: camera, puppeteer)
    pipeline.start()
    pipeline.post(spoil)
    eventually(lambda: pipeline.shown.closed)
    with pytest.raises(ValueError, match="a bad order"):
        pipeline.stop()
    pipeline.stop()
    assert not camera.is_open


def test_the_owners_own_error_is_not_covered(camera: FakeCamera) -> None:
    with pytest.raises(KeyboardInterrupt), Pipeline(lambda: camera, puppeteer):
        raise KeyboardInterrupt


def test_a_camera_that_is_away_is_stood_in_for_until_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.capture.back_off", lambda: iter([0.15] * 100))
    camera = FakeCamera(burst=8, refusals=1, pause=0.01)
    sink = Collector()
    with Pipeline(lambda: camera, puppeteer, [sink]):
        eventually(lambda: any(shown.state == "camera lost" for shown in sink.seen))
        lost = next(shown for shown in sink.seen if shown.state == "camera lost")
        before = [shown for shown in sink.seen if shown.moment < lost.moment][-1]
        assert lost.image is before.image
        eventually(lambda: sink.seen[-1].moment > lost.moment and sink.seen[-1].state != "camera lost")
    assert camera.opened >= 2


def test_stages_and_sinks_are_timed(camera: FakeCamera) -> None:
    timings, sink = Timings(), Collector(pause=0.002)
    with Pipeline(lambda: camera, lambda: puppeteer(timings), [sink], timings):
        eventually(lambda: len(sink.seen) >= 20 and sink.seen[-1].state == "live")
    snapshot = timings.snapshot()
    assert {"track", "detect", "animate", "collector"} <= set(snapshot.stages)
    assert snapshot.sinks["collector"].age.samples == len(sink.seen)
    assert 0 < snapshot.sinks["collector"].age.p50 < 1.0


# Sinks that come and go


def test_a_sink_may_come_and_go_while_the_run_goes_on(camera: FakeCamera) -> None:
    stays, guest = Collector("stays"), Collector("guest", backlog=100)
    ended: list[Exception | None] = []
    with Pipeline(lambda: camera, puppeteer, [stays]) as pipeline:
        eventually(lambda: len(stays.seen) >= 3)
        pipeline.attach(guest, ended.append)
        assert pipeline.attached("guest")
        eventually(lambda: len(guest.seen) >= 5)
        pipeline.detach("guest")
        eventually(lambda: ended)
        assert (ended, guest.closed) == ([None], 1)
        assert not pipeline.attached("guest")
        seen, count = len(guest.seen), len(stays.seen)
        eventually(lambda: len(stays.seen) > count + 5)
        assert len(guest.seen) == seen
        pipeline.attach(again := Collector("guest"), ended.append)
        eventually(lambda: again.seen)
    assert ended == [None, None]
    assert again.closed == 1


def test_a_guest_that_fails_is_told_and_ends_nothing(camera: FakeCamera) -> None:
    full, ended = Collector("full"), list[Exception | None]()
    full.error = MediaError("The disk is full.")
    with Pipeline(lambda: camera, puppeteer) as pipeline:
        pipeline.attach(full, ended.append)
        eventually(lambda: ended)
        assert str(ended[0]) == "The disk is full."
        assert full.closed == 1
        assert not pipeline.wait(0.05)


def test_a_steady_sink_keeps_its_pace_whatever_comes() -> None:
    camera = FakeCamera(pause=0.11)
    steady = Collector("steady", rate=50)
    opened = threading.Event()

    def opener() -> Puppeteer:
        opened.wait(5.0)
        return puppeteer()

    with Pipeline(lambda: camera, opener, [steady]) as pipeline:
        eventually(lambda: steady.waited >= 5)
        opened.set()
        eventually(lambda: len(steady.seen) >= 40)
        assert pipeline.timings.snapshot().sinks["steady"].age.samples < 30, "a picture that is repeated arrives once"
    distinct = {id(shown) for shown in steady.seen}
    assert 3 <= len(distinct) < len(steady.seen) / 2
    assert [shown.moment for shown in steady.seen] == sorted(shown.moment for shown in steady.seen)


def test_a_steady_sink_that_was_held_up_does_not_hurry_after_itself(camera: FakeCamera) -> None:
    steady = Collector("steady", rate=100)
    with Pipeline(lambda: camera, puppeteer, [steady]):
        eventually(lambda: len(steady.seen) >= 3)
        steady.pause = 0.8
        count = len(steady.seen)
        eventually(lambda: len(steady.seen) > count)
        steady.pause = 0
        count = len(steady.seen)
        time.sleep(0.2)
        assert len(steady.seen) - count < 50


def test_another_camera_takes_over(camera: FakeCamera) -> None:
    other = FakeCamera(pause=0.004)
    with Pipeline(lambda: camera, puppeteer) as pipeline:
        eventually(lambda: camera.given > 3)
        pipeline.change_camera(lambda: other)
        eventually(lambda: other.given > 3)
        assert not camera.is_open


def test_a_patient_run_waits_for_its_first_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.capture.back_off", lambda: iter([0.01] * 1000))
    tries: list[int] = []

    def opener() -> Camera:
        tries.append(1)
        if len(tries) < 4:
            raise CameraError("Camera 7 can't be opened.", "Is it plugged in?")
        return FakeCamera()

    with Pipeline(opener, puppeteer, patient=True) as pipeline:
        eventually(lambda: pipeline.camera.lost)
        eventually(lambda: pipeline.shown.reader().take())
        eventually(lambda: not pipeline.camera.lost)


def test_an_engine_that_fails_at_an_order_is_mended_not_fatal(camera: FakeCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.recovery.PAUSES", (0.02,))
    sink = Collector()

    def spoil(_: Puppeteer) -> None:
        raise EngineError("appearance.onnx failed.")

    with Pipeline(lambda: camera, puppeteer, [sink]) as pipeline:
        eventually(lambda: sink.seen)
        pipeline.post(spoil)
        eventually(lambda: any(shown.trouble for shown in sink.seen))
        eventually(lambda: not sink.seen[-1].trouble)


def test_a_task_that_breaks_ends_nothing(camera: FakeCamera) -> None:
    refused: list[PuppetError] = []

    def work() -> None:
        raise ZeroDivisionError("of another's making")

    with Pipeline(lambda: camera, puppeteer) as pipeline:
        pipeline.prepare(work, lambda *_: None, refused.append)
        eventually(lambda: refused)
        assert not pipeline.wait(0.05)
    assert "ZeroDivisionError" in refused[0].sentence
    pipeline.prepare(work, lambda *_: None, refused.append)
    assert "The run has ended" in refused[1].sentence


def test_many_slow_orders_leave_room_for_pictures(camera: FakeCamera) -> None:
    with Pipeline(lambda: camera, puppeteer) as pipeline:
        reader = pipeline.shown.reader()
        assert reader.wait(2.0) is not None
        done: list[int] = []

        def slow(_: Puppeteer) -> None:
            time.sleep(0.02)
            done.append(1)

        for _ in range(40):
            pipeline.post(slow)
        seen = 0
        while len(done) < 40:
            seen += reader.wait(0.1) is not None
        assert seen >= 10
