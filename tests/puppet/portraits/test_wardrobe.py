"""Portraits are read once, when they are asked for."""

from pathlib import Path

import pytest

from puppet.animator import Face
from puppet.demo import DemoFaceFinder
from puppet.errors import FaceError, MediaError
from puppet.media.picture_file import write_picture
from puppet.motion import FloatArray
from puppet.picture import Picture
from puppet.portraits.wardrobe import Wardrobe
from tests.live_parts import COVERED, SIDE, drawn


class CountingFinder(DemoFaceFinder):
    """A demo finder that counts how often it looks and is closed."""

    def __init__(self) -> None:
        self.looks = 0
        self.closed = 0

    def find(self, picture: Picture, near: FloatArray | None = None) -> Face | None:
        self.looks += 1
        return super().find(picture, near)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    write_picture(tmp_path / "ada.png", drawn())
    write_picture(tmp_path / "wall.png", COVERED)
    return [tmp_path / "ada.png", tmp_path / "wall.png", tmp_path / "absent.png"]


def test_a_portrait_is_cut_for_the_model_and_read_once(paths: list[Path]) -> None:
    finder = CountingFinder()
    wardrobe = Wardrobe(paths, lambda: finder, SIDE)
    assert wardrobe.at_hand(0) is None
    first = wardrobe.read(0)
    assert first.face.shape == (SIDE, SIDE, 3)
    assert wardrobe.read(0) is first is wardrobe.at_hand(0)
    assert finder.looks == 1


def test_what_is_wrong_with_a_portrait_is_said_and_others_are_not_harmed(paths: list[Path]) -> None:
    wardrobe = Wardrobe(paths, CountingFinder, SIDE)
    with pytest.raises(FaceError, match=r"No face was found in .*wall\.png"):
        wardrobe.read(1)
    with pytest.raises(MediaError, match=r"no file .*absent\.png"):
        wardrobe.read(2)
    assert wardrobe.at_hand(1) is None
    assert wardrobe.read(0) is wardrobe.at_hand(0)


def test_the_finder_is_opened_when_needed_and_closed_once(paths: list[Path]) -> None:
    opened: list[CountingFinder] = []

    def opener() -> CountingFinder:
        opened.append(CountingFinder())
        return opened[-1]

    wardrobe = Wardrobe(paths, opener, SIDE)
    wardrobe.close()
    assert opened == []
    wardrobe.read(0)
    wardrobe.close()
    wardrobe.close()
    assert [finder.closed for finder in opened] == [1]
