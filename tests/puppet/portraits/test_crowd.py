"""Which faces of a picture move, and which are left and why."""

from pathlib import Path

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import LANDMARKS, MESH, DemoFaceFinder, demo_picture
from puppet.errors import FaceError, MediaError
from puppet.faces.tracker import square_around
from puppet.media.picture_file import write_picture
from puppet.picture import Picture, cut
from puppet.portraits.crowd import COUNTED, MOST, load_crowd, make_crowd
from tests.media import steps

PICTURE = demo_picture(1.0, 400, 300)


def face(x: float, y: float, size: float) -> Face:
    """A face whose box has its middle there and this longer side."""
    points = LANDMARKS - (LANDMARKS.min(axis=0) + LANDMARKS.max(axis=0)) / 2
    points = points * size / np.ptp(points, axis=0).max() + (x, y)
    return Face(points.astype(np.float32), np.concatenate([MESH, MESH[:, :1]], axis=1), 1.0)


class Faces(DemoFaceFinder):
    """Sees the faces it was told of."""

    def __init__(self, *faces: Face) -> None:
        self.faces = list(faces)

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        return self.faces[:most]


def test_every_face_gets_its_crop() -> None:
    crowd = make_crowd(PICTURE, Faces(face(100, 150, 90), face(300, 140, 60)), 64)
    assert [member.square for member in crowd.members] == [square_around(one.landmarks) for one in (face(100, 150, 90), face(300, 140, 60))]
    assert crowd.left == ()
    for member in crowd.members:
        assert np.abs(member.face.astype(int) - cut(PICTURE, member.square, 64)).mean() < 1


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (face(200, 150, 25), ""),
        (face(200, 150, 23), "smaller than 24 px"),
        (face(0, 150, 90), "cut off by the picture's border"),
        (face(30, 150, 90), ""),
        (face(200, 310, 90), "cut off by the picture's border"),
        (face(-300, 150, 90), "cut off by the picture's border"),
    ],
)
def test_what_cannot_be_moved_is_left_with_a_reason(one: Face, reason: str) -> None:
    crowd = make_crowd(PICTURE, Faces(one), 64)
    assert [left.reason for left in crowd.left] == ([reason] if reason else [])
    assert len(crowd.members) == (0 if reason else 1)
    for left in crowd.left:
        low, high = one.landmarks.min(axis=0), one.landmarks.max(axis=0)
        assert (left.x, left.y) == pytest.approx((low + high) / 2, abs=0.1)
        assert left.size == pytest.approx((high - low).max(), abs=0.1)


def test_beyond_the_limit_the_largest_move() -> None:
    faces = [face(20 + 10 * index, 150, 60 - index) for index in range(36)]
    crowd = make_crowd(PICTURE, Faces(*faces), 32)
    assert len(crowd.members) == MOST >= 30
    sizes = [np.ptp(member.landmarks, axis=0).max() for member in crowd.members if member.landmarks is not None]
    left = [one for one in crowd.left if one.reason == f"beyond the {MOST} that are moved at most"]
    assert min(sizes) >= max(one.size for one in left) - 0.1
    assert len(crowd.left) == 36 - MOST < COUNTED


def test_faces_that_are_left_take_no_place_from_others() -> None:
    crowd = make_crowd(PICTURE, Faces(face(-100, 150, 90), face(100, 150, 80), face(250, 150, 70)), 32, most=2)
    assert len(crowd.members) == 2


def test_picture_without_a_face_that_moves_is_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "wall.png", steps(1)[0])
    with pytest.raises(FaceError, match="No face was found in"):
        load_crowd(tmp_path / "wall.png", DemoFaceFinder(), 64)
    with pytest.raises(FaceError, match=r"The one face in .*wall.png can't be moved: smaller than 24 px"):
        load_crowd(tmp_path / "wall.png", Faces(face(10, 10, 12)), 64)
    with pytest.raises(FaceError, match=r"None of the 2 faces in .* can be moved: smaller than 24 px"):
        load_crowd(tmp_path / "wall.png", Faces(face(10, 10, 12), face(30, 10, 12)), 64)
    with pytest.raises(MediaError, match="a portrait is one picture"):
        load_crowd(tmp_path, DemoFaceFinder(), 64)
