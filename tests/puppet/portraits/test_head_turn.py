"""A head that is turned by so many degrees is told to be."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from engines.faces.finder import MeshFaceFinder, open_face_finder
from puppet.assets import ASSETS
from puppet.media.picture_file import read_picture
from puppet.motion import FloatArray
from puppet.portraits.head_turn import FOREHEAD, LEFT, NOSE, RIGHT, SLANT, head_turn


@pytest.fixture(scope="module")
def finder() -> Iterator[MeshFaceFinder]:
    finder = open_face_finder()
    yield finder
    finder.close()


def upright() -> FloatArray:
    """A head of which only the points that count are right: sides mirrored, the line down it leaning forward by `SLANT`."""
    mesh = np.zeros((468, 3))
    mesh[RIGHT], mesh[LEFT] = (-50, 0, 10), (50, 0, 10)
    mesh[NOSE] = (0, 60, -60 * np.tan(np.radians(SLANT)))
    mesh[FOREHEAD] = 0
    return mesh.astype(np.float32)


def rotation(axis: int, degrees: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    first, second = [other for other in range(3) if other != axis]
    matrix[[first, second], [first, second]] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


@pytest.mark.parametrize("tilt", [0, 25, -40])
@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (30, 0), (-20, 0), (0, 15), (0, -25)])
def test_turns_are_read_off_whatever_the_tilt(yaw: float, pitch: float, tilt: float) -> None:
    turned = rotation(2, tilt) @ rotation(1, yaw) @ rotation(0, pitch)
    seen = head_turn((upright() @ turned.T * 2.5 + (300, 200, 0)).astype(np.float32))
    assert np.abs(seen) == pytest.approx(np.abs((yaw, pitch, tilt)), abs=0.05)


def test_signs_are_those_of_real_faces(finder: MeshFaceFinder) -> None:
    picture = read_picture(ASSETS / "portraits" / "girl_with_a_pearl_earring.jpg")
    face = finder.find(picture)
    assert face is not None
    turn = head_turn(face.mesh)
    assert -45 < turn.yaw < -25, "her nose points to the picture's left"
    mirrored = finder.find(np.ascontiguousarray(picture[:, ::-1]))
    assert mirrored is not None
    assert head_turn(mirrored.mesh).yaw == pytest.approx(-turn.yaw, abs=4)
    height, width = picture.shape[:2]
    tilted = cv2.warpAffine(picture, cv2.getRotationMatrix2D((400, 440), -20, 1), (width, height))
    found = finder.find(np.asarray(tilted, np.uint8))
    assert found is not None
    assert head_turn(found.mesh).roll == pytest.approx(turn.roll + 20, abs=4), "clockwise is positive"
    assert head_turn(found.mesh).yaw == pytest.approx(turn.yaw, abs=5)
