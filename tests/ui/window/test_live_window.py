"""The window on a session of drawn parts, offscreen: what it shows, what its controls and keys do, and how it ends."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from puppet.cameras.camera_list import CameraInfo, CameraMode
from puppet.demo import demo_picture
from puppet.errors import EngineError
from puppet.live.puppeteer import Puppeteer
from puppet.media.picture_file import write_picture
from puppet.settings import CameraSettings
from tests.live_parts import live_settings
from tests.session_parts import make_session, state, write_portraits
from ui.session.live_session import LiveSession
from ui.window.live_window import LiveWindow
from ui.window.picture_image import image_of

Watch = Callable[[Callable[[], object]], None]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[LiveSession]:
    with make_session(tmp_path, write_portraits(tmp_path)) as session:
        yield session


@pytest.fixture
def watch(application: QApplication) -> Watch:
    """Lets the window live until something holds. Fails when it does not in time."""

    def watch(condition: Callable[[], object]) -> None:
        deadline = time.perf_counter() + 8.0
        while not condition():
            assert time.perf_counter() < deadline, "it never came to be"
            QTest.qWait(10)

    return watch


@pytest.fixture
def window(application: QApplication, session: LiveSession, watch: Watch) -> Iterator[LiveWindow]:
    window = LiveWindow(session)
    window.show()
    assert QTest.qWaitForWindowActive(window), "only an active window hears its keys"
    watch(lambda: state(session) == "live" and session.rack.progress == (3, 3))
    yield window
    window.close()


def told(window: LiveWindow) -> str:
    chips = " ".join(chip.words for chip in window.status.chips.values())
    return f"{chips} {window.status.accessibleDescription()} {window.stage.words}"


def test_it_names_what_runs(window: LiveWindow, watch: Watch) -> None:
    watch(lambda: "demo" in told(window))
    for word in ("the drawn demo driver", "no engine", "demo"):
        assert word in told(window)


def test_number_keys_and_clicks_put_on_portraits(window: LiveWindow, session: LiveSession, watch: Watch) -> None:
    QTest.keyClick(window, Qt.Key.Key_2)
    watch(lambda: session.rack.worn == 1 and window.strip.tiles[1].isChecked())
    QTest.mouseClick(window.strip.tiles[0], Qt.MouseButton.LeftButton)
    watch(lambda: session.rack.worn == 0)
    QTest.keyClick(window, Qt.Key.Key_3)
    watch(lambda: "No face was found" in told(window))
    assert session.rack.worn == 0


def test_a_picture_that_is_pasted_is_worn(window: LiveWindow, session: LiveSession, watch: Watch) -> None:
    QGuiApplication.clipboard().setImage(image_of(demo_picture(1.0, 200, 200)))
    QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    watch(lambda: session.rack.worn_name == "pasted")
    QGuiApplication.clipboard().setText("no picture")
    QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    watch(lambda: "no picture on the clipboard" in told(window))


def test_the_drawer_shows_and_changes_settings(window: LiveWindow, session: LiveSession, watch: Watch) -> None:
    assert not window.drawer.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.drawer.isVisible()
    window.drawer.changed.emit("motion__strength", 1.4)
    assert session.settings.motion.strength == 1.4
    window.drawer.changed.emit("camera__zoom", 9.0)
    watch(lambda: "camera.zoom" in told(window))
    assert session.settings.camera.zoom == 1.0
    QTest.keyClick(window.drawer, Qt.Key.Key_Escape)
    assert not window.drawer.isVisible()


def test_it_offers_what_there_is(window: LiveWindow, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    offered: dict[str, object] = {}
    monkeypatch.setattr(window.drawer, "choices", lambda setting, choices: offered.update({setting: choices}))
    window.fire("show_settings")
    watch(lambda: offered)
    assert "compact-256" in str(offered["model"])
    assert "openvino" in str(offered["engine"])


def test_a_cameras_mode_is_taken_in_one_change(
    window: LiveWindow, session: LiveSession, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = (CameraMode(640, 480, 30.0, "YUYV"), CameraMode(1280, 720, 60.0, "MJPG"), CameraMode(1920, 1080, 0.0, "MJPG"))
    monkeypatch.setattr("ui.session.devices.list_cameras", lambda: [CameraInfo("0", "Webcam", "usb-1", modes)])
    opened: list[CameraSettings] = []
    monkeypatch.setattr(session, "change_camera", lambda: opened.append(session.settings.camera))
    window.fire("show_settings")
    box = window.drawer.modes.list
    watch(lambda: box.count() == 3 and box.currentIndex() == 0)
    box.activated.emit(1)
    camera = session.settings.camera
    assert (camera.width, camera.height, camera.rate) == (1280, 720, 60.0)
    assert len(opened) == 1
    box.activated.emit(2)
    camera = session.settings.camera
    assert (camera.width, camera.height, camera.rate) == (1920, 1080, 60.0), "a rate that is not told stays"
    watch(lambda: "1920x1080" in box.currentText() and window.drawer.fields["camera__width"].value == 1920)
    session.adjust(camera__source="clip.mp4")
    watch(lambda: not window.drawer.modes.answers(""))


def test_without_a_driver_the_start_button_says_what_to_do(
    window: LiveWindow, session: LiveSession, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("puppet.outputs.loopback.list_loopback_devices", list)
    monkeypatch.setattr("sys.platform", "linux")
    window.start.click()
    watch(lambda: session.output.state == "failed")
    assert "v4l2loopback" in session.output.words
    assert "exclusive_caps=1" in session.output.hint
    watch(lambda: "v4l2loopback" in window.status.accessibleDescription())


def test_the_real_face_needs_two_presses_and_is_framed_in_red(window: LiveWindow, session: LiveSession, watch: Watch) -> None:
    window.fire("arm_real_face")
    watch(lambda: "Press again to show your real face" in told(window))
    assert state(session) == "live"
    window.fire("arm_real_face")
    watch(lambda: "Your real face is shown" in told(window))
    red = window.stage.grab().toImage().pixelColor(2, window.stage.height() // 2)
    assert red.red() > 150 > red.green()
    window.fire("arm_real_face")
    watch(lambda: state(session) == "live")


def test_a_lost_camera_is_told_on_the_stage(window: LiveWindow, session: LiveSession, watch: Watch) -> None:
    session.adjust(camera__source="/dev/video63")
    watch(lambda: state(session) == "camera lost" and "video63" in told(window))


def test_all_keys_are_listed_and_can_be_changed(window: LiveWindow, session: LiveSession, watch: Watch) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1)
    sheet = window.keys.sheet
    assert sheet is not None and sheet.isVisible()
    sheet.changed.emit(window.keys.map.rebind("next_portrait", "F7"))
    assert session.settings.keys.window == {"next_portrait": "F7"}
    sheet.close()
    QTest.keyClick(window, Qt.Key.Key_F7)
    watch(lambda: session.rack.worn == 1)


def test_swap_graph_and_full_screen(window: LiveWindow, session: LiveSession, watch: Watch) -> None:
    window.stage.swapped.emit()
    assert session.settings.view.swapped
    window.fire("toggle_timings")
    assert window.graph.isVisible()
    window.fire("full_screen")
    assert window.isFullScreen()
    window.fire("full_screen")
    assert not window.isFullScreen()


def test_it_never_waits(window: LiveWindow, session: LiveSession, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow work is told, can be cancelled, and holds nothing up."""

    def slow(model: str, engine: str) -> object:
        time.sleep(0.5)
        raise AssertionError("nobody wants it")

    session.tasks.run("Opening something large", lambda: time.sleep(0.5), lambda *_: None, session.complain)
    watch(lambda: "Opening something large" in window.tasks.accessibleName())
    start = time.perf_counter()
    for action in ("next_portrait", "zoom_in", "mirror_driver", "toggle_keypoints", "record", "snapshot"):
        window.fire(action)
    assert time.perf_counter() - start < 0.2
    watch(lambda: not window.tasks.isVisible())
    window.fire("record")
    watch(lambda: not session.pipeline.attached("recorder"))


