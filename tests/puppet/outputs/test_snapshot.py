"""Snapshots: the very picture, under a name that tells when it was taken."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from puppet.errors import MediaError
from puppet.media.picture_file import read_picture
from puppet.outputs.snapshot import save_snapshot
from tests.media import corners

NOON = datetime(2026, 7, 1, 12, 0, 5)


def test_is_the_picture_itself(tmp_path: Path) -> None:
    path = save_snapshot(tmp_path / "new", corners(), NOON)
    assert path == tmp_path / "new" / "Puppet 2026-07-01 12.00.05.png"
    assert np.array_equal(read_picture(path), corners())


def test_two_in_one_second_are_both_kept(tmp_path: Path) -> None:
    assert len({save_snapshot(tmp_path, corners(), NOON) for _ in range(3)}) == 3
    assert len(list(tmp_path.iterdir())) == 3


def test_a_full_disk_has_its_sentence_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(MediaError, match="The disk is full"):
        save_snapshot(tmp_path, corners(), NOON)
    assert list(tmp_path.iterdir()) == []
