"""Two people before the camera as the real face finder sees them: pictures put together from the driving clips."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from engines.faces.finder import MeshFaceFinder, open_face_finder
from puppet.assets import ASSETS
from puppet.faces.people import People
from puppet.faces.tracker import square_around
from puppet.media.clip import open_clip
from puppet.picture import Picture, freeze

CLIPS = [ASSETS / "driving" / name for name in ("webcam_1.mp4", "webcam_2.mp4")]


Pair = tuple[Picture, Picture]
Following = tuple[MeshFaceFinder, People]


@pytest.fixture
def people() -> Iterator[Following]:
    finder = open_face_finder()
    people = People(finder, 2)
    yield finder, people
    people.close()


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Every fifth frame of the first seconds of both clips, (300, 400, 3) each."""
    first, second = ([frame.picture for frame in islice(open_clip(clip), 0, 80, 5)] for clip in CLIPS)
    return list(zip(first, second, strict=True))


def test_each_is_followed_as_if_alone(people: Following, pairs: list[Pair]) -> None:
    finder, follow = people
    for index, pair in enumerate(pairs):
        tracked, exchanged = follow(freeze(np.hstack(pair)), index / 5)
        assert not exchanged
        for number, (one, picture) in enumerate(zip(tracked, pair, strict=True)):
            alone = finder.find(picture)
            assert one.face is not None and alone is not None
            apart = np.abs(one.face.landmarks - (400 * number, 0) - alone.landmarks).max()
            assert apart < 0.1 * np.ptp(alone.landmarks, axis=0).max()


def test_one_who_is_covered_for_a_while_is_found_again(people: Following, pairs: list[Pair]) -> None:
    _, follow = people
    seen = []
    for index, (left, right) in enumerate(pairs):
        shown = np.full_like(right, 90) if 5 <= index < 9 else right
        tracked = follow(freeze(np.hstack([left, shown])), index / 5).tracked
        assert tracked[0].face is not None and tracked[0].face.landmarks[:, 0].max() < 400
        seen.append(tracked[1].face is not None)
    assert seen[:9] == [True] * 5 + [False] * 4
    assert all(seen[11:]), "looked for a quarter of a second later"


def test_one_who_walks_before_the_other_keeps_the_number(people: Following, pairs: list[Pair]) -> None:
    finder, follow = people
    left, right = pairs[0]
    face = finder.find(left)
    assert face is not None
    square = square_around(face.landmarks)
    middle, half = round(square.x), round(0.3 * square.side)
    card = left[:, middle - half : middle + half]
    room = np.concatenate([np.full((300, 300, 3), 120, np.uint8), right, np.full((300, 300, 3), 120, np.uint8)], axis=1)
    own = finder.find(freeze(room))
    assert own is not None
    stands = float(own.landmarks[:, 0].mean())
    hidden = False
    for index, x in enumerate(range(120, 900, 15)):
        picture = room.copy()
        picture[:, x - half : x + half] = card
        tracked = follow(freeze(picture), index / 25).tracked
        hidden = hidden or tracked[1].face is None
        assert tracked[0].face is not None and abs(tracked[0].face.landmarks[:, 0].mean() - x) < 30
    assert hidden, "they crossed"
    assert tracked[1].face is not None and abs(tracked[1].face.landmarks[:, 0].mean() - stands) < 15
