"""Motion as keypoints with local Jacobians, and how a driver's motion is carried over to a portrait.

Source: Siarohin et al., First Order Motion Model for Image Animation, NeurIPS 2019, section 3 and the relative
transfer of its supplement.
"""

import math
from collections.abc import Sequence
from functools import cache
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


HEAD = np.array(
    [
        [-0.250, -0.257, -0.036], [0.250, -0.257, -0.036],  # brows
        [-0.279, -0.113, 0.045], [-0.108, -0.107, 0.011], [0.108, -0.107, 0.011], [0.279, -0.113, 0.045],  # corners of the eyes
        [-0.204, -0.143, 0.000], [-0.196, -0.095, 0.004], [0.204, -0.143, 0.000], [0.196, -0.095, 0.004],  # lids
        [0.000, -0.149, -0.092], [0.000, 0.071, -0.250],  # nose: bridge, tip
        [-0.163, 0.299, -0.030], [0.163, 0.299, -0.030], [0.000, 0.287, -0.118], [0.000, 0.307, -0.115], [0.000, 0.362, -0.128],  # mouth
        [0.000, 0.586, -0.042], [-0.385, 0.324, 0.301], [0.385, 0.324, 0.301],  # chin, jaw
    ]
)  # fmt: skip
"""(20, 3): where the keypoints that models of faces are anchored to lie on the mean face; x right, y down, z away from the viewer."""

SLOPES = np.array(
    [
        [-0.286, -0.042], [0.286, -0.042], [-0.344, -0.045], [-0.132, -0.084], [0.132, -0.084], [0.344, -0.045],
        [-0.252, -0.065], [-0.244, -0.068], [0.252, -0.065], [0.244, -0.068], [0.000, -0.091], [0.000, -0.080],
        [-0.251, -0.033], [0.251, -0.033], [0.000, -0.045], [0.000, -0.034], [0.000, -0.017],
        [0.000, 0.057], [-0.587, 0.006], [0.587, 0.006],
    ]
)  # fmt: skip
"""(20, 2): how steeply the mean face goes away from the viewer around each of them, to the right and down."""

EDGE = (0.15, 0.35)
"""Share of its area that the skin around a keypoint shows, up to which foreshortening is left out of account, and from which it counts."""


FRONTAL = (math.radians(15), math.radians(35))
"""Yaw up to which a portrait's head turns in space, and from which it doesn't: the networks learned from photographs that look at the
viewer, and have nothing to show for a far cheek that comes into view. Between, it does so in part."""