def test_escape_does_not_quit_and_control_q_does(window: LiveWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert not window.isVisible()
    assert window.failure is None


def test_a_run_that_fails_closes_the_window_and_keeps_the_error(window: LiveWindow, session: LiveSession, watch: Watch) -> None:
    def spoil(_: Puppeteer) -> None:
        raise RuntimeError("the wires broke")

    session.pipeline.post(spoil)
    watch(lambda: not window.isVisible())
    assert str(window.failure) == "the wires broke"


def test_the_first_start_is_guided_and_only_the_first(application: QApplication, tmp_path: Path, watch: Watch) -> None:
    settings = live_settings(model="demo", recording__folder=str(tmp_path))
    with make_session(tmp_path, write_portraits(tmp_path), settings) as session:
        window = LiveWindow(session, guided=True)
        window.show()
        assert window.welcome is not None and window.welcome.page.isVisible()
        watch(lambda: state(session) in ("settling", "live"))
        window.welcome.page.finished.emit()
        watch(lambda: window.welcome is None)
        assert session.settings.welcomed
        window.close()


def test_without_a_picture_yet_it_says_what_it_waits_for(application: QApplication, tmp_path: Path) -> None:
    session = make_session(tmp_path, write_portraits(tmp_path))
    write_picture(tmp_path / "x.png", demo_picture(0))
    window = LiveWindow(session)
    window.show()
    QTest.qWait(100)
    assert "opening" in told(window).lower()
    window.close()


def test_an_expected_error_stays_to_be_read(
    application: QApplication, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise EngineError("No engine can run this.", "Install one.")

    monkeypatch.setattr("ui.session.opening.open_model", broken)
    with make_session(tmp_path, write_portraits(tmp_path)) as session:
        window = LiveWindow(session)
        window.show()
        watch(lambda: "No engine can run this" in told(window))
        assert window.isVisible()
        window.close()
        assert isinstance(window.failure, EngineError)


def test_without_a_portrait_it_asks_for_one(application: QApplication, tmp_path: Path, watch: Watch) -> None:
    with make_session(tmp_path, write_portraits(tmp_path)[2:]) as session:
        window = LiveWindow(session)
        window.show()
        watch(lambda: "Add a portrait to begin" in told(window))
        window.close()
