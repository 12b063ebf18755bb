"""How sharp a drawn face is beside the picture it should look like."""

import cv2
import numpy as np

from puppet.animator import Face
from puppet.picture import Picture

GRAIN = 1.0
"""Standard deviation, px at 256, of the blur before the Laplacian: finer than that is film grain and compression, not a face."""


def sharpness(picture: Picture, face: Face) -> float:
    """Root mean square of the Laplacian of the blurred luminance within the hull of the landmarks; 0 for a flat face.

    It is an amplitude: half the value is edges half as steep. Lengths are taken in px at 256, so that pictures of any side
    compare; only faces of about one size do, which crops made alike have.
    """
    side = picture.shape[0]
    luminance = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    width = GRAIN * side / 256
    edges = cv2.Laplacian(cv2.GaussianBlur(luminance, (0, 0), width), cv2.CV_32F) * width**2
    inside = np.zeros(luminance.shape, np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(np.round(face.landmarks).astype(np.int32)), 1)
    found = edges[inside > 0]
    return float(np.sqrt(np.square(found).mean())) if found.size else 0.0


def sharpness_ratio(result: Picture, result_face: Face, source: Picture, source_face: Face) -> float:
    """Sharpness of a result over that of its source: 1 is as sharp, less is softer; NaN where the source's face is flat."""
    own = sharpness(source, source_face)
    return sharpness(result, result_face) / own if own > 0 else float("nan")
