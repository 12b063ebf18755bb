"""`puppet-live` without a window: several faces, sharper ones, other backgrounds, and its figures on standard output."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from puppet.demo import DemoMatte
from puppet.media.picture_file import write_picture
from puppet.media.video_reader import open_video
from puppet.motion import FloatArray
from puppet.picture import Picture
from puppet.settings import LiveSettings, changed
from puppet.settings_file import save_settings, settings_path
from tests.several_faces import StripFinder, StripMatte, drawn_people
from tests.toy_restorer import make_restorer
from ui import live_command
from ui.live_command import main

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command without a window on the demo model, in a folder with two.png; gives status, output, words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    write_picture(Path("two.png"), drawn_people(0.4, 2.0))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["puppet-live", "--headless", "--model", "demo", "--portrait", "two.png", *arguments])
        try:
            main()
            status = 0
        except SystemExit as error:
            status = int(error.code or 0)
        out, words = capsys.readouterr()
        assert "Traceback" not in words
        return status, out, words

    return run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[LiveSettings]:
    """The settings of runs that were asked for; none of them begins."""
    settings: list[LiveSettings] = []
    monkeypatch.setattr(live_command, "run_headless", lambda order: settings.append(order.settings))
    return settings


def test_everyone_of_a_picture_moves_and_is_recorded_in_it(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    class Matte(StripMatte):
        def make(self, picture: Picture) -> FloatArray:
            return DemoMatte.make(self, picture) if len(picture) == len(picture[0]) else super().make(picture)

        def close(self) -> None:
            closed.append(True)

    monkeypatch.setattr("ui.session.opening.open_finder", lambda _: StripFinder())
    monkeypatch.setattr("ui.live_run.open_matte", lambda _: Matte())
    given = ("--shows", "everyone", "--no-lock-background", "--enhance", "--background", "green")
    status, out, words = command("--seconds", "1.5", "--record", "take.mp4", "--json", "-", *given)
    assert status == 0, words
    report = json.loads(out)
    assert (report["faces"], report["enhancer"], report["model"]) == (2, "demo, no network", "demo")
    assert {"animate", "enhance", "matte", "compose"} <= set(report["stages_ms"])
    assert "two.png, 2 faces of it on demo, sharper by demo, no network" in words
    assert "age at the sink" in words, "what a person reads goes to standard error"
    assert closed == [True]
    picture = next(iter(open_video(Path("take.mp4")).read()))[0]
    assert picture.shape == (72, 192, 3)
    red, green, blue = picture[2:6, 90:100].reshape(-1, 3).mean(axis=0)
    assert green > 120 and green > 1.5 * max(red, blue), "nobody stands there"


def test_with_the_demos_own_finder_one_face_moves(command: Command) -> None:
    status, out, words = command("--seconds", "0.6", "--shows", "everyone", "--json", "run.json")
    assert status == 0, words
    assert json.loads(Path("run.json").read_text())["faces"] == 1
    assert "two.png on demo, driven by" in out


def test_a_face_alone_asks_for_no_matte(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.live_run.open_matte", lambda _: pytest.fail("a matte was opened"))
    status, out, words = command("--seconds", "0.4", "--json", "-")
    assert status == 0, words
    report = json.loads(out)
    assert (report["faces"], report["enhancer"]) == (1, "")
    assert "compose" not in report["stages_ms"]
    assert list(Path().iterdir()) == [Path("two.png")], "there is no file called -"


@pytest.mark.parametrize(
    ("stored", "given", "expected"),
    [
        (False, ("--enhancer", "own.onnx"), (True, "own.onnx")),
        (False, ("--enhancer", "own.onnx", "--no-enhance"), (False, "own.onnx")),
        (False, ("--enhance",), (True, "")),
        (False, (), (False, "")),
        (True, ("--no-enhance",), (False, "")),
        (True, (), (True, "")),
    ],
)
def test_whoever_names_an_enhancer_wants_it(
    command: Command, asked: list[LiveSettings], stored: bool, given: tuple[str, ...], expected: tuple[bool, str]
) -> None:
    save_settings(settings_path(), changed(LiveSettings(), portraits__enhance=stored))
    command(*given)
    assert (asked[0].portraits.enhance, asked[0].portraits.enhancer) == expected


def test_every_option_reaches_its_setting(command: Command, asked: list[LiveSettings]) -> None:
    command("--shows", "picture", "--no-lock-background", "--people", "2", "--background", "green")
    portraits = asked[0].portraits
    assert (portraits.shows, portraits.lock_background) == ("picture", False)
    assert (asked[0].camera.people, asked[0].output.background) == (2, "green")


@pytest.mark.parametrize("option", [("--shows", "nobody"), ("--people", "3"), ("--background", "blue")])
def test_what_there_is_not_is_refused(command: Command, asked: list[LiveSettings], option: tuple[str, str]) -> None:
    status, _, words = command(*option)
    assert (status, asked) == (2, [])
    assert option[0] in words


def test_an_enhancer_that_is_none_ends_the_run_in_a_sentence(command: Command) -> None:
    Path("own.onnx").write_bytes(b"no graph")
    for name, sentence in (("absent.onnx", "There is no file"), ("own.onnx", "own.onnx")):
        status, _, words = command("--seconds", "0.3", "--enhancer", name)
        assert status == 2
        assert sentence in words


def test_figures_are_not_written_over_the_enhancer(command: Command, asked: list[LiveSettings]) -> None:
    make_restorer(Path("own.onnx"))
    before = Path("own.onnx").read_bytes()
    status, _, words = command("--enhancer", "own.onnx", "--json", "own.onnx")
    assert (status, asked, Path("own.onnx").read_bytes() == before) == (2, [], True)
    assert "would be written over" in words
