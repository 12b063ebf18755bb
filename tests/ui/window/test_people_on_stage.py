"""Several people and sharper faces in the window: who is who, what is offered, and what is told."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from puppet.animator import Face
from puppet.cameras.live_frame import LiveFrame
from puppet.faces.tracker import Tracked
from puppet.live.capture import CameraState
from puppet.live.shown import NOBODY, Shown, State
from puppet.motion import Motion
from puppet.picture import Picture, Square, freeze
from tests.session_parts import make_session, state, write_portraits
from ui.session.live_session import LiveSession
from ui.session.status import Status
from ui.window.live_window import LiveWindow
from ui.window.situation import Situation
from ui.window.stage import Stage
from ui.window.stage_marks import Marks
from ui.window.stage_words import pill_words
from ui.window.status_line import HEIGHT, StatusLine
from ui.window.tool_row import ToolRow

FINE = Situation(camera=CameraState("camera 7", lost=False))
BLUE, GREEN = (20, 30, 200), (30, 160, 40)
WIDE, HIGH = 960, 720


def plain(height: int, width: int, colour: tuple[int, int, int]) -> Picture:
    return freeze(np.full((height, width, 3), colour, np.uint8))


def person(x: float, side: float = 30) -> Tracked:
    """Somebody whose crop lies there in the driver's picture, and whose landmarks lie in its middle."""
    landmarks = np.tile(np.array((x, 35.5), np.float32), (68, 1))
    return Tracked(Square(x, 35.5, side), Face(landmarks, np.zeros((468, 3), np.float32), 1.0))


def shown(*people: Tracked, state: State = "live", remark: str = "") -> Shown:
    first, *others = people or (NOBODY,)
    frame = LiveFrame(plain(72, 96, GREEN), 1.0)
    return Shown(frame, 1.0, first, plain(72, 96, BLUE), state, others=tuple(others), remark=remark)


@pytest.fixture
def stage(application: QApplication) -> Stage:
    stage = Stage()
    stage.resize(WIDE, HIGH)
    stage.show()
    QTest.qWaitForWindowExposed(stage)
    stage.show_situation(FINE)
    return stage


def picture_of(stage: Stage, given: Shown, marks: Marks = Marks(swapped=True)) -> QImage:  # noqa: B008  it is immutable
    stage.show_shown(given, marks)
    return stage.grab().toImage()


def badge(image: QImage, tracked: Tracked) -> list[int]:
    """Where the number of a person stands in their crop's corner: the bits of what is bright there."""
    assert tracked.square is not None
    scale = WIDE / 96
    left, top = (round((middle + 0.5 - tracked.square.side / 2) * scale) for middle in (tracked.square.x, tracked.square.y))
    return [int(image.pixelColor(left + x, top + y).lightness() > 200) for y in range(6, 26) for x in range(6, 26)]


def is_dark(image: QImage, tracked: Tracked) -> bool:
    """Whether a badge lies in the corner of a person's crop."""
    assert tracked.square is not None
    scale = WIDE / 96
    x, y = (round((middle + 0.5 - tracked.square.side / 2) * scale) for middle in (tracked.square.x, tracked.square.y))
    return image.pixelColor(x + 16, y + 6).lightness() < 60


def test_each_of_two_people_has_a_number_and_one_alone_has_none(stage: Stage) -> None:
    left, right = person(22), person(72)
    alone = picture_of(stage, shown(left, NOBODY)._replace(others=()))
    assert not is_dark(alone, left)
    both = picture_of(stage, shown(left, right))
    assert is_dark(both, left) and is_dark(both, right)
    one, two = badge(both, left), badge(both, right)
    assert sum(one) > 5 and sum(two) > 5 and one != two
    swapped = picture_of(stage, shown(right, left))
    assert (badge(swapped, right), badge(swapped, left)) == (one, two)


def test_who_went_away_has_neither_frame_nor_number(stage: Stage) -> None:
    left, right = person(22), person(72)
    image = picture_of(stage, shown(left, right._replace(face=None)))
    assert is_dark(image, left) and not is_dark(image, right)
    image = picture_of(stage, shown(NOBODY, right))
    assert is_dark(image, right) and not is_dark(image, left)
    both = picture_of(stage, shown(left, right))
    assert badge(image, right) == badge(both, right), "the second person stays the second"


def test_landmarks_of_both_are_drawn_and_the_portrait_lies_over_the_first(stage: Stage) -> None:
    left, right = person(22), person(72)
    scale = WIDE / 96
    for marks, seen in ((Marks(swapped=True, landmarks=True), [True, True]), (Marks(swapped=True), [False, False])):
        image = picture_of(stage, shown(left, right), marks)
        at = [image.pixelColor(round((x + 0.5) * scale), round(36 * scale)) for x in (22, 72)]
        assert [(colour.red(), colour.green(), colour.blue()) != GREEN for colour in at] == seen
    over = picture_of(stage, shown(left, right), Marks(swapped=True, portrait=plain(32, 32, (220, 20, 20)), overlay=1.0))
    reds = [over.pixelColor(round((x + 0.5) * scale), round(36 * scale)).red() for x in (22, 72)]
    assert reds == [220, GREEN[0]]


