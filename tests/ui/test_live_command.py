"""`puppet-live` from its options to its figures, on drawn parts, on a model in miniature, without camera or display."""

import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from puppet.assets import driving_clip
from puppet.demo import demo_picture
from puppet.errors import EngineError
from puppet.media.picture_file import write_picture
from puppet.media.video_reader import open_video
from puppet.settings import LiveSettings, changed
from puppet.settings_file import save_settings, settings_path
from tests.live_parts import FakeCamera
from tests.toy_model import make_toy_model
from ui import live_command
from ui.live_command import main

Outcome = tuple[int, str, str]
Command = Callable[..., Outcome]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in a folder with ada.png and wall.png; gives status, output, words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    write_picture(Path("ada.png"), demo_picture(3.0, 160, 120))
    write_picture(Path("wall.png"), np.full((64, 64, 3), 90, np.uint8))

    def run(*arguments: str, model: str = "demo") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["puppet-live", "--model", model, *arguments])
        try:
            main()
            status = 0
        except SystemExit as error:
            status = int(error.code or 0)
        out, words = capsys.readouterr()
        assert "Traceback" not in words
        return status, out, words

    return run


def read_json(path: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return report


def test_headless_measures_records_and_reports(command: Command) -> None:
    status, out, words = command("--headless", "--seconds", "1.6", "--portrait", "ada.png", "--record", "take.mp4", "--json", "run.json")
    assert status == 0, words
    report = read_json("run.json")
    assert list(report["stages_ms"]) == ["capture", "track", "detect", "animate", "sink", "recorder"]
    for spread in (*report["stages_ms"].values(), report["age_ms"]):
        assert 0 <= spread["p50"] <= spread["p95"]
        assert spread["samples"] > 0
    assert report["driving"] == "the drawn demo driver"
    assert (report["model"], report["portrait"]) == ("demo", "ada.png")
    assert 5 < report["frames_per_second"] < 30
    assert 1.5 < report["seconds"] < 3.5
    assert set(report["skipped"]) == {"render", "sink", "recorder"}
    assert report["recorded"] == "take.mp4"
    assert sum(1 for _ in open_video(Path("take.mp4")).read()) == report["recorded_frames"] > 5
    for word in ("capture", "track", "detect", "animate", "sink", "age at the sink", "ada.png on demo", "frames per second", "take.mp4"):
        assert word in out
    assert {path.name for path in Path().iterdir()} == {"ada.png", "wall.png", "take.mp4", "run.json"}


def test_a_real_model_runs_on_the_bundled_clip_where_there_is_no_camera(command: Command, tmp_path: Path) -> None:
    make_toy_model(tmp_path / "toy", side=64)
    status, out, words = command("--headless", "--seconds", "1.5", "--camera", "63", "--json", "run.json", model="toy")
    assert status == 0, words
    report = read_json("run.json")
    assert report["driving"] == f"the bundled clip {driving_clip().name}, because camera 63 can't be opened"
    assert "Camera 63 can't be opened. The bundled clip drives instead." in words
    assert driving_clip().name in out
    assert report["model"] == "toy"
    assert report["engine"] in ("openvino", "onnxruntime")
    assert report["device"]
    assert report["stages_ms"]["animate"]["samples"] > 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--portrait", "absent.png"), "There is no portrait absent.png."),
        (("--portrait", "wall.png"), "No face was found in wall.png."),
        (("--camera", "absent.mp4"), "There is no file absent.mp4."),
        (("--record", "absent/take.mp4"), "There is no folder absent"),
        (("--json", "."), ". is a folder"),
        (("--record", "take.xyz"), "take.xyz can't be written"),
        (("--model", "absent"), "There is no model called absent"),
        (("--camera", "ada.txt"), "There is no file ada.txt."),
    ],
)
def test_what_can_not_be_done_is_one_sentence(command: Command, arguments: tuple[str, ...], sentence: str) -> None:
    status, _, words = command("--headless", "--seconds", "0.3", *arguments)
    assert status == 2
    assert sentence in words
    assert sorted(path.name for path in Path().iterdir()) == ["ada.png", "wall.png"]


