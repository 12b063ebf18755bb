"""The reader in the guest, on a camera that is not one."""

import time
from itertools import pairwise

import cv2
import numpy as np
import pytest

from scripts.virtual_devices.camera_reader import SIDE, CameraReader, middle_square


class FakeCapture:
    """Stands for `cv2.VideoCapture`: gives `count` pictures, then none."""

    def __init__(self, count: int = 10**6, opens: bool = True) -> None:
        self.count = count
        self.opens = opens
        self.given = 0
        self.released = False

    def __call__(self, *_: object) -> "FakeCapture":
        return self

    def isOpened(self) -> bool:  # noqa: N802
        return self.opens

    def read(self) -> tuple[bool, np.ndarray | None]:
        time.sleep(0.002)
        if self.given == self.count:
            return False, None
        self.given += 1
        return True, np.full((SIDE, 192, 3), (self.given % 256, 0, 200), np.uint8)

    def get(self, _: int) -> float:
        return self.given * 40.0

    def release(self) -> None:
        self.released = True


def test_every_picture_is_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = FakeCapture()
    monkeypatch.setattr(cv2, "VideoCapture", capture)
    with CameraReader("/dev/video11") as reader:
        first = reader.until(lambda seen: len(seen) >= 5, 5)
        reader.during(0.05)
    assert capture.released
    assert [round(one.stamped / 0.04) for one in first] == list(range(1, len(first) + 1))
    assert first[2].square.shape == (SIDE, SIDE, 3)
    assert tuple(first[2].square[0, 0]) == (200, 0, 3), "blue became red"
    assert all(after.at > before.at for before, after in pairwise(first))


def test_until_sees_only_what_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", FakeCapture())
    with CameraReader("/dev/video11") as reader:
        before = reader.until(lambda seen: len(seen) >= 5, 5)
        after = reader.until(lambda seen: len(seen) >= 1, 5)
        assert after[0].stamped > before[-1].stamped
        with pytest.raises(TimeoutError, match=r"not within 0\.05 s"):
            reader.until(lambda seen: False, 0.05)


@pytest.mark.parametrize(
    ("capture", "words"), [(FakeCapture(3), "no more pictures after 3"), (FakeCapture(opens=False), "can't be opened")]
)
def test_trouble_is_told(capture: FakeCapture, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", capture)
    with CameraReader("/dev/video11") as reader, pytest.raises(OSError, match=words):
        reader.until(lambda seen: len(seen) >= 5, 5)
    assert capture.released


def test_middle_of_a_wide_picture() -> None:
    picture = np.zeros((256, 512, 3), np.uint8)
    picture[:, 128:384] = 255
    assert middle_square(picture).min() == 255
