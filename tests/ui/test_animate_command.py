"""`puppet-animate` from its command line to its files, with the fake model and with a real one in miniature."""

import errno
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import GROUND, DemoAnimator, DemoFaceFinder, DemoMatte, demo_picture
from puppet.media.clip import open_clip
from puppet.media.picture_file import read_picture, write_picture
from puppet.motion import Motion
from puppet.picture import Picture
from tests.media import drawn_clip, fill_disk, make_sound, make_video, steps
from tests.toy_model import make_toy_model
from tests.transparent_video import opaque_and_clear
from ui import animate_run
from ui.animate_command import main

Outcome = tuple[int, str, str]
Command = Callable[..., Outcome]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in a folder with portrait.png, driver.mp4 (with sound) and black.mp4; gives status, output, words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    write_picture(Path("portrait.png"), demo_picture(3.0, 301, 200))
    drawn_clip(Path("driver.mp4"), sound="aac")
    make_video(Path("black.mp4"), [np.zeros((48, 64, 3), np.uint8)] * 3)

    def run(*arguments: str, model: str = "demo") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["puppet-animate", *arguments, "--model", model])
        with pytest.raises(SystemExit) as caught:
            main()
        out, words = capsys.readouterr()
        assert "Traceback" not in words
        return int(caught.value.code or 0), out, words

    return run


def pictures(path: str) -> list[Picture]:
    return [frame.picture for frame in open_clip(Path(path))]


def sound_of(path: str) -> list[str]:
    with av.open(path) as container:
        return [stream.codec_context.name for stream in container.streams.audio]


def test_writes_the_moving_portrait_with_sound(command: Command) -> None:
    status, out, words = command("portrait.png", "driver.mp4", "-o", "new.mp4")
    assert status == 0
    assert out.startswith("new.mp4: 8 frames, 256x256, with sound, at ")
    assert "demo on no engine" in words and "Animating" in words and "8/8" in words
    result = open_clip(Path("new.mp4"))
    assert [frame.time for frame in result] == pytest.approx([index / 10 for index in range(8)], abs=1e-3)
    assert sound_of("new.mp4") == ["aac"]
    first, *others = pictures("new.mp4")
    assert all(np.abs(first.astype(int) - other).mean() > 0.5 for other in others)


def test_json_is_one_object_and_nothing_else(command: Command) -> None:
    status, out, _ = command("portrait.png", "driver.mp4", "--json", "--no-audio")
    report = json.loads(out)
    assert status == 0
    expected = {
        "output": "result.mp4", "model": "demo", "engine": "no engine", "width": 256, "height": 256, "frames": 8,
        "frames_without_face": 0, "neutral_frame": 0, "crop": "steady", "sound": False, "interrupted": False, "faces": 1, "faces_left": [],
    }  # fmt: skip
    assert report.items() >= expected.items()
    assert report["fps"] == pytest.approx(8 / report["seconds"], rel=0.02)
    assert set(report["stages"]) == {"crop", "detect", "animate", "compose", "write"}
    assert sound_of("result.mp4") == []


def test_paste_back_changes_only_the_face(command: Command) -> None:
    assert command("portrait.png", "driver.mp4", "-o", "frames", "--paste-back")[0] == 0
    before = read_picture(Path("portrait.png"))
    after = [read_picture(path) for path in sorted(Path("frames").iterdir())]
    assert len(after) == 8
    assert {picture.shape for picture in after} == {(200, 301, 3)}
    assert all(np.array_equal(picture[:, :20], before[:, :20]) for picture in after)
    assert np.abs(after[5][60:140, 110:190].astype(int) - before[60:140, 110:190]).mean() > 1