def test_a_file_that_can_not_be_written_is_refused_before_the_run_begins(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_command, "run_headless", lambda *_: pytest.fail("the run began"))
    Path("me.mp4").write_bytes(b"precious")
    refused = (
        ("--record", "take.xyz"),
        ("--record", "absent/take.mp4"),
        ("--record", "me.mp4", "--camera", "./me.mp4"),
        ("--json", "absent/run.json"),
        ("--json", "ada.png", "--portrait", "ada.png"),
        ("--json", "."),
    )
    for arguments in refused:
        assert command("--headless", *arguments)[0] == 2
    assert Path("me.mp4").read_bytes() == b"precious"


def test_ctrl_c_ends_a_run_with_its_figures(command: Command) -> None:
    threading.Timer(0.8, lambda: signal.raise_signal(signal.SIGINT)).start()
    status, out, words = command("--headless", "--portrait", "ada.png", "--record", "take.mp4")
    assert status == 0
    assert "Interrupted." in words
    assert "age at the sink" in out
    assert Path("take.mp4").is_file()


def test_a_window_without_a_display_is_one_sentence(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    status, _, words = command("--portrait", "ada.png")
    assert status == 2
    assert words == "Error: There is no display to open a window on.\nAdd --headless to run without a window.\n"


def test_a_window_that_is_closed_ends_the_command(command: Command, application: object) -> None:
    status, out, words = command("--seconds", "1.0", "--portrait", "ada.png", "--json", "run.json")
    assert status == 0, words
    assert out == ""
    report = read_json("run.json")
    assert "screen" in report["stages_ms"]
    assert report["frames"] > 0


def test_a_window_whose_run_fails_ends_with_the_sentence(command: Command, application: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise EngineError("No engine can run this.", "Install one.")

    monkeypatch.setattr("ui.session.opening.open_model", broken)
    status, _, words = command("--portrait", "ada.png", "--seconds", "1.5")
    assert status == 2
    assert "No engine can run this." in words


def test_a_model_kept_in_the_settings_that_is_gone_gives_way_to_the_embedded_one(
    command: Command, application: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.live_run.EMBEDDED_MODEL", "demo")
    save_settings(settings_path("old"), changed(LiveSettings(), model="gone"))
    monkeypatch.setattr(sys, "argv", ["puppet-live", "--profile", "old", "--portrait", "ada.png", "--seconds", "2", "--json", "run.json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert read_json("run.json")["model"] == "demo"


def test_options_hold_for_one_run_and_profiles_are_kept_apart(command: Command) -> None:
    save_settings(settings_path(), changed(LiveSettings(), camera__rate=15.0))
    save_settings(settings_path("stage"), changed(LiveSettings(), camera__rate=5.0))
    before = settings_path().read_bytes()
    rates = []
    for more in ((), ("--profile", "stage"), ("--profile", "stage", "--rate", "7")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(live_command, "run_headless", lambda order: rates.append(order.settings.camera.rate))
            command("--headless", *more)
    assert rates == [15.0, 5.0, 7.0]
    assert settings_path().read_bytes() == before
    status, _, words = command("--headless", "--profile", "../x")
    assert (status, "can't be called" in words) == (2, True)


def test_a_damaged_settings_file_is_told_and_the_run_goes_on(command: Command) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text("[camera\nwidth")
    status, _, words = command("--headless", "--seconds", "0.5")
    assert status == 0
    assert "The settings file was damaged" in words


def test_a_camera_that_is_lost_and_found_is_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("puppet.live.capture.back_off", lambda: iter([0.8] * 100))
    camera = FakeCamera(burst=60, pause=0.02)
    monkeypatch.setattr("ui.session.opening.choose_camera", lambda *_, **__: camera)
    status, _, words = command("--headless", "--seconds", "4", "--camera", "7", "--portrait", "ada.png")
    assert status == 0
    lines = [line for line in words.splitlines() if "camera 7" in line.lower()]
    assert len(lines) >= 2
    assert lines[1] == "Going on with camera 7."


def test_devices_are_listed(command: Command) -> None:
    status, out, _ = command("--devices")
    assert status == 0
    assert "camera" in out and "virtual camera" in out.lower() and "microphone" in out.lower()


@pytest.mark.parametrize(("option", "value"), [("--width", "3"), ("--min-cutoff", "1000"), ("--seconds", "0")])
def test_a_value_out_of_range_is_refused(command: Command, option: str, value: str) -> None:
    status, _, words = command("--headless", option, value)
    assert status == 2
    assert option in words
