"""A few frames of a video are those of the whole."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from puppet.demo import demo_frames
from puppet.media.video_writer import VideoWriter
from tests.media import make_video, steps
from training.data.clip_video import CODEC_ERRORS, count_frames, decode_clip, decode_frames, fit_square

FRAMES = list(demo_frames(2.4, 10, 48, 48))


def encode(path: Path, codec: str = "libx264") -> Path:
    return make_video(path, FRAMES, rate=10, codec=codec)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 frames: two groups with a key frame each, frames predicted from both sides among them."""
    path = tmp_path_factory.mktemp("video") / "long.mp4"
    with VideoWriter(path, 48, 48, Fraction(25), effort="medium") as writer:
        for index in range(300):
            writer.write(FRAMES[index % len(FRAMES)], index / 25)
    return path


@pytest.fixture(scope="module")
def whole(long: Path) -> npt.NDArray[np.uint8]:
    return decode_clip(long, 48)


@pytest.mark.parametrize(
    "chosen", [[0], [299], [3, 4], [280, 10], [7, 7], [100, 251, 249, 250, 0], list(range(300))], ids=lambda chosen: str(chosen)[:20]
)
def test_chosen_frames_are_those_of_the_whole(long: Path, whole: npt.NDArray[np.uint8], chosen: list[int]) -> None:
    np.testing.assert_array_equal(decode_frames(long, chosen, 48), whole[chosen])
    np.testing.assert_array_equal(decode_frames(long.read_bytes(), chosen, 48), whole[chosen])


@pytest.mark.parametrize(("name", "codec"), [("a.gif", "gif"), ("a.avi", "mpeg4"), ("a.mkv", "libx264"), ("a.mov", "mjpeg")])
def test_any_container_can_be_read_here_and_there(tmp_path: Path, name: str, codec: str) -> None:
    path = encode(tmp_path / name, codec)
    all_of_it = decode_clip(path, 48)
    assert count_frames(path) == len(all_of_it) == 24
    np.testing.assert_array_equal(decode_frames(path, [20, 5], 48), all_of_it[[20, 5]])


def test_a_frame_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4")
    for index in (24, -1):
        with pytest.raises(ValueError, match="there is no frame"):
            decode_frames(path, [0, index], 48)


def test_damage_is_an_error_of_the_codec(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(encode(tmp_path / "b.mp4").read_bytes()[:500])
    for read in (lambda: decode_frames(path, [0], 48), lambda: decode_clip(path, 48), lambda: count_frames(path)):
        with pytest.raises((*CODEC_ERRORS, ValueError)):
            read()


def test_a_picture_becomes_the_middle_square() -> None:
    picture = steps(1, width=64, height=32)[0].copy()
    picture[:, :16] = 255
    picture[:, 48:] = 255
    assert (fit_square(picture, 32) == 20).all()
    assert (fit_square(picture.transpose(1, 0, 2), 16) == 20).all()
    assert fit_square(picture, 48).shape == (48, 48, 3)
