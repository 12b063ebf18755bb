"""The head's motion and the face's, taken apart: one can be carried over without the other.

A head moves as one piece: all of its keypoints follow one map. What they do beyond that map is the face's own doing.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from puppet.motion import Floats, Motion
from puppet.steering.affine_power import inverse

Emphasis = Literal["whole", "head", "face"]

OUTLIER = 0.03
"""How far, in radii of the face, a keypoint may stray from the head's map before its word counts for less."""

ROUNDS = 3
"""How often the map is fitted, each time with less of those that strayed."""

LEAST_FOR_AFFINE = 5
LEAST_FOR_PARALLAX = 9
"""How many keypoints of a named face it takes to tell a head that turns from a face that moves."""

PARALLAX_SLOPE = 0.25
"""Share of the parallax's own slope that a Jacobian shows, which sums up wide surroundings; measured on the driving clips."""


class HeadMap(NamedTuple):
    """Where the head alone takes the source's keypoints. points: (K, 2); changes: (K, 2, 2), the map's derivative at each."""

    points: Floats
    changes: Floats


def emphasise(source: Motion, posed: Motion, how: Emphasis, *, lids: Sequence[tuple[int, int]] = (), lips: Sequence[int] = ()) -> Motion:
    """The motion from `source` to `posed` with the head alone or the face alone carried over; "whole" is the posed one.

    "head": the portrait turns, leans and shifts with its own expression. "face": its head stays, the expression is followed.
    """
    return posed if how == "whole" else HeadFit(source, lids=lids, lips=lips).emphasise(posed, how)


class HeadFit:
    """Finds the map of the whole head that takes a source's keypoints nearest to posed ones.

    It is affine. Where lids and lips are named, which are not asked, it knows of depth too: the middle of a face lies nearer to the
    viewer than its rim, so it shifts the other way when the head turns. With too few keypoints it is a shift.
    """

    def __init__(self, source: Motion, *, lids: Sequence[tuple[int, int]] = (), lips: Sequence[int] = ()) -> None:
        loose = {*np.ravel(lids).astype(int), *lips}
        asked = [keypoint for keypoint in range(len(source.points)) if keypoint not in loose]
        self._source = source
        self._asked = np.array(asked or range(len(source.points)))
        self._known = source.points[self._asked].astype(np.float64)
        self._radius = _radius(self._known)
        place = (source.points - self._known.mean(axis=0)) / self._radius
        self._slopes = PARALLAX_SLOPE * 2 / self._radius * place[:, None, :]
        basis = np.column_stack([np.ones(len(place)), place, (place * place).sum(axis=1)])
        terms = 1 if len(self._asked) < LEAST_FOR_AFFINE else 4 if loose and len(self._asked) >= LEAST_FOR_PARALLAX else 3
        self._basis = basis[:, :terms]
        self._fitted = self._basis[self._asked]
        self._steady = 1e-9 * len(self._asked) * np.eye(terms)
        self._first = np.linalg.solve(self._fitted.T @ self._fitted + self._steady, self._fitted.T)

    def emphasise(self, posed: Motion, how: Emphasis) -> Motion:
        """The motion to `posed` with the head alone or the face alone carried over."""
        if how == "whole":
            return posed
        head, source = self.find(posed), self._source
        if how == "head":
            points, jacobians = head.points, head.changes @ source.jacobians
        else:
            back = inverse(head.changes)
            points = source.points + (back @ (posed.points - head.points)[..., None])[..., 0]
            jacobians = back @ posed.jacobians
        return Motion(points.astype(np.float32), jacobians.astype(np.float32))

    def find(self, posed: Motion) -> HeadMap:
        """The head's map to these keypoints."""
        wanted = posed.points[self._asked].astype(np.float64)
        shift = self._fit(wanted - self._known, OUTLIER * _radius(wanted))
        changes = np.zeros((len(self._basis), 2, 2)) + np.eye(2)
        if len(shift) > 1:
            changes += shift[1:3].T / self._radius
        if len(shift) > 3:
            changes += self._slopes * shift[3][:, None]
        return HeadMap(self._source.points + self._basis @ shift, changes)

    def _fit(self, shifts: Floats, outlier: float) -> Floats:
        """Coefficients (terms, 2) that come nearest to the shifts (N, 2) of those asked; who is far off counts for less each round."""
        basis = self._fitted
        found = self._first @ shifts
        for _ in range(ROUNDS - 1):
            x, y = (shifts - basis @ found).T
            weighted = basis.T * (outlier / np.maximum(np.hypot(x, y), outlier))
            found = np.linalg.solve(weighted @ basis + self._steady, weighted @ shifts)
        return np.asarray(found)


def _radius(points: Floats) -> float:
    """Root of the mean square distance of points (N, 2) from their middle."""
    centred = points - points.sum(axis=0) / len(points)
    return max(math.sqrt(float(np.vdot(centred, centred)) / len(points)), 1e-6)
