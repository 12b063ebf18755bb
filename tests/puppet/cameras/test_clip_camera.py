"""Clips that play as cameras."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from puppet.cameras import clip_camera
from puppet.cameras.clip_camera import ClipCamera
from puppet.errors import MediaError
from puppet.live.timings import Timings
from puppet.media.clip import Frame, open_clip
from puppet.media.picture_file import write_picture


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


def test_a_folder_that_was_emptied_while_it_played_is_an_error(folder: Path) -> None:
    nothing: list[Frame] = []
    camera = ClipCamera(replace(open_clip(folder), frames=lambda: (frame for frame in nothing)), Timings())
    with pytest.raises(MediaError, match="holds no pictures any more"):
        camera.read()
