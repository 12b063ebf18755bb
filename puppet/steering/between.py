"""A motion on the way from one to another."""

import numpy as np

from puppet.motion import Motion
from puppet.steering.affine_power import inverse, power


def between(first: Motion, second: Motion, share: float) -> Motion:
    """The motion `share` of the way from the first, 0, to the second, 1; both ends are exact.

    Points go straight; Jacobians turn and stretch, so that a determinant that is positive at both ends is so all the way.
    """
    if share <= 0:
        return first
    if share >= 1:
        return second
    points = first.points + np.float32(share) * (second.points - first.points)
    jacobians = power(second.jacobians @ inverse(first.jacobians), share) @ first.jacobians
    return Motion(points, jacobians.astype(np.float32))


def eased(share: float) -> float:
    """A share of time, 0 to 1, as a share of the way: slow at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
