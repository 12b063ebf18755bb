"""A folder of PNG frames."""

from pathlib import Path

import pytest

from puppet.errors import MediaError
from puppet.media.clip import open_clip
from puppet.media.frame_folder import FrameFolder
from tests.media import level, steps


def test_frames_are_numbered_and_can_drive_again(tmp_path: Path) -> None:
    with FrameFolder(tmp_path / "new" / "frames") as folder:
        for index, picture in enumerate(steps(3)):
            folder.write(picture, index / 25)
    assert sorted(path.name for path in folder.path.iterdir()) == ["frame_000000.png", "frame_000001.png", "frame_000002.png"]
    assert [level(frame.picture) for frame in open_clip(folder.path)] == [0, 1, 2]


def test_results_do_not_mix(tmp_path: Path) -> None:
    FrameFolder(tmp_path).write(steps(1)[0], 0)
    with pytest.raises(MediaError, match="already holds frames"):
        FrameFolder(tmp_path)


def test_other_files_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    FrameFolder(tmp_path).write(steps(1)[0], 0)
    assert (tmp_path / "frame_000000.png").is_file()


def test_file_in_its_place_has_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "frames").touch()
    with pytest.raises(MediaError, match="can't be written: File exists"):
        FrameFolder(tmp_path / "frames")
    with pytest.raises(MediaError, match="There is no folder"):
        FrameFolder(tmp_path / "frames" / "deeper")
