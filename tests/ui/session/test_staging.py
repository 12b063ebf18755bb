"""What is shown around faces, changed while a session goes on: the worn portrait first, the others when they are asked for."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from puppet.demo import DemoMatte
from puppet.errors import ModelError
from puppet.live.puppeteer import Puppeteer
from puppet.media.picture_file import write_picture
from puppet.motion import FloatArray
from puppet.picture import Picture
from puppet.portraits import wardrobe as wardrobe_module
from puppet.portraits.portrait_library import PortraitLibrary
from puppet.portraits.scene import Staging, make_scene
from puppet.portraits.wardrobe import Wardrobe
from puppet.settings_file import load_settings
from tests.live_parts import COVERED, live_settings
from tests.session_parts import Watch, newest, state
from tests.several_faces import StripFinder, drawn_people
from ui.live_report import make_report, report_words
from ui.live_run import Arrival
from ui.session.live_session import LiveSession
from ui.session.orders import ORDERS
from ui.session.portrait_rack import PortraitRack

ALONE, AROUND = (256, 256, 3), (72, 192, 3)
"""Shapes of what is shown: a face alone, and the picture of two."""


class Mattes:
    """Opens a matte that waits, is damaged, or fails when it is used."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed = 0
        self.asked = threading.Event()
        self.error: Exception | None = None
        self.failure: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def hold(self, _: Puppeteer) -> None:
        """Hold the pictures up until a matte is asked for."""
        assert self.asked.wait(10)

    def __call__(self) -> DemoMatte:
        self.asked.set()
        assert self.may_go_on.wait(10)
        if self.error is not None:
            raise self.error
        self.opened += 1
        mattes = self

        class Matte(DemoMatte):
            def make(self, picture: Picture) -> FloatArray:
                assert mattes.may_go_on.wait(10)
                if mattes.failure is not None:
                    raise mattes.failure
                return super().make(picture)

            def close(self) -> None:
                mattes.closed += 1

        return Matte()


@pytest.fixture
def mattes() -> Iterator[Mattes]:
    mattes = Mattes()
    yield mattes
    mattes.may_go_on.set()


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Path, ...]:
    """Two pictures of two people each, and one without."""
    drawn = {"ada": drawn_people(0.4, 2.0), "bea": drawn_people(1.1, 3.0), "wall": COVERED}
    for name, picture in drawn.items():
        write_picture(tmp_path / f"{name}.png", picture)
    return tuple(tmp_path / f"{name}.png" for name in drawn)


