"""A change taken apart and put together."""

import numpy as np
import pytest

from puppet.motion import Motion
from puppet.steering.change import put_together, take_apart
from tests.puppet.steering.steered_faces import LIDS, LIPS, assert_alike, blinking, carried, face, gaps, similarity, speaking

SOURCE = face(1)
POSED = carried(speaking(face(1, 0.02)), similarity(15, 1.3), (0.1, -0.2))


def test_all_of_it_is_the_posed_motion_and_none_of_it_the_source() -> None:
    change = take_apart(SOURCE, POSED)
    assert_alike(put_together(SOURCE, POSED, change), POSED)
    assert_alike(put_together(SOURCE, POSED, change, lids=LIDS, lips=LIPS), POSED)
    assert_alike(put_together(SOURCE, POSED, change, head=0, face=0, eyes=0, lids=LIDS, lips=LIPS), SOURCE)


def test_what_moves_as_one_is_the_heads_alone() -> None:
    change = take_apart(SOURCE, carried(SOURCE, similarity(20, 1.5), (0.3, 0.1)))
    assert abs(change.tilt) == pytest.approx(1.5, rel=1e-5)
    assert np.degrees(np.angle(change.tilt)) == pytest.approx(20, abs=1e-3)
    np.testing.assert_allclose(change.target - change.origin, (0.3, 0.1), atol=1e-6)
    np.testing.assert_allclose(change.shifts, 0, atol=1e-6)
    np.testing.assert_allclose(change.changes, np.tile(np.eye(2), (20, 1, 1)), atol=1e-5)


def test_the_face_is_told_as_seen_before_the_heads_motion() -> None:
    still = take_apart(SOURCE, speaking(SOURCE))
    moved = take_apart(SOURCE, carried(speaking(SOURCE), similarity(40, 0.8), (0.2, 0)))
    np.testing.assert_allclose(moved.shifts, still.shifts, atol=1e-6)
    np.testing.assert_allclose(moved.changes, still.changes, atol=1e-5)


def test_head_and_face_are_shared_out_by_themselves() -> None:
    change = take_apart(SOURCE, POSED)
    head = put_together(SOURCE, POSED, change, face=0, eyes=0, lids=LIDS, lips=LIPS)
    assert take_apart(SOURCE, head).tilt == pytest.approx(change.tilt, abs=1e-4)
    np.testing.assert_allclose(take_apart(SOURCE, head).shifts, 0, atol=1e-6)
    expression = put_together(SOURCE, POSED, change, head=0)
    assert take_apart(SOURCE, expression).tilt == pytest.approx(1, abs=1e-2)
    np.testing.assert_allclose(expression.points - SOURCE.points, change.shifts, atol=1e-6)


def test_lids_shut_whatever_else_is_held_back() -> None:
    posed = carried(blinking(SOURCE), similarity(10))
    held = put_together(SOURCE, posed, take_apart(SOURCE, posed), head=0.2, face=0.2, lids=LIDS)
    np.testing.assert_allclose(gaps(held), 0, atol=1e-6)


@pytest.mark.parametrize("points", [np.zeros((20, 2)), np.full((20, 2), 3.0)])
def test_points_in_one_place_are_no_error(points: np.ndarray) -> None:
    flat = Motion(points.astype(np.float32), np.zeros((20, 2, 2), np.float32))
    for source, posed in ((flat, SOURCE), (SOURCE, flat), (flat, flat)):
        made = put_together(source, posed, take_apart(source, posed), head=0.5, face=0.5, eyes=0.5, lids=LIDS, lips=LIPS)
        assert np.isfinite(made.points).all() and np.isfinite(made.jacobians).all()
