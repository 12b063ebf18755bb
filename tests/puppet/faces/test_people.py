"""Two people before the camera: numbered from left to right, kept by where they are, and never both the same face."""

from typing import NamedTuple

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import LANDMARKS
from puppet.faces.people import People, Sighting
from puppet.faces.tracker import Tracked
from puppet.motion import FloatArray
from puppet.picture import Picture, freeze

PICTURE: Picture = freeze(np.zeros((480, 640, 3), np.uint8))


class Somebody(NamedTuple):
    """One who stands before the camera: the middle of the face and half its height, px. Whoever is named later stands nearer."""

    x: float
    size: float = 60.0
    y: float = 240.0

    @property
    def landmarks(self) -> FloatArray:
        return (LANDMARKS * self.size + (self.x, self.y)).astype(np.float32)


class World:
    """A face finder for faces that hide each other: near a place it sees the nearest face, else the largest, as the real one does."""

    def __init__(self) -> None:
        self.people: list[Somebody] = []
        self.looks = 0
        self.reach = 0.5  # sides of a face from where it was within which it is found again

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        seen = self._seen()
        if near is not None:
            middle, reach = near.mean(axis=0), self.reach * float(np.ptp(near, axis=0).max())
            close = [face for face in seen if np.hypot(*(face.landmarks.mean(axis=0) - middle)) < reach]
            if close:
                return min(close, key=lambda face: float(np.hypot(*(face.landmarks.mean(axis=0) - middle))))
        return seen[0] if seen else None

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        self.looks += 1
        return self._seen()[:most]

    def close(self) -> None:
        """Nothing is held."""

    def _seen(self) -> list[Face]:
        seen = [
            one
            for index, one in enumerate(self.people)
            if all(np.hypot(one.x - other.x, one.y - other.y) > 1.2 * other.size for other in self.people[index + 1 :])
        ]
        faces = [Face(one.landmarks, np.zeros((468, 3), np.float32), 1.0) for one in seen]
        return sorted(faces, key=lambda face: -float(np.ptp(face.landmarks, axis=0).max()))


class Room:
    """Two people's tracker, what it looks at, and a clock."""

    def __init__(self, count: int = 2, rate: float = 25) -> None:
        self.rate = rate
        self.world = World()
        self.people = People(self.world, count)
        self.frames = 0

    def show(self, *people: Somebody, frames: int = 1) -> Sighting:
        """Let these stand there for some frames; what was seen in the last one."""
        self.world.people = list(people)
        for _ in range(frames):
            self.frames += 1
            sighting = self.people(PICTURE, 10 + self.frames / self.rate)
            held = [tracked.face for tracked in sighting.tracked if tracked.face is not None]
            for index, face in enumerate(held):
                assert not any(np.allclose(face.landmarks, other.landmarks) for other in held[:index]), "one face was given twice"
        return sighting


def places(sighting: Sighting) -> list[int | None]:
    """How far right each person's face lies, px; None for who is away."""
    return [None if tracked.face is None else round(float(tracked.face.landmarks[:, 0].mean())) for tracked in sighting.tracked]


def at(*people: Somebody | None) -> list[int | None]:
    """What `places` says of these."""
    return [None if one is None else round(float(one.landmarks[:, 0].mean())) for one in people]


LEFT, RIGHT = Somebody(180), Somebody(460, 55)


def test_two_who_are_there_are_numbered_from_left_to_right_at_once() -> None:
    for order in ((LEFT, RIGHT), (RIGHT, LEFT)):
        assert places(Room().show(*order)) == at(LEFT, RIGHT)


def test_whoever_comes_second_and_sits_down_left_is_the_first() -> None:
    room = Room()
    assert places(room.show(RIGHT, frames=50)) == at(RIGHT, None)
    for _ in range(30):
        sighting = room.show(RIGHT, LEFT)
        if sighting.tracked[1].face is not None:
            break
    assert places(sighting) == at(LEFT, RIGHT)
    assert sighting.exchanged
    assert not sighting.tracked[1].jumped, "who was there before is still the same"
    assert not room.show(RIGHT, LEFT, frames=3).exchanged


def test_one_who_comes_second_on_the_right_exchanges_nobody() -> None:
    room = Room()
    room.show(LEFT, frames=10)
    assert places(room.show(LEFT, RIGHT, frames=30)) == at(LEFT, RIGHT)


def test_two_who_cross_keep_their_numbers() -> None:
    room = Room()
    room.show(LEFT, RIGHT, frames=5)
    for step in range(71):
        behind, front = Somebody(460 - 4 * step, 55), Somebody(180 + 4 * step)
        sighting = room.show(behind, front)
        if step == 35:
            assert places(sighting) == at(front, None), "the one behind is hidden"
    assert places(room.show(behind, front, frames=15)) == at(Somebody(460), Somebody(180, 55))


def test_one_who_leaves_and_comes_back_has_the_same_number() -> None:
    room = Room()
    room.show(LEFT, RIGHT, frames=5)
    gone = room.show(RIGHT, frames=100)
    assert places(gone) == at(None, RIGHT)
    assert gone.tracked[0].lost_for > 3.5
    assert places(room.show(RIGHT, Somebody(560), frames=30)) == at(Somebody(560), RIGHT), "even on the other side"


