"""A session on drawn parts: what is set takes effect, what is asked is done, and what fails is told while the run goes on."""

import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import DemoFaceFinder, demo_picture
from puppet.errors import SettingsError
from puppet.media.picture_file import read_picture, write_picture
from puppet.media.video_reader import open_video
from puppet.picture import Picture
from puppet.portraits import wardrobe as wardrobe_module
from puppet.portraits.portrait import Portrait
from puppet.portraits.portrait_library import PortraitLibrary
from puppet.portraits.wardrobe import Wardrobe
from puppet.settings import LiveSettings
from puppet.settings_file import load_settings
from puppet.steering.motion_take import load_take
from tests.live_parts import COVERED, live_settings
from tests.session_parts import Watch, make_session, newest, state
from ui.session import model_change, stored_settings
from ui.session.live_session import LiveSession
from ui.session.opening import open_parts
from ui.session.orders import ORDERS
from ui.session.portrait_rack import PortraitRack
from ui.session.take_control import list_takes


def test_it_tells_what_runs_in_words(session: LiveSession, watch: Watch) -> None:
    watch(lambda: state(session) == "live")
    status = session.status
    assert status.model == "demo"
    assert status.engine == "no engine"
    assert status.device
    assert status.camera == "the drawn demo driver"
    assert status.output == "off"
    assert (status.trouble, status.hint) == ("", "")


def test_portraits_are_read_ahead_and_put_on_by_number_and_step(session: LiveSession, watch: Watch) -> None:
    rack = session.rack
    watch(lambda: rack.progress == (3, 3) and rack.worn == 0)
    for order, worn in (("portrait_2", 1), ("next_portrait", 1), ("previous_portrait", 0), ("random_portrait", 1)):
        ORDERS[order](session)
        watch(partial(lambda wanted: rack.worn == wanted, worn))
    assert "No face was found" in rack.trouble(rack.entries[2])
    ORDERS["portrait_3"](session)
    watch(lambda: "No face was found" in session.notice)
    ORDERS["portrait_9"](session)
    assert rack.worn == 1


def test_the_worn_face_stays_at_hand_where_there_is_no_room_for_all(
    session: LiveSession, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wardrobe_module, "ROOM", 1)
    rack = session.rack
    watch(lambda: rack.progress == (3, 3))
    rack.reload()
    watch(lambda: "portraits" in session.notice)
    for index in (0, 1, 0):  # each is encoded and put on at once, though its picture had to go
        rack.wear(index)
        watch(partial(lambda wanted: rack.worn == wanted and rack.worn_face() is not None, index))
    rack.look(rack.entries[1], lambda *_: session.say("looked"))
    watch(lambda: session.notice == "looked")
    assert rack.worn == 0 and rack.worn_face() is not None


def test_the_portrait_worn_last_is_worn_first_the_next_time(
    session: LiveSession, watch: Watch, tmp_path: Path, pictures: tuple[Path, ...]
) -> None:
    watch(lambda: session.rack.progress == (3, 3))
    session.rack.wear(1)
    watch(lambda: session.settings.portraits.last == str(pictures[1]))
    session.save()
    again = load_settings(tmp_path / "settings.toml").settings
    assert again.portraits.last == str(pictures[1])


def test_a_first_portrait_without_a_face_gives_way_to_the_next(tmp_path: Path, pictures: tuple[Path, ...]) -> None:
    with make_session(tmp_path, (pictures[2], pictures[1])) as session:
        deadline = time.perf_counter() + 8
        while newest(session) is None and time.perf_counter() < deadline:
            time.sleep(0.01)
        assert session.rack.worn_name == "bea"
        session.look()
        assert "No face was found in" in session.notice


@pytest.mark.parametrize("first", [2, 3], ids=["a wall", "nothing"])
def test_without_any_usable_portrait_it_waits_for_one(tmp_path: Path, pictures: tuple[Path, ...], first: int) -> None:
    with make_session(tmp_path, pictures[first:]) as session:
        deadline = time.perf_counter() + 8
        while session.rack.progress != (3 - first, 3 - first):
            time.sleep(0.01)
        assert not session.rack.is_ready and newest(session) is None
        session.rack.add([pictures[0]])
        while newest(session) is None and time.perf_counter() < deadline:
            session.look()
            time.sleep(0.01)
        assert session.rack.worn_name == "ada"


