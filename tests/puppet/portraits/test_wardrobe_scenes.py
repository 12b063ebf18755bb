"""A wardrobe makes the scene around a portrait as the staging asks, when it is asked for, and within its bound of memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from puppet.errors import ModelError
from puppet.media.picture_file import write_picture
from puppet.portraits import wardrobe as wardrobe_module
from puppet.portraits.portrait_library import Entry, PortraitLibrary
from puppet.portraits.scene import Staging
from puppet.portraits.wardrobe import Wardrobe
from tests.several_faces import EVERYONE, StripFinder, StripMatte, drawn_people

SIDE = 64
LOCKED = Staging("everyone")
PICTURE = Staging("picture", lock_background=False)


class CountedMatte(StripMatte):
    """Counts how often it is closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Mattes:
    """Opens mattes and keeps them in mind."""

    def __init__(self) -> None:
        self.opened: list[CountedMatte] = []

    def __call__(self) -> CountedMatte:
        self.opened.append(CountedMatte())
        return self.opened[-1]


@pytest.fixture
def entries(tmp_path: Path) -> tuple[Entry, ...]:
    """Three pictures of two people each."""
    files = [tmp_path / f"{name}.png" for name in ("ada", "bea", "eve")]
    for number, file in enumerate(files):
        write_picture(file, drawn_people(0.4 + number, 2.0 + number))
    return PortraitLibrary(tmp_path / "library", files).entries


@pytest.fixture
def mattes() -> Mattes:
    return Mattes()


@pytest.fixture
def open_wardrobe(mattes: Mattes) -> Callable[[Staging], Wardrobe]:
    return lambda staging: Wardrobe(StripFinder, SIDE, finder="strips", open_matte=mattes, staging=staging)


def scene_bytes(wardrobe: Wardrobe, entry: Entry) -> int:
    scene = wardrobe.read(entry).portrait.scene
    assert scene is not None
    return scene.nbytes


@pytest.mark.parametrize(
    "case",
    [(Staging(), 1, 0), (PICTURE, 1, 0), (EVERYONE, 2, 0), (LOCKED, 2, 1), (Staging("face", background="green"), 1, 1)],
)
def test_a_portrait_has_the_scene_that_is_asked_for(
    entries: tuple[Entry, ...], mattes: Mattes, open_wardrobe: Callable[[Staging], Wardrobe], case: tuple[Staging, int, int]
) -> None:
    staging, moving, opened = case
    wardrobe = open_wardrobe(staging)
    fitting = wardrobe.read(entries[0])
    wardrobe.read(entries[1])
    scene = fitting.portrait.scene
    assert wardrobe.makes_scenes is (scene is not None) is (staging != Staging())
    assert (fitting.moving, fitting.faces) == (moving, 2)
    assert len(mattes.opened) == opened, "only when one is needed, and once for all portraits"
    if scene is not None:
        assert (scene.people is not None) == (staging.background == "green")
        assert len(scene.locks) == (2 if staging == LOCKED else 0)
    assert wardrobe.read(entries[0]) is fitting is wardrobe.at_hand(entries[0])


def test_a_preview_makes_no_scene_and_opens_no_matte(
    entries: tuple[Entry, ...], mattes: Mattes, open_wardrobe: Callable[[Staging], Wardrobe], monkeypatch: pytest.MonkeyPatch
) -> None:
    wardrobe = open_wardrobe(LOCKED)
    with monkeypatch.context() as patch:
        patch.setattr(wardrobe_module, "make_scene", lambda *_: pytest.fail("a scene was made"))
        preview = wardrobe.preview(entries[0])
    assert (preview.faces, preview.trouble) == (2, "")
    assert wardrobe.at_hand(entries[0]) is None
    assert wardrobe.read(entries[0]).moving == 2
    assert len(mattes.opened) == 1


