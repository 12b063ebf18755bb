"""`puppet-animate --enhance` from its command line to its files, with the fake model."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from puppet.animator import Face
from puppet.demo import GROUND, DemoFaceFinder, DemoRestorer, demo_picture
from puppet.media.clip import open_clip
from puppet.media.picture_file import read_picture, write_picture
from puppet.motion import FloatArray
from puppet.picture import Picture
from tests.media import drawn_clip
from tests.toy_restorer import make_restorer
from ui.animate_command import main

Animate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def animate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Animate:
    """Runs the command on portrait.png and driver.mp4; gives status, output, words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    write_picture(Path("portrait.png"), demo_picture(3.0, 602, 400))
    drawn_clip(Path("driver.mp4"))

    def run(*options: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["puppet-animate", "portrait.png", "driver.mp4", "--model", "demo", *options])
        with pytest.raises(SystemExit) as caught:
            main()
        out, words = capsys.readouterr()
        assert "Traceback" not in words
        return int(caught.value.code or 0), out, words

    return run


def pictures(folder: str) -> list[Picture]:
    return [read_picture(path) for path in sorted(Path(folder).iterdir())]


def edges(picture: Picture) -> float:
    return float(np.abs(cv2.Laplacian(picture, cv2.CV_32F)).mean())


def test_face_alone_is_larger_and_sharper(animate: Animate) -> None:
    assert animate("-o", "plain", "--image-size", "512")[0] == 0
    status, out, words = animate("-o", "sharp", "--enhance", "--json")
    report = json.loads(out)
    assert (status, report["width"], report["height"], report["frames"]) == (0, 512, 512, 8)
    assert (report["enhancer"], report["faces_unread"]) == ("demo, no network", 0)
    assert report["stages"]["enhance"] > 0
    assert "Faces made sharper by demo, no network" in words
    for plain, sharp in zip(pictures("plain"), pictures("sharp"), strict=True):
        assert edges(sharp) > 1.1 * edges(plain)
        assert np.abs(sharp.astype(int) - plain).mean() < 2


def test_without_it_nothing_is_said_or_timed(animate: Animate) -> None:
    report = json.loads(animate("--json")[1])
    assert (report["enhancer"], report["width"]) == ("", 256)
    assert "enhance" not in report["stages"]


@pytest.mark.parametrize(("options", "size"), [(["--image-size", "300"], (300, 300)), (["--paste-back"], (602, 400)), ([], (512, 512))])
def test_sizes(animate: Animate, options: list[str], size: tuple[int, int]) -> None:
    report = json.loads(animate("--enhance", "--json", *options)[1])
    result = open_clip(Path("result.mp4"))
    assert (result.width, result.height) == (report["width"], report["height"]) == size


def test_pasted_back_it_is_sharper_in_its_place_alone(animate: Animate) -> None:
    assert animate("-o", "plain", "--paste-back")[0] == 0
    assert animate("-o", "sharp", "--paste-back", "--enhance")[0] == 0
    before = read_picture(Path("portrait.png"))
    for plain, sharp in zip(pictures("plain"), pictures("sharp"), strict=True):
        assert np.array_equal(sharp[:, :80], before[:, :80]) and np.array_equal(sharp[:20], before[:20])
        face = np.s_[120:280, 220:380]
        assert edges(sharp[face]) > 1.1 * edges(plain[face])
        assert np.abs(sharp.astype(int) - plain).mean() < 1.5


def see_two_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two drawn people share portrait.png, and the finder sees each in its half."""
    write_picture(Path("portrait.png"), np.hstack([demo_picture(3.0, 320, 400), demo_picture(1.0, 320, 400)]))
    really = DemoFaceFinder.find

    def find_all(self: DemoFaceFinder, picture: Picture, most: int = 8) -> list[Face]:
        half = picture.shape[1] // 2
        one, other = really(self, picture[:, :half]), really(self, picture[:, half:])
        assert one is not None and other is not None
        return [one, other._replace(landmarks=other.landmarks + np.array([half, 0], np.float32))]

    monkeypatch.setattr(DemoFaceFinder, "find_all", find_all)


def test_each_of_several_faces_is_sharper(animate: Animate, monkeypatch: pytest.MonkeyPatch) -> None:
    see_two_faces(monkeypatch)
    assert animate("-o", "plain", "--multi-person")[0] == 0
    report = json.loads(animate("-o", "sharp", "--multi-person", "--enhance", "--json")[1])
    assert (report["faces"], report["width"], report["height"]) == (2, 640, 400)
    for plain, sharp in zip(pictures("plain"), pictures("sharp"), strict=True):
        for face in (np.s_[120:280, 80:240], np.s_[120:280, 400:560]):
            assert edges(sharp[face]) > 1.1 * edges(plain[face])


@pytest.mark.parametrize(("options", "size"), [([], (512, 512)), (["--paste-back"], (400, 602))])
def test_matte_fits_the_larger_face(animate: Animate, options: list[str], size: tuple[int, int]) -> None:
    assert animate("-o", "frames", "--matte", "--enhance", *options)[0] == 0
    for path in sorted(Path("frames").iterdir()):
        frame = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
        assert frame.shape == (*size, 4)
        head = np.abs(frame[:, :, 2::-1].astype(int) - GROUND).max(axis=2) > 24
        assert ((frame[:, :, 3] > 127) == head).mean() > 0.95


def test_enhancer_of_the_user_s_own(animate: Animate) -> None:
    make_restorer(Path("GPEN-BFR-256.onnx"), 128, 3)
    report = json.loads(animate("--enhancer", "GPEN-BFR-256.onnx", "--json")[1])
    assert report["enhancer"].startswith("GPEN-BFR-256 on openvino (CPU")
    assert report["width"] == 384


def test_faces_that_can_t_be_read_are_told(animate: Animate, monkeypatch: pytest.MonkeyPatch) -> None:
    really = DemoFaceFinder.find

    def find(self: DemoFaceFinder, picture: Picture, near: FloatArray | None = None) -> Face | None:
        return None if picture.shape == (256, 256, 3) else really(self, picture, near)

    monkeypatch.setattr(DemoFaceFinder, "find", find)
    status, _, words = animate("--enhance")
    assert status == 0
    assert "In 8 of 8 drawn faces no face was found to make sharper." in words


def broken(*_given: Any) -> Picture:
    from puppet.errors import EngineError

    raise EngineError("The card was lost.")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--enhance", "--no-face"], "--enhance makes faces sharper, and --no-face looks for none."),
        (["--enhancer", "x.onnx", "--no-face"], "--enhancer makes faces sharper, and --no-face looks for none."),
        (["--enhancer", "absent.onnx"], "There is no file absent.onnx"),
        (["--enhancer", "portrait.png"], "portrait.png is no ONNX file"),
        (["--enhancer", "driver.mp4"], "driver.mp4 is no ONNX file"),
    ],
)
def test_what_can_t_be_done_is_refused_and_leaves_nothing(animate: Animate, options: list[str], words: str) -> None:
    before = sorted(Path().iterdir())
    status, out, said = animate(*options)
    assert (status, out) == (2, "")
    assert words in said
    assert sorted(Path().iterdir()) == before


def test_an_enhancer_that_fails_on_the_way_ends_with_its_sentence(animate: Animate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DemoRestorer, "restore", broken)
    before = sorted(Path().iterdir())
    status, _, said = animate("--enhance")
    assert status == 2 and "The card was lost." in said
    assert sorted(Path().iterdir()) == before
