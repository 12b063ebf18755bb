"""The crop that stays put: its geometry, its calm, how it follows, jumps and holds."""

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import LANDMARKS
from puppet.faces.people import People
from puppet.faces.tracker import HEADROOM, MARGIN, Tracked, TrackerSettings, square_around
from puppet.motion import FloatArray
from puppet.picture import Picture, Square, freeze

PICTURE: Picture = freeze(np.zeros((480, 640, 3), dtype=np.uint8))
SIDE = square_around(LANDMARKS * 100 + 300).side


def face_at(x: float = 320, y: float = 240, size: float = 100, mouth: float = 0.0, roll: float = 0.0) -> FloatArray:
    """Landmarks of a drawn face; `mouth` drops chin and lower lip by that share of half the face's height."""
    points = LANDMARKS.copy()
    points[6:11, 1] += mouth * 0.8
    points[[55, 56, 57, 58, 59, 65, 66, 67], 1] += mouth
    cosine, sine = np.cos(roll), np.sin(roll)
    turned: FloatArray = (points @ np.array([[cosine, sine], [-sine, cosine]]) * size + (x, y)).astype(np.float32)
    return turned


class ScriptedFinder:
    """Shows the tracker whatever `landmarks` says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.landmarks: FloatArray | None = face_at()
        self.asked: list[str] = []
        self.closed = 0

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        self.asked.append("thorough" if near is None else "near")
        return None if self.landmarks is None else Face(self.landmarks, np.zeros((468, 3), np.float32), 1.0)

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        raise AssertionError("one person is followed without it")

    def close(self) -> None:
        self.closed += 1


class Stage:
    """A tracker, its scripted finder and a clock."""

    def __init__(self, rate: float = 25, **settings: float) -> None:
        self.finder = ScriptedFinder()
        self.tracker = People(self.finder, settings=TrackerSettings.model_validate(settings))
        self.rate = rate
        self.frames = 0

    def show(self, landmarks: FloatArray | None) -> Tracked:
        self.finder.landmarks = landmarks
        self.frames += 1
        (tracked,), exchanged = self.tracker(PICTURE, 10 + self.frames / self.rate)
        assert not exchanged
        return tracked

    def square(self, landmarks: FloatArray | None) -> Square:
        square = self.show(landmarks).square
        assert square is not None
        return square


def test_square_is_the_one_models_are_trained_on() -> None:
    landmarks = np.array([[10, 20], [50, 100]] + [[30, 60]] * 66, dtype=np.float32)
    side = MARGIN * 80
    assert square_around(landmarks) == pytest.approx((30, 60 - HEADROOM * side, side))


def test_square_moves_and_grows_with_the_face() -> None:
    plain, moved = square_around(face_at()), square_around(face_at(x=420, y=180, size=150))
    assert moved.side == pytest.approx(1.5 * plain.side, rel=1e-5)
    assert moved.x - 420 == pytest.approx(1.5 * (plain.x - 320), abs=1e-3)
    assert moved.y - 180 == pytest.approx(1.5 * (plain.y - 240), abs=1e-3)


def test_first_face_is_framed_at_once_and_said_so() -> None:
    tracked = Stage().show(face_at())
    assert tracked.square == square_around(face_at())
    assert tracked.face is not None
    assert tracked.jumped
    assert tracked.lost_for == 0


def test_open_mouth_does_not_pulse_the_square() -> None:
    stage = Stage(slack=0.001, zoom_slack=0.001)
    first = stage.square(face_at())
    assert square_around(face_at(mouth=0.5)).side > 1.05 * first.side
    assert {stage.square(face_at(mouth=0.5 * abs(np.sin(step)))) for step in range(20)} == {first}


def test_still_head_with_trembling_landmarks_does_not_move_the_square() -> None:
    stage, noise = Stage(), np.random.default_rng(0)
    first = stage.square(face_at())
    assert {stage.square(face_at() + noise.normal(0, 1.5, (68, 2)).astype(np.float32)) for _ in range(100)} == {first}


def test_sway_and_nod_and_tilt_stay_visible_inside_the_square() -> None:
    stage = Stage()
    first = stage.square(face_at())
    swaying = [face_at(x=320 + 0.08 * SIDE * np.sin(step / 5), roll=0.2 * np.sin(step / 7)) for step in range(100)]
    assert {stage.square(landmarks) for landmarks in swaying} == {first}


def test_slow_walk_is_followed_smoothly_and_ends_in_the_middle() -> None:
    stage = Stage()
    xs = np.concatenate([np.linspace(320, 320 + SIDE, 200), np.full(75, 320 + SIDE)])
    squares = [stage.square(face_at(x=float(x))) for x in xs]
    wanted = square_around(face_at(x=320 + SIDE))
    way = np.diff([square.x for square in squares])
    assert abs(squares[-1].x - wanted.x) < 0.03 * SIDE
    assert way.min() > -0.01
    assert np.abs(np.diff(way)).max() < 0.005 * SIDE, "the square starts or stops with a jerk"
    assert not stage.show(face_at(x=320 + SIDE)).jumped


def test_leaning_in_is_followed() -> None:
    stage = Stage()
    sizes = [*np.linspace(100, 150, 50), *[150] * 75]
    squares = [stage.square(face_at(size=float(size))) for size in sizes]
    assert squares[-1].side == pytest.approx(square_around(face_at(size=150)).side, rel=0.05)


def test_quick_face_is_kept_on_the_leash() -> None:
    stage = Stage()
    stage.show(face_at())
    for x in np.linspace(320, 320 + 2 * SIDE, 12):
        tracked = stage.show(face_at(x=float(x)))
        wanted = square_around(face_at(x=float(x)))
        assert tracked.square is not None
        assert not tracked.jumped
        assert abs(tracked.square.x - wanted.x) <= 0.22 * SIDE + 1e-3


@pytest.mark.parametrize("other", [face_at(x=320 + SIDE), face_at(size=230), face_at(size=40)])
def test_another_face_is_jumped_to(other: FloatArray) -> None:
    stage = Stage()
    stage.show(face_at())
    tracked = stage.show(other)
    assert tracked.jumped
    assert tracked.square == square_around(other)


def test_path_does_not_depend_on_the_frame_rate() -> None:
    ends = []
    for rate in (15, 60):
        stage = Stage(rate)
        stage.show(face_at())
        for _ in range(int(rate * 0.4)):
            square = stage.square(face_at(x=320 + 0.2 * SIDE))
        ends.append(square.x)
    assert ends[0] == pytest.approx(ends[1], abs=0.005 * SIDE)


def test_square_is_held_while_the_face_is_lost() -> None:
    stage = Stage()
    first = stage.square(face_at())
    stage.show(None)
    tracked = stage.show(None)
    assert tracked.square == first
    assert tracked.face is None
    assert tracked.lost_for == pytest.approx(2 / 25)


def test_no_square_before_the_first_face() -> None:
    assert Stage().show(None) == Tracked(None, None, 0.0, False)


def test_face_back_in_place_keeps_the_square_and_elsewhere_sets_it_anew() -> None:
    stage = Stage(search_pause=0)
    first = stage.square(face_at())
    stage.show(None)
    assert stage.show(face_at(x=320 + 0.05 * SIDE))[::3] == (first, False)
    stage.show(None)
    elsewhere = face_at(x=320 + 0.3 * SIDE)
    assert stage.show(elsewhere)[::3] == (square_around(elsewhere), True)


def test_lost_face_is_searched_now_and_then() -> None:
    stage = Stage(rate=20, search_pause=0.25)
    stage.show(face_at())
    stage.show(face_at())
    assert stage.finder.asked == ["thorough", "near"]
    stage.finder.asked.clear()
    for _ in range(81):  # four seconds: the frame that loses it, then a look each quarter second
        stage.show(None)
    assert 14 <= len(stage.finder.asked) <= 18
    assert 3 <= stage.finder.asked.count("thorough") <= 5


def test_reset_frames_the_next_face_anew() -> None:
    stage = Stage()
    stage.show(face_at())
    stage.tracker.reset()
    tracked = stage.show(face_at(x=330))
    assert tracked.jumped
    assert tracked.square == square_around(face_at(x=330))


def test_close_closes_the_finder() -> None:
    stage = Stage()
    stage.tracker.close()
    assert stage.finder.closed == 1
