"""The face mesh: 468 points on a face that is roughly known, by one pass of a small network.

Source: Kartynnik et al., Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs, 2019.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engines.engine import Engine
from engines.faces.blazeface import Detection
from puppet.motion import FloatArray
from puppet.picture import Affine, Picture

SIDE = 192
"""Side of the network's input, px."""

MARGIN = 1.5
"""How much larger than the face the crop is."""

OUTER_EYES = (36, 45)
BRIDGE, NOSE_BASE = 27, 33
FOREHEAD = 0.98
"""Height of the mesh's top above the nose bridge, in lengths of the nose (bridge to base)."""


class Region(NamedTuple):
    """A turned square in a picture: centre (x, y) and side in pixels, and the clockwise angle of its top edge in radians."""

    x: float
    y: float
    side: float
    angle: float


class FaceMesh:
    """The mesh network; its engine is closed with it. Used on one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fit(self, picture: Picture, region: Region) -> tuple[FloatArray, float]:
        """The mesh (468, 3) in pixels of the picture, z in the same unit, and the score, 0 to 1, that there is a face."""
        crop, affine = _cut_turned(picture, region)
        outputs = self._engine.run(input_1=crop[None])
        points = outputs["conv2d_21"].reshape(468, 3)
        flat = points[:, :2] @ affine[:, :2].T + affine[:, 2]
        depth = points[:, 2:] * (region.side / SIDE)
        score = 1 / (1 + np.exp(-float(outputs["conv2d_31"].item())))
        return np.concatenate([flat, depth], axis=1).astype(np.float32), score

    def close(self) -> None:
        """Free the engine; may be called twice."""
        self._engine.close()


def region_of_detection(detection: Detection) -> Region:
    """Where to look for the mesh of a detected face: upright by its eyes."""
    across = detection.points[1] - detection.points[0]
    return Region(detection.x, detection.y, detection.side * MARGIN, float(np.arctan2(across[1], across[0])))


def region_of_landmarks(landmarks: FloatArray) -> Region:
    """Where to look for the mesh again, by landmarks (68, 2) of the same face: its upright box and the margin.

    Jaw and temples bound the mesh on three sides. Its top, on the forehead, lies .98 nose lengths above the bridge
    (measured: deviation 3 %), which neither mouth nor brows move.
    """
    flat = landmarks.astype(np.float64)
    across = flat[OUTER_EYES[1]] - flat[OUTER_EYES[0]]
    angle = float(np.arctan2(across[1], across[0]))
    cosine, sine = np.cos(angle), np.sin(angle)
    picture_from_upright = np.array([[cosine, -sine], [sine, cosine]])
    upright = flat @ picture_from_upright
    low, high = upright.min(axis=0), upright.max(axis=0)
    low[1] = min(low[1], upright[BRIDGE][1] - FOREHEAD * (upright[NOSE_BASE][1] - upright[BRIDGE][1]))
    centre = picture_from_upright @ ((low + high) / 2)
    return Region(float(centre[0]), float(centre[1]), float((high - low).max()) * MARGIN, angle)


def picture_from_crop(region: Region) -> Affine:
    """The affine that maps pixels of the network's input to pixels of the picture."""
    scale = region.side / SIDE
    cosine, sine = scale * np.cos(region.angle), scale * np.sin(region.angle)
    half = (SIDE - 1) / 2
    return np.array([[cosine, -sine, region.x - half * (cosine - sine)], [sine, cosine, region.y - half * (sine + cosine)]])


def _cut_turned(picture: Picture, region: Region) -> tuple[FloatArray, Affine]:
    """The region as the network wants it, (192, 192, 3) in [0, 1], black beyond the border, and `picture_from_crop`."""
    affine = picture_from_crop(region)
    frame: npt.NDArray[Any] = picture
    frame_from_crop = affine
    if region.side > 2 * SIDE:  # warpAffine has no anti-aliasing: shrink the neighbourhood by area first
        reach = region.side / np.sqrt(2) + 1
        left, top = max(0, int(region.x - reach)), max(0, int(region.y - reach))
        near = picture[top : int(region.y + reach) + 1, left : int(region.x + reach) + 1]
        size = (max(1, round(near.shape[1] * SIDE / region.side)), max(1, round(near.shape[0] * SIDE / region.side)))
        if near.size:
            frame = cv2.resize(near, size, interpolation=cv2.INTER_AREA)
            ratio = np.array([size[0] / near.shape[1], size[1] / near.shape[0]])
            frame_from_crop = affine * ratio[:, None]
            frame_from_crop[:, 2] += ratio * (0.5 - np.array([left, top])) - 0.5
    crop = cv2.warpAffine(frame, frame_from_crop, (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return (crop / np.float32(255)).astype(np.float32), affine