def test_pictures_are_taken_in_worn_removed_and_put_back(session: LiveSession, watch: Watch, tmp_path: Path) -> None:
    rack = session.rack
    watch(lambda: rack.progress == (3, 3))
    write_picture(tmp_path / "eve.png", demo_picture(1.1, 200, 200))
    rack.add([tmp_path / "eve.png"])
    watch(lambda: len(rack.entries) == 4 and rack.worn_name == "eve")
    rack.add([tmp_path / "eve.png"])
    watch(lambda: "among your portraits already" in session.notice)
    rack.paste(demo_picture(1.7, 150, 150))
    watch(lambda: len(rack.entries) == 5 and rack.worn_name == "pasted")
    rack.remove(rack.entries[rack.worn])
    watch(lambda: len(rack.entries) == 4 and "was removed" in session.notice)
    assert rack.worn == -1, "it is worn on"
    rack.restore()
    watch(lambda: len(rack.entries) == 5)
    rack.add([tmp_path / "absent.png"])
    watch(lambda: "absent.png" in session.notice)
    watch(lambda: state(session) == "live")


def test_settings_take_effect_are_kept_and_refused_in_a_sentence(
    session: LiveSession, watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_settings, "SAVE_AFTER", 0.05)
    watch(lambda: state(session) == "live")
    session.adjust(camera__mirror=True, motion__strength=0.5)
    watch(lambda: load_settings(tmp_path / "settings.toml").settings.motion.strength == 0.5)
    kept: list[LiveSettings] = []
    session.pipeline.post(lambda puppeteer: kept.append(puppeteer.settings))
    watch(lambda: kept)
    assert kept[0].camera.mirror
    with pytest.raises(SettingsError, match=r"motion\.strength"):
        session.adjust(motion__strength=7)
    assert session.settings.motion.strength == 0.5


def test_what_holds_for_this_run_alone_is_not_kept(tmp_path: Path, pictures: tuple[Path, ...]) -> None:
    rack = PortraitRack(PortraitLibrary(tmp_path / "portraits", pictures), Wardrobe(DemoFaceFinder, 256, finder="demo"))
    given = live_settings(model="demo", motion__strength=1.5)
    with LiveSession(given, rack, stored=LiveSettings(), path=tmp_path / "settings.toml") as session:
        session.adjust(camera__zoom=1.2)
    kept = load_settings(tmp_path / "settings.toml").settings
    assert (kept.model, kept.motion.strength, kept.camera.zoom) == (LiveSettings().model, 1.0, 1.2)


def test_steps_stop_at_their_limits_and_switches_say_what_they_did(session: LiveSession) -> None:
    for _ in range(30):
        ORDERS["zoom_in"](session)
    assert session.settings.camera.zoom == 2.0
    assert "Zoom is at its limit" in session.notice
    ORDERS["reset_crop"](session)
    assert session.settings.camera.zoom == 1.0
    ORDERS["toggle_relative"](session)
    assert session.notice == "Relative motion: off"
    assert [ORDERS["cycle_emphasis"](session) or session.settings.motion.emphasis for _ in range(3)] == ["head", "face", "whole"]


def test_the_real_face_takes_two_presses_and_one_hides_it(session: LiveSession, watch: Watch) -> None:
    watch(lambda: state(session) == "live")
    session.press_real_face()
    time.sleep(0.1)
    assert state(session) != "real face"
    session.press_real_face()
    watch(lambda: state(session) == "real face")
    session.press_real_face()
    watch(lambda: state(session) == "live")


def test_a_recording_and_a_snapshot_lie_in_the_folder(session: LiveSession, watch: Watch, tmp_path: Path) -> None:
    watch(lambda: state(session) == "live")
    session.toggle_recording()
    watch(lambda: (session.recording.seconds or 0) > 0.5)
    session.toggle_recording()
    watch(lambda: "Recorded" in session.notice)
    (video,) = (tmp_path / "results").glob("*.mp4")
    assert sum(1 for _ in open_video(video).read()) >= 5
    session.snapshot()
    watch(lambda: "Saved" in session.notice)
    (picture,) = (tmp_path / "results").glob("*.png")
    assert read_picture(picture).shape == (256, 256, 3)


def test_a_take_is_recorded_played_and_stopped(session: LiveSession, watch: Watch) -> None:
    session.takes.play()
    assert "no motion take yet" in session.notice
    watch(lambda: state(session) == "live")
    session.toggle_take()
    assert session.takes.is_recording
    time.sleep(0.6)
    session.toggle_take()
    watch(lambda: "Recorded the take" in session.notice)
    (path,) = list_takes()
    assert load_take(path).seconds > 0.3
    session.takes.play()
    watch(lambda: state(session) == "take" and session.takes.playing == path)
    session.takes.stop_playing()
    watch(lambda: state(session) == "live")
    session.adjust(safety__idle_take=str(path))
    session.adjust(safety__idle_take="absent.npz")
    watch(lambda: "absent.npz" in session.notice)


