"""Pictures on disk: read from any common format, written so that no half picture is ever seen."""

import re
from pathlib import Path

import cv2
import numpy as np

from puppet.errors import MediaError
from puppet.media.whole_file import unreadable, write_whole
from puppet.picture import Picture, freeze

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".jp2", ".avif", ".ppm", ".pgm", ".pnm"})
"""File name endings, lower case, that are read as still pictures."""


JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker of a JPEG that is neither a stuffed byte nor a restart: what may end its pixels."""


def is_cut_short(data: bytes) -> bool:
    """Whether a JPEG or PNG ends before its end; what decoders make of such a file is part picture, part grey."""
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data[-64:] and b"IEND" not in data
    if not data.startswith(b"\xff\xd8\xff"):
        return False
    position = 2
    while marker := JPEG_MARKER.search(data, position):
        position = marker.end()
        if marker.group() == b"\xff\xd9":
            return False
        position += int.from_bytes(data[position : position + 2], "big")
    return True


def decode_picture(data: bytes) -> Picture | None:
    """An encoded picture as RGB, turned upright by its EXIF orientation, or None when OpenCV can't decode it.

    Deeper channels are reduced to 8 bits; what is transparent becomes white.
    """
    encoded = np.frombuffer(data, dtype=np.uint8)
    if encoded.size == 0:
        return None
    level = cv2.utils.logging.setLogLevel(
        cv2.utils.logging.LOG_LEVEL_SILENT
    )  # it would print its own words about a file that is no picture
    try:
        colour = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
        if colour is None:
            return None
        is_jpeg = data.startswith(b"\xff\xd8\xff")  # which has no transparency to look for
        whole = None if is_jpeg else cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)
    except cv2.error:  # a header that promises more pixels than OpenCV accepts
        return None
    finally:
        cv2.utils.logging.setLogLevel(level)
    picture = cv2.cvtColor(colour, cv2.COLOR_BGR2RGB)
    if whole is not None and whole.ndim == 3 and whole.shape[2] == 4 and whole.shape[:2] == picture.shape[:2]:
        opacity = whole[:, :, 3:].astype(np.float32) / (65535.0 if whole.dtype == np.uint16 else 255.0)
        picture = np.rint(picture * opacity + 255.0 * (1.0 - opacity)).astype(np.uint8)
    return freeze(np.asarray(picture, dtype=np.uint8))


def read_if_picture(path: Path) -> Picture | None:
    """A picture file as RGB, upright, or None when it is no picture. Raises `MediaError` when it can't be read or is cut short."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if is_cut_short(data):
        raise MediaError(f"{path} is cut short: its end is missing.", "Copy or download it again, whole.")
    return decode_picture(data)


def read_picture(path: Path) -> Picture:
    """A picture file as RGB, upright. Raises `MediaError` when it is missing, unreadable, cut short or no picture."""
    picture = read_if_picture(path)
    if picture is None:
        raise MediaError(f"{path} is not a picture that can be read.", "Use a JPEG, PNG, WebP, BMP or TIFF file.")
    return picture


def write_picture(path: Path, picture: Picture) -> None:
    """Write a picture in the format of its suffix (PNG, JPEG, ...), whole or not at all. Raises `MediaError`.

    A picture may have a fourth channel, its opacity.
    """
    order = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
    try:
        done, encoded = cv2.imencode(path.suffix.lower() or ".png", cv2.cvtColor(picture, order))
    except cv2.error as error:
        raise MediaError(f"{path} can't be written: {path.suffix or 'no suffix'} is no picture format.", "End the name in .png.") from error
    if not done:
        raise MediaError(f"{path} can't be written: the picture can't be encoded as {path.suffix}.", "End the name in .png.")
    write_whole(path, encoded.tobytes())
