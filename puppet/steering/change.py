"""What changes between the portrait's own motion and the one it is put in, taken apart into head and face, and put together again."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from puppet.motion import FloatArray, Floats, Motion
from puppet.steering.affine_power import inverse, power
from puppet.steering.openings import share_eyes, touch_lips


class Change(NamedTuple):
    """From one motion to another.

    origin, target: (2,), middles of the keypoints before and after. tilt: the turn and growth common to all, as one complex number.
    shifts (K, 2) and changes (K, 2, 2): what each point and Jacobian does beyond that, as seen before it.
    """

    origin: Floats
    target: Floats
    tilt: complex
    shifts: Floats
    changes: Floats


def take_apart(source: Motion, posed: Motion) -> Change:
    """The change from `source` to `posed`."""
    before, after = source.points.astype(np.float64), posed.points.astype(np.float64)
    origin, target = before.sum(axis=0) / len(before), after.sum(axis=0) / len(after)
    before -= origin
    after -= target
    tilt = _similarity(before, after)
    back = turn_matrix(1 / tilt)
    changes = back @ posed.jacobians @ inverse(source.jacobians)
    return Change(origin, target, tilt, after @ back.T - before, changes)


def put_together(
    source: Motion,
    posed: Motion,
    change: Change,
    *,
    head: float = 1.0,
    face: float = 1.0,
    eyes: float = 1.0,
    lids: Sequence[tuple[int, int]] = (),
    lips: Sequence[int] = (),
) -> Motion:
    """The source changed by `head` times what the head does, `face` times what the face does, and eyes that open `eyes` times as far.

    `change` is that from `source` to `posed`. 0 leaves what it stands for as in the source, 1 does as much as is posed. Twice a
    tilt is a tilt and no swelling, determinants keep their sign, and named lids and lips never cross.
    """
    tilt = turn_matrix(change.tilt**head)
    points = (source.points - change.origin + face * change.shifts) @ tilt.T
    points += change.origin + head * (change.target - change.origin)
    changes = tilt @ power(change.changes, face)
    jacobians: FloatArray = (changes @ source.jacobians).astype(np.float32)
    if lids:
        share_eyes(points, changes, source, posed, turn_matrix(change.tilt) @ change.changes, lids=lids, share=eyes)
    if lips:
        touch_lips(points, jacobians, source, posed, lips)
    return Motion(points.astype(np.float32), jacobians)


def turn_matrix(tilt: complex) -> Floats:
    """The turn and growth (2, 2) that multiplies by a complex number."""
    return np.array([[tilt.real, -tilt.imag], [tilt.imag, tilt.real]])


def _similarity(before: Floats, after: Floats) -> complex:
    """The turn and growth that takes centred points (K, 2) nearest to others; 1 where all lie in one place."""
    spread = float(np.vdot(before, before))
    along = float(np.vdot(before, after))
    across = float(before[:, 0] @ after[:, 1] - before[:, 1] @ after[:, 0])
    if min(spread, along * along + across * across) < 1e-9:
        return 1 + 0j
    return complex(along, across) / spread
