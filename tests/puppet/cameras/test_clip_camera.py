"""Clips that play as cameras, and the choice between them and devices."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from puppet.assets import driving_clip
from puppet.cameras import camera_choice, clip_camera
from puppet.cameras.camera_choice import choose_camera
from puppet.cameras.clip_camera import ClipCamera
from puppet.errors import CameraError, MediaError
from puppet.live.timings import Timings
from puppet.media.clip import open_clip
from puppet.media.picture_file import write_picture
from puppet.settings import CameraSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, each brighter than the one before: a clip of 0.12 s."""
    for index in range(3):
        write_picture(tmp_path / f"{index}.png", np.full((16, 24, 3), 50 * index, np.uint8))
    return tmp_path


def brightness(camera: ClipCamera, count: int) -> list[int]:
    """What the next frames show."""
    frames = [camera.read() for _ in range(count)]
    return [int(frame.picture[0, 0, 0]) for frame in frames if frame is not None]


def test_a_clip_plays_at_its_own_rate_and_over_again(folder: Path) -> None:
    camera = ClipCamera(open_clip(folder), Timings())
    camera.open()
    start = time.perf_counter()
    assert brightness(camera, 7) == [0, 50, 100, 0, 50, 100, 0]
    assert time.perf_counter() - start == pytest.approx(6 / 25, abs=0.06)
    camera.close()


def test_the_age_of_a_frame_starts_when_its_time_has_come(folder: Path) -> None:
    camera = ClipCamera(open_clip(folder), Timings())
    camera.read()
    frame = camera.read()
    assert frame is not None
    assert time.perf_counter() - frame.captured < 0.03


def test_a_clip_that_fell_behind_does_not_hurry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_camera, "LATE", 0.05)
    camera = ClipCamera(open_clip(folder), Timings())
    camera.read()
    time.sleep(0.2)
    camera.read()
    start = time.perf_counter()
    camera.read()
    assert time.perf_counter() - start > 0.02


def test_an_interrupt_ends_the_wait_for_the_next_frame(folder: Path) -> None:
    camera = ClipCamera(open_clip(folder / "0.png"), Timings())
    camera.read()
    camera._start += 30.0
    threading.Timer(0.05, camera.interrupt).start()
    start = time.perf_counter()
    assert camera.read() is None
    assert time.perf_counter() - start < 1.0


def test_a_closed_clip_gives_nothing_until_it_is_opened_again(folder: Path) -> None:
    camera = ClipCamera(open_clip(folder), Timings())
    camera.read()
    camera.close()
    camera.close()
    assert camera.read() is None
    camera.open()
    assert brightness(camera, 1) == [0]


def test_without_any_camera_the_bundled_clip_drives_and_says_why() -> None:
    heard: list[str] = []
    camera = choose_camera(CameraSettings(source="63"), Timings(), heard.append)
    assert heard == ["Camera 63 can't be opened. The bundled clip drives instead."]
    assert camera.words == f"the bundled clip {driving_clip().name}, because camera 63 can't be opened"
    assert camera.read() is not None
    camera.close()


def test_the_first_camera_is_tried_when_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def refuse(source: object, *_: object) -> None:
        tried.append(source)
        raise CameraError("Camera 0 opens but gives no pictures.")

    monkeypatch.setattr(camera_choice, "DeviceCamera", refuse)
    choose_camera(CameraSettings(), Timings(), lambda _: None).close()
    with pytest.raises(CameraError):
        choose_camera(CameraSettings(source="http://192.0.2.7/"), Timings(), lambda _: None)
    assert tried == [0, "http://192.0.2.7/"]


def test_a_file_is_played_and_a_missing_one_is_an_error(folder: Path) -> None:
    camera = choose_camera(CameraSettings(source=str(folder)), Timings(), lambda _: None)
    assert camera.words.startswith("the clip ")
    camera.close()
    with pytest.raises(MediaError, match="no file"):
        choose_camera(CameraSettings(source=str(folder / "absent.mp4")), Timings(), lambda _: None)
