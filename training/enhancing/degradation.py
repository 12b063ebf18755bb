"""Good faces made worse at random: softened, shrunk and enlarged again, combed, noisy, compressed."""

import cv2
import numpy as np

from puppet.motion import FloatArray
from puppet.picture import Picture

UNTOUCHED = 0.08
"""How often a face is left as good as it is, so that a good one learns to stay so."""

CELL = 4
"""Pixels of a drawn face that one place of those maps stands for."""

COMBED = 0.5
"""How often a face gets a comb: the lattice that generators leave in dark mouths, where they paint from maps of a quarter of the side."""


def degrade(picture: Picture, mouth: tuple[float, float], chance: np.random.Generator) -> Picture:
    """The picture (side, side, 3), worse, at the same place and in the same colours; all chance comes from `chance`.

    `mouth` is where its middle lies (x, y), px; it may be outside.
    """
    if chance.random() < UNTOUCHED:
        return picture
    found = picture.astype(np.float32)
    if chance.random() < 0.85:
        widths = chance.uniform(0.3, 2.0) * np.exp(chance.normal(0, 0.15, 2))
        blurred = cv2.GaussianBlur(found, (0, 0), float(widths[0]), sigmaY=float(widths[1]), borderType=cv2.BORDER_REFLECT)
        found = np.asarray(blurred, np.float32)
    if chance.random() < 0.5:
        found = _shrink(found, float(chance.uniform(1.0, 2.5)), chance)
    if chance.random() < COMBED:
        found += _comb(found, mouth if chance.random() < 0.7 else tuple(chance.uniform(0, len(found), 2)), chance)
    if chance.random() < 0.35:
        found += _noise(found.shape, chance)
    found = np.asarray(np.clip(np.round(found), 0, 255), np.float32)
    if chance.random() < 0.4:
        return compress(np.asarray(found, np.uint8), int(chance.integers(45, 96)))
    return np.asarray(found, np.uint8)


def _shrink(picture: FloatArray, factor: float, chance: np.random.Generator) -> FloatArray:
    side = picture.shape[0]
    small = cv2.resize(picture, (round(side / factor), round(side / factor)), interpolation=cv2.INTER_AREA)
    back = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC if chance.random() < 0.5 else cv2.INTER_LINEAR)
    return np.asarray(back, np.float32)


def _comb(picture: FloatArray, middle: tuple[float, ...], chance: np.random.Generator) -> FloatArray:
    """One cell over and over, grown as a face is when it is aligned, within an ellipse, and most where it is dark."""
    rows, columns = np.mgrid[0 : len(picture), 0 : len(picture)].astype(np.float32)
    angle, growth = chance.normal(0, 0.08), chance.uniform(1.0, 1.45)
    across = (columns * np.cos(angle) + rows * np.sin(angle)) / growth + chance.uniform(0, CELL)
    down = (rows * np.cos(angle) - columns * np.sin(angle)) / growth + chance.uniform(0, CELL)
    cell = (
        chance.normal(0, 1, (CELL, CELL, 1)) * chance.random() + chance.normal(0, 1, (1, CELL, 1)) + chance.normal(0, 0.3, (CELL, CELL, 3))
    )
    cells = np.tile((cell - cell.mean(axis=(0, 1))).astype(np.float32), (16, 16, 1))
    x_places, y_places = (np.asarray(way % (15 * CELL), np.float32) for way in (across, down))
    lattice = cv2.remap(cells, x_places, y_places, cv2.INTER_LINEAR)
    x, y = np.array(middle) + chance.normal(0, 5, 2)
    distance = np.hypot((columns - x) / chance.uniform(14, 45), (rows - y) / chance.uniform(6, 25))
    strength = chance.uniform(5, 40) * np.clip(1.4 - distance, 0, 1) * (1.2 - picture.mean(axis=-1) / 255)
    return np.asarray(lattice * strength[..., None], np.float32)


def _noise(shape: tuple[int, ...], chance: np.random.Generator) -> FloatArray:
    """Noise of a sensor: of colours, or of brightness alone."""
    strength = chance.uniform(1, 6)
    channels = 3 if chance.random() < 0.5 else 1
    return np.asarray(chance.standard_normal((*shape[:2], channels)) * strength, np.float32)


def compress(picture: Picture, quality: int) -> Picture:
    """The picture after JPEG of that quality, 1 to 100."""
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)
