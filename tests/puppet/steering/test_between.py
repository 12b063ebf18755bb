"""On the way from one motion to another."""

import numpy as np
import pytest

from puppet.steering.between import between, eased
from tests.puppet.steering.steered_faces import assert_alike, carried, face, similarity


def test_both_ends_are_exact() -> None:
    first, second = face(1), face(2, 0.05)
    assert between(first, second, 0) is first and between(first, second, -1) is first
    assert between(first, second, 1) is second and between(first, second, 2) is second
    assert_alike(between(first, second, 1e-7), first, 1e-5)
    assert_alike(between(first, second, 1 - 1e-7), second, 1e-5)


def test_points_go_straight_and_determinants_stay_positive_even_half_round() -> None:
    first = face(1)
    second = carried(first, similarity(175, 0.7), (0.2, 0))
    for share in np.linspace(0, 1, 11):
        way = between(first, second, float(share))
        np.testing.assert_allclose(way.points, first.points + share * (second.points - first.points), atol=1e-6)
        assert (np.linalg.det(way.jacobians) > 0.3 * np.linalg.det(first.jacobians)).all()
        assert way.points.dtype == way.jacobians.dtype == np.float32


def test_ease_is_slow_at_both_ends_and_symmetrical() -> None:
    assert [eased(share) for share in (-1, 0, 0.5, 1, 7)] == [0, 0, 0.5, 1, 1]
    assert eased(0.1) < 0.05
    assert eased(0.3) == pytest.approx(1 - eased(0.7))
