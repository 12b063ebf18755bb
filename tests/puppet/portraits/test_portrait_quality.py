"""The bundled portraits are praised, and what is done to them is told."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from engines.faces.finder import MeshFaceFinder, open_face_finder
from puppet.animator import Face
from puppet.assets import ASSETS, portraits
from puppet.demo import demo_picture
from puppet.faces.tracker import square_around
from puppet.media.clip import open_clip
from puppet.media.picture_file import read_picture
from puppet.picture import Picture, Square, freeze
from puppet.portraits.portrait_quality import Quality, chosen_face, judge

PAINTED = [ASSETS / "portraits" / f"{name}.jpg" for name in ("newton_1689", "study_of_a_young_woman")]


@pytest.fixture(scope="module")
def finder() -> Iterator[MeshFaceFinder]:
    finder = open_face_finder()
    yield finder
    finder.close()


def judged(finder: MeshFaceFinder, picture: Picture) -> Quality:
    found = finder.find_all(picture)
    assert found
    return judge(picture, found[0], square_around(found[0].landmarks), others=found)


def told(quality: Quality) -> list[str]:
    return [finding.name for finding in quality.findings if not finding.good]


def scaled(picture: Picture, factor: float) -> Picture:
    return freeze(np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8))


@pytest.mark.parametrize("path", portraits(), ids=lambda path: path.stem)
def test_bundled_portraits_are_good_but_for_the_one_that_shows_teeth(path: object, finder: MeshFaceFinder) -> None:
    quality = judged(finder, read_picture(path))  # type: ignore[arg-type]
    if "astronaut.jpg" in str(path) and "cartoon" not in str(path):
        assert told(quality) == ["mouth"]
        assert "closed lips" in quality.words and 0.5 < quality.score < 0.8
    else:
        assert (told(quality), quality.score, quality.words) == ([], 1, "A good portrait.")
        assert all(finding.words for finding in quality.findings)


@pytest.mark.parametrize("path", PAINTED, ids=lambda path: path.stem)
def test_harm_is_told_by_its_name(path: object, finder: MeshFaceFinder) -> None:
    picture = read_picture(path)  # type: ignore[arg-type]
    face = finder.find(picture)
    assert face is not None
    square = square_around(face.landmarks)
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((square.x, square.y), 40, 1)
    harmed = {
        "sharpness": cv2.GaussianBlur(picture, (0, 0), 2.5 * square.side / 256),
        "size": scaled(picture, 90 / square.side),
        "tilt": cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE),
        "border": np.ascontiguousarray(picture[int(face.landmarks[19, 1]) :]),
        "alone": np.ascontiguousarray(np.concatenate([picture, picture[:, ::-1]], axis=1)),
    }
    for name, result in harmed.items():
        quality = judged(finder, freeze(np.asarray(result, np.uint8)))
        assert told(quality) == [name]
        assert not quality.good and quality.score < 1
        assert quality.words.count(".") >= 1


def test_shut_eyes_and_an_open_mouth_are_told_in_a_recording(finder: MeshFaceFinder) -> None:
    blinks = {index: frame.picture for index, frame in enumerate(open_clip(ASSETS / "driving" / "webcam_2.mp4")) if index in (0, 99, 400)}
    assert "eyes" in told(judged(finder, blinks[99]))
    assert "eyes" not in told(judged(finder, blinks[0]))
    assert "mouth" in told(judged(finder, blinks[400]))
    assert "mouth" not in told(judged(finder, blinks[0]))


def test_a_small_crop_of_a_shrunk_picture_is_told_by_the_files_own_pixels(finder: MeshFaceFinder) -> None:
    picture = scaled(read_picture(PAINTED[0]), 0.12)
    face = finder.find(picture)
    assert face is not None
    square = square_around(face.landmarks)
    assert "size" in told(judge(picture, face, square))
    assert "size" not in told(judge(picture, face, square, detail=4))
    assert "size" not in told(judge(picture, face, square, side=96))


@pytest.mark.parametrize(
    ("crop", "word"), [(lambda s: s._replace(side=s.side * 0.5), "larger"), (lambda s: s._replace(side=s.side * 2.2), "smaller"),
                       (lambda s: s._replace(x=s.x + 0.3 * s.side), "Move the crop")], ids=["tight", "wide", "aside"]
)  # fmt: skip
def test_a_crop_that_does_not_fit_the_head_is_told(crop: Callable[[Square], Square], word: str, finder: MeshFaceFinder) -> None:
    picture = read_picture(PAINTED[1])
    face = finder.find(picture)
    assert face is not None
    quality = judge(picture, face, crop(square_around(face.landmarks)))
    assert told(quality)[0] == "framing"
    assert word in quality.findings[1].words


def test_a_crop_without_a_face_says_so() -> None:
    quality = judge(demo_picture(0, 640, 480), None, Square(320, 240, 300))
    assert told(quality)[0] == "face"
    assert "around a face" in quality.words


def test_the_chosen_face_is_the_largest_in_the_crop() -> None:
    def face(x: float, size: float) -> Face:
        points = np.random.default_rng(0).uniform(-1, 1, (68, 2)) * size + (x, 100)
        return Face(points.astype(np.float32), np.zeros((468, 3), np.float32), 1.0)

    left, right = face(100, 20), face(300, 40)
    assert chosen_face([left, right], Square(100, 100, 80)) is left
    assert chosen_face([left, right], Square(200, 100, 600)) is right
    assert chosen_face([left, right], Square(200, 100, 60)) is None
