"""Brightness as light adds up: sRGB bytes to linear light and back, by tables.

Half black and half white is a grey of 188, not of 128: a seam that is blended in sRGB is darker than both of its sides.
"""

import cv2
import numpy as np
import numpy.typing as npt

from puppet.picture import Picture

Light = npt.NDArray[np.uint16]
"""Linear light, 0 to `WHITE`."""

WHITE = 2**14 - 1
"""Fine enough to tell the darkest bytes apart, small enough that light times a share stays within 32 bits."""


def _light_of_bytes() -> Light:
    """The light of each byte (256,), IEC 61966-2-1."""
    value = np.arange(256) / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.rint(WHITE * light), np.uint16)


def _bytes_of_light() -> npt.NDArray[np.uint8]:
    """The byte nearest to each light, for every 16-bit number (65536,): OpenCV's tables are of that length."""
    light = np.minimum(np.arange(2**16) / WHITE, 1)
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * value), np.uint8)


LIGHT_OF_BYTES = _light_of_bytes()
BYTES_OF_LIGHT = _bytes_of_light()


def to_light(picture: Picture) -> Light:
    """The linear light of a picture, same shape."""
    return np.asarray(cv2.LUT(picture, LIGHT_OF_BYTES), np.uint16)


def from_light(light: Light) -> Picture:
    """The picture of linear light; `from_light(to_light(picture))` is the picture to the bit."""
    return np.asarray(cv2.LUT(light, BYTES_OF_LIGHT), np.uint8)
