"""The CUDA layer upon a real GPU, whatever binding is installed."""

import threading

import numpy as np
import pytest

from engines import cuda
from engines.cuda import CudaDevice
from puppet.errors import EngineError

pytestmark = pytest.mark.gpu


def test_real_gpu_copies_there_and_back() -> None:
    with CudaDevice() as device:
        stream, source = device.stream(), np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
        given, got, address = device.pinned(source.shape, np.uint8), device.pinned(source.shape, np.uint8), device.allocate(source.nbytes)
        given[:], got[:] = source, 0
        stream.upload(address, given)
        stream.download(got, address)
        stream.wait()
        assert np.array_equal(got, source)
        free, total = device.memory()
        assert 0 < free < total <= device.gpu.memory


def test_real_gpu_replays_a_graph() -> None:
    with CudaDevice() as device:
        stream, address = device.stream(), device.allocate(1024)
        given, got = device.pinned((1024,), np.uint8), device.pinned((1024,), np.uint8)

        def frame() -> None:
            stream.upload(address, given)
            stream.download(got, address)

        got[:] = 0
        graph = stream.capture(frame)
        if graph is None:
            pytest.skip(f"{cuda.binding()} captures nothing")
        assert not got.any()
        for value in (3, 4):
            given[:] = value
            graph.launch()
            stream.wait()
            assert (got == value).all()
        refused: list[int] = []
        with pytest.raises(EngineError):
            stream.capture(lambda: refused.append(device.allocate(4)))
        graph.launch()
        stream.wait()


def test_real_gpu_serves_two_threads() -> None:
    done: list[bool] = []
    with CudaDevice() as device:

        def work() -> None:
            device.enter()
            stream, address, array = device.stream(), device.allocate(64), device.pinned((64,), np.uint8)
            array[:] = 5
            for _ in range(50):
                stream.upload(address, array)
                stream.download(array, address)
                stream.wait()
            done.append(bool((array == 5).all()))

        for _ in range(2):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        work()
        assert done == [True] * 3


def test_real_gpu_is_closed_twice_and_gives_its_memory_back() -> None:
    with CudaDevice() as watching:
        before = watching.memory()[0]
        device = CudaDevice()
        device.allocate(256 << 20)
        assert watching.memory()[0] <= before - (200 << 20)
        device.close()
        device.close()
        assert watching.memory()[0] >= before - (50 << 20)
        with pytest.raises(EngineError, match="out of memory"):
            watching.allocate(watching.gpu.memory * 2)
