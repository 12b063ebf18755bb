"""Where a drawn face lies, calm and without a pop."""

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import LANDMARKS, MESH
from puppet.faces.alignment import five_points
from puppet.faces.steady_alignment import FADE, PAUSE, Placed, SteadyAlignment
from puppet.motion import FloatArray
from puppet.picture import Picture

PICTURE = np.zeros((100, 100, 3), np.uint8)
MESH_3D = np.concatenate([MESH, np.zeros((468, 1), np.float32)], axis=1)


class Script:
    """A finder whose faces, or None, are given in advance; it notes what hints it was given."""

    def __init__(self, *places: tuple[float, float] | None) -> None:
        self._places = list(places)
        self.hints: list[FloatArray | None] = []

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        self.hints.append(near)
        place = self._places.pop(0)
        return Face(landmarks(place), MESH_3D, 1.0) if place else None

    def close(self) -> None: ...


def landmarks(place: tuple[float, float]) -> FloatArray:
    return (LANDMARKS * 25 + np.array(place, np.float32)).astype(np.float32)


def follow(*places: tuple[float, float] | None, frames: int | None = None) -> tuple[list[Placed | None], Script]:
    script = Script(*places)
    alignment = SteadyAlignment(script)
    return [alignment(PICTURE) for _ in range(frames or len(places))], script


def points(placed: Placed | None) -> FloatArray:
    assert placed is not None
    return placed.points


def test_first_face_is_taken_as_it_is_and_whole() -> None:
    (placed,), script = follow((50, 50))
    assert placed is not None and placed.share == 1
    assert placed.points == pytest.approx(five_points(landmarks((50, 50))), abs=1e-4)
    assert script.hints == [None]


def test_face_is_followed_from_where_it_was() -> None:
    _, script = follow((50, 50), (52, 50))
    assert script.hints[1] is not None and np.array_equal(script.hints[1], landmarks((50, 50)))


def test_trembling_is_calmed() -> None:
    rng = np.random.default_rng(0)
    places = [(50 + x, 50 + y) for x, y in rng.normal(0, 0.2, (100, 2))]
    found, _ = follow(*places)
    raw = np.diff([five_points(landmarks(place)) for place in places], axis=0)
    calm = np.diff([points(placed) for placed in found], axis=0)
    assert np.abs(calm[20:]).mean() < 0.2 * np.abs(raw[20:]).mean()


def test_a_turning_head_is_not_left_behind() -> None:
    places = [(40 + 0.8 * index, 50.0) for index in range(30)]
    found, _ = follow(*places)
    behind = np.abs(points(found[-1]) - five_points(landmarks(places[-1]))).max()
    assert behind < 2


def test_a_face_elsewhere_is_taken_at_once() -> None:
    found, _ = follow((30, 50), (30, 50), (60, 50))
    assert points(found[-1]) == pytest.approx(five_points(landmarks((60, 50))), abs=1e-3)


def test_a_lost_face_fades_where_it_was_and_comes_back_as_slowly() -> None:
    found, _ = follow((50, 50), None, None, (50, 50), (50, 50), (50, 50))
    shares = [placed.share if placed else 0 for placed in found]
    assert shares == pytest.approx([1, 1 - 1 / FADE, 1 - 2 / FADE, 1 - 1 / FADE, 1, 1])
    assert all(points(placed) == pytest.approx(points(found[0]), abs=1e-3) for placed in found)


def test_nothing_is_shown_once_it_has_faded_and_it_is_looked_for_now_and_then() -> None:
    lost = [None] * (FADE + 2)
    found, script = follow((50, 50), *lost, (50, 50), frames=1 + FADE + 2 * PAUSE + 1)
    assert found[FADE] is None and found[FADE - 1] is not None
    assert len(script.hints) == 1 + FADE + 2, "it was looked for every few frames"
    assert script.hints[-1] is None, "all over the picture"


def test_another_portrait_is_shown_at_once() -> None:
    script = Script((50, 50), None, (40, 50))
    alignment = SteadyAlignment(script)
    alignment(PICTURE), alignment(PICTURE)
    alignment.forget()
    placed = alignment(PICTURE)
    assert script.hints[-1] is None
    assert placed is not None and placed.share == 1
    assert placed.points == pytest.approx(five_points(landmarks((40, 50))), abs=1e-4)
    assert alignment.found
