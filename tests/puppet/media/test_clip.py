"""Every kind of clip, read with its true times; every kind of bad file, met with its sentence."""

import gc
import logging
import os
from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from puppet.errors import MediaError
from puppet.media.clip import open_clip
from puppet.media.picture_file import write_picture
from puppet.picture import Picture
from tests.media import corners, drawn_clip, level, make_sound, make_video, steps


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "mpeg4"), ("a.webm", "libvpx")])
def test_steady_video_gives_every_frame_at_its_time(tmp_path: Path, name: str, codec: str) -> None:
    clip = open_clip(make_video(tmp_path / name, steps(5), codec=codec))
    frames = list(clip)
    assert (clip.width, clip.height, float(clip.rate), clip.sound_start) == (64, 48, 25.0, None)
    assert clip.frame_count in (5, None) or name == "a.webm"
    assert [level(frame.picture) for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.04, 0.08, 0.12, 0.16], abs=1e-3)
    assert frames[0].picture.shape == (48, 64, 3)
    assert not frames[0].picture.flags.writeable


def test_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [0, 0.04, 0.1, 0.5, 0.52]
    assert [frame.time for frame in open_clip(make_video(tmp_path / "a.mp4", steps(5), times=times))] == pytest.approx(times, abs=1e-4)


def test_clip_that_begins_late_begins_at_zero(tmp_path: Path) -> None:
    clip = open_clip(make_video(tmp_path / "a.mkv", steps(3), times=[2, 2.1, 2.2], sound="aac"))
    assert [frame.time for frame in clip] == pytest.approx([0, 0.1, 0.2], abs=2e-3)
    assert clip.sound_start == pytest.approx(2, abs=2e-3)


@pytest.mark.parametrize(
    ("rotation", "mirrored", "red", "blue"),
    [
        (0, False, (0, 0), (1, 1)),
        (-90, False, (0, 1), (1, 0)),  # what a telephone held upright writes: turn clockwise
        (90, False, (1, 0), (0, 1)),
        (180, False, (1, 1), (0, 0)),
        (0, True, (0, 1), (1, 0)),
    ],
)
def test_turned_video_comes_upright(tmp_path: Path, rotation: int, mirrored: bool, red: tuple[int, int], blue: tuple[int, int]) -> None:
    clip = open_clip(make_video(tmp_path / "a.mp4", [corners()] * 2, rotation=rotation, mirrored=mirrored))
    picture = clip.first()
    height, width = picture.shape[:2]
    assert (clip.height, clip.width) == (height, width) == ((80, 48) if rotation % 180 else (48, 80))
    quarters = picture.reshape(2, height // 2, 2, width // 2, 3)[:, 8:-8, :, 8:-8].mean(axis=(1, 3))
    assert quarters[red][0] > 200 and quarters[red][2] < 60
    assert quarters[blue][2] > 200 and quarters[blue][0] < 60


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    clip = open_clip(make_video(tmp_path / "a.mp4", steps(2), aspect=Fraction(4, 3)))
    assert (clip.width, clip.height) == (85, 48)
    assert clip.first().shape == (48, 85, 3)


def test_animated_gif(tmp_path: Path) -> None:
    frames = list(open_clip(make_video(tmp_path / "a.gif", steps(4), rate=10, codec="gif")))
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3], abs=1e-3)
    assert np.all(np.diff([float(frame.picture.mean()) for frame in frames]) > 5)


def test_folder_goes_in_natural_order(tmp_path: Path) -> None:
    for index in (0, 1, 2, 10):
        write_picture(tmp_path / f"frame_{index}.png", steps(11)[index])
    (tmp_path / "notes.txt").write_text("not a picture")
    clip = open_clip(tmp_path, Fraction(10))
    assert (clip.frame_count, float(clip.rate), clip.width) == (4, 10.0, 64)
    assert [(level(frame.picture), round(frame.time, 3)) for frame in clip] == [(0, 0), (1, 0.1), (2, 0.2), (10, 0.3)]


