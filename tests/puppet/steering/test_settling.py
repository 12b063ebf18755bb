"""A neutral pose, once a face has kept still for a moment."""

import numpy as np

from puppet.motion import Motion
from puppet.steering.settling import SETTLING, Settling
from tests.puppet.steering.steered_faces import assert_alike, blinking, carried, face, similarity

RATE = 25.0


def settled(motions: list[Motion]) -> list[Motion | None]:
    settling = Settling()
    return [settling.watch(motion, index / RATE) for index, motion in enumerate(motions)]


def test_it_takes_its_time_and_gives_one_pose() -> None:
    seen = settled([face(1)] * 26)
    assert seen[:25] == [None] * 25 and round(SETTLING * RATE) == 25
    assert seen[25] is not None
    assert_alike(seen[25], face(1), 1e-6)


def test_neither_the_beginning_nor_a_blink_decides() -> None:
    motions = [carried(face(1), similarity(40))] * 12 + [face(1)] * 5 + [blinking(face(1))] * 4 + [face(1)] * 5
    pose = settled(motions)[-1]
    assert pose is not None
    assert_alike(pose, face(1), 1e-6)


def test_after_a_reset_it_begins_anew() -> None:
    settling = Settling()
    for index in range(20):
        settling.watch(face(1), index / RATE)
    settling.reset()
    assert all(settling.watch(face(2), index / RATE) is None for index in range(20, 44))
    pose = settling.watch(face(2), 45 / RATE)
    assert pose is not None
    assert np.array_equal(pose.points, face(2).points)
