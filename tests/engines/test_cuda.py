"""The CUDA layer through both bindings, against the fake driver."""

import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engines import cuda
from engines.cuda import CudaDevice, Gpu, Stream
from engines.nvidia import driver_trouble
from puppet.errors import EngineError
from tests.engines.fake_cuda import FakeCuda
from tests.engines.fake_cuda_codes import FakeGpu, Result

BINDINGS = {"cuda-python": "cuda-python 13.4.4", "pycuda": "pycuda 2026.1"}


@pytest.fixture(params=BINDINGS)
def fake(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCuda]:
    """A driver behind each binding; whatever a test does, it must have misused nothing and have given all back."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(driver_trouble, "find_cards", lambda: ())
    fake = FakeCuda(monkeypatch, binding=request.param)
    yield fake
    assert fake.misuses == []
    assert fake.left() == {}


@pytest.fixture
def capturing(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCuda]:
    """A driver behind cuda-python, for what pycuda has not."""
    fake = FakeCuda(monkeypatch)
    yield fake
    assert fake.left() == {}


def doubled(fake: FakeCuda, stream: Stream, target: int, source: int, count: int = 4) -> Callable[[], None]:
    """Queue a kernel that writes twice what lies at `source`."""

    def kernel() -> None:
        fake.array(target, (count,), np.float32)[:] = 2 * fake.array(source, (count,), np.float32)

    return lambda: fake.enqueue(stream.handle, kernel)


def allocate(device: CudaDevice) -> None:
    device.allocate(4)


def fail() -> None:
    raise ZeroDivisionError


def on_thread(work: Callable[[], object]) -> BaseException | None:
    """Do it on a thread of its own; what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except EngineError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


def test_binding_and_driver_are_named_with_their_versions(fake: FakeCuda) -> None:
    assert cuda.binding() in BINDINGS.values()
    fake.version = 12080
    assert cuda.driver_version() == "12.8"
    assert cuda.driver_identity() == "12.8 (580.95.05)"
    fake.number = ""
    assert cuda.driver_identity() == "12.8"


def test_gpu_says_what_it_is(fake: FakeCuda) -> None:
    fake.gpus.append(FakeGpu("NVIDIA GeForce RTX 5090", (12, 0), 32 << 30, 170, 2_407_000, 14_001_000, 512))
    first, second = cuda.gpus()
    assert first == Gpu(0, "NVIDIA GeForce RTX 3060", (8, 6), 12 << 30, 28, 1.777e9, 7.501e9, 192)
    assert (first.chip, second.chip) == ("sm_86", "sm_120")
    with CudaDevice(1) as device:
        assert device.gpu == second


def test_work_goes_there_and_back(fake: FakeCuda) -> None:
    with CudaDevice() as device:
        stream, source, target = device.stream(), device.allocate(16), device.allocate(16)
        given, got = device.pinned((4,), np.float32), device.pinned((2, 2), np.float32)
        given[:] = [1, 2, 3, 4]
        stream.upload(source, given)
        doubled(fake, stream, target, source)()
        stream.download(got, target)
        assert not np.array_equal(got, [[2, 4], [6, 8]]), "nothing is there before it was waited for"
        stream.wait()
        assert got.tolist() == [[2, 4], [6, 8]]


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.int64, np.bool_])
def test_pinned_arrays_are_whole_and_writable(fake: FakeCuda, dtype: type) -> None:
    with CudaDevice() as device:
        array = device.pinned((3, 5), dtype)
        assert (array.shape, array.dtype) == ((3, 5), np.dtype(dtype))
        assert array.flags.c_contiguous
        assert array.flags.writeable


def test_memory_counts_what_is_allocated(fake: FakeCuda) -> None:
    with CudaDevice() as device:
        assert device.memory() == (12 << 30, 12 << 30)
        address = device.allocate(1 << 20)
        assert device.memory() == ((12 << 30) - (1 << 20), 12 << 30)
        device.free(address)
        assert device.memory() == (12 << 30, 12 << 30)
        with pytest.raises(EngineError, match="no memory allocated on NVIDIA GeForce RTX 3060"):
            device.free(address)


