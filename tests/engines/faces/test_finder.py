"""The face finder on the bundled portraits, and on windows, anchors and regions worked out by hand."""

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from engines.faces import finder as faces
from engines.faces.blazeface import anchors
from engines.faces.face_mesh import Region, picture_from_crop, region_of_landmarks
from engines.faces.finder import MeshFaceFinder, levels, open_face_finder
from puppet.assets import ASSETS, portraits
from puppet.demo import LANDMARKS
from puppet.errors import ModelError
from puppet.faces.ibug import MESH_POINTS
from puppet.media.picture_file import decode_picture
from puppet.motion import FloatArray
from puppet.picture import Picture, freeze

ASTRONAUT = ASSETS / "portraits" / "astronaut.jpg"


@pytest.fixture(scope="module")
def finder() -> Iterator[MeshFaceFinder]:
    finder = open_face_finder()
    yield finder
    finder.close()


def read(path: Path) -> Picture:
    picture = decode_picture(path.read_bytes())
    assert picture is not None
    return picture


def eye_distance(landmarks: FloatArray) -> float:
    return float(np.linalg.norm(landmarks[36] - landmarks[45]))


def found(finder: MeshFaceFinder, picture: Picture, near: FloatArray | None = None) -> FloatArray:
    face = finder.find(picture, near)
    assert face is not None
    return face.landmarks


def astray(landmarks: FloatArray, truth: FloatArray) -> float:
    """Mean distance in eye distances."""
    return float(np.linalg.norm(landmarks - truth, axis=1).mean()) / eye_distance(truth)


def warp(picture: Picture, affine: np.ndarray, width: int, height: int) -> Picture:
    return freeze(np.asarray(cv2.warpAffine(picture, affine, (width, height), flags=cv2.INTER_AREA), np.uint8))


@pytest.mark.parametrize("path", portraits(), ids=lambda path: path.stem)
def test_photographs_paintings_and_cartoons_have_a_face(path: Path, finder: MeshFaceFinder) -> None:
    face = finder.find(read(path))
    assert face is not None
    assert face.score > 0.9
    assert face.mesh.shape == (468, 3)
    assert np.array_equal(face.landmarks, face.mesh[MESH_POINTS, :2])
    points = face.landmarks
    brows, eyes, nose, mouth, chin = (points[part, 1].mean() for part in (slice(17, 27), slice(36, 48), 33, slice(48, 68), 8))
    assert brows < eyes < nose < mouth < chin, "the face stands on its head"
    assert points[36, 0] < points[39, 0] < points[42, 0] < points[45, 0], "left and right are swapped"
    assert points[30:36, 0].mean() == pytest.approx(points[48:60, 0].mean(), abs=0.5 * eye_distance(points))


def test_tracking_stays_on_the_face(finder: MeshFaceFinder) -> None:
    picture = read(ASTRONAUT)
    first = found(finder, picture)
    tracked = first
    for _ in range(5):
        tracked = found(finder, picture, tracked)
    assert astray(tracked, first) < 0.02


@pytest.mark.parametrize("angle", [-40, 0, 40])
def test_tilted_head_is_found_where_it_is(angle: float, finder: MeshFaceFinder) -> None:
    picture = read(ASTRONAUT)
    truth = found(finder, picture)
    affine = cv2.getRotationMatrix2D((256.0, 256.0), angle, 0.8)
    landmarks = found(finder, warp(picture, affine, 512, 512))
    assert astray(landmarks, (truth @ affine[:, :2].T + affine[:, 2]).astype(np.float32)) < 0.06


@pytest.mark.parametrize(("scale", "x", "y"), [(0.3, 40, 500), (0.5, 1000, 20), (2.0, -300, -60)])
def test_small_and_cropped_faces_are_found_in_a_large_picture(scale: float, x: float, y: float, finder: MeshFaceFinder) -> None:
    picture = read(ASTRONAUT)
    affine = np.array([[scale, 0, x], [0, scale, y]])
    truth = found(finder, picture) * scale + (x, y)
    assert astray(found(finder, warp(picture, affine, 1280, 720)), truth.astype(np.float32)) < 0.06


def test_lost_face_is_found_again_elsewhere(finder: MeshFaceFinder) -> None:
    picture = read(ASTRONAUT)
    truth = found(finder, picture)
    affine = np.array([[1.0, 0, 600], [0, 1, 100]])
    landmarks = found(finder, warp(picture, affine, 1280, 720), near=truth)
    assert astray(landmarks, truth + np.array((600, 100), np.float32)) < 0.03


def test_pictures_without_a_face_have_none(finder: MeshFaceFinder) -> None:
    below_the_face = np.ascontiguousarray(read(ASTRONAUT)[330:])
    noise = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8), (0, 0), 3)
    for picture in (below_the_face, np.asarray(noise, np.uint8), np.zeros((480, 640, 3), np.uint8), np.zeros((3, 2, 3), np.uint8)):
        assert finder.find(freeze(picture)) is None
        assert finder.find(picture, found(finder, read(ASTRONAUT)) + 5000) is None


