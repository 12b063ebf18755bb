"""Videos with opacity: what a player that knows it gets back, and what is left when something goes wrong."""

import signal
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from puppet.errors import MediaError
from puppet.media.clip import open_clip
from puppet.media.sound import Sound
from puppet.media.video_writer import TRANSPARENT, VideoWriter
from puppet.picture import Picture
from tests.limited_disk import limited_disk
from tests.media import make_video, steps
from tests.transparent_video import opaque_and_clear

ENDINGS = sorted(TRANSPARENT)
SIDE = 96


def heads(count: int = 6) -> list[Picture]:
    """A ginger disc with a soft edge that wanders over green; the disc is opaque, the green is clear."""
    pictures = []
    for index in range(count):
        opacity = np.zeros((SIDE, SIDE), np.uint8)
        cv2.circle(opacity, (30 + 4 * index, 48), 22, 255, -1)
        opacity = np.asarray(cv2.GaussianBlur(opacity, (0, 0), 2.0), np.uint8)
        picture = np.empty((SIDE, SIDE, 4), np.uint8)
        picture[...] = (40, 120, 60, 0)
        picture[opacity > 0, :3] = (200, 120, 60)
        picture[:, :, 3] = opacity
        pictures.append(picture)
    return pictures


def write(path: Path, pictures: list[Picture], rate: int = 25) -> Path:
    with VideoWriter(path, SIDE, SIDE, Fraction(rate), transparent=True) as writer:
        for index, picture in enumerate(pictures):
            writer.write(picture, index / rate)
    return path


@pytest.mark.parametrize(("ending", "codec", "most"), [(".webm", "vp9", 12), (".mov", "prores", 2), (".WEBM", "vp9", 12)])
def test_opacity_and_straight_colours_come_back(tmp_path: Path, ending: str, codec: str, most: int) -> None:
    before = heads()
    found, after = opaque_and_clear(write(tmp_path / f"a{ending}", before))
    assert (found, len(after)) == (codec, len(before))
    for was, read in zip(before, after, strict=True):
        difference = np.abs(read.astype(int) - was)
        assert difference[:, :, 3].max() <= most
        assert difference[:, :, 3].mean() < 0.6
        half = (was[:, :, 3] > 60) & (was[:, :, 3] < 200)
        assert half.sum() > 100
        assert difference[half][:, :3].mean() < 8, "where opacity is half, the colours are neither darkened nor mixed"
    assert [entry.name for entry in tmp_path.iterdir()] == [f"a{ending}"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_level_of_opacity_comes_back(tmp_path: Path, ending: str) -> None:
    ramp = np.full((SIDE, 256, 4), 128, np.uint8)
    ramp[:, :, 3] = np.arange(256)
    with VideoWriter(tmp_path / f"a{ending}", 256, SIDE, Fraction(25), transparent=True) as writer:
        writer.write(ramp, 0.0)
    _, (read,) = opaque_and_clear(tmp_path / f"a{ending}")
    assert np.abs(read[48, :, 3].astype(int) - np.arange(256)).max() <= 2
    assert (read[48, 0, 3], read[48, 255, 3]) == (0, 255)


@pytest.mark.parametrize("ending", ENDINGS)
def test_opacity_that_stands_still_stays_still(tmp_path: Path, ending: str) -> None:
    _, after = opaque_and_clear(write(tmp_path / f"a{ending}", heads(1) * 12))
    assert np.std([picture[:, :, 3].astype(int) for picture in after], axis=0).mean() < 0.2


@pytest.mark.parametrize("ending", ENDINGS)
def test_times_are_kept(tmp_path: Path, ending: str) -> None:
    times = [0, 0.04, 0.1, 0.5, 0.52, 0.6]
    with VideoWriter(tmp_path / f"a{ending}", SIDE, SIDE, Fraction(25), transparent=True) as writer:
        for picture, time in zip(heads(), times, strict=True):
            writer.write(picture, time)
    assert [frame.time for frame in open_clip(tmp_path / f"a{ending}")] == pytest.approx(times, abs=1.1e-3)


@pytest.mark.parametrize(
    ("ending", "source", "result"),
    [
        (".webm", "aac", "opus"),
        (".webm", "pcm_s16le", "opus"),
        (".webm", "libopus", "opus"),
        (".mov", "aac", "aac"),
        (".mov", "pcm_s16le", "aac"),
    ],
)
def test_sound_goes_along(tmp_path: Path, ending: str, source: str, result: str) -> None:
    driver = make_video(tmp_path / "driver.mkv", steps(1) * 20, rate=10, sound=source, sound_rate=48_000)
    clip = open_clip(driver)
    assert clip.sound_start is not None
    path = tmp_path / f"a{ending}"
    with VideoWriter(path, SIDE, SIDE, Fraction(10), Sound(driver, clip.sound_start), transparent=True) as writer:
        for index, picture in enumerate(heads(20)):
            writer.write(picture, index / 10)
    assert writer.sound_kept
    with av.open(path) as container:
        (stream,) = container.streams.audio
        assert stream.codec_context.name in (result, f"lib{result}")
        waves = [(frame.time or 0.0, frame.to_ndarray()) for frame in container.decode(stream)]
    loud = {round(time, 1): float(np.abs(wave.astype(float)).mean()) for time, wave in waves}
    assert waves[-1][0] == pytest.approx(2.0, abs=0.1)
    assert loud[1.6] / loud[0.8] == pytest.approx(2.0, rel=0.1), "the tone, which grows evenly, is in step"
    assert len(opaque_and_clear(path)[1]) == 20


@pytest.mark.parametrize("ending", ENDINGS)
def test_interrupt_leaves_what_plays(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    with pytest.raises(KeyboardInterrupt), VideoWriter(path, SIDE, SIDE, Fraction(25), transparent=True) as writer:
        for index, picture in enumerate(heads()):
            writer.write(picture, index / 25)
            if index == 3:
                signal.raise_signal(signal.SIGINT)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert len(opaque_and_clear(path)[1]) == 4


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_no_file(tmp_path: Path, ending: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, SIDE, SIDE, 4), np.uint8)
    with limited_disk(50_000), pytest.raises(MediaError, match=rf"a{ending} can't be written"):
        write(tmp_path / f"a{ending}", list(noise))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("ending", "name"), [(".webm", "VP9"), (".mov", "ProRes")])
def test_without_its_encoder_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, name: str) -> None:
    monkeypatch.setattr(av, "codecs_available", set())
    with pytest.raises(MediaError, match=f"has no {name} encoder"):
        VideoWriter(tmp_path / f"a{ending}", SIDE, SIDE, Fraction(25), transparent=True)
    assert list(tmp_path.iterdir()) == []
