"""Reads a camera as any other program would: opens it with OpenCV, takes every picture, closes it."""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import NamedTuple, Self

import cv2
import numpy as np

from puppet.picture import Picture, freeze

SIDE = 128
"""Side that pictures are kept at, px."""

CLOSING = 15.0
"""How long a read may hang before its thread is given up, s: OpenCV itself waits 10 s for a picture."""


class Seen(NamedTuple):
    """One picture as a reader got it.

    square: its middle, shrunk, (SIDE, SIDE, 3) RGB. at: when it was read, stamped: when the driver says it was sent, both in
    seconds of the system's monotonic clock.
    """

    square: Picture
    at: float
    stamped: float


class CameraReader:
    """Reads a camera on a thread of its own while it is entered."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._seen: list[Seen] = []
        self._trouble = ""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def during(self, seconds: float) -> list[Seen]:
        """What it reads in the next `seconds`. Raises `OSError` where it gets nothing."""
        before = len(self._seen)
        self._ending.wait(seconds)
        return self._checked(self._seen[before:])

    def until(self, condition: Callable[[Sequence[Seen]], bool], limit: float) -> list[Seen]:
        """What it reads from now until the condition holds for it. Raises `TimeoutError` after `limit` s, `OSError`."""
        before, deadline = len(self._seen), time.monotonic() + limit
        while not condition(seen := self._seen[before:]):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {limit:g} s, in which {len(seen)} pictures came")
            self._checked(self._seen)
            time.sleep(0.05)
        return seen

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ending.set()
        self._thread.join(CLOSING)

    def _checked(self, seen: list[Seen]) -> list[Seen]:
        if self._trouble:
            raise OSError(self._trouble)
        return seen

    def _read(self) -> None:
        capture = cv2.VideoCapture(self._device, cv2.CAP_V4L2)
        if not capture.isOpened():
            self._trouble = f"{self._device} can't be opened"
        while not self._ending.is_set() and not self._trouble:
            got, picture = capture.read()
            if got:
                stamped = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                self._seen.append(Seen(middle_square(np.asarray(picture, np.uint8)), time.monotonic(), stamped))
            else:
                self._trouble = f"{self._device} gave no more pictures after {len(self._seen)}"
        capture.release()


def middle_square(picture: Picture) -> Picture:
    """The square in the middle of a BGR picture, shrunk to what is kept. (SIDE, SIDE, 3) RGB."""
    height, width = picture.shape[:2]
    left = max(0, (width - height) // 2)
    square = picture[:, left : left + height]
    if height != SIDE:
        square = np.asarray(cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    return freeze(np.asarray(cv2.cvtColor(square, cv2.COLOR_BGR2RGB), np.uint8))