def test_one_picture_is_a_clip_of_one_frame(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", steps(3)[2])
    assert [(level(picture), time) for picture, time in open_clip(tmp_path / "a.jpg")] == [(2, 0)]


def test_every_pass_begins_anew_and_an_unfinished_one_harms_nobody(tmp_path: Path) -> None:
    clip = open_clip(drawn_clip(tmp_path / "a.mp4"))
    assert next(iter(clip)).time == 0
    assert len(list(clip)) == len(list(clip)) == 8


@pytest.mark.parametrize("wound_back", [True, False])
@pytest.mark.parametrize(
    ("name", "codec", "times"),
    [
        ("a.mp4", "libx264", None),
        ("a.avi", "mpeg4", None),
        ("a.webm", "libvpx", None),
        ("a.gif", "gif", None),
        ("a.mkv", "libx264", [2, 2.1, 2.2, 2.7, 2.75]),
    ],
)
def test_rounds_are_passes_one_after_another(
    tmp_path: Path, name: str, codec: str, *, times: list[float] | None, wound_back: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not wound_back:
        monkeypatch.setattr("puppet.media.video_reader._wind_back", lambda *_: False)
    clip = open_clip(make_video(tmp_path / name, steps(5), codec=codec, times=times))
    once = list(clip)
    thrice = list(islice(clip.over_and_over(), 15))
    assert [frame.time for frame in thrice] == [frame.time for frame in once] * 3
    assert all(np.array_equal(frame.picture, one.picture) for frame, one in zip(thrice, once * 3, strict=True))


def test_pictures_are_freed_without_the_garbage_collector(tmp_path: Path) -> None:
    """Else hundreds of them wait for it in a live run, and it holds the window up when it comes."""
    clip = open_clip(make_video(tmp_path / "a.mp4", [corners()] * 25))
    gc.collect()
    gc.disable()
    try:
        assert len(list(clip)) == 25
        assert gc.collect() < 25
    finally:
        gc.enable()


def test_rounds_of_pictures_read_them_again(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", corners())
    write_picture(tmp_path / "b.png", corners())
    assert [frame.time for frame in islice(open_clip(tmp_path).over_and_over(), 5)] == pytest.approx([0, 0.04, 0, 0.04, 0])


def test_picture_under_the_name_of_a_video_and_the_reverse(tmp_path: Path) -> None:
    make_video(tmp_path / "b.mp4", steps(3)).rename(tmp_path / "b.png")
    assert len(list(open_clip(tmp_path / "b.png"))) == 3
    write_picture(tmp_path / "c.png", steps(2)[1])
    (tmp_path / "c.png").rename(tmp_path / "c.mp4")
    assert [level(frame.picture) for frame in open_clip(tmp_path / "c.mp4")] == [1]


def noisy(count: int) -> list[Picture]:
    return [np.random.default_rng(index).integers(0, 255, (48, 64, 3), np.uint8) for index in range(count)]


def web_page(path: Path) -> Path:
    path.write_text("\n <!DOCTYPE html><html><body>Sign in to download</body></html>")
    return path


def pointer(path: Path) -> Path:
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n")
    return path


def truncated(path: Path) -> Path:
    make_video(path, steps(12))
    path.write_bytes(path.read_bytes()[:-600])
    return path


def without_index(path: Path) -> Path:
    make_video(path, steps(12))
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])
    return path


def noise(path: Path) -> Path:
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


def no_frames(path: Path) -> Path:
    return make_video(path, [])


def sound_alone(path: Path) -> Path:
    return make_sound(path, 0.3)


def bare_folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (web_page, "a.mp4 is a web page"),
        (pointer, "a.mp4 is a Git LFS pointer"),
        (truncated, "a.mp4 is cut short"),
        (without_index, "a.mp4 is cut short"),
        (noise, "a.mp4 is not a picture or video that can be read"),
        (empty, "a.mp4 is an empty file"),
        (no_frames, "a.mp4 holds no picture"),
        (sound_alone, "a.mp4 has sound but no picture"),
        (bare_folder, "a.mp4 holds no pictures"),
        (lambda path: path, "There is no file .*a.mp4"),
    ],
)
def test_bad_file_has_its_sentence(tmp_path: Path, make: Callable[[Path], Path], sentence: str) -> None:
    with pytest.raises(MediaError, match=sentence) as caught:
        list(open_clip(make(tmp_path / "a.mp4")))
    assert caught.value.hint
    assert str(tmp_path) in caught.value.sentence


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to this user")
@pytest.mark.parametrize("name", ["a.mp4", "a.png"])
def test_forbidden_file_has_its_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"secret")
    (tmp_path / name).chmod(0)
    with pytest.raises(MediaError, match="may not be read by you"):
        open_clip(tmp_path / name)


@pytest.mark.parametrize("name", ["a.mp4", "a.png"])
def test_file_that_the_system_refuses_has_its_sentence(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *arguments: object, **keywords: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(MediaError, match="may not be read by you"):
        open_clip(tmp_path / name)


def test_folder_of_unequal_pictures_is_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "1.png", steps(1)[0])
    write_picture(tmp_path / "2.png", steps(1, 32, 32)[0])
    with pytest.raises(MediaError, match=r"2\.png is 32x32, the pictures before it are 64x48"):
        list(open_clip(tmp_path))


def test_damaged_middle_is_left_out_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = make_video(tmp_path / "a.avi", noisy(12), codec="mjpeg")
    content = bytearray(path.read_bytes())
    middle = content.index(b"\xff\xd8", len(content) // 2)
    length = content.index(b"00dc", middle) - middle
    content[middle : middle + length] = bytes(length)
    path.write_bytes(content)
    clip = open_clip(path)
    with caplog.at_level(logging.WARNING):
        assert len(list(clip)) == 11
        list(clip)
    assert [record.getMessage().partition(" is ")[2] for record in caplog.records] == [
        "damaged: 1 of its packets could not be decoded and were left out."
    ]


def test_early_end_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = make_video(tmp_path / "a.mkv", noisy(100))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with caplog.at_level(logging.WARNING):
        seen = len(list(open_clip(path)))
    assert 10 < seen < 90
    assert "cut short" in caplog.text