def see_two_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two drawn people share portrait.png, and the finder sees each in its half."""
    write_picture(Path("portrait.png"), np.hstack([demo_picture(3.0, 160, 200), demo_picture(1.0, 160, 200)]))
    really = DemoFaceFinder.find

    def find_all(self: DemoFaceFinder, picture: Picture, most: int = 8) -> list[Face]:
        half = picture.shape[1] // 2
        one, other = really(self, picture[:, :half]), really(self, picture[:, half:])
        assert one is not None and other is not None
        return [
            one,
            other._replace(landmarks=other.landmarks + np.array([half, 0], np.float32)),
            one._replace(landmarks=(one.landmarks / 10).astype(np.float32)),
        ][:most]

    monkeypatch.setattr(DemoFaceFinder, "find_all", find_all)


def test_several_faces_move_each_in_its_place(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    see_two_faces(monkeypatch)
    status, out, words = command("portrait.png", "driver.mp4", "-o", "frames", "--multi-person", "--json")
    report = json.loads(out)
    assert (status, report["faces"], report["width"], report["height"]) == (0, 2, 320, 200)
    assert [left["reason"] for left in report["faces_left"]] == ["smaller than 24 px"]
    before, after = read_picture(Path("portrait.png")), read_picture(sorted(Path("frames").iterdir())[5])
    change = np.abs(after.astype(int) - before).max(axis=2)
    assert change[60:140, 40:120].mean() > 1 and change[60:140, 200:280].mean() > 1
    assert not change[:10].any()
    assert "still" not in words, "with --json the report tells it"


def test_faces_that_stay_still_are_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    see_two_faces(monkeypatch)
    status, out, words = command("portrait.png", "driver.mp4", "--multi-person", "--ratio", "0.35")
    assert (status, "2 faces" in out) == (0, True)
    assert "1 more face stays still: 1 smaller than 24 px." in words


def test_one_face_of_several_is_as_it_would_be_alone(command: Command) -> None:
    assert command("portrait.png", "driver.mp4", "-o", "alone", "--paste-back")[0] == 0
    assert command("portrait.png", "driver.mp4", "-o", "several", "--multi-person")[0] == 0
    for one, other in zip(sorted(Path("alone").iterdir()), sorted(Path("several").iterdir()), strict=True):
        assert np.abs(read_picture(one).astype(int) - read_picture(other)).mean() < 0.5


def test_locked_background_keeps_still(command: Command) -> None:
    noise = np.random.default_rng(0).integers(0, 12, (200, 301, 3), np.uint8)
    write_picture(Path("portrait.png"), demo_picture(3.0, 301, 200) + noise)
    before = read_picture(Path("portrait.png"))
    changed = {}
    for lock in ("lock", "no-lock"):
        assert command("portrait.png", "driver.mp4", "-o", lock, "--paste-back", f"--{lock}-background")[0] == 0
        frames = [read_picture(path) for path in sorted(Path(lock).iterdir())]
        changed[lock] = np.max([(frame != before).any(axis=2) for frame in frames], axis=0)
    assert changed["lock"].sum() < 0.8 * changed["no-lock"].sum()
    assert changed["lock"][80:120, 130:170].any(), "the face moves all the same"


@pytest.mark.parametrize(("options", "size"), [([], (256, 256)), (["--image-size", "100"], (100, 100)), (["--paste-back"], (200, 301))])
def test_matte_makes_the_background_transparent(command: Command, options: list[str], size: tuple[int, int]) -> None:
    assert command("portrait.png", "driver.mp4", "-o", "frames", "--matte", *options)[0] == 0
    frames = [np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED)) for path in sorted(Path("frames").iterdir())]
    assert len(frames) == 8
    for frame in frames:
        assert frame.shape == (*size, 4)
        head = np.abs(frame[:, :, 2::-1].astype(int) - GROUND).max(axis=2) > 24
        assert ((frame[:, :, 3] > 127) == head).mean() > 0.95
    assert not np.array_equal(frames[0][:, :, 3], frames[5][:, :, 3]), "the matte moves with the head"


@pytest.mark.parametrize("holds", [False, True])
def test_model_whose_borders_move_is_told_of_where_a_face_is_put_back(
    command: Command, monkeypatch: pytest.MonkeyPatch, holds: bool
) -> None:
    monkeypatch.setattr(DemoAnimator, "holds_border", holds)
    status, _, words = command("portrait.png", "driver.mp4", "-o", "pasted", "--paste-back")
    assert status == 0
    assert ("before borders could stand still" not in words) == holds
    assert "before borders could stand still" not in command("portrait.png", "driver.mp4", "-o", "alone")[2]


@pytest.mark.parametrize(("name", "codec", "sound"), [("new.webm", "vp9", "opus"), ("new.MOV", "prores", "aac")])
def test_matte_makes_the_background_of_a_video_transparent(command: Command, name: str, codec: str, sound: str) -> None:
    status, out, _ = command("portrait.png", "driver.mp4", "-o", name, "--matte", "--json")
    report = json.loads(out)
    assert (status, report["width"], report["frames"], report["sound"]) == (0, 256, 8, True)
    found, frames = opaque_and_clear(Path(name))
    assert (found, sound_of(name), len(frames)) == (codec, [sound], 8)
    for frame in frames:
        head = np.abs(frame[:, :, :3].astype(int) - GROUND).max(axis=2) > 24
        assert ((frame[:, :, 3] > 127) == head).mean() > 0.95
    assert not np.array_equal(frames[0][:, :, 3], frames[5][:, :, 3]), "the matte moves with the head"


def test_ratio_says_how_much_is_pasted(command: Command) -> None:
    before = read_picture(Path("portrait.png"))
    changed = []
    for ratio in ("0.3", "0.5"):
        assert command("portrait.png", "driver.mp4", "-o", ratio.replace(".", "_"), "--paste-back", "--ratio", ratio)[0] == 0
        frame = read_picture(sorted(Path(ratio.replace(".", "_")).iterdir())[5])
        changed.append(int((np.abs(frame.astype(int) - before).max(axis=2) > 3).sum()))
    assert 0 < changed[0] < changed[1]


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (["--image-size", "96"], (96, 96)),
        (["--image-size", "300"], (300, 300)),
        (["--image-size", "101"], (100, 100)),
        (["--paste-back"], (300, 200)),
        (["--paste-back", "--image-size", "150"], (150, 100)),
        (["--no-face", "--paste-back"], (300, 200)),
    ],
)
def test_sizes(command: Command, options: list[str], size: tuple[int, int]) -> None:
    status, out, _ = command("portrait.png", "driver.mp4", "--json", *options)
    report, result = json.loads(out), open_clip(Path("result.mp4"))
    assert status == 0
    assert (result.width, result.height) == (report["width"], report["height"]) == size


def test_no_face_looks_for_none(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DemoFaceFinder, "find", lambda *_: pytest.fail("a face was looked for"))
    assert command("portrait.png", "black.mp4", "--no-face")[0] == 0
    assert len(pictures("result.mp4")) == 3


def test_neutral_frame_can_be_chosen(command: Command) -> None:
    def neutral(*options: str) -> int:
        return int(json.loads(command("portrait.png", "driver.mp4", "--json", *options)[1])["neutral_frame"])

    assert neutral("--best-frame", "5") == 5
    write_picture(Path("portrait.png"), pictures("driver.mp4")[6])
    assert neutral("--find-best-frame") == 6


def test_absolute_differs_from_relative(command: Command) -> None:
    command("portrait.png", "driver.mp4", "-o", "relative.mp4", "--relative")
    command("portrait.png", "driver.mp4", "-o", "absolute.mp4", "--absolute")
    assert np.abs(pictures("relative.mp4")[0].astype(int) - pictures("absolute.mp4")[0]).mean() > 1


def test_folder_gif_and_picture_drive_too(command: Command) -> None:
    frames = pictures("driver.mp4")
    Path("folder").mkdir()
    for index, picture in enumerate(frames[:3]):
        write_picture(Path("folder") / f"{index}.png", picture)
    make_video(Path("driver.gif"), frames[:4], rate=10, codec="gif")
    write_picture(Path("driver.png"), frames[0])
    for driver, count in (("folder", 3), ("driver.gif", 4), ("driver.png", 1)):
        assert command("portrait.png", driver, "-o", f"{count}.mp4", "--frame-rate", "5")[0] == 0
        assert len(pictures(f"{count}.mp4")) == count
    assert [frame.time for frame in open_clip(Path("3.mp4"))] == pytest.approx([0, 0.2, 0.4], abs=1e-3)


def test_variable_rate_and_clip_as_portrait(command: Command) -> None:
    times = [0, 0.1, 0.15, 0.6]
    make_video(Path("uneven.mp4"), pictures("driver.mp4")[:4], times=times)
    assert command("driver.mp4", "uneven.mp4")[0] == 0
    assert [frame.time for frame in open_clip(Path("result.mp4"))] == pytest.approx(times, abs=1e-3)


def test_crop_that_has_to_follow_is_told(command: Command) -> None:
    wide = [
        np.roll(np.pad(picture, ((0, 0), (0, 320), (0, 0)), "edge"), 40 * index, axis=1)
        for index, picture in enumerate(pictures("driver.mp4"))
    ]
    make_video(Path("wide.mp4"), wide, rate=2)
    assert "wanders far" in command("portrait.png", "wide.mp4")[2]
    status, out, words = command("portrait.png", "driver.mp4", "--paste-back", "--json")
    assert (status, json.loads(out)["crop"]) == (0, "following")
    assert "wanders" not in words


def test_missing_faces_hold_and_are_told(command: Command) -> None:
    frames = pictures("driver.mp4")
    make_video(Path("blinks.mp4"), [frames[0], frames[3], np.zeros_like(frames[0]), frames[5]])
    status, _, words = command("portrait.png", "blinks.mp4", "-o", "frames")
    assert status == 0
    assert "face was missing in 1 of 4 frames" in words
    held = [read_picture(path) for path in sorted(Path("frames").iterdir())]
    assert np.array_equal(held[1], held[2]) and not np.array_equal(held[2], held[3])


def test_real_model_folder_runs(command: Command) -> None:
    Path("toy").mkdir()
    make_toy_model(Path("toy"), side=64)
    status, out, words = command("portrait.png", "driver.mp4", "--no-face", "--json", "--engine", "onnxruntime", model="toy")
    report = json.loads(out)
    assert (status, report["frames"], report["width"], report["engine"]) == (0, 8, 64, "onnxruntime")
    assert report["model"] in words and report["device"]


def interrupt_at(monkeypatch: pytest.MonkeyPatch, kind: type, method: str, call: int) -> None:
    """Press Ctrl-C during a call of a method."""
    really = getattr(kind, method)
    calls = 0

    def press(self: Any, *arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            signal.raise_signal(signal.SIGINT)
        return really(self, *arguments)

    monkeypatch.setattr(kind, method, press)


def test_interrupt_leaves_what_was_done(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_at(monkeypatch, DemoAnimator, "animate", 5)
    status, out, words = command("portrait.png", "driver.mp4", "-o", "new.mp4", "--json")
    report = json.loads(out)
    assert (status, report["interrupted"], report["frames"]) == (130, True, 5)
    assert "Interrupted" not in out
    assert len(pictures("new.mp4")) == 5
    assert not [path for path in Path().iterdir() if "part" in path.name]
    assert words.count("Animating") >= 1


def test_interrupt_while_looking_leaves_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_at(monkeypatch, DemoFaceFinder, "find", 4)
    before = sorted(Path().iterdir())
    status, out, words = command("portrait.png", "driver.mp4", "-o", "new.mp4")
    assert (status, out) == (130, "")
    assert "nothing was written" in words
    assert sorted(Path().iterdir()) == before


def test_interrupt_while_looking_at_the_faces_leaves_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_at(monkeypatch, DemoMatte, "make", 1)
    before = sorted(Path().iterdir())
    status, _, words = command("portrait.png", "driver.mp4", "-o", "new.mp4", "--paste-back")
    assert status == 130
    assert "Looking at the faces" in words and "nothing was written" in words
    assert sorted(Path().iterdir()) == before


def test_full_disk_has_its_sentence_and_leaves_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(Path().iterdir())
    fill_disk(monkeypatch)
    status, out, words = command("portrait.png", "driver.mp4", "-o", "new.mp4")
    assert (status, out) == (2, "")
    assert "Error: The disk is full: new.mp4 was not written." in words and "Free some space" in words
    assert sorted(Path().iterdir()) == before


def test_full_disk_under_a_folder_of_frames(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = sorted(Path().iterdir())
    monkeypatch.setattr("os.fsync", full)
    status, _, words = command("portrait.png", "driver.mp4", "-o", "frames")
    assert status == 2
    assert "The disk is full" in words
    assert sorted(Path().iterdir()) == before


def test_error_in_the_middle_leaves_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: DemoAnimator, posed: Motion) -> Picture:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(DemoAnimator, "animate", fail)
    before = sorted(Path().iterdir())
    with pytest.raises(OSError, match="Input/output"):
        command("portrait.png", "driver.mp4", "-o", "new.mp4")
    assert sorted(Path().iterdir()) == before


def make_page(path: Path) -> None:
    path.write_text("<!doctype html><title>Video</title>")


BAD: dict[str, Callable[[Path], object]] = {
    "page.mp4": make_page,
    "text.png": lambda path: path.write_text("no picture"),
    "sound.m4a": lambda path: make_sound(path, 0.2),
    "empty.mp4": lambda path: make_video(path, []),
    "wall.png": lambda path: write_picture(path, steps(1)[0]),
    "folder": Path.mkdir,
}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("missing.png driver.mp4", "There is no file missing.png."),
        ("portrait.png missing.mp4", "There is no file missing.mp4."),
        ("folder driver.mp4", "folder is a folder; a portrait is one picture."),
        ("portrait.png folder", "The folder folder holds no pictures."),
        ("text.png driver.mp4", "text.png is not a picture or video that can be read."),
        ("portrait.png page.mp4", "page.mp4 is a web page under the name of a video."),
        ("portrait.png sound.m4a", "sound.m4a has sound but no picture."),
        ("portrait.png empty.mp4", "empty.mp4 holds no picture: its video is empty."),
        ("wall.png driver.mp4", "No face was found in wall.png."),
        ("portrait.png black.mp4", "No face was found in black.mp4."),
        ("portrait.png driver.mp4 --best-frame 8", "driver.mp4 has 8 frames: there is no frame 8."),
        ("portrait.png driver.mp4 --best-frame 8 --find-best-frame", "--find-best-frame and --best-frame both choose"),
        ("portrait.png driver.mp4 --no-face --find-best-frame", "--find-best-frame compares faces"),
        ("portrait.png driver.mp4 --no-face --multi-person", "--multi-person moves every face, and --no-face looks for none."),
        ("portrait.png driver.mp4 --no-paste-back --multi-person", "--multi-person puts faces back, and --no-paste-back shows one alone."),
        ("portrait.png driver.mp4 --ratio 0.4", "--ratio says how much around a face is put back, and none is."),
        ("portrait.png driver.mp4 --matte -o new.mp4", "--matte makes what is behind the person transparent, and a .mp4 video can't be."),
        ("portrait.png driver.mp4 --matte -o new.mkv", "--matte makes what is behind the person transparent, and a .mkv video can't be."),
        ("portrait.png driver.mp4 --lock-background", "--lock-background keeps still what is around a face that is put back."),
        ("wall.png driver.mp4 --multi-person", "No face was found in wall.png."),
        ("portrait.png driver.mp4 -o driver.mp4", "driver.mp4 would be written over driver.mp4, which is read."),
        ("portrait.png driver.mp4 -o new.avi", "new.avi can't be written: .avi is no video that Puppet writes."),
        ("portrait.png driver.mp4 -o nowhere/new.mp4", "There is no folder nowhere to write new.mp4 to."),
    ],
)
def test_bad_input_ends_with_one_sentence(command: Command, arguments: str, sentence: str) -> None:
    for name, make in BAD.items():
        make(Path(name))
    before = sorted(Path().iterdir())
    status, out, words = command(*arguments.split())
    assert (status, out) == (2, "")
    assert f"Error: {sentence}" in words
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    "option", [["--image-size", "2"], ["--best-frame", "-1"], ["--frame-rate", "0"], ["--unknown"], ["--ratio", "0.2"]]
)
def test_option_out_of_range_is_refused(command: Command, option: list[str]) -> None:
    assert command("portrait.png", "driver.mp4", *option)[0] == 2


def test_the_hint_for_a_picture_without_a_face_names_the_option(command: Command) -> None:
    BAD["wall.png"](Path("wall.png"))
    assert "or take it as it is with --no-face." in command("wall.png", "driver.mp4")[2]


def test_the_name_of_the_result_is_looked_at_before_anything_is_opened(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(animate_run, "open_model", lambda *_: pytest.fail("a model was opened"))
    assert "new.avi can't be written" in command("portrait.png", "driver.mp4", "-o", "new.avi")[2]


def test_unknown_model_and_engine_have_their_sentences(command: Command) -> None:
    assert "There is no model called nobody" in command("portrait.png", "driver.mp4", model="nobody")[2]
    Path("toy").mkdir()
    make_toy_model(Path("toy"), side=64)
    status, _, words = command("portrait.png", "driver.mp4", "--no-face", "--engine", "abacus", model="toy")
    assert status == 2
    assert "abacus" in words
