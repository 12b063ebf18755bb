"""Which frame of the driver looks most like the portrait: the best neutral pose for relative motion.

Source: Siarohin et al., First Order Motion Model, the "find best frame" of its demonstration. There the clip is animated
from that frame to its end and, reversed, from it to its start, and the halves are joined. Both halves share their neutral
frame and every other frame is animated by itself, so going through the clip in order with that neutral gives the same.
"""

import numpy as np

from puppet.motion import FloatArray, hull_area


def hull_normalised(landmarks: FloatArray) -> FloatArray:
    """Landmarks (N, 2) about their mean, divided by the square root of their hull's area: free of place and size."""
    centred = landmarks - landmarks.mean(axis=0)
    return np.asarray(centred / max(np.sqrt(hull_area(centred)), 1e-6), dtype=np.float32)


def pose_distance(source: FloatArray, driving: FloatArray) -> float:
    """Sum of squared distances between two faces' hull-normalised landmarks (N, 2); 0 for the same pose and expression."""
    return float(((hull_normalised(source) - hull_normalised(driving)) ** 2).sum())
