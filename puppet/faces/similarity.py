"""Similarities of the plane (turn and growth), as factors of complex numbers."""

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.complex128]


def plane(points: npt.NDArray[np.floating]) -> Plane:
    """Points (N, 2) as complex numbers, in which a similarity is one factor and one shift."""
    return points[:, 0].astype(np.complex128) + 1j * points[:, 1]


def turn_between(origin: Plane, target: Plane) -> complex:
    """How points are turned and grown to lie nearest to others, by least squares, each set about its own mean; 1 for a single place."""
    spread = origin - origin.mean()
    size = float(np.vdot(spread, spread).real)
    return complex(np.vdot(spread, target - target.mean())) / size if size > 0 else 1 + 0j
