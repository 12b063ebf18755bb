"""The stage: what is large and what is small, what lies on it, and what a mouse and keys do there."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from puppet.animator import Face
from puppet.cameras.live_frame import LiveFrame
from puppet.faces.tracker import Tracked
from puppet.live.capture import CameraState
from puppet.live.shown import NOBODY, Shown, State
from puppet.motion import Motion
from puppet.picture import Picture, Square, freeze
from puppet.settings import CameraSettings, LiveSettings, changed
from ui.window.colours import RED, STAGE
from ui.window.picture_image import image_of
from ui.window.situation import Situation
from ui.window.stage import Stage
from ui.window.stage_marks import Marks, marks_for

BLUE, GREEN = (20, 30, 200), (30, 160, 40)
FINE = Situation(camera=CameraState("camera 7", lost=False))
WIDTH, HEIGHT = 640, 360


def plain(height: int, width: int, colour: tuple[int, int, int]) -> Picture:
    return freeze(np.full((height, width, 3), colour, np.uint8))


RESULT, DRIVER = plain(64, 64, BLUE), plain(72, 96, GREEN)


def shown(state: State = "live", moment: float = 1.0, image: Picture = RESULT, tracked: Tracked = NOBODY) -> Shown:
    return Shown(LiveFrame(DRIVER, moment), moment, tracked, image, state)


@pytest.fixture
def stage(application: QApplication) -> Stage:
    stage = Stage()
    stage.resize(WIDTH, HEIGHT)
    stage.show()
    QTest.qWaitForWindowExposed(stage)
    stage.show_situation(FINE)
    return stage


def picture_of_it(stage: Stage) -> QImage:
    return stage.grab().toImage()


def colour_at(stage: Stage, x: float, y: float) -> tuple[int, int, int]:
    colour = picture_of_it(stage).pixelColor(round(x), round(y))
    return colour.red(), colour.green(), colour.blue()


def off_centre(stage: Stage) -> tuple[int, int]:
    """A point of the small picture that nothing is painted on."""
    place = stage.inset.geometry()
    return place.left() + 14, place.top() + 14


def test_the_result_is_as_large_as_fits_and_the_driver_lies_in_a_corner(stage: Stage) -> None:
    stage.show_shown(shown(), Marks())
    assert colour_at(stage, WIDTH / 2, HEIGHT / 2) == BLUE
    assert colour_at(stage, WIDTH / 2, 3) == BLUE
    assert colour_at(stage, WIDTH / 2 - 178, HEIGHT / 2) == BLUE
    assert colour_at(stage, WIDTH / 2 - 182, HEIGHT / 2) == (STAGE.red(), STAGE.green(), STAGE.blue())
    assert colour_at(stage, *off_centre(stage)) == GREEN
    place = stage.inset.geometry()
    assert place.right() < WIDTH
    assert place.bottom() < HEIGHT
    assert place.width() / place.height() == pytest.approx(96 / 72, rel=0.02)


def test_swapped_the_driver_is_large(stage: Stage) -> None:
    stage.show_shown(shown(), Marks(swapped=True))
    assert colour_at(stage, WIDTH / 2, HEIGHT / 2) == GREEN
    assert colour_at(stage, *off_centre(stage)) == BLUE


def test_without_the_driver_the_small_picture_is_gone(stage: Stage) -> None:
    stage.show_shown(shown(), Marks())
    where = off_centre(stage)
    stage.show_shown(shown(), Marks(driver=False))
    assert not stage.inset.isVisible()
    assert colour_at(stage, *where) != GREEN


def test_a_click_on_the_small_picture_asks_to_swap(stage: Stage) -> None:
    heard: list[bool] = []
    stage.swapped.connect(lambda: heard.append(True))
    stage.show_shown(shown(), Marks())
    QTest.mouseClick(stage.inset, Qt.MouseButton.LeftButton)
    assert heard == [True]
    stage.inset.setFocus()
    QTest.keyClick(stage.inset, Qt.Key.Key_Return)
    QTest.keyClick(stage.inset, Qt.Key.Key_Space)
    assert heard == [True] * 3


def test_the_small_picture_is_dragged_to_another_corner_and_that_is_no_click(stage: Stage) -> None:
    heard: list[bool] = []
    stage.swapped.connect(lambda: heard.append(True))
    stage.show_shown(shown(), Marks())
    here = QPoint(20, 20)
    QTest.mousePress(stage.inset, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, here)
    QTest.mouseMove(stage.inset, here + QPoint(-60, -30))
    QTest.mouseMove(stage.inset, here + QPoint(-300, -160))
    QTest.mouseRelease(stage.inset, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, here)
    assert stage.inset.corner == "top left"
    assert stage.inset.x() < 40
    assert heard == []


def test_arrow_keys_carry_the_small_picture_round(stage: Stage) -> None:
    stage.show_shown(shown(), Marks())
    stage.inset.setFocus()
    corners = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(stage.inset, key)
        corners.append(stage.inset.corner)
    assert corners == ["bottom left", "top left", "top right", "bottom right"]


def test_the_real_face_has_a_red_frame_all_round_and_says_so(stage: Stage) -> None:
    stage.show_shown(shown("real face", image=DRIVER), Marks())
    red = (RED.red(), RED.green(), RED.blue())
    for x, y in ((2, HEIGHT / 2), (WIDTH - 3, HEIGHT / 2), (WIDTH / 3, HEIGHT - 3), (WIDTH / 2, 2)):
        assert colour_at(stage, x, y) == red
    assert "Your real face is shown" in stage.accessibleDescription()
    assert not stage.inset.isVisible()
    stage.show_shown(shown(), Marks())
    assert colour_at(stage, 2, HEIGHT / 2) != red
    assert "real face" not in stage.accessibleDescription()


def test_an_armed_switch_is_told_until_its_time_is_over(stage: Stage) -> None:
    stage.show_shown(shown(), Marks(driver=False))
    without = picture_of_it(stage)
    stage.show_situation(FINE._replace(arming=0.05))
    armed = picture_of_it(stage)
    assert armed != without
    assert any(armed.pixelColor(x, HEIGHT - 30) == RED for x in range(WIDTH))
    QTest.qWait(80)
    assert picture_of_it(stage) == without


def test_a_lost_camera_hides_what_is_old_and_says_what_to_do(stage: Stage) -> None:
    stage.show_shown(shown("camera lost"), Marks())
    stage.show_situation(Situation(camera=CameraState("camera 7 was lost", lost=True, hint="Plug it in again.")))
    assert not stage.inset.isVisible()
    assert stage.accessibleDescription() == "Camera 7 was lost. Plug it in again"
    assert colour_at(stage, WIDTH / 2, 12)[2] < BLUE[2] / 2, "the old picture is dimmed"


def test_the_wheel_turns_only_while_something_is_awaited(stage: Stage) -> None:
    stage.show_situation(Situation())
    first = picture_of_it(stage)
    QTest.qWait(60)
    assert picture_of_it(stage) != first
    stage.show_shown(shown(), Marks())
    QTest.qWait(100)
    assert not stage._turning.isActive()


def test_the_ring_fills_while_the_face_settles(stage: Stage) -> None:
    shares = []
    for moment in (5.0, 5.25, 5.5, 6.5):
        stage.show_shown(shown("settling", moment), Marks())
        shares.append(stage.settled)
    assert shares == [0, 0.25, 0.5, 1]
    stage.show_shown(shown("live", 7.0), Marks())
    assert stage.settled == 0


def test_a_match_is_a_bar_whose_length_tells(stage: Stage) -> None:
    lengths = []
    for match in (0.2, 0.5, 1.0):
        stage.show_shown(shown()._replace(match=match), Marks(driver=False))
        image = picture_of_it(stage)
        row = [image.pixelColor(x, HEIGHT - 30) for x in range(180)]
        lengths.append(sum(colour.saturation() > 60 and colour.value() > 180 for colour in row))
    assert 0 < lengths[0] < lengths[1] < lengths[2]


def test_held_back_motion_is_told_for_a_moment_and_does_not_flicker(stage: Stage) -> None:
    stage.show_shown(shown(), Marks())
    without = picture_of_it(stage)
    stage.show_shown(shown()._replace(eased=0.05), Marks())
    assert picture_of_it(stage) == without
    stage.show_shown(shown()._replace(eased=0.6), Marks())
    told = picture_of_it(stage)
    assert told != without
    stage.show_shown(shown(), Marks())
    assert picture_of_it(stage) == told


def test_keypoints_lie_where_they_are_and_have_the_same_colour_on_both(stage: Stage) -> None:
    motion = Motion(np.array([[0.0, -0.5], [0.5, 0.5]], np.float32), np.tile(np.eye(2, dtype=np.float32), (2, 1, 1)))
    tracked = Tracked(Square(47.5, 35.5, 60), None)
    given = shown(tracked=tracked)._replace(driving=motion, posed=motion)
    stage.show_shown(given, Marks(keypoints=True))
    on_result = colour_at(stage, WIDTH / 2, HEIGHT / 4)
    assert on_result != BLUE
    place = stage.inset.geometry()
    scale = place.width() / 96
    on_driver = colour_at(stage, place.left() + 48 * scale, place.top() + (36 - 15) * scale)
    assert on_driver == on_result
    stage.show_shown(given, Marks())
    assert colour_at(stage, WIDTH / 2, HEIGHT / 4) == BLUE


def test_landmarks_lie_where_the_face_finder_sees_them(stage: Stage) -> None:
    landmarks = np.full((68, 2), 20.0, np.float32)
    face = Face(landmarks, np.zeros((468, 3), np.float32), 1.0)
    given = shown(tracked=Tracked(None, face))
    stage.show_shown(given, Marks(landmarks=True, swapped=True))
    scale = HEIGHT / 72
    x, y = (WIDTH - 96 * scale) / 2 + 20.5 * scale, 20.5 * scale
    assert colour_at(stage, x, y) != GREEN
    assert colour_at(stage, x + 12, y) == GREEN
    stage.show_shown(given, Marks(swapped=True))
    assert colour_at(stage, x, y) == GREEN


def test_the_portrait_lies_over_the_drivers_crop_as_clearly_as_asked(stage: Stage) -> None:
    portrait = plain(32, 32, (220, 20, 20))
    given = shown(tracked=Tracked(Square(47.5, 35.5, 40), None))
    stage.show_shown(given, Marks(swapped=True, portrait=portrait, overlay=0.5))
    mixed = colour_at(stage, WIDTH / 2, HEIGHT / 2)
    assert mixed == pytest.approx(((30 + 220) / 2, (160 + 20) / 2, (40 + 20) / 2), abs=2)
    assert colour_at(stage, WIDTH / 2 - 150, HEIGHT / 2) == GREEN, "only within the crop"
    near = Marks(swapped=True, portrait=portrait, overlay=0.5, camera=CameraSettings(zoom=2))
    stage.show_shown(given, near)
    assert colour_at(stage, WIDTH / 2 - 75, HEIGHT / 2) == GREEN, "a nearer crop is smaller"


def test_every_painting_of_a_picture_is_timed(application: QApplication) -> None:
    heard: list[float] = []
    stage = Stage(heard.append)
    stage.resize(WIDTH, HEIGHT)
    stage.grab()
    assert heard == []
    stage.show_shown(shown(), Marks())
    stage.grab()
    assert len(heard) == 1
    assert 0 < heard[0] < 1


def test_the_same_situation_costs_no_painting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(stage, "update", lambda: asked.append(True))
    stage.show_situation(Situation(camera=CameraState("camera 7", lost=False)))
    assert asked == []
    stage.show_situation(FINE._replace(message="Saved"))
    assert asked == [True]


def test_what_is_dropped_is_told_and_welcomed_large(stage: Stage, tmp_path: Path) -> None:
    files: list[list[Path]] = []
    pictures: list[Picture] = []
    stage.added.connect(files.append)
    stage.pasted.connect(pictures.append)
    stage.show_shown(shown(), Marks())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "ada.png"))])
    at, copy = QPoint(50, 50), Qt.DropAction.CopyAction
    entering = QDragEnterEvent(at, copy, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    stage.dragEnterEvent(entering)
    assert entering.isAccepted()
    assert colour_at(stage, WIDTH / 2, HEIGHT / 4) != BLUE
    stage.dropEvent(QDropEvent(QPointF(at), copy, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    assert files == [[tmp_path / "ada.png"]]
    assert colour_at(stage, WIDTH / 2, HEIGHT / 4) == BLUE
    image = QMimeData()
    image.setImageData(image_of(RESULT))
    stage.dropEvent(QDropEvent(QPointF(at), copy, image, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    assert np.array_equal(pictures[0], RESULT)


def test_words_are_not_welcomed(stage: Stage) -> None:
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    stage.dragEnterEvent(event)
    assert not event.isAccepted()


def test_settings_become_marks() -> None:
    settings = changed(LiveSettings(), view__swapped=True, view__landmarks=True, view__rate=False, portraits__overlay=0.4, camera__zoom=1.5)
    marks = marks_for(settings, RESULT, "30 fps")
    assert (marks.swapped, marks.landmarks, marks.keypoints, marks.driver) == (True, True, False, True)
    assert (marks.overlay, marks.camera.zoom, marks.rate) == (0.4, 1.5, "")
    assert marks_for(LiveSettings(), None, "30 fps").rate == "30 fps"


def test_it_speaks_to_a_screen_reader(stage: Stage) -> None:
    stage.show_shown(shown("no face"), Marks())
    interface = QAccessible.queryAccessibleInterface(stage)
    assert interface.text(QAccessible.Text.Name) == "Stage"
    assert interface.text(QAccessible.Text.Description) == stage.words == "No face in sight"
    button = QAccessible.queryAccessibleInterface(stage.inset)
    assert button.role() == QAccessible.Role.Button
    assert button.text(QAccessible.Text.Name) == "Small picture: swap"


def test_rounded_corners_show_the_window(stage: Stage) -> None:
    stage.show_shown(shown(image=plain(36, 64, BLUE)), Marks())
    window = stage.palette().window().color()
    assert picture_of_it(stage).pixelColor(0, 0) == QColor(window)
    assert colour_at(stage, 12, 12) == BLUE
