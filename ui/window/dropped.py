"""What is dropped on the window or lies on the clipboard: files, or a picture that is no file."""

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from puppet.picture import Picture
from ui.window.picture_image import picture_of


class Dropped(NamedTuple):
    """files: of this machine; picture: where there are none. Neither where nothing is of use."""

    files: list[Path]
    picture: Picture | None


def is_welcome(data: QMimeData | None) -> bool:
    """Whether there may be something of use; costs little."""
    return data is not None and (bool(_files(data)) or data.hasImage())


def dropped(data: QMimeData | None) -> Dropped:
    """What there is of use; `None` is an empty clipboard."""
    if data is None:
        return Dropped([], None)
    files = _files(data)
    image = QImage(data.imageData()) if not files and data.hasImage() else QImage()
    return Dropped(files, None if image.isNull() else picture_of(image))


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
