"""What is shown of a portrait that isn't worn: a small picture and what was found, kept on disk because reading it takes long."""

import hashlib
import json
import os
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import cv2

from puppet.errors import MediaError
from puppet.media.picture_file import decode_picture
from puppet.media.whole_file import write_whole
from puppet.picture import Picture
from puppet.portraits.portrait_library import Entry
from puppet.portraits.portrait_quality import Finding, Quality

THUMBNAIL = 192
"""Side of the small picture, px: sharp at 72 on screens of twice the density and more."""

FORM = 2
"""Raised when what is kept, or how pictures are judged, changes."""

KEPT_FOR = 90 * 24 * 3600.0
"""Seconds after which a preview that nobody asked for is forgotten."""


class Preview(NamedTuple):
    """A portrait at a glance.

    thumbnail: (192, 192, 3), the crop that is worn, or the picture's middle where no face was found; None where the file can't be read.
    quality: None where there is none to tell. faces: how many the picture has. trouble: why it can't be worn, a sentence; empty if it can.
    """

    thumbnail: Picture | None
    quality: Quality | None
    faces: int
    trouble: str = ""


class PreviewCache:
    """Previews as files of a folder, one each, named for all they depend on; whatever fails here is only a little slower."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._swept = False

    def load(self, entry: Entry, side: int, finder: str = "") -> Preview | None:
        """The preview kept for an entry, a model's side and the face finder of this name; None when there is none or it can't be used."""
        self._sweep()
        path = self._path(entry, side, finder)
        try:
            kept = json.loads(path.read_bytes())
            thumbnail = decode_picture(b64decode(kept["thumbnail"]))
            quality = kept["quality"] and Quality(
                tuple(Finding(str(name), bool(good), str(words)) for name, good, words in kept["quality"][0]),
                str(kept["quality"][1]),
                float(kept["quality"][2]),
            )
            preview = Preview(thumbnail, quality or None, int(kept["faces"]), str(kept["trouble"]))
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None
        if thumbnail is None or thumbnail.shape != (THUMBNAIL, THUMBNAIL, 3):
            return None
        with suppress(OSError):
            os.utime(path)
        return preview

    def keep(self, entry: Entry, side: int, preview: Preview, finder: str = "") -> None:
        """Keep a preview that has a thumbnail."""
        if preview.thumbnail is None:
            return
        encoded = cv2.imencode(".jpg", cv2.cvtColor(preview.thumbnail, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
        kept = {**preview._asdict(), "thumbnail": b64encode(encoded.tobytes()).decode()}
        with suppress(OSError, MediaError):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._path(entry, side, finder), json.dumps(kept).encode())

    def _path(self, entry: Entry, side: int, finder: str) -> Path:
        told = repr((FORM, finder, side, str(entry.path.absolute()), entry.stamp, entry.crop and tuple(entry.crop)))
        return self._folder / f"{hashlib.sha256(told.encode()).hexdigest()[:32]}.json"

    def _sweep(self) -> None:
        """Forget what wasn't asked for in a long time, once a run."""
        if self._swept:
            return
        self._swept = True
        oldest = time.time() - KEPT_FOR
        with suppress(OSError):
            for path in self._folder.glob("*.json"):
                if path.stat().st_mtime < oldest:
                    path.unlink()