def test_both_who_leave_come_back_where_they_were() -> None:
    room = Room()
    room.show(LEFT, RIGHT, frames=5)
    room.show(frames=60)
    assert places(room.show(RIGHT, frames=40)) == at(None, RIGHT)
    assert places(room.show(RIGHT, LEFT, frames=40)) == at(LEFT, RIGHT)


def test_a_face_that_is_lost_for_a_moment_holds_its_square_and_the_other_is_untouched() -> None:
    room = Room()
    before = room.show(LEFT, RIGHT, frames=5)
    during = room.show(LEFT)
    assert places(during) == at(LEFT, None)
    assert during.tracked[1].square == before.tracked[1].square
    after = room.show(LEFT, RIGHT, frames=8)
    assert places(after) == at(LEFT, RIGHT)
    assert after.tracked[1].square == before.tracked[1].square


def test_a_third_who_walks_by_takes_nobodys_place() -> None:
    room = Room()
    room.show(LEFT, RIGHT, frames=5)
    for step in range(60):
        sighting = room.show(Somebody(10 + 10 * step, 50), LEFT, RIGHT)  # behind both
        assert places(sighting) == at(LEFT, RIGHT)


def test_a_third_far_behind_is_not_the_one_who_is_missing() -> None:
    room = Room()
    room.show(LEFT, RIGHT, frames=5)
    assert places(room.show(LEFT, Somebody(440, 20), frames=150)) == at(LEFT, None)
    assert places(room.show(LEFT, Somebody(440, 20), RIGHT, frames=30)) == at(LEFT, RIGHT)


def test_a_third_elsewhere_is_taken_only_when_the_missing_one_stays_away() -> None:
    room = Room()
    room.show(LEFT, RIGHT, frames=5)
    elsewhere = Somebody(330, 50)
    assert places(room.show(LEFT, elsewhere, frames=20)) == at(LEFT, None)
    assert places(room.show(LEFT, elsewhere, frames=100)) == at(LEFT, elsewhere)


@pytest.mark.parametrize(("size", "frames"), [(80, 8), (60, 110)])
def test_a_third_who_passes_before_the_camera_is_not_kept(size: float, frames: int) -> None:
    room = Room()
    room.show(LEFT, RIGHT, frames=5)
    for step in range(45):
        room.show(LEFT, RIGHT, Somebody(-100 + 20 * step, size))
    assert places(room.show(LEFT, RIGHT, frames=frames)) == at(LEFT, RIGHT), "one as large as they are is followed until they are away"


@pytest.mark.parametrize(("rate", "looks"), [(25, 1), (5, 0)])
def test_a_quick_head_is_looked_for_at_once_and_where_frames_come_slowly_it_is_no_wonder(rate: float, looks: int) -> None:
    room = Room(rate=rate)
    room.show(LEFT, RIGHT, frames=10)
    room.world.looks, room.world.reach = 0, 1.2
    quick = RIGHT._replace(x=540)
    assert places(room.show(LEFT, quick)) == at(LEFT, quick)
    assert room.world.looks == looks


def test_two_cheek_to_cheek_are_two() -> None:
    room = Room()
    near = Somebody(250), Somebody(330)
    assert places(room.show(*near, frames=10)) == at(*near)


def test_a_swap_is_told_once_and_lasts() -> None:
    room = Room()
    room.show(LEFT, RIGHT, frames=5)
    room.people.swap()
    swapped = room.show(LEFT, RIGHT)
    assert places(swapped) == at(RIGHT, LEFT)
    assert swapped.exchanged
    later = room.show(LEFT, RIGHT, frames=20)
    assert places(later) == at(RIGHT, LEFT)
    assert not later.exchanged
    room.people.swap()
    room.people.swap()
    assert not room.show(LEFT, RIGHT).exchanged


def test_the_second_is_looked_for_now_and_then_only() -> None:
    room = Room()
    room.show(LEFT, frames=250)
    assert 10 <= room.world.looks <= 12, "once a second where nobody was yet"
    room.show(LEFT, RIGHT, frames=30)
    room.world.looks = 0
    room.show(LEFT, RIGHT, frames=100)
    assert room.world.looks == 0
    room.show(LEFT, frames=50)
    assert 6 <= room.world.looks <= 9, "four times a second after somebody was lost"


def test_nobody_and_one_alone() -> None:
    room = Room()
    assert room.show(frames=60).tracked == (Tracked(None, None), Tracked(None, None))
    assert places(room.show(RIGHT, frames=60)) == at(RIGHT, None)


def test_one_person_more_or_less_leaves_the_first_alone() -> None:
    room = Room(count=1)
    assert places(room.show(LEFT, RIGHT, frames=5)) == at(LEFT)
    room.people.expect(2)
    both = room.show(LEFT, RIGHT)
    assert places(both) == at(LEFT, RIGHT)
    assert not both.tracked[0].jumped
    room.people.expect(1)
    alone = room.show(LEFT, RIGHT)
    assert places(alone) == at(LEFT)
    assert not alone.tracked[0].jumped


@pytest.mark.parametrize("count", [1, 2])
def test_after_a_reset_all_are_framed_anew(count: int) -> None:
    room = Room(count)
    room.show(LEFT, RIGHT, frames=5)
    room.people.reset()
    assert all(tracked.jumped for tracked in room.show(LEFT, RIGHT).tracked)
