"""The window on drawn parts, offscreen: what it shows, what its keys do, and how it ends."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from puppet.demo import DemoFaceFinder, demo_picture
from puppet.live.pipeline import Pipeline
from puppet.live.puppeteer import Puppeteer
from puppet.live.timings import Timings
from puppet.media.picture_file import write_picture
from puppet.portraits.wardrobe import Wardrobe
from tests.live_parts import COVERED, SIDE, FakeCamera, drawn, puppeteer
from ui.window.elided_label import ElidedLabel
from ui.window.live_window import LEAST_WORDS, TELL_MS, LiveWindow
from ui.window.portrait_strip import PortraitStrip

Watch = Callable[[Callable[[], object]], None]


@pytest.fixture
def watch(application: QApplication) -> Watch:
    """Lets the window live until something holds. Fails when it does not in time."""

    def watch(condition: Callable[[], object]) -> None:
        deadline = time.perf_counter() + 5.0
        while not condition():
            assert time.perf_counter() < deadline, "it never came to be"
            QTest.qWait(10)

    return watch


@pytest.fixture
def wardrobe(tmp_path: Path) -> Wardrobe:
    """Two portraits with a face and one without."""
    for index, picture in enumerate((demo_picture(0.4, SIDE, SIDE), demo_picture(2.0, SIDE, SIDE), np.full((SIDE, SIDE, 3), 90, np.uint8))):
        write_picture(tmp_path / f"person_{index}.png", picture)
    return Wardrobe(sorted(tmp_path.glob("*.png")), DemoFaceFinder, SIDE)


@pytest.fixture
def camera() -> FakeCamera:
    return FakeCamera(pause=0.01)


@pytest.fixture
def pipeline(camera: FakeCamera) -> Iterator[Pipeline]:
    timings = Timings()
    pipeline = Pipeline(lambda: camera, lambda: puppeteer(timings), (), timings)
    pipeline.start()
    yield pipeline
    pipeline.stop()


@pytest.fixture
def window(application: QApplication, pipeline: Pipeline, wardrobe: Wardrobe, watch: Watch) -> LiveWindow:
    window = LiveWindow(pipeline, wardrobe)
    window.show()
    watch(lambda: all(wardrobe.at_hand(index) for index in (0, 1)) and window.strip.buttons[0].worn)
    return window


def words(window: LiveWindow) -> str:
    """All that is written on the window, but for the messages on the pictures."""
    return " | ".join(label.text() for label in window.findChildren(QLabel))


def worn(window: LiveWindow) -> list[bool]:
    """Which portraits have the ring."""
    return [button.worn for button in window.strip.buttons]


def obeyed(pipeline: Pipeline, watch: Watch, asked: Callable[[Puppeteer], object]) -> object:
    """What the puppeteer answers, asked on its own thread."""
    answers: list[object] = []
    pipeline.post(lambda puppet: answers.append(asked(puppet)))
    watch(lambda: answers)
    return answers[0]


def test_it_tells_camera_model_pace_and_stages(window: LiveWindow, watch: Watch) -> None:
    watch(lambda: "frames per second" in words(window) and "animate" in words(window))
    told = words(window)
    for word in (
        "camera 7",
        "demo, on no engine, no device",
        "capture" if "capture" in told else "track",
        "detect",
        "screen",
        "age",
        "median",
    ):
        assert word in told
    for hint in ("1 – 9, 0", "X", "M", "Esc"):
        assert f"<b>{hint}</b>" in told


def test_number_keys_put_on_portraits(window: LiveWindow, wardrobe: Wardrobe, watch: Watch) -> None:
    assert worn(window) == [True, False, False]
    QTest.keyClick(window, Qt.Key.Key_2)
    watch(lambda: worn(window) == [False, True, False])
    QTest.keyClick(window, Qt.Key.Key_9)
    QTest.keyClick(window, Qt.Key.Key_1)
    watch(lambda: worn(window) == [True, False, False])


def test_a_click_puts_on_a_portrait(window: LiveWindow, watch: Watch) -> None:
    QTest.mouseClick(window.strip.buttons[1], Qt.MouseButton.LeftButton)
    watch(lambda: worn(window) == [False, True, False])


def test_a_portrait_without_a_face_is_told_and_the_old_one_stays(window: LiveWindow, watch: Watch) -> None:
    QTest.keyClick(window, Qt.Key.Key_3)
    watch(lambda: "No face was found in" in words(window))
    assert "No face was found" in window.strip.buttons[2].toolTip()
    assert worn(window) == [True, False, False]
    QTest.keyClick(window, Qt.Key.Key_2)
    watch(lambda: worn(window) == [False, True, False] and "No face" not in words(window))


def test_m_and_space_mirror(window: LiveWindow, pipeline: Pipeline, watch: Watch) -> None:
    before = obeyed(pipeline, watch, lambda puppet: puppet.mirror)
    QTest.keyClick(window, Qt.Key.Key_M)
    assert obeyed(pipeline, watch, lambda puppet: puppet.mirror) is not before
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert obeyed(pipeline, watch, lambda puppet: puppet.mirror) is before


def test_x_recalibrates(window: LiveWindow, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Puppeteer] = []
    monkeypatch.setattr(Puppeteer, "recalibrate", heard.append)
    QTest.keyClick(window, Qt.Key.Key_X)
    watch(lambda: len(heard) == 1)


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Q])
def test_escape_and_q_close_it(window: LiveWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key)
    assert not window.isVisible()
    assert window.failure is None


def test_it_says_when_nobody_is_there_and_frames_who_is(window: LiveWindow, camera: FakeCamera, watch: Watch) -> None:
    driver, result = window.views
    watch(lambda: result.message == "" and driver.outline is not None)
    camera.show(COVERED)
    watch(lambda: "No face" in result.message)
    assert driver.outline is None
    camera.show(drawn())
    watch(lambda: result.message == "")


def test_it_says_when_the_camera_is_lost(window: LiveWindow, camera: FakeCamera, watch: Watch) -> None:
    driver, _ = window.views
    camera.left = 0
    camera.refusals = 1000
    watch(lambda: "camera 7 was lost" in driver.message)
    assert "camera 7 was lost" in words(window)


def test_slow_work_does_not_hold_up_the_window(window: LiveWindow, pipeline: Pipeline, watch: Watch) -> None:
    done = threading.Event()
    pipeline.prepare(lambda: done.wait(10), lambda *_: None, lambda _: None)
    try:
        start = time.perf_counter()
        QTest.keyClick(window, Qt.Key.Key_2)
        assert time.perf_counter() - start < 0.2
        seen = pipeline.timings.snapshot().sinks["screen"].age.samples
        watch(lambda: pipeline.timings.snapshot().sinks["screen"].age.samples > seen)
    finally:
        done.set()
    watch(lambda: worn(window) == [False, True, False])


def test_a_run_that_fails_closes_the_window_and_keeps_the_error(window: LiveWindow, pipeline: Pipeline, watch: Watch) -> None:
    def spoil(puppet: Puppeteer) -> None:
        raise RuntimeError("the engine broke")

    pipeline.post(spoil)
    watch(lambda: not window.isVisible())
    assert str(window.failure) == "the engine broke"


def test_it_shows_what_the_pipeline_drew(window: LiveWindow, pipeline: Pipeline, watch: Watch) -> None:
    watch(lambda: window.views[1].message == "")
    image = window.views[1].grab().toImage()
    drawn_colours = {image.pixelColor(x, image.height() // 2).name() for x in range(0, image.width(), 4)}
    assert len(drawn_colours) > 3


def test_without_a_picture_it_says_what_it_waits_for(application: QApplication, wardrobe: Wardrobe) -> None:
    pipeline = Pipeline(FakeCamera, puppeteer)
    window = LiveWindow(pipeline, wardrobe)
    window.show()
    QTest.qWait(TELL_MS + 50)
    assert [view.message for view in window.views] == ["Opening the camera …", "Opening the model …"]
    assert not window.grab().toImage().isNull()


def test_in_its_smallest_size_words_have_room(window: LiveWindow, watch: Watch) -> None:
    watch(lambda: "animate" in words(window) and "age" in words(window))
    window.resize(1, 1)
    QTest.qWait(20)
    assert all(label.width() >= LEAST_WORDS for label in window.findChildren(ElidedLabel)[:3])


def test_the_row_scrolls_to_the_portrait_that_is_worn(application: QApplication, tmp_path: Path) -> None:
    strip = PortraitStrip(tuple(tmp_path / f"{index}.png" for index in range(12)), lambda _: None)
    strip.resize(200, strip.height())
    strip.show()
    QTest.qWait(20)
    for worn in (11, 0):
        strip.show_worn(worn)
        button = strip.buttons[worn]
        left = button.mapTo(strip.viewport(), button.rect().topLeft()).x()
        assert 0 <= left <= strip.viewport().width() - button.width()
