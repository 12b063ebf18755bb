"""Shares and multiples of linear maps, against what they must be."""

import numpy as np
import pytest

from puppet.motion import FloatArray
from puppet.steering.affine_power import inverse, linear, matrices, power
from tests.puppet.steering.steered_faces import similarity

FOLDED: FloatArray = np.array([[[1, 0], [0, -0.5]], [[0, 0], [0, 0]]], np.float32)


def maps(count: int = 50) -> FloatArray:
    """Maps with positive determinants: turned up to a half turn, stretched unevenly."""
    random = np.random.default_rng(0)
    turns = np.stack([similarity(angle) for angle in random.uniform(-170, 170, count)])
    leans = np.stack([similarity(angle) for angle in random.uniform(-90, 90, count)])
    stretches = np.zeros((count, 2, 2))
    stretches[:, [0, 1], [0, 1]] = np.exp(random.uniform(-1, 1, (count, 2)))
    return np.asarray(turns @ leans @ stretches @ leans.transpose(0, 2, 1), np.float32)


def test_complex_numbers_and_matrices_are_the_same_maps() -> None:
    np.testing.assert_allclose(matrices(linear(maps())), maps(), atol=1e-6)
    turn, fold = linear(maps())
    longer, shorter = np.linalg.svd(maps(), compute_uv=False).T
    np.testing.assert_allclose(np.abs(turn) + np.abs(fold), longer, rtol=1e-4)
    np.testing.assert_allclose(np.abs(turn) - np.abs(fold), shorter, rtol=1e-4)


def test_the_ends_are_the_identity_and_the_map_itself() -> None:
    np.testing.assert_allclose(power(maps(), 0), np.tile(np.eye(2), (50, 1, 1)), atol=1e-6)
    assert np.array_equal(power(maps(), 1), maps())
    np.testing.assert_allclose(power(maps(), 1 - 1e-9), maps(), atol=1e-6)


def test_half_a_turn_and_growth_twice_is_all_of_it() -> None:
    whole = similarity(40, 1.44)[None]
    np.testing.assert_allclose(power(whole, 0.5)[0], similarity(20, 1.2), atol=1e-6)
    np.testing.assert_allclose(power(whole, 2)[0], similarity(80, 1.44**2), atol=1e-5)
    np.testing.assert_allclose(power(whole, -1), inverse(whole), atol=1e-6)


def test_determinants_are_raised_and_stay_positive() -> None:
    for exponent in (-1.0, 0.3, 0.8, 2.0, 3.0):
        np.testing.assert_allclose(np.linalg.det(power(maps(), exponent)), np.linalg.det(maps()) ** exponent, rtol=1e-3)


@pytest.mark.parametrize("exponent", [0.0, 0.4, 1.0, 2.0])
def test_maps_that_fold_are_shared_out_straight(exponent: float) -> None:
    np.testing.assert_allclose(power(FOLDED, exponent), np.eye(2) + exponent * (FOLDED - np.eye(2)), atol=1e-6)


def test_inverses_undo() -> None:
    np.testing.assert_allclose(inverse(maps()) @ maps(), np.tile(np.eye(2), (50, 1, 1)), atol=1e-4)
    assert np.isfinite(inverse(FOLDED)).all()
