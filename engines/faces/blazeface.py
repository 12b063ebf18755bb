"""BlazeFace short range: faces as boxes with six points, by one pass of a small network.

Source: Bazarevsky et al., BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs, 2019.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engines.engine import Engine
from puppet.motion import FloatArray
from puppet.picture import Picture, Square

SIDE = 128
"""Side of the network's input, px."""

LAYERS = ((16, 2), (8, 6))
"""Cells along a side and anchors in each cell, in the network's order: stride 8, then the three layers of stride 16."""

LEAST_SCORE = 0.5

SAME_FACE = 0.3
"""Overlap (intersection over union) from which two boxes are the same face."""


class Detection(NamedTuple):
    """A face box in pixels of the picture: centre (x, y), side; score, 0 to 1.

    points: (6, 2) float32: the subject's right eye (left in the picture), left eye, nose tip, mouth, right ear, left ear.
    """

    x: float
    y: float
    side: float
    points: FloatArray
    score: float

    @property
    def prominence(self) -> float:
        """How much this face is the picture's subject: its size, weighted by its score."""
        return self.side * self.score

    def scaled(self, factor: float) -> "Detection":
        """The same face in a picture `factor` times as large."""
        x, y = ((value + 0.5) * factor - 0.5 for value in (self.x, self.y))
        points = ((self.points + 0.5) * factor - 0.5).astype(np.float32)
        return Detection(x, y, self.side * factor, points, self.score)


class BlazeFace:
    """The detector; its engine is closed with it. Used on one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._anchors = anchors()

    def detect(self, picture: Picture, window: Square, least_score: float = LEAST_SCORE) -> list[Detection]:
        """Faces in a square window of the picture that take about a sixth of its side or more, most prominent first."""
        outputs = self._engine.run(input=_look_through(picture, window)[None])
        logits = outputs["classificators"][0, :, 0].astype(np.float64)
        likely = np.flatnonzero(logits > np.log(least_score / (1 - least_score)))
        rows = outputs["regressors"][0, likely].reshape(-1, 8, 2).astype(np.float64) / SIDE  # centre, size, six points
        rows[:, [0, *range(2, 8)]] += self._anchors[likely, None]  # all but the size count from the anchor
        corner = np.array([window.x, window.y]) - window.side / 2
        found = [_detection(row * window.side, corner, score) for row, score in _merge(rows, 1 / (1 + np.exp(-logits[likely])))]
        return sorted(found, key=lambda detection: -detection.prominence)

    def close(self) -> None:
        """Free the engine; may be called twice."""
        self._engine.close()


def anchors() -> npt.NDArray[np.float64]:
    """Centres of the 896 anchors in [0, 1], (896, 2), x then y."""
    layers = []
    for cells, count in LAYERS:
        axis = (np.arange(cells) + 0.5) / cells
        centres = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        layers.append(np.repeat(centres, count, axis=0))
    return np.concatenate(layers)


def _look_through(picture: Picture, window: Square) -> FloatArray:
    """The window as the network wants it: (128, 128, 3) in [-1, 1], black beyond the picture's border."""
    height, width = picture.shape[:2]
    edges = [round(window.x - window.side / 2), round(window.y - window.side / 2)]
    left, top = max(0, edges[0]), max(0, edges[1])
    right, bottom = min(width, edges[0] + round(window.side)), min(height, edges[1] + round(window.side))
    canvas = np.full((SIDE, SIDE, 3), -1, dtype=np.float32)
    if right <= left or bottom <= top:
        return canvas
    scale = SIDE / window.side
    x0, y0 = round((left - edges[0]) * scale), round((top - edges[1]) * scale)
    x1, y1 = max(x0 + 1, round((right - edges[0]) * scale)), max(y0 + 1, round((bottom - edges[1]) * scale))
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    seen = cv2.resize(picture[top:bottom, left:right], (min(x1, SIDE) - x0, min(y1, SIDE) - y0), interpolation=kind)
    canvas[y0:y1, x0:x1] = seen.astype(np.float32) / 127.5 - 1
    return canvas


def _merge(rows: npt.NDArray[np.float64], scores: npt.NDArray[np.float64]) -> list[tuple[npt.NDArray[np.float64], float]]:
    """One row per face: the mean of the rows that overlap its best one, weighted by score, with the best score.

    rows: (N, 8, 2), the first two of which are centre and size.
    """
    low, high = rows[:, 0] - rows[:, 1] / 2, rows[:, 0] + rows[:, 1] / 2
    areas = np.prod(high - low, axis=1)
    left = np.argsort(-scores)
    merged = []
    while left.size:
        best = left[0]
        shared = np.prod(np.clip(np.minimum(high[best], high[left]) - np.maximum(low[best], low[left]), 0, None), axis=1)
        same = shared > SAME_FACE * (areas[best] + areas[left] - shared)
        same[0] = True
        group = left[same]
        weights = scores[group] / scores[group].sum()
        merged.append((np.einsum("n,nij->ij", weights, rows[group]), float(scores[best])))
        left = left[~same]
    return merged


def _detection(row: npt.NDArray[np.float64], corner: npt.NDArray[np.float64], score: float) -> Detection:
    """A row in pixels of the window, moved to where the window lies."""
    centre, points = row[0] + corner - 0.5, row[2:] + corner - 0.5  # pixel centres lie half a pixel in
    return Detection(float(centre[0]), float(centre[1]), float(row[1].max()), points.astype(np.float32), score)