def test_another_staging_makes_scenes_anew_of_what_was_seen_before(
    entries: tuple[Entry, ...], open_wardrobe: Callable[[Staging], Wardrobe], monkeypatch: pytest.MonkeyPatch
) -> None:
    wardrobe = open_wardrobe(Staging())
    alone = wardrobe.read(entries[0])
    wardrobe.wear(entries[0], alone)
    assert not wardrobe.change_staging(Staging())
    assert wardrobe.at_hand(entries[0]) is alone
    monkeypatch.setattr(Wardrobe, "_read_file", lambda *_: pytest.fail("the file was read again"))
    monkeypatch.setattr(StripFinder, "find_all", lambda *_: pytest.fail("its faces were looked for again"))
    assert wardrobe.change_staging(EVERYONE)
    assert wardrobe.at_hand(entries[0]) is None
    everyone = wardrobe.read(entries[0])
    assert everyone.moving == 2
    assert everyone.portrait.face is alone.portrait.face
    assert wardrobe.change_staging(Staging())
    assert wardrobe.at_hand(entries[0]) is alone, "it is worn still"
    assert wardrobe.read(entries[0]).portrait.scene is None


def test_what_is_put_on_just_after_a_change_is_not_taken_for_what_is_asked_now(
    entries: tuple[Entry, ...], open_wardrobe: Callable[[Staging], Wardrobe]
) -> None:
    wardrobe = open_wardrobe(Staging())
    alone = wardrobe.read(entries[0])
    wardrobe.change_staging(EVERYONE)
    wardrobe.wear(entries[0], alone)  # by an order that was under way
    assert wardrobe.at_hand(entries[0]) is None
    assert wardrobe.read(entries[0]).moving == 2


def test_scenes_count_in_the_bound_of_memory(
    entries: tuple[Entry, ...], open_wardrobe: Callable[[Staging], Wardrobe], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = 3 * 72 * 192
    scene = scene_bytes(open_wardrobe(EVERYONE), entries[0])
    monkeypatch.setattr(wardrobe_module, "ROOM", 3 * picture + scene)
    for staging, kept in ((Staging(), [True, True, True]), (EVERYONE, [False, False, True])):
        wardrobe = open_wardrobe(staging)
        for entry in entries:
            wardrobe.read(entry)
        assert [wardrobe.at_hand(entry) is not None for entry in entries] == kept


def test_what_is_asked_for_now_does_not_make_room_for_what_was_seen_after_it(
    entries: tuple[Entry, ...], open_wardrobe: Callable[[Staging], Wardrobe], monkeypatch: pytest.MonkeyPatch
) -> None:
    wardrobe = open_wardrobe(EVERYONE)
    for entry in entries[:2]:
        wardrobe.look(entry)
    monkeypatch.setattr(wardrobe_module, "ROOM", 2 * 3 * 72 * 192 + 1)
    assert wardrobe.read(entries[0]) is wardrobe.at_hand(entries[0])


def test_a_matte_is_closed_once_and_opened_again_when_needed(
    entries: tuple[Entry, ...], mattes: Mattes, open_wardrobe: Callable[[Staging], Wardrobe]
) -> None:
    wardrobe = open_wardrobe(LOCKED)
    wardrobe.read(entries[0])
    wardrobe.close()
    wardrobe.close()
    assert [matte.closed for matte in mattes.opened] == [1]
    wardrobe.read(entries[1])
    assert [matte.closed for matte in mattes.opened] == [1, 0]
    others = Mattes()
    assert wardrobe.change_model(StripFinder, SIDE, finder="others", open_matte=others)
    assert [matte.closed for matte in mattes.opened] == [1, 1], "it went with the model"
    wardrobe.read(entries[0])
    assert (len(mattes.opened), len(others.opened)) == (2, 1)
    wardrobe.close()


def test_a_matte_that_can_not_be_opened_is_told_and_harms_nothing_else(entries: tuple[Entry, ...]) -> None:
    def broken() -> StripMatte:
        raise ModelError("The matte is damaged.", "Install Puppet again.")

    wardrobe = Wardrobe(StripFinder, SIDE, open_matte=broken, staging=LOCKED)
    with pytest.raises(ModelError, match="The matte is damaged"):
        wardrobe.read(entries[0])
    assert wardrobe.at_hand(entries[0]) is None
    assert wardrobe.preview(entries[0]).trouble == ""
    wardrobe.change_staging(EVERYONE)
    assert wardrobe.read(entries[0]).moving == 2
