"""Previews come back from disk as they were, for just what they were made of."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from puppet.demo import demo_picture
from puppet.picture import Square
from puppet.portraits import preview
from puppet.portraits.portrait_library import Entry
from puppet.portraits.portrait_quality import Finding, Quality
from puppet.portraits.preview import THUMBNAIL, Preview, PreviewCache

ENTRY = Entry(Path("ada.png"), "ada", False, None, (100, 7))
QUALITY = Quality((Finding("size", True, "Large."), Finding("mouth", False, "Open: é.")), "Open: é.", 0.65)


def made(quality: Quality | None = QUALITY, trouble: str = "") -> Preview:
    return Preview(demo_picture(0.2, THUMBNAIL, THUMBNAIL), quality, 2, trouble)


def test_a_preview_comes_back(tmp_path: Path) -> None:
    cache = PreviewCache(tmp_path / "previews")
    assert cache.load(ENTRY, 256) is None
    for kept in (made(), made(None, "No face was found.")):
        cache.keep(ENTRY, 256, kept)
        again = PreviewCache(tmp_path / "previews").load(ENTRY, 256)
        assert again is not None and again.thumbnail is not None and kept.thumbnail is not None
        assert again[1:] == kept[1:]
        assert np.abs(again.thumbnail.astype(int) - kept.thumbnail).mean() < 3
    assert sum(path.stat().st_size for path in (tmp_path / "previews").iterdir()) < 60_000


@pytest.mark.parametrize(
    "other", [ENTRY._replace(stamp=(100, 8)), ENTRY._replace(crop=Square(1, 2, 3)), ENTRY._replace(path=Path("b.png"))], ids=str
)
def test_another_content_crop_or_model_has_another_preview(tmp_path: Path, other: Entry) -> None:
    cache = PreviewCache(tmp_path)
    cache.keep(ENTRY, 256, made())
    assert cache.load(other, 256) is None
    assert cache.load(ENTRY, 512) is None
    assert cache.load(ENTRY, 256, "another finder") is None
    assert cache.load(ENTRY, 256) is not None


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"thumbnail": "", "quality": null, "faces": 1, "trouble": ""}', b"\xff"])
def test_what_is_damaged_is_made_again(tmp_path: Path, content: bytes) -> None:
    cache = PreviewCache(tmp_path)
    cache.keep(ENTRY, 256, made())
    next(tmp_path.iterdir()).write_bytes(content)
    assert cache.load(ENTRY, 256) is None


def test_a_folder_that_cannot_be_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = PreviewCache(tmp_path / "file")
    cache.keep(ENTRY, 256, made())
    assert cache.load(ENTRY, 256) is None


def test_what_nobody_asks_for_is_forgotten(tmp_path: Path) -> None:
    first = PreviewCache(tmp_path)
    old, used = ENTRY, ENTRY._replace(path=Path("b.png"))
    for entry in (old, used):
        first.keep(entry, 256, made())
    for path in tmp_path.iterdir():
        os.utime(path, (0, time.time() - preview.KEPT_FOR + 60))
    assert first.load(used, 256) is not None  # asked for: it counts as new
    for path in tmp_path.iterdir():
        if path.stat().st_mtime < time.time() - 1000:
            os.utime(path, (0, time.time() - preview.KEPT_FOR - 60))
    later = PreviewCache(tmp_path)
    assert later.load(used, 256) is not None
    assert len(list(tmp_path.iterdir())) == 1
