"""Lids and lips, set as shares."""

import numpy as np
import pytest

from puppet.motion import FloatArray, Motion
from puppet.steering.openings import share_eyes, touch_lips
from tests.puppet.steering.steered_faces import LIDS, LIPS, blinking, carried, face, gaps, similarity, speaking

SOURCE = face(1)
ONES: FloatArray = np.tile(np.eye(2, dtype=np.float32), (20, 1, 1))


@pytest.mark.parametrize(("shut", "share", "left"), [(1, 1, 0), (0.5, 1, 0.5), (0.5, 2, 0), (0.5, 0.5, 0.75), (0.8, 3, 0), (-0.2, 1, 1.2)])
def test_eyes_open_by_a_share_of_the_way(shut: float, share: float, left: float) -> None:
    points = SOURCE.points.copy()
    share_eyes(points, ONES, SOURCE, blinking(SOURCE, shut), ONES, lids=LIDS, share=share)
    assert gaps(Motion(points, ONES)) == pytest.approx(left * gaps(SOURCE), abs=1e-6)


def test_a_head_that_turns_takes_its_eyes_along() -> None:
    turn = similarity(30, 1.2)
    posed = carried(blinking(SOURCE, 0.5), turn)
    points = carried(SOURCE, turn).points
    share_eyes(points, np.tile(turn, (20, 1, 1)), SOURCE, posed, np.tile(turn, (20, 1, 1)), lids=LIDS, share=1)
    gap, before = points[7] - points[6], turn @ (SOURCE.points[7] - SOURCE.points[6])
    np.testing.assert_allclose(gap, before / 2, atol=1e-6)


def test_lips_that_crossed_touch_and_the_chin_comes_along() -> None:
    source = SOURCE._replace(jacobians=ONES)
    crossed = speaking(source, -0.05).points
    touch_lips(crossed, ONES, source, source, LIPS)
    assert crossed[15, 1] == pytest.approx(crossed[14, 1], abs=1e-6)
    assert crossed[17, 1] == pytest.approx(source.points[17, 1] - 0.01, abs=1e-6)


def test_lips_that_are_open_or_posed_so_stay() -> None:
    source = SOURCE._replace(jacobians=ONES)
    posed = speaking(source, -0.05)
    for motion in (speaking(source, 0.1), posed):
        points = motion.points.copy()
        touch_lips(points, ONES, source, posed, LIPS)
        assert np.array_equal(points, motion.points)
