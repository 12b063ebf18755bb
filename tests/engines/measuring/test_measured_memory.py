"""What a watch on the memory sees."""

import sys

import numpy as np
import pytest

from engines.measuring import memory
from engines.measuring.memory import MemoryWatch, resident_bytes
from puppet.errors import EngineError

SIZE = 64 * 2**20


class FakeDevice:
    """A GPU of which 300 bytes are taken between two looks."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.looks = iter([1000, 700])
        self.closed = False

    def memory(self) -> tuple[int, int]:
        return next(self.looks), 2000

    def close(self) -> None:
        self.closed = True


def test_growth_of_the_host_is_seen() -> None:
    with MemoryWatch() as watch:
        kept = np.ones(SIZE, np.uint8)
        grown = watch.growth()
    assert kept.nbytes == SIZE
    assert grown.device is None
    assert grown.resident is not None
    least = 0 if sys.platform == "darwin" else 0.9 * SIZE  # there it is the largest that the process ever had
    assert least <= grown.resident < 2 * SIZE
    assert (resident_bytes() or 0) > SIZE


def test_growth_on_a_gpu_is_what_is_no_longer_free(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[FakeDevice] = []

    def open_device(number: int) -> FakeDevice:
        opened.append(FakeDevice(number))
        return opened[-1]

    monkeypatch.setattr(memory, "CudaDevice", open_device)
    with MemoryWatch(gpu=1) as watch:
        assert watch.growth().device == 300
    watch.close()
    assert [(device.number, device.closed) for device in opened] == [(1, True)]


def test_without_a_driver_only_the_host_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver(number: int) -> FakeDevice:
        raise EngineError("There is no driver.")

    monkeypatch.setattr(memory, "CudaDevice", no_driver)
    with MemoryWatch(gpu=0) as watch:
        assert watch.growth().device is None
