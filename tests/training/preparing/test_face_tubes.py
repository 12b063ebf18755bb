"""Where tubes begin and end, and the square that holds one."""

import numpy as np
import pytest

from puppet.demo import LANDMARKS, Blob
from puppet.faces.tracker import square_around
from puppet.motion import FloatArray
from training.preparing.face_tubes import LONGEST, Box, Tube, TubeSplitter, box_around, overlap


def face(x: float = 100, y: float = 100, half: float = 40) -> FloatArray:
    return Blob(x, y, half, 0.0).place(LANDMARKS)


def split(frames: list[FloatArray | None], cuts: tuple[int, ...] = (), patience: int = 2) -> list[tuple[int, int]]:
    splitter = TubeSplitter(patience)
    tubes = [splitter.add(landmarks, index in cuts) for index, landmarks in enumerate(frames)]
    return [(tube.start, tube.end) for tube in [*tubes, splitter.finish()] if tube is not None]


def test_overlap_is_intersection_over_union() -> None:
    box = Box(0, 0, 4, 2)
    assert overlap(box, box) == 1
    assert overlap(box, Box(2, 0, 6, 2)) == pytest.approx(1 / 3)
    assert overlap(box, Box(4, 0, 8, 2)) == 0
    assert overlap(box, Box(9, 9, 10, 10)) == 0


def test_a_box_is_the_landmarks_box_grown_by_a_tenth() -> None:
    points = np.zeros((68, 2), np.float32)
    points[0], points[1] = (10, 20), (30, 60)
    points[2:] = (20, 40)
    assert box_around(points) == pytest.approx((8, 16, 32, 64))


def test_a_face_that_stays_is_one_tube() -> None:
    assert split([face(100 + index) for index in range(20)]) == [(0, 20)]


def test_a_cut_ends_a_tube() -> None:
    assert split([face()] * 10, cuts=(4,)) == [(0, 4), (4, 10)]


def test_a_face_that_leaves_its_first_box_begins_another_tube() -> None:
    """Boxes of equal size overlap by .25 of their union when they are .6 of their width apart."""
    width = box_around(face()).right - box_around(face()).left
    near, far = face(100 + 0.58 * width), face(100 + 0.62 * width)
    assert split([face(), face(), near, near]) == [(0, 4)]
    assert split([face(), face(), far, far]) == [(0, 2), (2, 4)]


def test_it_is_the_first_box_that_counts() -> None:
    assert len(split([face(100 + 4 * index) for index in range(30)])) == 3


def test_a_face_may_be_lost_for_a_moment() -> None:
    assert split([face(), None, None, face()]) == [(0, 4)]
    assert split([face(), None, None, None, face()]) == [(0, 1), (4, 5)]
    assert split([None, face(), None]) == [(1, 2)]
    assert split([None, None]) == []


def test_a_tube_does_not_grow_without_bounds() -> None:
    assert split([face()] * (LONGEST + 5)) == [(0, LONGEST), (LONGEST, LONGEST + 5)]


def test_a_still_face_is_framed_as_models_see_it() -> None:
    tube = Tube(0, [face(300, 300), None, face(300, 300)])
    assert tube.square(640, 640) == pytest.approx(square_around(face(300, 300)))
    assert tube.face_size() == pytest.approx(np.ptp(face(), axis=0).max())


def test_the_square_holds_every_frames_square() -> None:
    tube = Tube(0, [face(300, 300), face(330, 310)])
    square = tube.square(1000, 1000)
    for part in (square_around(face(300, 300)), square_around(face(330, 310))):
        assert abs(part.x - square.x) + part.side / 2 <= square.side / 2 + 1e-6
        assert abs(part.y - square.y) + part.side / 2 <= square.side / 2 + 1e-6
    assert square.side == pytest.approx(square_around(face()).side + 30)


def test_the_square_is_moved_into_the_frame() -> None:
    square = Tube(0, [face(60, 300)]).square(640, 640)
    assert square.x - square.side / 2 == pytest.approx(-0.5)
    assert square.side == pytest.approx(square_around(face()).side)
    assert square.y == pytest.approx(square_around(face(60, 300)).y)


def test_the_square_shrinks_to_a_frame_that_still_holds_the_face() -> None:
    side = square_around(face()).side
    height = round(0.8 * side)
    square = Tube(0, [face(200, height / 2)]).square(640, height)
    assert (square.y, square.side) == pytest.approx(((height - 1) / 2, height))


def test_a_face_larger_than_the_frame_keeps_its_square() -> None:
    side = square_around(face()).side
    square = Tube(0, [face(25, 25)]).square(50, 50)
    assert square.side == pytest.approx(side)
    assert square.x - side / 2 <= -0.5
    assert square.x + side / 2 >= 49.5