class HeadViews(NamedTuple):
    """How N heads are seen: centres (N, 2) of their steady points, sizes (N,) beside `HEAD`, rotations (N, 3, 3) from there."""

    centres: Floats
    sizes: Floats
    rotations: Floats


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

    Where there are `lips` and as many keypoints as in `HEAD`, the source's head turns and grows by as much as the driver's does, in space,
    and what its face does beside that is added (`_turn_head`).
    """
    if not relative:
        return driving
    scale, growth = 1.0, 1.0
    if adapt_scale:
        scale = float(np.sqrt(hull_area(source.points)) / max(np.sqrt(hull_area(neutral.points)), 1e-6))
    change = driven = driving.jacobians @ np.linalg.inv(neutral.jacobians)
    if lips and len(source.points) == len(HEAD):
        moving = {*lips, *(index for pair in lids for index in pair)}
        steady = tuple(index for index in range(len(HEAD)) if index not in moving)
        points, change, growth = _turn_head(source.points, driving.points, neutral.points, change, steady=steady, scale=scale)
    else:
        points = (driving.points - neutral.points) * scale + source.points
    for upper, lower in lids:
        _open_eye(points, (upper, lower), change, driven, source=source, driving=driving, neutral=neutral)
    jacobians = change @ source.jacobians
    if lips:
        _part_lips(points, jacobians, lips, source=source, neutral=neutral, scale=scale, growth=growth)
    return Motion(points.astype(np.float32), jacobians.astype(np.float32))


@cache
def _steady_head(steady: tuple[int, ...]) -> tuple[Floats, Floats]:
    """`HEAD` (20, 3) about the middle of the points that are `steady`, and what gives the affine (3, 2) that shows these (S, 2): (3, S)."""
    shape = HEAD - HEAD[list(steady)].mean(axis=0)
    return shape, np.linalg.pinv(shape[list(steady)])


def view_heads(points: Floats, steady: tuple[int, ...]) -> HeadViews:
    """How heads with these keypoints (N, 20, 2) are seen from afar, by those of them that are `steady`: least squares, then the nearest
    rotation."""
    shape, fit = _steady_head(steady)
    seen = points[:, steady]
    centres = seen.sum(axis=1) / len(steady)
    left, _, right = np.linalg.svd((fit @ seen).transpose(0, 2, 1), full_matrices=False)
    axes = left @ right  # N,2,3: the picture's x and y in the head
    (a, b, c), (d, e, f) = axes[:, 0].T, axes[:, 1].T
    away = np.stack([b * f - c * e, c * d - a * f, a * e - b * d], axis=-1)
    whole = shape[steady, :] @ axes.transpose(0, 2, 1)  # N,S,2
    sizes = (seen * whole).sum(axis=(1, 2)) / (whole * whole).sum(axis=(1, 2))
    return HeadViews(centres, np.maximum(sizes, 0.1), np.concatenate([axes, away[:, None]], axis=1))


def _turn_head(
    source: Floats, driving: Floats, neutral: Floats, change: Floats, *, steady: tuple[int, ...], scale: float
) -> tuple[Floats, Floats, float]:
    """The source's points (20, 2) and the change of its Jacobians (20, 2, 2) when its head has turned and grown as the driver's has since
    `neutral`, and how much it grew; `change` is that of the driver's Jacobians.

    Turned: yaw, pitch and roll change by as much as the driver's, in whatever pose both began. Were the driver's shifts added instead,
    a head that comes nearer would take on the pose that the driver had when neutral: one who looked up would lift the portrait's chin
    by coming nearer. Depths are those of the mean face in the pose of each. What the driver's face does beyond turning as a whole
    is added, put into the roll of the source's head; where the portrait is not `FRONTAL`, so is what it does not turn by.
    """
    points = np.stack([source, neutral, driving]).astype(np.float64)
    (own, before, now), sizes, rotations = view_heads(points, steady)
    shape, _ = _steady_head(steady)
    depths = sizes[:2, None] * (rotations[:2, 2] @ shape.T)  # 2,20
    own_angles, neutral_angles, angles = (_angles(rotation) for rotation in rotations)
    share = min(max((FRONTAL[1] - abs(own_angles[0])) / (FRONTAL[1] - FRONTAL[0]), 0.0), 1.0)
    yaw, pitch, roll = (now_angle - angle for now_angle, angle in zip(angles, neutral_angles, strict=True))
    turn = (share * yaw, share * pitch, roll)
    reached = np.stack(
        [_rotation(*(angle + step for angle, step in zip(start, turn, strict=True))) for start in (own_angles, neutral_angles)]
    )
    turns = reached @ rotations[:2].transpose(0, 2, 1)
    growth = float(sizes[2] / sizes[1])
    lifted = np.concatenate([points[:2] - np.stack([own, before])[:, None], depths[..., None]], axis=-1)  # 2,20,3
    turned = growth * lifted @ turns[:, :2].transpose(0, 2, 1)  # 2,20,2
    expression = points[2] - now - turned[1]
    tilt = own_angles[2] - neutral_angles[2]
    lean = np.array([[math.cos(tilt), -math.sin(tilt)], [math.sin(tilt), math.cos(tilt)]])
    placed = own + scale * (now - before) + turned[0] + scale * expression @ lean.T
    return placed, _foreshorten(change, np.stack([reached[0], *rotations[:2], reached[1]]), lean), growth


def _foreshorten(change: Floats, rotations: Floats, lean: Floats) -> Floats:
    """The change of the source's Jacobians (20, 2, 2) for that of the driver's: turning foreshortens otherwise from another pose.

    rotations: (4, 3, 3), what the source's head is to become, what it is, the driver's when neutral and now. Skin that is seen from its
    edge, or from behind, would be stretched without end: there the driver's change stays.
    """
    skin = rotations[:, None, :2, :2] + rotations[:, None, :2, 2:] * SLOPES[:, None]  # 4,20,2,2
    (a, b), (c, d) = skin[..., 0, :].transpose(2, 0, 1), skin[..., 1, :].transpose(2, 0, 1)
    area = a * d - b * c  # 4,20
    back = np.stack([d, -b, -c, a], axis=-1).reshape(skin.shape) / np.maximum(area, EDGE[0])[..., None, None]
    seen = np.clip((area.min(axis=0) - EDGE[0]) / (EDGE[1] - EDGE[0]), 0, 1)[:, None, None]
    changed = skin[0] @ back[1] @ lean @ skin[2] @ back[3] @ change @ lean.T
    blended: Floats = change + seen * (changed - change)
    return blended


def _angles(rotation: Floats) -> tuple[float, float, float]:
    """Yaw (positive when the nose points to the picture's right), pitch (down) and roll (clockwise) of a head, in radians."""
    (_, _, a), (b, c, d), (_, _, e) = rotation.tolist()
    return math.atan2(-a, e), math.asin(min(max(-d, -1.0), 1.0)), math.atan2(b, c)


def _rotation(yaw: float, pitch: float, roll: float) -> Floats:
    """The head (3, 3) with these angles: rolled first, then nodded, then turned."""
    a, b, c, d, e, f = math.sin(yaw), math.cos(yaw), math.sin(pitch), math.cos(pitch), math.sin(roll), math.cos(roll)
    return np.array([[b * f - a * c * e, -b * e - a * c * f, -a * d], [d * e, d * f, -c], [a * f + b * c * e, b * c * f - a * e, b * d]])


def _open_eye(
    points: Floats, lids: tuple[int, int], change: Floats, driven: Floats, *, source: Motion, driving: Motion, neutral: Motion
) -> None:
    """Move two lids about their middle until the eye is as open as the driver's, by shares.

    change, driven: (K, 2, 2), what the heads' own turns do to a gap of the source's and of the driver's, whatever the lids do.
    """
    upper, lower = lids
    open_gap = (driven[upper] + driven[lower]) / 2 @ (neutral.points[lower] - neutral.points[upper])
    share = np.linalg.norm(driving.points[lower] - driving.points[upper]) / max(float(np.linalg.norm(open_gap)), 1e-6)
    gap = (change[upper] + change[lower]) / 2 @ (source.points[lower] - source.points[upper]) * min(float(share), WIDEST_EYES)
    middle = (points[upper] + points[lower]) / 2
    points[upper], points[lower] = middle - gap / 2, middle + gap / 2


def _part_lips(
    points: Floats, jacobians: Floats, lips: Sequence[int], *, source: Motion, neutral: Motion, scale: float, growth: float
) -> None:
    """Move the lower lip and what hangs on it: by what the neutral mouth was more open than the source's, and never past the upper."""
    upper, lower, *_ = lips
    down = _down(jacobians[upper])
    excess = growth * max(0.0, scale * _opening(neutral, upper, lower) - max(0.0, _opening(source, upper, lower)))
    touching = growth * min(0.0, _opening(source, upper, lower))
    gap = float((points[lower] - points[upper]) @ down) + excess
    points[list(lips[1:])] += (excess + max(0.0, touching - gap)) * down


def _opening(motion: Motion, upper: int, lower: int) -> float:
    """How far the lower lip lies below the upper one, negative where they cross."""
    return float((motion.points[lower] - motion.points[upper]) @ _down(motion.jacobians[upper]))


def _down(jacobian: Floats) -> Floats:
    """The face's own downward direction, of length 1, at an anchored keypoint with this Jacobian."""
    axis = jacobian[:, 1]
    return axis / max(float(np.linalg.norm(axis)), 1e-6)
