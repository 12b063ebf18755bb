"""The first pass over a video, with a finder that is told what it sees."""

from fractions import Fraction

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import DemoFaceFinder
from puppet.faces.tracker import square_around
from puppet.motion import FloatArray
from puppet.picture import Picture
from tests.training.small_raw import HEIGHT, RATE, WIDTH, drawn, elsewhere, empty
from training.preparing.video_survey import Survey, survey_faces, survey_figures


class Watched(DemoFaceFinder):
    """Notes what it was asked: the width of the picture, and whether it was told where to look. Sees nothing from a call on."""

    def __init__(self, blind_from: int = 1000) -> None:
        self.blind_from = blind_from
        self.asked: list[tuple[int, bool]] = []

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        self.asked.append((picture.shape[1], near is not None))
        return super().find(picture, near) if len(self.asked) <= self.blind_from else None


def timed(frames: list[Picture]) -> list[tuple[Picture, float]]:
    return [(frame, index / RATE) for index, frame in enumerate(frames)]


def survey(frames: list[Picture], finder: DemoFaceFinder | None = None, least_face: float = 10) -> Survey:
    return survey_faces(timed(frames), Fraction(RATE), finder or DemoFaceFinder(), least_face)


def stretches(found: Survey) -> list[tuple[int, int]]:
    return [(take.start, take.end) for take in found.takes]


def test_a_take_has_the_landmarks_of_its_frames() -> None:
    frames = drawn(0.8)
    found = survey(frames)
    assert stretches(found) == [(0, 8)]
    assert found.times == pytest.approx([index / RATE for index in range(8)])
    landmarks = found.takes[0].landmarks
    assert landmarks is not None
    for frame, points in zip(frames, landmarks, strict=True):
        seen = DemoFaceFinder().find(frame)
        assert seen is not None and points is not None
        np.testing.assert_allclose(points, seen.landmarks, atol=0.1)


def test_shots_and_empty_stretches_part_takes() -> None:
    frames = drawn(2.0)
    found = survey([*frames[:6], *elsewhere(frames[6:12]), *empty(9), *frames[12:]])
    assert stretches(found)[:2] == [(0, 6), (6, 12)]
    assert 21 <= found.takes[2].start <= 24, "the face that comes back is sought only now and then"
    assert found.takes[2].end == 29


def test_a_lost_face_is_sought_nearby_then_everywhere_now_and_then() -> None:
    finder = Watched(blind_from=3)
    assert stretches(survey(drawn(2.0), finder)) == [(0, 3)]
    near = [told for _, told in finder.asked]
    assert near[:3] == [False, True, True]
    assert near[3:6] == [True] * 3, "patience: .2 s and the frame that ends it"
    assert not any(near[6:])
    assert len(near[6:]) == 4, "every .4 s of the 1.4 s that are left"


def test_a_search_for_large_faces_looks_at_a_small_picture() -> None:
    finder = Watched()
    found = survey(drawn(0.3), finder, least_face=48)
    assert finder.asked == [(WIDTH // 2, False), (WIDTH, True), (WIDTH, True), (WIDTH, True)]
    assert stretches(found) == [(0, 3)]
    large = survey(drawn(0.3)).takes[0].square
    assert found.takes[0].square == pytest.approx(large, abs=1.0)


def test_a_take_has_one_square_around_all_faces() -> None:
    take = survey(drawn(1.0)).takes[0]
    assert take.landmarks is not None
    sides = [square_around(points).side for points in take.landmarks if points is not None]
    assert take.square.side == HEIGHT or take.square.side >= max(sides)
    assert take.face == pytest.approx(np.median([np.ptp(points, axis=0).max() for points in take.landmarks if points is not None]))


def test_figures_are_shots() -> None:
    frames = drawn(1.0)
    found = survey_figures(timed([*frames[:4], *elsewhere(frames[4:])]), pad=False)
    assert stretches(found) == [(0, 4), (4, 10)]
    assert found.takes[0].square == ((WIDTH - 1) / 2, (HEIGHT - 1) / 2, HEIGHT)
    assert found.takes[0].landmarks is None
    assert survey_figures(timed(frames), pad=True).takes[0].square.side == WIDTH