@pytest.fixture
def scenes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each scene that is made is made for."""
    made: list[str] = []

    def counted(portrait: object, faces: object, staging: object, open_matte: object) -> object:
        made.append(str(staging[0]))  # type: ignore[index]
        return make_scene(portrait, faces, staging, open_matte)  # type: ignore[arg-type]

    monkeypatch.setattr(wardrobe_module, "make_scene", counted)
    return made


@pytest.fixture
def session(tmp_path: Path, pictures: tuple[Path, ...], mattes: Mattes, scenes: list[str]) -> Iterator[LiveSession]:
    rack = PortraitRack(PortraitLibrary(tmp_path / "portraits", pictures), Wardrobe(StripFinder, 256, finder="demo", open_matte=mattes))
    with LiveSession(live_settings(model="demo", welcomed=True), rack, path=tmp_path / "settings.toml") as session:
        yield session


def shape(session: LiveSession) -> tuple[int, ...]:
    shown = newest(session)
    return shown.image.shape if shown is not None else ()


def begin(session: LiveSession, watch: Watch) -> None:
    watch(lambda: state(session) == "live" and session.rack.progress == (3, 3))
    assert shape(session) == ALONE


def settle(session: LiveSession, watch: Watch) -> None:
    """Wait until all that was asked for before is done, and a picture drawn after it is there."""
    done: list[float] = []
    session.pipeline.prepare(lambda: None, lambda *_: done.append(time.perf_counter()), lambda _: None)
    watch(lambda: done and (shown := newest(session)) is not None and shown.moment > done[0])


def test_the_worn_portrait_is_shown_in_its_picture_and_others_once_they_are_asked_for(
    session: LiveSession, watch: Watch, scenes: list[str], mattes: Mattes
) -> None:
    begin(session, watch)
    rack = session.rack
    assert (scenes, mattes.opened, session.status.faces, rack.worn_faces()) == ([], 0, 1, (1, 2))
    session.adjust(portraits__shows="everyone")
    watch(lambda: shape(session) == AROUND)
    watch(lambda: rack.progress == (3, 3) and session.status.faces == 2)
    assert scenes == ["everyone"]
    assert rack.worn_faces() == (2, 2)
    assert "No face was found" in rack.trouble(rack.entries[2]), "the others are looked at"
    rack.wear(1)
    watch(lambda: rack.worn == 1 and rack.worn_faces() == (2, 2) and shape(session) == AROUND)
    assert scenes == ["everyone"] * 2
    session.adjust(portraits__shows="face")
    watch(lambda: shape(session) == ALONE and session.status.faces == 1)
    rack.wear(0)
    watch(lambda: rack.worn == 0 and rack.worn_faces() == (1, 2))
    settle(session, watch)
    assert shape(session) == ALONE, "what was kept for another staging is not put on"
    assert mattes.opened == 1


def test_until_the_scene_is_made_the_present_picture_goes_on_and_it_is_told(session: LiveSession, watch: Watch, mattes: Mattes) -> None:
    begin(session, watch)
    mattes.may_go_on.clear()
    session.adjust(portraits__shows="picture")
    watch(lambda: session.work == ("Preparing ada …", None))
    shapes: list[tuple[int, ...]] = []

    def noted() -> tuple[int, ...]:
        shapes.append(shape(session))
        return shapes[-1]

    before = newest(session)
    assert before is not None
    watch(lambda: noted() and len(shapes) > 30)
    after = newest(session)
    assert after is not None and after.moment > before.moment
    mattes.may_go_on.set()
    watch(lambda: noted() == AROUND)
    first = shapes.index(AROUND)
    assert set(shapes[:first]) == {ALONE}
    assert after.image.std() > 5 and newest(session).image.std() > 5  # type: ignore[union-attr]
    watch(lambda: session.work == ("", None))


def test_what_can_not_be_shown_is_told_and_the_settings_go_back(session: LiveSession, watch: Watch, mattes: Mattes, tmp_path: Path) -> None:
    begin(session, watch)
    mattes.error = ModelError("The matte is damaged.", "Install Puppet again.")
    face = session.rack.worn_face()
    session.adjust(portraits__shows="everyone", output__background="green")
    session.adjust(portraits__shows="picture")
    watch(lambda: "The matte is damaged" in session.notice and session.settings.portraits.shows == "face")
    assert session.settings.output.background == "picture"
    session.save()
    assert load_settings(tmp_path / "settings.toml").settings.portraits.shows == "face"
    assert shape(session) == ALONE and session.rack.worn_face() is face
    in_force = []
    session.pipeline.post(lambda puppeteer: in_force.append(puppeteer.settings.portraits.shows))
    watch(lambda: in_force)
    assert in_force == ["face"]
    mattes.error = None
    session.adjust(portraits__shows="picture")
    watch(lambda: shape(session) == AROUND)


def test_a_matte_that_fails_in_use_leaves_all_as_it_was(session: LiveSession, watch: Watch, mattes: Mattes) -> None:
    begin(session, watch)
    mattes.failure = RuntimeError("out of order")
    session.adjust(portraits__shows="picture")
    watch(lambda: "out of order" in session.notice and session.settings.portraits.shows == "face")
    assert session.rack.worn_faces() == (1, 2)
    session.rack.wear(1)
    watch(lambda: session.rack.worn == 1 and shape(session) == ALONE)


def test_another_portrait_put_on_meanwhile_is_shown_as_it_is_asked_for(
    session: LiveSession, watch: Watch, mattes: Mattes, scenes: list[str]
) -> None:
    begin(session, watch)
    mattes.may_go_on.clear()
    session.adjust(portraits__shows="everyone")
    watch(lambda: session.rack.awaited == "ada")
    session.rack.wear(1)
    watch(lambda: session.rack.worn == 1)
    mattes.may_go_on.set()
    watch(lambda: shape(session) == AROUND and session.rack.worn_faces() == (2, 2))
    assert session.rack.worn_name == "bea"


def test_of_two_changes_the_last_counts(session: LiveSession, watch: Watch, mattes: Mattes) -> None:
    begin(session, watch)
    mattes.may_go_on.clear()
    session.adjust(portraits__shows="everyone")
    watch(lambda: session.rack.awaited == "ada")
    session.adjust(portraits__shows="face")
    mattes.may_go_on.set()
    settle(session, watch)
    watch(lambda: session.rack.progress == (3, 3) and session.rack.worn_faces() == (1, 2))
    assert shape(session) == ALONE
    assert session.status.faces == 1


def test_a_change_before_one_that_is_refused_is_what_is_shown(session: LiveSession, watch: Watch, mattes: Mattes) -> None:
    begin(session, watch)
    mattes.error = ModelError("The matte is damaged.", "Install Puppet again.")
    mattes.may_go_on.clear()
    session.pipeline.post(mattes.hold)  # the second change is under way before the first is shown
    session.adjust(portraits__shows="everyone", portraits__lock_background=False)
    session.adjust(output__background="green")
    watch(mattes.asked.is_set)
    session.pipeline.post(lambda _: mattes.may_go_on.set())
    watch(lambda: "The matte is damaged" in session.notice and session.settings.output.background == "picture")
    assert session.settings.portraits.shows == "everyone"
    watch(lambda: shape(session) == AROUND and session.rack.worn_faces() == (2, 2))


def test_pictures_found_later_get_no_scene_before_they_are_asked_for(
    session: LiveSession, watch: Watch, scenes: list[str], tmp_path: Path
) -> None:
    begin(session, watch)
    session.adjust(portraits__shows="everyone")
    watch(lambda: shape(session) == AROUND)
    (tmp_path / "portraits").mkdir(exist_ok=True)
    write_picture(tmp_path / "portraits" / "eve.png", drawn_people(0.2, 0.9))
    session.rack.reload()
    watch(lambda: len(session.rack.entries) == 4)
    eve = next(entry for entry in session.rack.entries if entry.name == "eve")
    watch(lambda: session.rack.preview(eve) is not None)
    assert scenes == ["everyone"]
    session.rack.wear_entry(eve)
    watch(lambda: session.rack.worn_name == "eve" and session.rack.worn_faces() == (2, 2))


def test_a_session_that_begins_with_everyone_makes_one_scene_and_reports_its_faces(
    tmp_path: Path, pictures: tuple[Path, ...], mattes: Mattes, scenes: list[str]
) -> None:
    settings = live_settings(model="demo", welcomed=True, portraits__shows="everyone", portraits__enhance=True)
    wardrobe = Wardrobe(StripFinder, 256, finder="demo", open_matte=mattes, staging=Staging("everyone"))
    rack = PortraitRack(PortraitLibrary(tmp_path / "portraits", pictures), wardrobe)
    with LiveSession(settings, rack, sinks=(Arrival(),)) as session:
        deadline = time.perf_counter() + 8
        while shape(session) != AROUND or rack.progress != (3, 3) or not session.status.enhancer:
            assert time.perf_counter() < deadline
            session.look()
            time.sleep(0.005)
        assert scenes == ["everyone"]
        while (report := make_report(session.pipeline, "sink", "ada", 1.0)) is None or "compose" not in report.stages_ms:
            assert time.perf_counter() < deadline
            time.sleep(0.005)
        assert (report.faces, report.enhancer) == (2, "demo, no network")
        assert next(report_words(report)).startswith("ada, 2 faces of it on demo, sharper by demo, no network, driven by ")
        assert {"animate", "enhance"} <= set(report.stages_ms)
    assert (mattes.opened, mattes.closed) == (1, 1)


def test_a_session_that_begins_with_what_can_not_be_shown_says_so_and_goes_on_once_it_is_asked_for_less(
    tmp_path: Path, pictures: tuple[Path, ...], mattes: Mattes
) -> None:
    mattes.error = ModelError("The matte is damaged.", "Install Puppet again.")
    settings = live_settings(model="demo", welcomed=True, output__background="green")
    wardrobe = Wardrobe(StripFinder, 256, finder="demo", open_matte=mattes, staging=Staging(background="green"))
    rack = PortraitRack(PortraitLibrary(tmp_path / "portraits", pictures), wardrobe)
    with LiveSession(settings, rack) as session:

        def live_until(condition: Callable[[], object]) -> None:
            deadline = time.perf_counter() + 8
            while not condition():
                assert time.perf_counter() < deadline, session.notice
                session.look()
                time.sleep(0.005)

        live_until(lambda: rack.progress == (3, 3) and session.notice)
        assert newest(session) is None and "matte is damaged" in rack.trouble(rack.entries[0])
        session.adjust(output__background="picture")
        live_until(lambda: shape(session) == ALONE and rack.progress == (3, 3) and not rack.trouble(rack.entries[1]))
        assert rack.worn == 0


def test_the_kinds_of_what_is_shown_go_round(session: LiveSession, watch: Watch) -> None:
    begin(session, watch)
    shown = []
    for words in ("The whole picture", "Everyone in the picture moves", "The face alone"):
        ORDERS["cycle_shows"](session)
        shown.append(session.settings.portraits.shows)
        assert session.notice == words
    assert shown == ["picture", "everyone", "face"]


def test_two_people_are_swapped_and_one_alone_learns_why_not(session: LiveSession, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    swapped: list[bool] = []
    monkeypatch.setattr("puppet.live.drivers.Drivers.swap", lambda _: swapped.append(True))
    begin(session, watch)
    ORDERS["swap_people"](session)
    assert session.notice == "One person drives; set People to 2 to swap two."
    session.adjust(camera__people=2)
    ORDERS["swap_people"](session)
    assert session.notice.startswith("Swapped")
    watch(lambda: swapped)
    assert swapped == [True], "the first order swapped nobody"