def test_too_much_memory_is_refused_with_what_to_do(fake: FakeCuda) -> None:
    with CudaDevice() as device, pytest.raises(EngineError, match=r"refused cuMemAlloc: out of memory\. Close other programs"):
        device.allocate(13 << 30)


def test_array_with_gaps_is_refused(fake: FakeCuda) -> None:
    with CudaDevice() as device:
        stream, address, array = device.stream(), device.allocate(16), device.pinned((4, 4), np.uint8)
        with pytest.raises(EngineError, match="with gaps"):
            stream.upload(address, array[:, ::2])
        with pytest.raises(EngineError, match="with gaps"):
            stream.download(array.T, address)


def test_another_thread_may_take_over(fake: FakeCuda) -> None:
    """As with pycuda too no context may stay behind with a thread that ended: the fake counts those as left."""
    device = CudaDevice()
    stream, address, array = device.stream(), device.allocate(4), device.pinned((4,), np.uint8)

    def work() -> None:
        for _ in range(3):
            device.enter()
            array[:] = 7
            stream.upload(address, array)
            stream.wait()

    assert on_thread(work) is None
    device.enter()
    assert fake.array(address, (4,), np.uint8).tolist() == [7] * 4
    assert on_thread(device.close) is None


def test_two_devices_take_turns_on_one_thread(fake: FakeCuda) -> None:
    fake.gpus.append(FakeGpu())
    with CudaDevice(0) as first, CudaDevice(1) as second:
        for _ in range(3):
            for device in (first, second):
                device.enter()
                assert fake.current.number == device.gpu.number
        assert sum(map(len, fake.stacks.values())) <= 1, "contexts pile up"


def test_engines_on_one_gpu_share_its_context(fake: FakeCuda) -> None:
    first, second = CudaDevice(), CudaDevice()
    address = second.allocate(4)
    first.close()
    second.enter()
    fake.array(address, (4,), np.uint8)[:] = 1
    second.close()


def test_close_may_be_called_twice_and_ends_it(fake: FakeCuda) -> None:
    device = CudaDevice()
    device.allocate(4)
    device.pinned((4,), np.uint8)
    device.stream()
    device.close()
    device.close()
    with pytest.raises(EngineError, match="RTX 3060 was used after it was closed"):
        device.enter()
    with pytest.raises(EngineError, match="after it was closed"):
        device.allocate(4)


def test_close_waits_for_what_is_queued(fake: FakeCuda) -> None:
    device = CudaDevice()
    stream, address, array = device.stream(), device.allocate(4), device.pinned((4,), np.uint8)
    done: list[int] = []
    stream.upload(address, array)
    fake.enqueue(stream.handle, lambda: done.append(1))
    device.close()
    assert done == [1]


def test_lost_gpu_is_told_and_closes_quietly(fake: FakeCuda, monkeypatch: pytest.MonkeyPatch) -> None:
    device = CudaDevice()
    stream = device.stream()
    fake.lost = True
    with pytest.raises(EngineError, match="refused cuStreamSynchronize: unspecified launch failure"):
        stream.wait()
    device.close()
    device.close()
    assert not fake.retained.total()
    fake.streams.clear()  # gone with the GPU
    fake.misuses.clear()


def test_number_that_is_not_there_is_told_with_those_that_are(fake: FakeCuda) -> None:
    with pytest.raises(EngineError, match=r"no GPU 2 here, only 0 \(NVIDIA GeForce RTX 3060\)"):
        CudaDevice(2)


