"""Portraits are read once, when they are asked for, by the crop chosen for them, and don't fill the memory."""

from pathlib import Path

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import DemoFaceFinder, demo_picture
from puppet.errors import FaceError, MediaError
from puppet.faces.tracker import square_around
from puppet.media.picture_file import write_picture
from puppet.picture import Picture, Square, freeze
from puppet.portraits import wardrobe as wardrobe_module
from puppet.portraits.blur import measure_blur
from puppet.portraits.portrait import cut_near
from puppet.portraits.portrait_library import Entry, PortraitLibrary
from puppet.portraits.preview import THUMBNAIL
from puppet.portraits.wardrobe import Wardrobe

SIDE = 64
COVERED = freeze(np.full((48, 64, 3), 20, np.uint8))


def drawn() -> Picture:
    return demo_picture(0, 96, 72)


class CountingFinder(DemoFaceFinder):
    """A demo finder that counts how often it looks and is closed; it finds `crowd` faces, each half as large as the one before."""

    def __init__(self, crowd: int = 1) -> None:
        self.looks = 0
        self.closed = 0
        self.crowd = crowd

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        self.looks += 1
        face = self.find(picture)
        if face is None:
            return []
        return [face._replace(landmarks=face.landmarks * np.float32(0.5**index)) for index in range(self.crowd)]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def entries(tmp_path: Path) -> tuple[Entry, ...]:
    write_picture(tmp_path / "ada.png", drawn())
    write_picture(tmp_path / "wall.png", COVERED)
    library = PortraitLibrary(tmp_path / "library", [tmp_path / "ada.png", tmp_path / "wall.png", tmp_path / "absent.png"])
    return library.entries


def test_a_portrait_is_cut_for_the_model_and_read_once(entries: tuple[Entry, ...]) -> None:
    finder = CountingFinder()
    wardrobe = Wardrobe(lambda: finder, SIDE)
    assert wardrobe.at_hand(entries[0]) is None
    first = wardrobe.read(entries[0])
    assert first.portrait.face.shape == (SIDE, SIDE, 3)
    assert first.portrait.landmarks is not None
    assert first.portrait.square == square_around(first.portrait.landmarks)
    assert first.faces == 1 and first.quality.findings
    assert wardrobe.read(entries[0]) is first is wardrobe.at_hand(entries[0])
    wardrobe.preview(entries[0])
    assert finder.looks == 1


def test_a_crop_chosen_by_hand_is_what_is_worn(entries: tuple[Entry, ...]) -> None:
    finder = CountingFinder()
    wardrobe = Wardrobe(lambda: finder, SIDE)
    square = Square(39.5, 35.5, SIDE)
    by_hand = wardrobe.read(entries[0]._replace(crop=square))
    assert by_hand.portrait.square == square
    assert np.array_equal(by_hand.portrait.face, drawn()[4:68, 8:72])
    assert wardrobe.read(entries[0]).portrait.square != square
    assert finder.looks == 1, "the faces are the same"


def test_a_crop_outside_the_picture_is_not_believed(entries: tuple[Entry, ...]) -> None:
    wardrobe = Wardrobe(CountingFinder, SIDE)
    outside = wardrobe.read(entries[0]._replace(crop=Square(900, 30, 40)))
    assert outside.portrait.square == wardrobe.read(entries[0]).portrait.square


def test_what_is_wrong_with_a_portrait_is_said_and_others_are_not_harmed(entries: tuple[Entry, ...]) -> None:
    wardrobe = Wardrobe(CountingFinder, SIDE)
    with pytest.raises(FaceError, match=r"No face was found in .*wall\.png.*by hand"):
        wardrobe.read(entries[1])
    with pytest.raises(MediaError, match=r"no file .*absent\.png"):
        wardrobe.read(entries[2])
    assert wardrobe.at_hand(entries[1]) is None
    assert wardrobe.read(entries[0]) is wardrobe.at_hand(entries[0])