def test_keypoints_of_the_result_lie_on_the_face_that_they_move(stage: Stage) -> None:
    motion = Motion(np.array([[0.0, 0.0]], np.float32), np.eye(2, dtype=np.float32)[None])
    given = shown(person(22))._replace(posed=motion, place=Square(70.5, 20.5, 30))
    image = picture_of(stage, given, Marks(keypoints=True, driver=False))
    scale = WIDE / 96
    on_face, middle = (image.pixelColor(round(x * scale), round(y * scale)) for x, y in ((71, 21), (48, 36)))
    assert (on_face.red(), on_face.green(), on_face.blue()) != BLUE
    assert (middle.red(), middle.green(), middle.blue()) == BLUE


def test_a_remark_is_told_where_nothing_more_important_is(stage: Stage) -> None:
    remark = "One face moves: the first person moves it."
    assert pill_words(shown(remark=remark), FINE, "idle") == remark
    assert pill_words(shown(remark=remark), FINE._replace(message="Saved x.png"), "idle") == "Saved x.png"
    assert pill_words(shown(state="settling", remark=remark), FINE, "idle") == "Look straight ahead"
    assert pill_words(shown(state="no face", remark=remark), FINE, "idle") == "No face in sight"
    before = picture_of(stage, shown())
    assert "One face" not in stage.accessibleDescription()
    assert picture_of(stage, shown(remark=remark)) != before
    assert remark.rstrip(".") in stage.accessibleDescription()
    stage.show_shown(shown(), Marks())
    assert "One face" not in stage.accessibleDescription(), "at once, though the state is the same"


def test_swapping_is_offered_to_two_people_alone(application: QApplication) -> None:
    tools = ToolRow()
    tools.show()
    for people, offered in ((1, False), (2, True), (1, False)):
        tools.show_people(people)
        assert tools.buttons["swap_people"].isVisible() is offered
    heard: list[str] = []
    tools.fired.connect(heard.append)
    tools.show_people(2)
    QTest.mouseClick(tools.buttons["swap_people"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(tools.buttons["toggle_enhance"], Qt.MouseButton.LeftButton)
    assert heard == ["swap_people", "toggle_enhance"]


@pytest.mark.parametrize(
    ("enhancer", "faces", "words", "note"),
    [
        ("", (1, 1), "compact", ""),
        ("", (1, 3), "compact", "1 of 3 faces moves"),
        ("GFPGAN on openvino", (1, 1), "compact, sharper", "Sharper by GFPGAN on openvino"),
        ("GFPGAN on openvino", (2, 3), "compact, sharper", "2 of 3 faces move\nSharper by GFPGAN on openvino"),
    ],
)
def test_the_status_line_notes_what_makes_faces_sharper_and_how_many_move(
    application: QApplication, enhancer: str, faces: tuple[int, int], words: str, note: str
) -> None:
    line = StatusLine()
    line.resize(1000, HEIGHT)
    line.show()
    plainly = Status("Intel Core i7", "OpenVINO", "compact", "camera 7", "off")
    line.show_status(plainly._replace(enhancer=enhancer, faces=faces[0], faces_there=faces[1], passed_over="TensorRT is not installed."))
    model, engine = line.chips["model"], line.chips["engine"]
    assert (model.words, model.troubled) == (words, False)
    assert model.toolTip() == "\n".join(filter(None, (f"Model: {words}", note)))
    assert engine.troubled and "TensorRT is not installed." in engine.toolTip()
    line.show_status(plainly)
    assert (model.words, model.toolTip(), engine.troubled) == ("compact", "Model: compact", False)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[LiveSession]:
    with make_session(tmp_path, write_portraits(tmp_path)) as session:
        yield session


@pytest.fixture
def window(application: QApplication, session: LiveSession) -> Iterator[LiveWindow]:
    window = LiveWindow(session)
    window.show()
    assert QTest.qWaitForWindowActive(window), "only an active window hears its keys"
    until(lambda: state(session) == "live" and session.rack.progress == (3, 3))
    yield window
    window.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.perf_counter() + 8.0
    while not condition():
        assert time.perf_counter() < deadline, "it never came to be"
        QTest.qWait(10)


def test_keys_and_buttons_in_the_window_do_all_of_it(window: LiveWindow, session: LiveSession) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier
    swap, sharper = window.tools.buttons["swap_people"], window.tools.buttons["toggle_enhance"]
    assert not swap.isVisible() and not sharper.isChecked()
    QTest.keyClick(window, Qt.Key.Key_X, shift)
    assert "One person drives" in session.notice
    QTest.keyClick(window, Qt.Key.Key_E, shift)
    until(lambda: sharper.isChecked() and window.status.chips["model"].words == "demo, sharper")
    assert "Sharper by demo, no network" in window.status.chips["model"].toolTip()
    QTest.mouseClick(sharper, Qt.MouseButton.LeftButton)
    until(lambda: not sharper.isChecked() and window.status.chips["model"].words == "demo")
    window.drawer.changed.emit("camera__people", 2)
    until(swap.isVisible)
    until(lambda: "One face moves: the first person moves it" in window.stage.accessibleDescription() or session.notice)
    QTest.mouseClick(swap, Qt.MouseButton.LeftButton)
    until(lambda: session.notice.startswith("Swapped"))
    QTest.keyClick(window, Qt.Key.Key_Y)
    assert session.settings.portraits.shows == "picture"
