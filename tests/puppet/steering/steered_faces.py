"""Motions of a drawn face with the embedded model's twenty keypoints, to steer by."""

import numpy as np

from puppet.motion import FloatArray, Motion

LIDS = ((6, 7), (8, 9))
LIPS = (14, 15, 16, 17)
UPPER_LIDS, LOWER_LIDS = [6, 8], [7, 9]

POINTS: FloatArray = np.array(
    [(-0.2, -0.25), (0.2, -0.25), (-0.3, -0.12), (-0.1, -0.12), (0.1, -0.12), (0.3, -0.12), (-0.2, -0.15), (-0.2, -0.1), (0.2, -0.15),
     (0.2, -0.1), (0, -0.12), (0, 0.06), (-0.14, 0.2), (0.14, 0.2), (0, 0.19), (0, 0.2), (0, 0.25), (0, 0.42), (-0.33, 0.1), (0.33, 0.1)],
    np.float32,
)  # fmt: skip
"""Brows, corners of the eyes, lids, nose, mouth, chin, jaw."""


def face(seed: int = 0, unevenness: float = 0.0) -> Motion:
    """A face with Jacobians near the identity; `unevenness` moves every keypoint a little, by chance."""
    random = np.random.default_rng(seed)
    points = POINTS + unevenness * random.standard_normal(POINTS.shape)
    jacobians = np.eye(2) + (0.05 + unevenness) * random.standard_normal((len(POINTS), 2, 2))
    return Motion(points.astype(np.float32), jacobians.astype(np.float32))


def similarity(degrees: float = 0.0, growth: float = 1.0) -> FloatArray:
    """A turn and growth (2, 2)."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (growth * np.array([[cosine, -sine], [sine, cosine]])).astype(np.float32)


def carried(motion: Motion, linear: FloatArray, shift: tuple[float, float] = (0, 0)) -> Motion:
    """A motion under an affine map about the face's middle."""
    middle = motion.points.mean(axis=0)
    points = (motion.points - middle) @ linear.T + middle + np.array(shift, np.float32)
    return Motion(points.astype(np.float32), (linear @ motion.jacobians).astype(np.float32))


def speaking(motion: Motion, opening: float = 0.08) -> Motion:
    """The mouth opened by moving the lower lip and the chin."""
    points = motion.points.copy()
    points[list(LIPS[1:]), 1] += opening
    return motion._replace(points=points)


def blinking(motion: Motion, shut: float = 1.0) -> Motion:
    """Both eyes shut by this share of their opening."""
    points = motion.points.copy()
    points[UPPER_LIDS] += shut * (points[LOWER_LIDS] - points[UPPER_LIDS])
    return motion._replace(points=points)


def assert_alike(seen: Motion, expected: Motion, tolerance: float = 1e-5) -> None:
    """Fails unless both motions are the same within `tolerance`."""
    np.testing.assert_allclose(seen.points, expected.points, atol=tolerance)
    np.testing.assert_allclose(seen.jacobians, expected.jacobians, atol=tolerance)


def gaps(motion: Motion) -> FloatArray:
    """How far each eye is open."""
    return np.asarray(np.linalg.norm(motion.points[LOWER_LIDS] - motion.points[UPPER_LIDS], axis=1), np.float32)
