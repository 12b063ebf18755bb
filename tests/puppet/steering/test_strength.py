"""More or less of a motion."""

import numpy as np
import pytest

from puppet.motion import WIDEST_EYES
from puppet.steering.change import take_apart
from puppet.steering.strength import strengthen
from tests.puppet.steering.steered_faces import LIDS, LIPS, assert_alike, blinking, carried, face, gaps, similarity, speaking

SOURCE = face(1)
POSED = carried(speaking(face(1, 0.02)), similarity(15, 1.2), (0.1, -0.2))


def test_the_ends_are_exact() -> None:
    assert strengthen(SOURCE, POSED, 1) is POSED
    assert strengthen(SOURCE, POSED, 0) is SOURCE
    for lids, lips in (((), ()), (LIDS, LIPS)):
        assert_alike(strengthen(SOURCE, POSED, 1 - 1e-7, lids=lids, lips=lips), POSED)
        assert_alike(strengthen(SOURCE, POSED, 1e-7, lids=lids, lips=lips), SOURCE)


@pytest.mark.parametrize("strength", [0.3, 0.7, 1.5, 2.0])
def test_a_portrait_at_rest_stays_at_rest(strength: float) -> None:
    assert_alike(strengthen(SOURCE, SOURCE, strength, lids=LIDS, lips=LIPS), SOURCE)


def test_twice_a_tilt_is_a_tilt_without_swelling() -> None:
    strong = strengthen(SOURCE, carried(SOURCE, similarity(30), (0.1, 0)), 2, lids=LIDS, lips=LIPS)
    assert_alike(strong, carried(SOURCE, similarity(60), (0.2, 0)))


def test_what_the_face_does_is_multiplied() -> None:
    open_by = [strengthen(SOURCE, speaking(SOURCE, 0.06), strength, lids=LIDS, lips=LIPS) for strength in (0.5, 1, 2)]
    gap = [float(motion.points[LIPS[1], 1] - motion.points[LIPS[0], 1]) - 0.01 for motion in open_by]
    assert gap == pytest.approx([0.03, 0.06, 0.12], abs=0.006)


def test_half_of_half_is_a_quarter() -> None:
    half = strengthen(SOURCE, POSED, 0.5)
    assert_alike(strengthen(SOURCE, half, 0.5), strengthen(SOURCE, POSED, 0.25), 1e-4)


def test_it_turns_and_grows_with_the_portrait() -> None:
    frame, shift = similarity(25, 0.8), (0.1, 0.05)
    middle = SOURCE.points.mean(axis=0)

    def moved(points: np.ndarray) -> np.ndarray:
        return np.asarray((points - middle) @ frame.T + middle + shift)

    source, posed = (
        motion._replace(points=moved(motion.points).astype(np.float32), jacobians=frame @ motion.jacobians) for motion in (SOURCE, POSED)
    )
    strong = strengthen(SOURCE, POSED, 1.6, lids=LIDS, lips=LIPS)
    expected = strong._replace(points=moved(strong.points).astype(np.float32), jacobians=frame @ strong.jacobians)
    assert_alike(strengthen(source, posed, 1.6, lids=LIDS, lips=LIPS), expected, 1e-4)


@pytest.mark.parametrize("strength", [1.2, 2.0])
def test_lids_and_lips_never_cross(strength: float) -> None:
    shut = strengthen(SOURCE, blinking(SOURCE, 0.9), strength, lids=LIDS, lips=LIPS)
    np.testing.assert_allclose(gaps(shut), np.maximum(0, 1 - 0.9 * strength) * gaps(SOURCE), atol=1e-6)
    pressed = speaking(SOURCE, -0.009)
    assert strengthen(SOURCE, pressed, strength).points[15, 1] < SOURCE.points[14, 1], "they would cross"
    kept = strengthen(SOURCE, pressed, strength, lids=LIDS, lips=LIPS)
    down = kept.jacobians[14][:, 1]
    assert float((kept.points[15] - kept.points[14]) @ down) > -1e-4


def test_eyes_are_not_torn_open() -> None:
    wide = blinking(SOURCE, -0.5)
    assert gaps(strengthen(SOURCE, wide, 2, lids=LIDS)) == pytest.approx(WIDEST_EYES * gaps(SOURCE), abs=1e-3)


def test_determinants_stay_positive() -> None:
    uneven = face(3, 0.15)
    for strength in (0.5, 1.5, 2.0):
        strong = strengthen(face(1), uneven, strength)
        signs = np.sign(np.linalg.det(uneven.jacobians))
        assert (np.sign(np.linalg.det(strong.jacobians))[signs > 0] > 0).all()
        assert strong.points.dtype == strong.jacobians.dtype == np.float32
    assert take_apart(face(1), uneven).shifts.any()
