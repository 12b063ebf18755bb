"""How a head is turned and how large it is, by the rigid alignment of its mesh to a mean face.

Source: Umeyama, Least-squares estimation of transformation parameters between two point patterns, 1991.

Chosen by figures. On 24 rendered clips, against the pose by orthographic factorisation of their exact landmarks (mean correlation
of yaw, pitch, roll and mean error of pitch in degrees; then how pitch goes with mouth opening on real clips, which it should not):
two mesh points an angle .98 .86 .99, 3.1, .41; this one .99 .95 .98, 1.9, .01; all 468 points .98 .93 .96, 2.3; the same points without
their depth .98 .94 .99, 2.7; solvePnP on 17 rigid landmarks .98 .91 .98, 3.4. The mesh's depth is good enough, and worth having.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from puppet.motion import FloatArray

Doubles = npt.NDArray[np.float64]

MEAN_MESH = Path(__file__).parent / "mean_mesh.npy"
"""(468, 3) float32: the Procrustes mean of the meshes of 315 photographs (those that the training clips were rendered from), made
symmetric, with forehead and chin on one vertical; x right, y down, z away from the viewer. One unit is its outer-eye distance."""

FOREHEAD = (10, 338, 297, 109, 67, 151, 9, 8, 103, 332, 54, 284, 21, 251)
NOSE = (168, 6, 197, 195, 5, 4, 1, 98, 327, 2)
EYE_CORNERS = (33, 133, 362, 263)
TEMPLES = (127, 356, 234, 454, 162, 389)
RIGID = np.array(FOREHEAD + NOSE + EYE_CORNERS + TEMPLES)
"""Mesh points that neither lips, jaw, lids nor brows move."""


class HeadPose(NamedTuple):
    """rotation: (3, 3), turns the upright mean face as the head is turned; scale: the head's outer-eye distance, px, free of its turn."""

    rotation: Doubles
    scale: float

    @property
    def yaw(self) -> float:
        """Degrees, positive when the nose points to the picture's right."""
        return float(np.degrees(np.arctan2(-self.rotation[0, 2], self.rotation[2, 2])))

    @property
    def pitch(self) -> float:
        """Degrees, positive when the nose points down."""
        return float(np.degrees(np.arcsin(np.clip(-self.rotation[1, 2], -1, 1))))

    @property
    def roll(self) -> float:
        """Degrees, positive clockwise."""
        return float(np.degrees(np.arctan2(self.rotation[1, 0], self.rotation[1, 1])))

    def upright(self, mesh: FloatArray) -> Doubles:
        """The mesh (N, 3) as it would be were the head not turned, in outer-eye distances about the mesh's middle."""
        turned = mesh.astype(np.float64)
        back: Doubles = (turned - turned.mean(axis=0)) @ self.rotation / self.scale
        return back


@cache
def mean_mesh() -> Doubles:
    """The mean face (468, 3), see `MEAN_MESH`."""
    mesh: Doubles = np.load(MEAN_MESH).astype(np.float64)
    mesh.flags.writeable = False
    return mesh


def head_pose(mesh: FloatArray) -> HeadPose:
    """The pose of a head by its mesh (468, 3) in pixels, z in the same unit."""
    reference, seen = mean_mesh()[RIGID], mesh[RIGID].astype(np.float64)
    reference, seen = reference - reference.mean(axis=0), seen - seen.mean(axis=0)
    left, strengths, right = np.linalg.svd(seen.T @ reference)
    handed = np.array([1, 1, np.sign(np.linalg.det(left @ right))])  # a rotation, never a mirror
    return HeadPose((left * handed) @ right, max(float(strengths @ handed / np.square(reference).sum()), 1e-6))