def test_stream_needs_its_context(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeCuda(monkeypatch)
    with CudaDevice() as device:
        error = on_thread(device.stream().wait)
        assert "refused cuStreamSynchronize: invalid device context" in str(error)
        assert len(fake.misuses) == 1


# ---- graphs


def test_graph_does_it_all_again_with_what_lies_there_now(capturing: FakeCuda) -> None:
    with CudaDevice() as device:
        stream, source, target = device.stream(), device.allocate(16), device.allocate(16)
        given, got = device.pinned((4,), np.float32), device.pinned((4,), np.float32)

        def frame() -> None:
            stream.upload(source, given)
            doubled(capturing, stream, target, source)()
            stream.download(got, target)

        got[:] = 0
        graph = stream.capture(frame)
        assert graph is not None
        stream.wait()
        assert got.tolist() == [0] * 4, "capturing does nothing yet"
        for value in (1, 5):
            given[:] = value
            capturing.calls.clear()
            graph.launch()
            stream.wait()
            assert got.tolist() == [2 * value] * 4
            assert capturing.calls == {"cuGraphLaunch": 1, "cuStreamSynchronize": 1}
        graph.close()
        graph.close()
        with pytest.raises(EngineError, match="launched after it was closed"):
            graph.launch()
        assert stream.capture(frame) is not None, "one left open is the device's to close"


def test_capture_lets_other_threads_allocate(capturing: FakeCuda) -> None:
    with CudaDevice() as device:
        raised: list[BaseException | None] = []
        assert device.stream().capture(lambda: raised.append(on_thread(lambda: device.allocate(4)))) is not None
        assert raised == [None]


def test_what_can_not_be_captured_is_told_and_the_stream_goes_on(capturing: FakeCuda) -> None:
    with CudaDevice() as device:
        stream, address, array = device.stream(), device.allocate(4), device.pinned((4,), np.uint8)
        with pytest.raises(EngineError, match="refused cuMemAlloc: operation not permitted when stream is capturing"):
            stream.capture(lambda: allocate(device))
        with pytest.raises(ZeroDivisionError):
            stream.capture(fail)
        array[:] = 9
        stream.upload(address, array)
        stream.wait()
        assert capturing.array(address, (4,), np.uint8).tolist() == [9] * 4


def test_pycuda_captures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeCuda(monkeypatch, binding="pycuda")
    with CudaDevice() as device:
        assert device.stream().capture(lambda: pytest.fail("queued for nothing")) is None


def test_frame_costs_the_host_little(capturing: FakeCuda) -> None:
    """Of what a frame calls, all but the driver's own time: tens of microseconds."""
    with CudaDevice() as device:
        stream, address, array = device.stream(), device.allocate(16), device.pinned((4,), np.float32)
        graph = stream.capture(lambda: None)
        assert graph is not None
        for call in ("cuCtxSetCurrent", "cuMemcpyHtoDAsync", "cuGraphLaunch", "cuStreamSynchronize"):
            setattr(sys.modules["cuda.bindings.driver"], call, lambda *_: (Result.CUDA_SUCCESS,))
        best = 1.0
        for _ in range(5):
            begun = time.perf_counter()
            for _ in range(200):
                device.enter()
                stream.upload(address, array)
                graph.launch()
                stream.wait()
            best = min(best, (time.perf_counter() - begun) / 200)
        assert best < 100e-6


# ---- the fake bites


def test_fake_refuses_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeCuda(monkeypatch)
    device = CudaDevice()
    stream, address, array = device.stream(), device.allocate(4), device.pinned((8,), np.uint8)
    with pytest.raises(EngineError, match="invalid argument"):
        stream.upload(address, array)  # twice as long as what was allocated
    with pytest.raises(EngineError, match="invalid argument"):
        stream.upload(address, np.zeros(4, np.uint8))  # not page-locked
    device.free(address)
    with pytest.raises(EngineError, match="invalid argument"):
        stream.download(array[:4], address)
    assert [words.partition(" at ")[0] for words in fake.misuses] == ["8 bytes", "4 bytes", "4 bytes"]
    device.close()
    assert not fake.left()
