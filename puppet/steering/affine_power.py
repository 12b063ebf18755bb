"""Shares and multiples of a local change: half of a turn by 20 degrees is one by 10, twice a growth by 1.1 one by 1.21.

A linear map of the plane, with points as complex numbers z, is `turn * z + fold * conj(z)`. Its singular values are
abs(turn) + abs(fold) and abs(turn) - abs(fold), its determinant is their product, and it turns by the angle of `turn`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from puppet.motion import Floats

FLAT = 1e-6
"""Shorter singular value up to which a map has no such share, for it folds what it maps; there the share is a linear one."""

Complex = npt.NDArray[np.complex128]


class Linear(NamedTuple):
    """Linear maps of the plane, both (...)."""

    turn: Complex
    fold: Complex


def linear(maps: Floats) -> Linear:
    """Maps (..., 2, 2) as complex numbers."""
    a, b, c, d = maps[..., 0, 0], maps[..., 0, 1], maps[..., 1, 0], maps[..., 1, 1]
    half = np.complex128(0.5)
    return Linear(half * (a + d) + half * 1j * (c - b), half * (a - d) + half * 1j * (c + b))


def matrices(maps: Linear) -> npt.NDArray[np.float64]:
    """Maps as matrices (..., 2, 2)."""
    turn, fold = maps
    more, less = turn + fold, turn - fold
    made = np.empty((*turn.shape, 2, 2))
    made[..., 0, 0], made[..., 0, 1] = more.real, -less.imag
    made[..., 1, 0], made[..., 1, 1] = more.imag, less.real
    return made


def power(maps: Floats, exponent: float) -> Floats:
    """Linear maps (..., 2, 2), each to the power of `exponent`: 0 gives the identity, 1 the map itself.

    A map is taken apart into a turn and a stretch (its polar decomposition); the angle is multiplied, the stretch along its own
    axes is raised. So determinants stay positive for any exponent.
    """
    if exponent == 1:
        return maps
    turn, fold = linear(maps)
    even, uneven = np.abs(turn), np.abs(fold)
    longer, shorter = (even + uneven) ** exponent, np.maximum(even - uneven, FLAT) ** exponent
    swing = np.exp(1j * (exponent - 1) * np.angle(turn))
    turned = Linear(swing * turn * ((longer + shorter) / (2 * even + 1e-30)), swing * fold * ((longer - shorter) / (2 * uneven + 1e-30)))
    flat = even - uneven <= FLAT
    if flat.any():
        share = Linear(1 + exponent * (turn - 1), exponent * fold)
        turned = Linear(*(np.where(flat, straight, bent) for straight, bent in zip(share, turned, strict=True)))
    return matrices(turned)


def inverse(maps: Floats) -> Floats:
    """Inverses of linear maps (..., 2, 2); of one that folds what it maps, as near to one as there is."""
    a, b, c, d = maps[..., 0, 0], maps[..., 0, 1], maps[..., 1, 0], maps[..., 1, 1]
    determinant = a * d - b * c
    determinant = np.where(np.abs(determinant) < FLAT, np.where(determinant < 0, -FLAT, FLAT), determinant)
    inverted = np.empty(maps.shape, np.float64)
    inverted[..., 0, 0], inverted[..., 0, 1] = d / determinant, -b / determinant
    inverted[..., 1, 0], inverted[..., 1, 1] = -c / determinant, a / determinant
    return inverted