def montage(height: int, paths: list[Path]) -> tuple[Picture, list[float]]:
    """Portraits side by side, and the middle of each across."""
    scaled = [cv2.resize(picture, None, fx=height / len(picture), fy=height / len(picture)) for picture in map(read, paths)]
    starts = np.cumsum([0, *(picture.shape[1] for picture in scaled)])
    return freeze(np.concatenate([np.asarray(picture[:height], np.uint8) for picture in scaled], axis=1)), [
        float(a + b) / 2 for a, b in pairwise(starts)
    ]


def test_every_face_of_a_montage_is_found_once_the_largest_first(finder: MeshFaceFinder) -> None:
    picture, middles = montage(500, portraits()[:3])
    found = finder.find_all(picture)
    assert len(found) == 3
    extents = [float(np.ptp(face.landmarks, axis=0).max()) for face in found]
    assert extents == sorted(extents, reverse=True)
    across = sorted(float(face.landmarks[:, 0].mean()) for face in found)
    assert np.abs(np.array(across) - middles).max() < 120
    (first,) = finder.find_all(picture, most=1)
    assert np.array_equal(first.landmarks, found[0].landmarks)


def test_all_of_one_face_is_that_face(finder: MeshFaceFinder) -> None:
    for path in portraits()[2:5]:
        picture = read(path)
        (face,) = finder.find_all(picture)
        assert np.array_equal(face.landmarks, found(finder, picture)), path.stem


def test_a_face_twice_is_two_and_a_small_one_in_the_background_is_found(finder: MeshFaceFinder) -> None:
    large = read(ASTRONAUT)
    twice = freeze(np.concatenate([large, large[:, ::-1]], axis=1))
    assert len(finder.find_all(twice)) == 2
    crowd = np.array(twice)
    crowd[360:488, 448:576] = cv2.resize(large[:256, 98:354], (128, 128), interpolation=cv2.INTER_AREA)
    assert [face.landmarks[:, 0].mean() // 100 for face in finder.find_all(freeze(crowd))][2] == 5


def test_nobody_is_nobody(finder: MeshFaceFinder) -> None:
    assert finder.find_all(freeze(np.zeros((200, 300, 3), np.uint8))) == []


def test_anchors_are_the_cells_centres() -> None:
    points = anchors()
    assert points.shape == (896, 2)
    assert points[:3].tolist() == [[1 / 32, 1 / 32], [1 / 32, 1 / 32], [3 / 32, 1 / 32]]
    assert points[512].tolist() == [1 / 16, 1 / 16]
    assert np.array_equal(points[512:518], np.full((6, 2), 1 / 16))
    assert points[-1].tolist() == [15 / 16, 15 / 16]


@pytest.mark.parametrize(("width", "height"), [(640, 480), (1024, 1024), (300, 1000), (100, 80)])
def test_tiles_cover_the_picture_and_overlap(width: int, height: int) -> None:
    whole, twice, *tiles = levels(width, height)
    assert whole == [((width - 1) / 2, (height - 1) / 2, max(width, height))]
    assert twice[0].side == 2 * whole[0].side
    for windows in tiles:
        side = windows[0].side
        assert side >= faces.SMALLEST_WINDOW
        for axis, length in ((0, width), (1, height)):
            centres = sorted({window[axis] for window in windows})
            assert centres[0] - side / 2 <= -0.5 + 1e-9 or length < side
            assert centres[-1] + side / 2 >= length - 0.5 - 1e-9
            assert all(b - a <= 0.6 * side + 1e-9 for a, b in pairwise(centres))


def test_region_follows_the_face_and_ignores_the_mouth() -> None:
    face = LANDMARKS * 100 + 300
    plain = region_of_landmarks(face)
    turn = np.radians(30)
    turned = region_of_landmarks(
        ((face - 300) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + 300).astype(np.float32)
    )
    assert turned.side == pytest.approx(plain.side, rel=1e-4)
    assert turned.angle == pytest.approx(plain.angle + turn, abs=1e-4)
    talking = face.copy()
    talking[48:] += (0, 8)
    talking[17:27] -= (0, 10)
    assert region_of_landmarks(talking) == plain


def test_crop_of_a_region_is_turned_about_its_middle() -> None:
    affine = picture_from_crop(Region(50, 70, 384, np.pi / 2))
    assert affine @ (95.5, 95.5, 1) == pytest.approx((50, 70))
    assert affine @ (95.5, 0, 1) - affine @ (95.5, 95.5, 1) == pytest.approx((191, 0)), "the face's top is to the right"


def test_missing_model_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(faces, "MESH", tmp_path / "face_landmark.tflite")
    with pytest.raises(ModelError, match=r"face_landmark\.tflite is missing"):
        open_face_finder()


def test_close_may_be_called_twice() -> None:
    finder = open_face_finder()
    finder.close()
    finder.close()


@pytest.mark.data
@pytest.mark.skipif("PUPPET_DATA" not in os.environ, reason="PUPPET_DATA names no folder")
def test_landmarks_agree_with_labelled_stills(finder: MeshFaceFinder) -> None:
    errors = []
    for path in sorted(Path(os.environ["PUPPET_DATA"]).glob("**/stills/*.jpg"))[::10]:
        picture = read(path)
        labels = (np.load(path.with_suffix(".npy")).astype(np.float32) + 1) * (picture.shape[0] / 2) - 0.5
        errors.append(astray(found(finder, picture), labels))
    assert errors, "no stills in PUPPET_DATA"
    assert np.mean(errors) < 0.03
