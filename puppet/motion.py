"""Motion as keypoints with local Jacobians, and how a driver's motion is carried over to a portrait.

Source: Siarohin et al., First Order Motion Model for Image Animation, NeurIPS 2019, section 3 and the relative
transfer of its supplement.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Floats = npt.NDArray[np.floating]


class Motion(NamedTuple):
    """What a keypoint detector sees in one picture.

    points: (K, 2) float32 in [-1, 1], x right, y down. jacobians: (K, 2, 2) float32, the local affine frame.
    """

    points: FloatArray
    jacobians: FloatArray


def hull_area(points: FloatArray) -> float:
    """Area of the convex hull of (N, 2) points, in squared units of the points."""
    return float(cv2.contourArea(cv2.convexHull(points.astype(np.float32))))


WIDEST_EYES = 1.6
"""How much wider than in its portrait an eye is drawn at most, in openings of the portrait's eye."""


def retarget(
    source: Motion,
    driving: Motion,
    neutral: Motion,
    *,
    relative: bool = True,
    adapt_scale: bool = False,
    lids: Sequence[tuple[int, int]] = (),
    lips: Sequence[int] = (),
) -> Motion:
    """The motion to draw: the driver's change since `neutral`, applied to the source.

    `relative=False` returns the driver's own motion. `adapt_scale` multiplies the shift of the points by the ratio of
    hull sizes, source to neutral; Jacobians are not scaled. `lids` are pairs of keypoints (upper, lower lid) whose gap
    follows the driver's as a share of its opening when neutral: an eye closes when the driver's does, be it wide or
    narrow. `lips` are the keypoints of the upper and the lower inner lip, then those that move with the lower one (chin):
    they never cross, and where the driver's mouth stood more open when neutral than the portrait's does, they open by as much
    more: shut is shut for both. Else a driver at its neutral pose gives the source exactly.
    """
    if not relative:
        return driving
    scale = 1.0
    if adapt_scale:
        scale = float(np.sqrt(hull_area(source.points)) / max(np.sqrt(hull_area(neutral.points)), 1e-6))
    points = (driving.points - neutral.points) * scale + source.points
    change = driving.jacobians @ np.linalg.inv(neutral.jacobians)
    for upper, lower in lids:
        _open_eye(points, (upper, lower), change, source=source, driving=driving, neutral=neutral)
    jacobians = change @ source.jacobians
    if lips:
        _part_lips(points, jacobians, lips, source=source, neutral=neutral, scale=scale)
    return Motion(points.astype(np.float32), jacobians.astype(np.float32))


def _open_eye(points: Floats, lids: tuple[int, int], change: Floats, *, source: Motion, driving: Motion, neutral: Motion) -> None:
    """Move two lids about their middle until the eye is as open as the driver's, by shares."""
    upper, lower = lids
    turn = (change[upper] + change[lower]) / 2  # what the head's own turn does to a gap, whatever the lids do
    open_gap = turn @ (neutral.points[lower] - neutral.points[upper])
    share = np.linalg.norm(driving.points[lower] - driving.points[upper]) / max(float(np.linalg.norm(open_gap)), 1e-6)
    gap = turn @ (source.points[lower] - source.points[upper]) * min(float(share), WIDEST_EYES)
    middle = (points[upper] + points[lower]) / 2
    points[upper], points[lower] = middle - gap / 2, middle + gap / 2


def _part_lips(points: Floats, jacobians: Floats, lips: Sequence[int], *, source: Motion, neutral: Motion, scale: float) -> None:
    """Move the lower lip and what hangs on it: by what the neutral mouth was more open than the source's, and never past the upper."""
    upper, lower, *_ = lips
    down = _down(jacobians[upper])
    excess = max(0.0, scale * _opening(neutral, upper, lower) - max(0.0, _opening(source, upper, lower)))
    touching = min(0.0, _opening(source, upper, lower))
    gap = float((points[lower] - points[upper]) @ down) + excess
    points[list(lips[1:])] += (excess + max(0.0, touching - gap)) * down


def _opening(motion: Motion, upper: int, lower: int) -> float:
    """How far the lower lip lies below the upper one, negative where they cross."""
    return float((motion.points[lower] - motion.points[upper]) @ _down(motion.jacobians[upper]))


def _down(jacobian: Floats) -> Floats:
    """The face's own downward direction, of length 1, at an anchored keypoint with this Jacobian."""
    axis = jacobian[:, 1]
    return axis / max(float(np.linalg.norm(axis)), 1e-6)
