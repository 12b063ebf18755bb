"""Head and face, one without the other."""

import numpy as np
import pytest

from puppet.motion import FloatArray, Motion
from puppet.steering.emphasis import Emphasis, HeadFit, emphasise
from tests.puppet.steering.steered_faces import LIDS, LIPS, assert_alike, blinking, carried, face, gaps, similarity, speaking

SOURCE = face(1)
AFFINE: FloatArray = np.array([[1.1, 0.15], [-0.1, 0.9]], np.float32)


def emphasised(posed: Motion, how: Emphasis, source: Motion = SOURCE) -> Motion:
    return emphasise(source, posed, how, lids=LIDS, lips=LIPS)


def turned_away(motion: Motion, degrees: float) -> Motion:
    """A head turned about its long axis: what lies nearer to the viewer moves farther across."""
    angle = np.radians(degrees)
    x, y = motion.points.T - motion.points.mean(axis=0)[:, None]
    depth = 0.25 - (x * x + y * y)
    points = np.stack([x * np.cos(angle) + depth * np.sin(angle), y], axis=1) + motion.points.mean(axis=0)
    squeezed = np.array([[np.cos(angle), 0], [0, 1]], np.float32)
    return Motion(points.astype(np.float32), (squeezed @ motion.jacobians).astype(np.float32))


def test_the_whole_is_the_posed_motion() -> None:
    posed = face(2, 0.05)
    assert emphasised(posed, "whole") is posed
    assert HeadFit(SOURCE).emphasise(posed, "whole") is posed


@pytest.mark.parametrize("how", ["head", "face"])
def test_a_portrait_at_rest_stays_at_rest(how: Emphasis) -> None:
    assert_alike(emphasised(SOURCE, how), SOURCE, 1e-6)
    assert_alike(emphasise(SOURCE, SOURCE, how), SOURCE, 1e-6)


@pytest.mark.parametrize("linear", [similarity(25, 1.2), AFFINE])
def test_what_moves_as_one_is_the_heads(linear: FloatArray) -> None:
    posed = carried(SOURCE, linear, (0.2, -0.1))
    assert_alike(emphasised(posed, "head"), posed)
    assert_alike(emphasised(posed, "face"), SOURCE)


def test_speech_and_blinks_are_the_faces_alone() -> None:
    for posed in (speaking(SOURCE), blinking(SOURCE), speaking(blinking(SOURCE, 0.5), 0.15)):
        assert_alike(emphasised(posed, "head"), SOURCE)
        assert_alike(emphasised(posed, "face"), posed)


def test_a_head_that_turns_and_speaks_is_taken_apart() -> None:
    spoken = speaking(blinking(SOURCE))
    posed = carried(spoken, similarity(20, 1.1), (0.1, 0.2))
    middle = SOURCE.points.mean(axis=0)
    head = emphasised(posed, "head")
    np.testing.assert_allclose(gaps(head), 1.1 * gaps(SOURCE), rtol=1e-4)
    expected = (SOURCE.points - spoken.points.mean(axis=0)) @ similarity(20, 1.1).T + spoken.points.mean(axis=0) + (0.1, 0.2)
    np.testing.assert_allclose(head.points, expected, atol=1e-5)
    assert_alike(emphasised(posed, "face"), spoken, 1e-4)
    assert np.abs(head.points.mean(axis=0) - middle).max() > 0.05


def test_raised_brows_hardly_move_the_head() -> None:
    points = SOURCE.points.copy()
    points[:2, 1] -= 0.08
    posed = SOURCE._replace(points=points)
    kept = np.abs(emphasised(posed, "head").points - SOURCE.points)
    assert kept[2:].max() < 0.02 and kept[:2].max() < 0.055
    assert (SOURCE.points[:2, 1] - emphasised(posed, "face").points[:2, 1] > 0.03).all()


def test_a_head_turned_away_is_the_heads_doing() -> None:
    posed = turned_away(SOURCE, 20)
    moved = float(np.abs(posed.points - SOURCE.points).max())
    assert np.abs(emphasised(posed, "face").points - SOURCE.points).max() < 0.1 * moved
    flat = np.abs(emphasise(SOURCE, posed, "face").points - SOURCE.points).max()
    assert flat > 0.25 * moved, "without the depth that a named face has, more is left over"


def test_head_and_face_make_up_the_whole_again() -> None:
    posed = carried(speaking(face(1, 0.02)), similarity(20, 1.2), (0.1, -0.1))
    head, expression = (emphasised(posed, how) for how in ("head", "face"))
    changes = head.jacobians @ np.linalg.inv(SOURCE.jacobians)
    points = head.points + (changes @ (expression.points - SOURCE.points)[..., None])[..., 0]
    assert_alike(Motion(points, changes @ expression.jacobians), posed, 1e-4)


def test_the_heads_motion_turns_and_grows_with_what_is_posed() -> None:
    posed = speaking(face(1, 0.03))
    frame = similarity(35, 0.7)
    moved = Motion((posed.points @ frame.T + (0.3, 0.1)).astype(np.float32), frame @ posed.jacobians)
    head, moved_head = emphasised(posed, "head"), emphasised(moved, "head")
    assert_alike(moved_head, Motion((head.points @ frame.T + (0.3, 0.1)).astype(np.float32), frame @ head.jacobians), 1e-4)
    assert_alike(emphasised(moved, "face"), emphasised(posed, "face"), 1e-4)


@pytest.mark.parametrize("count", [1, 2, 4, 7, 10])
@pytest.mark.parametrize("how", ["head", "face"])
def test_few_keypoints_and_all_in_one_place_are_no_error(count: int, how: Emphasis) -> None:
    few = Motion(SOURCE.points[:count], SOURCE.jacobians[:count])
    flat = Motion(np.zeros((count, 2), np.float32), SOURCE.jacobians[:count])
    shifted = few._replace(points=few.points + np.float32(0.1))
    assert_alike(emphasise(few, shifted, "head"), shifted, 1e-4)
    for source, posed in ((few, flat), (flat, few), (flat, flat)):
        made = emphasise(source, posed, how)
        assert np.isfinite(made.points).all() and np.isfinite(made.jacobians).all()
