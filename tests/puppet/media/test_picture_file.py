"""Pictures in and out of files: colours, orientation, transparency, and what may go wrong."""

import errno
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from puppet.errors import MediaError
from puppet.media.picture_file import read_picture, write_picture
from tests.media import corners


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp", ".jpg"])
def test_round_trip(tmp_path: Path, suffix: str) -> None:
    picture = corners()
    write_picture(tmp_path / f"a{suffix}", picture)
    read = read_picture(tmp_path / f"a{suffix}")
    assert read.shape == picture.shape
    assert np.abs(read[4:20, 4:36].astype(int) - picture[4:20, 4:36]).max() <= (12 if suffix in (".jpg", ".webp") else 0)
    assert not read.flags.writeable
    assert [entry.name for entry in tmp_path.iterdir()] == [f"a{suffix}"]


def with_orientation(path: Path, orientation: int) -> Path:
    """A JPEG of `corners` whose EXIF says how it has to be turned."""
    jpeg = cv2.imencode(".jpg", corners()[:, :, ::-1])[1].tobytes()
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:])
    return path


@pytest.mark.parametrize(("orientation", "red"), [(1, (0, 0)), (3, (1, 1)), (6, (0, 1)), (8, (1, 0)), (2, (0, 1))])
def test_photograph_is_turned_upright(tmp_path: Path, orientation: int, red: tuple[int, int]) -> None:
    picture = read_picture(with_orientation(tmp_path / "a.jpg", orientation))
    height, width = picture.shape[:2]
    assert (height, width) == ((80, 48) if orientation in (6, 8) else (48, 80))
    quarters = picture.reshape(2, height // 2, 2, width // 2, 3).mean(axis=(1, 3))
    assert quarters[red][0] > 200 and quarters[red][2] < 60


def test_transparent_becomes_white(tmp_path: Path) -> None:
    picture = np.zeros((8, 8, 4), np.uint8)
    picture[:, 4:, 3] = 255
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    read = read_picture(tmp_path / "a.png")
    assert (read[:, :4] == 255).all() and (read[:, 4:] == 0).all()


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3), (8, 8, 4)])
def test_grey_and_deep_pictures_become_rgb(tmp_path: Path, shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 128 * 257, np.uint16)
    if len(shape) == 3 and shape[2] == 4:
        picture[..., 3] = 65535
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    read = read_picture(tmp_path / "a.png")
    assert read.shape == (8, 8, 3)
    assert np.abs(read.astype(int) - 128).max() <= 1


@pytest.mark.parametrize(("content", "sentence"), [(b"", "is not a picture"), (b"text", "is not a picture"), (None, "There is no file")])
def test_bad_file_has_its_sentence(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(MediaError, match=sentence):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
@pytest.mark.parametrize("share", [0.3, 0.95])
def test_picture_cut_short_is_not_taken_for_whole(tmp_path: Path, name: str, share: float, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    write_picture(path, np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    path.write_bytes(path.read_bytes()[: round(share * path.stat().st_size)])
    with pytest.raises(MediaError, match="is cut short"):
        read_picture(path)
    assert capfd.readouterr().err == ""


def test_photograph_with_a_film_behind_it_is_whole(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", corners())
    with (tmp_path / "a.jpg").open("ab") as file:
        file.write(b"\xff\xda" + bytes(100))
    assert read_picture(tmp_path / "a.jpg").shape == (48, 80, 3)


def test_decoder_keeps_its_own_words_to_itself(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40) + b"IEND")
    with pytest.raises(MediaError, match="is not a picture"):
        read_picture(tmp_path / "a.png")
    assert capfd.readouterr().err == ""


def test_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"is a folder|may not be read"):  # Windows forbids it instead
        read_picture(tmp_path)


@pytest.mark.parametrize(("name", "sentence"), [("missing/a.png", "There is no folder"), ("a.xyz", "no picture format")])
def test_bad_place_has_its_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(MediaError, match=sentence):
        write_picture(tmp_path / name, corners())


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "may not be written by you"), (errno.EIO, "can't be written: Input")],
)
def test_failed_write_leaves_the_old_picture(tmp_path: Path, number: int, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def fail(file: int) -> None:
        raise OSError(number, "Input/output error")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(MediaError, match=sentence):
        write_picture(path, corners())
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("a.png", b"old")]


def test_fourth_channel_is_opacity(tmp_path: Path) -> None:
    picture = np.dstack([corners(), np.full(corners().shape[:2], 51, np.uint8)])
    write_picture(tmp_path / "a.png", picture)
    written = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED)
    assert written is not None
    assert np.array_equal(written[:, :, [2, 1, 0, 3]], picture)
    blended = corners() * 0.2 + 255 * 0.8
    assert np.abs(read_picture(tmp_path / "a.png") - blended).max() <= 0.51, "what is transparent is read as white"