def test_without_a_face_the_crop_can_be_chosen_by_hand(entries: tuple[Entry, ...]) -> None:
    wardrobe = Wardrobe(CountingFinder, SIDE)
    look = wardrobe.look(entries[1])
    assert (look.faces, look.found) == ((), None)
    worn = wardrobe.read(entries[1]._replace(crop=Square(30, 20, 40)))
    assert worn.portrait.landmarks is None
    assert worn.quality.findings[0].name == "face"


def test_of_several_faces_the_largest_is_taken_and_they_are_told(entries: tuple[Entry, ...]) -> None:
    wardrobe = Wardrobe(lambda: CountingFinder(3), SIDE)
    fitting = wardrobe.read(entries[0])
    assert fitting.faces == 3
    largest = DemoFaceFinder().find(drawn())
    assert largest is not None and fitting.portrait.landmarks is not None
    assert np.array_equal(fitting.portrait.landmarks, largest.landmarks)
    look = wardrobe.look(entries[0])
    second = square_around(look.faces[1].landmarks)
    chosen = wardrobe.read(entries[0]._replace(crop=second)).portrait
    assert chosen.square == second
    assert chosen.landmarks is not None and np.array_equal(chosen.landmarks, look.faces[1].landmarks)


def test_a_huge_picture_is_shrunk_but_its_face_is_cut_from_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wardrobe_module, "LONGEST", 300)
    whole = demo_picture(0.3, 1200, 900)
    write_picture(tmp_path / "huge.png", whole)
    (entry,) = PortraitLibrary(tmp_path / "library", [tmp_path / "huge.png"]).entries
    wardrobe = Wardrobe(DemoFaceFinder, 400)
    portrait = wardrobe.read(entry).portrait
    assert portrait.picture.shape == (225, 300, 3)
    alone = DemoFaceFinder().find(portrait.picture)
    assert alone is not None
    assert portrait.square == pytest.approx(square_around(alone.landmarks), rel=0.03)
    assert wardrobe.look(entry).detail == 4
    from_shrunk = cut_near(portrait.picture, portrait.square, 400)
    assert measure_blur(portrait.face) < measure_blur(from_shrunk) - 0.1, "no blur from enlarging what was shrunk"
    crop = Square(150, 110, 60)
    chosen = wardrobe.read(entry._replace(crop=crop)).portrait
    assert chosen.square == crop
    x, y = 150.5 * 4 - 0.5, 110.5 * 4 - 0.5
    assert np.abs(chosen.face[200, 200].astype(int) - whole[round(y), round(x)]).max() < 30


def test_memory_is_bounded_and_what_left_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(4):
        write_picture(tmp_path / f"{index}.png", demo_picture(index, 96, 72))
    entries = PortraitLibrary(tmp_path / "library", [tmp_path / f"{index}.png" for index in range(4)]).entries
    monkeypatch.setattr(wardrobe_module, "ROOM", 2 * 96 * 72 * 3)
    wardrobe = Wardrobe(DemoFaceFinder, SIDE)
    for index in (0, 1, 0, 2):
        wardrobe.read(entries[index])
    assert [wardrobe.at_hand(entry) is not None for entry in entries] == [True, False, True, False]
    assert wardrobe.read(entries[1]).portrait.face.shape == (SIDE, SIDE, 3)


def test_the_one_that_is_worn_stays_at_hand_however_many_are_read_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(4):
        write_picture(tmp_path / f"{index}.png", demo_picture(index, 96, 72))
    entries = PortraitLibrary(tmp_path / "library", [tmp_path / f"{index}.png" for index in range(4)]).entries
    monkeypatch.setattr(wardrobe_module, "ROOM", 1)
    wardrobe = Wardrobe(DemoFaceFinder, SIDE)
    worn = wardrobe.read(entries[0])
    wardrobe.wear(entries[0], worn)
    for entry in entries[1:]:
        wardrobe.read(entry)
    assert wardrobe.at_hand(entries[0]) is worn is wardrobe.read(entries[0])
    wardrobe.wear(entries[3], wardrobe.read(entries[3]))
    assert [wardrobe.at_hand(entry) is not None for entry in entries] == [False, False, False, True]


