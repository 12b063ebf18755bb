"""A folder of portraits: what goes in, what is refused, in which order it is shown, and that nothing is lost."""

from pathlib import Path

import numpy as np
import pytest

from puppet.assets import portraits
from puppet.demo import demo_picture
from puppet.errors import MediaError
from puppet.media.picture_file import read_picture, write_picture
from puppet.picture import Square
from puppet.portraits import portrait_library
from puppet.portraits.library_file import NAME
from puppet.portraits.portrait_library import AlreadyThereError, PortraitLibrary
from tests.media import make_sound, make_video

BUNDLED = portraits()[:2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "portraits"


@pytest.fixture
def library(folder: Path) -> PortraitLibrary:
    return PortraitLibrary(folder, BUNDLED)


def picture_file(tmp_path: Path, name: str, time: float = 0.0) -> Path:
    path = tmp_path / name
    write_picture(path, demo_picture(time, 64, 48))
    return path


def names(library: PortraitLibrary) -> list[str]:
    return [entry.path.name for entry in library.entries]


def test_without_a_folder_the_bundled_ones_are_there_and_nothing_is_written(library: PortraitLibrary, folder: Path) -> None:
    assert names(library) == [path.name for path in BUNDLED]
    assert all(entry.bundled and entry.crop is None for entry in library.entries)
    assert library.troubles == ()
    assert not folder.exists()


def test_an_import_is_a_copy_and_comes_before_the_bundled_ones(library: PortraitLibrary, tmp_path: Path, folder: Path) -> None:
    source = picture_file(tmp_path, "my_face.png")
    entry = library.add(source)
    assert (entry.name, entry.bundled, entry.path) == ("my face", False, folder / "my_face.png")
    assert entry.path.read_bytes() == source.read_bytes()
    library.add(picture_file(tmp_path, "a.png", 1.0))
    assert names(library) == ["my_face.png", "a.png", *[path.name for path in BUNDLED]], "as they came, so numbers stay"
    assert names(PortraitLibrary(folder, BUNDLED)) == names(library), "the next time too"


def test_those_named_at_the_start_come_first(folder: Path, tmp_path: Path) -> None:
    named = [picture_file(tmp_path, "named.png"), BUNDLED[1]]
    library = PortraitLibrary(folder, BUNDLED, named)
    library.add(picture_file(tmp_path, "own.png", 1.0))
    assert names(library) == ["named.png", BUNDLED[1].name, "own.png", BUNDLED[0].name]


def test_the_same_picture_is_told_and_not_kept_twice(library: PortraitLibrary, tmp_path: Path, folder: Path) -> None:
    entry = library.add(picture_file(tmp_path, "ada.png"))
    again = tmp_path / "other_name.png"
    again.write_bytes(entry.path.read_bytes())
    with pytest.raises(AlreadyThereError, match="among your portraits already, as ada") as caught:
        library.add(again)
    assert caught.value.entry == entry
    with pytest.raises(AlreadyThereError, match=f"as {library.entries[1].name}"):
        library.add(BUNDLED[0])
    assert len([path for path in folder.iterdir() if path.suffix != ".toml"]) == 1


def test_other_pictures_of_the_same_name_or_length_are_kept_beside(library: PortraitLibrary, tmp_path: Path) -> None:
    first = tmp_path / "one" / "ada.bmp"
    second = tmp_path / "two" / "ada.bmp"
    for path, time in ((first, 0.0), (second, 1.0)):
        path.parent.mkdir()
        write_picture(path, demo_picture(time, 64, 48))
    assert first.stat().st_size == second.stat().st_size
    assert library.add(first).path.name == "ada.bmp"
    assert library.add(second).path.name == "ada-2.bmp"


def test_pasting_keeps_every_pixel_and_knows_it_again(library: PortraitLibrary) -> None:
    picture = demo_picture(0.3, 60, 40)
    entry = library.paste(picture)
    assert entry.name == "pasted"
    assert np.array_equal(read_picture(entry.path), picture)
    with pytest.raises(AlreadyThereError):
        library.paste(picture)
    assert library.paste(demo_picture(0.9, 60, 40)).path.name == "pasted-2.png"


def test_of_a_video_the_first_picture_is_kept(library: PortraitLibrary, tmp_path: Path) -> None:
    pictures = [demo_picture(time, 64, 48) for time in (0.0, 1.0)]
    entry = library.add(make_video(tmp_path / "clip.mp4", pictures))
    assert entry.path.name == "clip.png"
    assert np.abs(read_picture(entry.path).astype(int) - pictures[0]).mean() < 8


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_what_is_cut_short_is_refused(library: PortraitLibrary, tmp_path: Path, folder: Path, ending: str) -> None:
    path = picture_file(tmp_path, f"half.{ending}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaError, match=rf"half\.{ending} is cut short"):
        library.add(path)
    assert not folder.exists()


def test_what_is_no_picture_is_refused_with_its_sentence(library: PortraitLibrary, tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("no picture")
    for path, sentence in (
        (tmp_path / "absent.png", "There is no file"),
        (tmp_path, "is a folder; a portrait is one picture"),
        (make_sound(tmp_path / "a.m4a", 0.2), "has sound but no picture"),
        (tmp_path / "words.png", r"words\.png"),
    ):
        with pytest.raises(MediaError, match=sentence):
            library.add(path)
    assert len(library.entries) == len(BUNDLED)


def test_a_crop_lasts_and_makes_another_entry(library: PortraitLibrary, tmp_path: Path, folder: Path) -> None:
    own = library.add(picture_file(tmp_path, "ada.png"))
    square = Square(20.5, 18.25, 30.0)
    changed = library.set_crop(own, square)
    assert changed == own._replace(crop=square) == library.entries[0]
    bundled = library.set_crop(library.entries[1], Square(100, 90, 80))
    again = PortraitLibrary(folder, BUNDLED)
    assert again.entries[:2] == (changed, bundled)
    assert not any(path.suffix == ".toml" for path in BUNDLED[0].parent.iterdir()), "nothing is written beside a bundled file"
    assert again.set_crop(changed, None) == own
    assert PortraitLibrary(folder, BUNDLED).entries[0].crop is None


def test_another_picture_under_the_same_name_has_no_use_for_the_crop(library: PortraitLibrary, tmp_path: Path) -> None:
    own = library.add(picture_file(tmp_path, "ada.png"))
    library.set_crop(own, Square(20, 18, 30))
    write_picture(own.path, demo_picture(0.0, 200, 150))
    library.reload()
    assert library.entries[0].crop is None
    assert library.entries[0] != own, "whoever has read the file before reads it anew"


def test_removing_can_be_undone_to_the_very_place(library: PortraitLibrary, tmp_path: Path, folder: Path) -> None:
    entries = [library.add(picture_file(tmp_path, f"{name}.png", time)) for time, name in enumerate("abc")]
    library.set_crop(entries[1], Square(20, 18, 30))
    before = library.entries
    library.remove(before[1])
    library.remove(library.entries[0])
    library.remove(library.entries[1])  # bundled: hidden
    assert names(library) == ["c.png", BUNDLED[1].name]
    assert not (folder / "b.png").exists()
    again = PortraitLibrary(folder, BUNDLED)
    assert names(again) == ["c.png", BUNDLED[1].name]
    restored = [again.restore() for _ in range(3)]
    assert [entry.path.name for entry in restored if entry] == [BUNDLED[0].name, "a.png", "b.png"]
    assert again.entries == before
    assert not again.can_restore
    assert again.restore() is None


def test_restoring_leaves_a_newer_file_of_the_name_alone(library: PortraitLibrary, tmp_path: Path) -> None:
    old = library.add(picture_file(tmp_path, "ada.png"))
    library.remove(old)
    new = library.add(picture_file(tmp_path, "ada.png", 1.0))
    restored = library.restore()
    assert restored is not None and restored.path.name == "ada-2.png"
    assert new.path.read_bytes() == (tmp_path / "ada.png").read_bytes()


def test_what_was_deleted_for_good_is_not_restored(library: PortraitLibrary, tmp_path: Path, folder: Path) -> None:
    library.remove(library.entries[0])
    library.remove(library.add(picture_file(tmp_path, "ada.png")))
    (folder / portrait_library.REMOVED_FOLDER / "ada.png").unlink()
    restored = library.restore()
    assert restored is not None and restored.path == BUNDLED[0]


def test_a_bundled_portrait_that_was_hidden_is_shown_when_it_is_named(library: PortraitLibrary, folder: Path) -> None:
    library.remove(library.entries[0])
    assert names(PortraitLibrary(folder, BUNDLED, [BUNDLED[0]])) == [path.name for path in BUNDLED]


def test_reload_notices_what_was_done_by_hand(library: PortraitLibrary, tmp_path: Path, folder: Path) -> None:
    library.add(picture_file(tmp_path, "m.png"))
    for name, time in (("a10.png", 1.0), ("a9.png", 2.0)):
        write_picture(folder / name, demo_picture(time, 64, 48))
    (folder / "notes.txt").write_text("no portrait")
    (folder / ".hidden.png").write_bytes(b"")
    library.reload()
    assert names(library)[:-2] == ["m.png", "a9.png", "a10.png"]
    away = tmp_path / "away.png"
    (folder / "a9.png").rename(away)
    library.reload()
    assert names(library)[:-2] == ["m.png", "a10.png"]
    away.rename(folder / "a9.png")
    library.reload()
    assert names(library)[:-2] == ["m.png", "a9.png", "a10.png"], "its number was kept for it"


@pytest.mark.parametrize("content", [b"order = [", b"\xff\xfe", b"order = 7", b'[crops."a.png"]\nx = 1\ny = 1\nside = -3\nlength = 1'])
def test_a_damaged_list_is_told_and_put_aside(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(content)
    write_picture(folder / "a.png", demo_picture(0, 64, 48))
    library = PortraitLibrary(folder)
    assert names(library) == ["a.png"]
    assert "was damaged" in library.troubles[0]
    assert (folder / "library.damaged.toml").read_bytes() == content
    library.reload()
    assert library.troubles == ()


def test_what_a_newer_puppet_wrote_is_passed_over(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / NAME).write_text('version = 9\norder = ["b.png", "a.png"]\nshelves = ["x"]\n')
    for name in "ab":
        write_picture(folder / f"{name}.png", demo_picture(0, 64, 48))
    library = PortraitLibrary(folder)
    assert (names(library), library.troubles) == (["b.png", "a.png"], ())


def test_a_file_in_the_folders_place_is_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    library = PortraitLibrary(tmp_path / "file", BUNDLED)
    assert "is a file; the portraits need a folder" in library.troubles[0]
    assert len(library.entries) == 2
    with pytest.raises(MediaError):
        library.paste(demo_picture(0, 64, 48))


def test_when_the_list_cannot_be_written_nothing_has_moved(
    library: PortraitLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = library.add(picture_file(tmp_path, "ada.png"))
    before = library.entries

    def full(*_: object) -> None:
        raise MediaError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(portrait_library, "write_library_file", full)
        with pytest.raises(MediaError, match="disk is full"):
            library.remove(own)
    assert own.path.is_file()
    assert library.entries == before and not library.can_restore


def test_entries_are_found_by_path_file_and_name(library: PortraitLibrary, tmp_path: Path) -> None:
    own = library.add(picture_file(tmp_path, "my_face.png"))
    assert library.find(str(own.path)) == library.find("my_face.png") == library.find("my face") == own
    assert library.find("nobody") is None


def test_names_that_files_may_not_have_are_mended(library: PortraitLibrary, tmp_path: Path) -> None:
    assert library.paste(demo_picture(0, 64, 48), 'a/b:c"?').path.name == "a b c.png"
    assert library.paste(demo_picture(1, 64, 48), "..").path.name == "portrait.png"