def test_a_model_that_can_not_be_opened_leaves_the_old_one_at_work(session: LiveSession, watch: Watch) -> None:
    watch(lambda: state(session) == "live")
    session.adjust(model="absent")
    assert "Opening the model absent" in session.tasks.words
    watch(lambda: "There is no model called absent" in session.notice)
    assert session.settings.model == "demo"
    assert state(session) == "live"


def test_a_model_that_was_cancelled_is_not_put_to_work(session: LiveSession, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    really = open_parts

    def slow(model: str, engine: str, **_: object) -> object:
        time.sleep(0.3)
        opened.append(really("demo", engine))
        return opened[-1]

    monkeypatch.setattr(model_change, "open_parts", slow)
    watch(lambda: state(session) == "live")
    session.adjust(engine="onnxruntime")
    session.tasks.cancel()
    watch(lambda: not session.tasks.words)
    assert state(session) == "live"


class NearFinder(DemoFaceFinder):
    """What goes with another model: it finds faces half as large, and counts the pictures it looked at."""

    def __init__(self) -> None:
        self.looks = 0
        self.closed = 0

    def find_all(self, picture: Picture, most: int = 8) -> list[Face]:
        self.looks += 1
        return [face._replace(landmarks=face.landmarks.mean(axis=0) + face.landmarks / 2) for face in super().find_all(picture, most)]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> NearFinder:
    """The face finder of a model called near, which otherwise is the demo."""
    finder = NearFinder()
    monkeypatch.setattr(model_change, "open_parts", lambda _, engine, **__: open_parts("demo", engine))
    monkeypatch.setattr(model_change, "open_finder", lambda model: finder if model == "near" else DemoFaceFinder())
    monkeypatch.setattr(model_change, "finder_name", lambda model: "near" if model == "near" else "demo")
    return finder


def test_another_models_face_finder_cuts_all_portraits_anew_and_back(session: LiveSession, watch: Watch, near: NearFinder) -> None:
    rack = session.rack
    watch(lambda: rack.progress == (3, 3))
    face = rack.face(rack.entries[1])
    assert face is not None
    before = face

    def is_as_before(face: Picture | None) -> bool:
        return face is not None and np.array_equal(face, before)

    def worn() -> Portrait:
        kept: list[Portrait] = []
        session.pipeline.post(lambda puppeteer: kept.append(puppeteer._portrait))
        watch(lambda: kept)
        return kept[0]

    first = worn()
    session.adjust(model="near")
    watch(lambda: near.looks == 3 and rack.progress == (3, 3) and rack.face(rack.entries[1]) is not None)
    watch(lambda: worn().square.side == pytest.approx(first.square.side / 2, rel=0.02))
    assert not is_as_before(rack.face(rack.entries[1]))
    rack.wear(1)
    watch(lambda: rack.worn == 1)
    assert worn().square.side < first.square.side * 0.7, "what was encoded ahead for the last model is not put on"
    session.adjust(model="demo")
    watch(lambda: near.closed and rack.progress == (3, 3) and is_as_before(rack.worn_face()))
    watch(lambda: is_as_before(worn().face))
    assert near.looks == 3


def test_a_change_of_engine_alone_reads_no_portrait_again(session: LiveSession, watch: Watch, near: NearFinder) -> None:
    rack = session.rack
    watch(lambda: rack.progress == (3, 3))
    before = rack.worn_face()
    session.adjust(engine="onnxruntime")
    watch(lambda: not session.tasks.words)
    session.adjust(model="absent")
    watch(lambda: not session.tasks.words)
    assert rack.worn_face() is before and near.looks == 0


def test_portraits_that_are_still_being_read_when_the_model_changes_are_read_for_it(
    tmp_path: Path, pictures: tuple[Path, ...], near: NearFinder
) -> None:
    with make_session(tmp_path, pictures) as session:
        session.adjust(model="near")
        deadline = time.perf_counter() + 8
        while (near.looks, session.rack.progress) != (3, (3, 3)):
            assert time.perf_counter() < deadline, f"{near.looks} looks, {session.rack.progress}"
            session.look()
            time.sleep(0.005)


def test_another_camera_that_can_not_be_opened_is_told_while_the_portrait_stays(session: LiveSession, watch: Watch, tmp_path: Path) -> None:
    watch(lambda: state(session) == "live")
    write_picture(tmp_path / "covered.png", COVERED)
    session.adjust(camera__source=str(tmp_path / "covered.png"))
    watch(lambda: state(session) == "no face")
    assert "covered.png" in session.status.camera
    session.adjust(camera__source="/dev/video63")
    watch(lambda: session.pipeline.camera.lost and state(session) == "camera lost")
    assert session.status.trouble
    session.adjust(camera__source="")
    watch(lambda: state(session) == "live")


# What happens in an odd order


def test_a_recording_begun_before_the_last_is_written_is_refused_and_the_switch_stays_true(session: LiveSession, watch: Watch) -> None:
    watch(lambda: state(session) == "live")
    session.toggle_recording()
    watch(lambda: (session.recording.seconds or 0) > 0.3)
    session.toggle_recording()
    session.toggle_recording()
    if session.recording.seconds is None:  # the first was not done yet
        assert "still being written" in session.notice
        watch(lambda: not session.pipeline.attached("recorder"))
        session.look()
        session.toggle_recording()
    assert session.recording.seconds is not None and session.pipeline.attached("recorder")
    session.look()
    assert session.recording.seconds is not None
    session.toggle_recording()
    watch(lambda: not session.pipeline.attached("recorder"))


def test_a_portrait_that_is_removed_twice_in_a_row_is_removed_once(session: LiveSession, watch: Watch) -> None:
    rack = session.rack
    watch(lambda: rack.progress == (3, 3))
    entry = rack.entries[0]
    rack.remove(entry)
    rack.remove(entry)
    watch(lambda: len(rack.entries) == 2)
    session.snapshot()  # what was asked for before is done when this is
    watch(lambda: not session.tasks.words)
    assert [one.name for one in rack.entries] == ["bea", "wall"]


def test_stepping_passes_over_what_can_not_be_worn(tmp_path: Path, pictures: tuple[Path, ...]) -> None:
    ada, bea, wall = pictures
    with make_session(tmp_path, (ada, wall, bea)) as session:
        deadline = time.perf_counter() + 8
        while session.rack.progress != (3, 3) and time.perf_counter() < deadline:
            time.sleep(0.01)
        names = []
        for by in (1, 1, -1):
            before = session.rack.worn
            session.rack.step(by)
            while session.rack.worn == before and time.perf_counter() < deadline:
                session.look()
                time.sleep(0.01)
            names.append(session.rack.worn_name)
    assert names == ["bea", "ada", "bea"]


def test_a_model_that_was_refused_or_cancelled_is_not_kept_for_the_next_start(session: LiveSession, watch: Watch, tmp_path: Path) -> None:
    watch(lambda: state(session) == "live")
    session.adjust(model="absent", motion__strength=1.2)
    watch(lambda: "There is no model called absent" in session.notice)
    session.adjust(engine="onnxruntime")
    session.tasks.cancel()
    watch(lambda: not session.tasks.words)
    session.save()
    kept = load_settings(tmp_path / "settings.toml").settings
    assert (kept.model, kept.engine, kept.motion.strength) == ("demo", "auto", 1.2)
    assert (session.settings.model, session.settings.engine) == ("demo", "auto")


@pytest.mark.parametrize("text", ["~nosuchuser/x", "x" * 300])
def test_words_that_name_nothing_are_told_and_end_nothing(session: LiveSession, watch: Watch, text: str) -> None:
    watch(lambda: state(session) == "live")
    session.adjust(camera__source=text)
    watch(lambda: session.pipeline.camera.lost)
    session.adjust(camera__source="")
    watch(lambda: not session.pipeline.camera.lost)
    for setting in ("model", "safety__idle_take", "recording__folder"):
        session.adjust(**{setting: text})
        session.snapshot()
        watch(lambda: not session.tasks.words)
    assert "names no file or folder" in session.notice
    session.adjust(recording__folder="")
    assert not session.pipeline.wait(0)


def test_settings_are_kept_although_a_piece_of_news_breaks(tmp_path: Path, pictures: tuple[Path, ...]) -> None:
    with pytest.raises(RuntimeError, match="bad news"), make_session(tmp_path, pictures) as session:
        session.adjust(motion__strength=1.3)

        def broken() -> None:
            raise RuntimeError("bad news")

        session._inbox.post(broken)
    assert load_settings(tmp_path / "settings.toml").settings.motion.strength == 1.3


def test_after_the_run_has_ended_orders_say_so(tmp_path: Path, pictures: tuple[Path, ...]) -> None:
    with make_session(tmp_path, pictures) as session:
        pass
    session.rack.add([pictures[0]])
    session.look()
    assert "The run has ended" in session.notice