def test_previews_tell_all_at_a_glance_and_last(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    finder = CountingFinder(2)
    wardrobe = Wardrobe(lambda: finder, SIDE, tmp_path / "cache")
    assert wardrobe.preview_at_hand(entries[0]) is None
    good, wall, absent = (wardrobe.preview(entry) for entry in entries)
    assert good.thumbnail is not None and good.thumbnail.shape == (THUMBNAIL, THUMBNAIL, 3)
    assert good.faces == 2 and good.quality is not None and good.trouble == ""
    assert wall.thumbnail is not None and "No face" in wall.trouble
    assert absent.thumbnail is None and "no file" in absent.trouble
    assert wardrobe.preview_at_hand(entries[0]) is good
    looks = finder.looks
    later = Wardrobe(lambda: finder, SIDE, tmp_path / "cache")
    for entry, before in zip(entries, (good, wall, absent), strict=True):
        assert later.preview(entry)[1:] == before[1:]
    assert finder.looks == looks, "from disk"


def test_another_face_finder_looks_at_all_anew_and_its_previews_are_kept_apart(entries: tuple[Entry, ...], tmp_path: Path) -> None:
    one, other = CountingFinder(1), CountingFinder(2)
    wardrobe = Wardrobe(lambda: one, SIDE, tmp_path / "cache", finder="one")
    wardrobe.preview(entries[0])
    wardrobe.wear(entries[0], wardrobe.read(entries[0]))
    assert not wardrobe.change_model(lambda: one, SIDE, finder="one")
    assert wardrobe.preview_at_hand(entries[0]) is not None
    assert wardrobe.change_model(lambda: other, SIDE, finder="other")
    assert (one.closed, wardrobe.at_hand(entries[0]), wardrobe.preview_at_hand(entries[0])) == (1, None, None)
    assert wardrobe.preview(entries[0]).faces == 2, "not what the first one found, which lies on disk"
    assert wardrobe.read(entries[0]).faces == 2
    assert wardrobe.change_model(lambda: one, SIDE, finder="one")
    assert wardrobe.preview(entries[0]).faces == 1
    assert (one.looks, other.looks) == (1, 1), "from disk"


def test_another_models_size_cuts_anew_without_looking_again(entries: tuple[Entry, ...]) -> None:
    finder = CountingFinder()
    wardrobe = Wardrobe(lambda: finder, SIDE)
    wardrobe.wear(entries[0], wardrobe.read(entries[0]))
    assert wardrobe.change_model(lambda: finder, 2 * SIDE)
    assert wardrobe.at_hand(entries[0]) is None
    assert wardrobe.read(entries[0]).portrait.face.shape == (2 * SIDE, 2 * SIDE, 3)
    assert (finder.looks, finder.closed) == (1, 0)


def test_a_file_that_was_mended_is_read_anew(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", COVERED)
    library = PortraitLibrary(tmp_path / "library", [tmp_path / "a.png"])
    wardrobe = Wardrobe(DemoFaceFinder, SIDE, tmp_path / "cache")
    assert wardrobe.preview(library.entries[0]).trouble
    write_picture(tmp_path / "a.png", drawn())
    library.reload()
    assert wardrobe.preview(library.entries[0]).trouble == ""


def test_the_finder_is_opened_when_needed_and_closed_once(entries: tuple[Entry, ...]) -> None:
    opened: list[CountingFinder] = []

    def opener() -> CountingFinder:
        opened.append(CountingFinder())
        return opened[-1]

    wardrobe = Wardrobe(opener, SIDE)
    wardrobe.close()
    assert opened == []
    wardrobe.read(entries[0])
    wardrobe.close()
    wardrobe.close()
    assert [finder.closed for finder in opened] == [1]


def test_the_mesh_is_scaled_with_its_picture() -> None:
    face = DemoFaceFinder().find(freeze(np.array(drawn())))
    assert face is not None
    half = wardrobe_module._scaled_face(face, 0.5)
    assert half.landmarks == pytest.approx((face.landmarks + 0.5) / 2 - 0.5, abs=1e-4)
    assert half.mesh[:, :2] == pytest.approx((face.mesh[:, :2] + 0.5) / 2 - 0.5, abs=1e-4)
    assert half.mesh[:, 2] == pytest.approx(face.mesh[:, 2] / 2, abs=1e-4)
