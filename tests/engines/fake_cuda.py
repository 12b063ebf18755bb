"""A driver and its GPUs with neither: device memory at invented addresses, and streams whose work waits until somebody waits for it.

`FakeCuda(monkeypatch)` puts a `cuda.bindings.driver` in front of it, `FakeCuda(monkeypatch, binding="pycuda")` a `pycuda.driver`. Wrong
use gets the code that the real driver gives, and is kept in `misuses`. A fake of whatever else runs on the GPU looks at memory with
`array` and queues its kernels with `enqueue`, which a capture records as it does copies:

    fake = FakeCuda(monkeypatch)
    fake.enqueue(stream.handle, lambda: np.copyto(fake.array(output, (4,), np.float32), 2 * fake.array(source, (4,), np.float32)))
"""

import threading
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.engines.fake_cuda_bindings import install_bindings
from tests.engines.fake_cuda_codes import FakeGpu, FakeStream, RefusedError, Result, Work

__all__ = ["FakeCuda", "FakeGpu"]


class FakeCuda:
    """One machine's driver; set `version` (CUDA's, None: no driver), `gpus`, `trouble` (what cuInit answers) or `lost` at any time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, version: int | None = 13000, *, binding: str = "cuda-python") -> None:
        self.version = version
        self.number = "580.95.05"  # the driver's own
        self.gpus = [FakeGpu()]
        self.trouble: Result | None = None
        self.lost = False
        self.misuses: list[str] = []
        self.calls: Counter[str] = Counter()
        """How often each call of the face was made, such as `cuGraphLaunch`."""
        self.streams: dict[int, FakeStream] = {}
        self.graphs: dict[int, list[Work]] = {}
        self.retained: Counter[int] = Counter()
        self._memory: dict[int, npt.NDArray[np.uint8]] = {}
        self._pinned: dict[int, npt.NDArray[np.uint8]] = {}
        self._freed: list[npt.NDArray[np.uint8]] = []  # host memory that a careless reader may still look at
        self._next = 0x7_0000_0000
        self._ready = False
        self.current = threading.local()
        """`number` of the GPU whose context is current on a thread."""
        self.stacks: dict[int, list[Any]] = {}
        """Contexts that pycuda keeps by thread: one left there when its thread ends aborts the program."""
        install_bindings(self, monkeypatch, binding)

    # ---- for tests and for other fakes on the same GPU

    def array(self, address: int, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Device memory as an array, not a copy; fails on what is not allocated. To be asked for when the work is done, not before."""
        kind = np.dtype(dtype)
        return self._bytes(address, int(np.prod(shape, dtype=np.int64)) * kind.itemsize).view(kind).reshape(shape)

    def enqueue(self, stream: int, work: Work) -> None:
        """Let the stream with this handle do work once its turn comes; while the stream is captured, only at each launch."""
        self.require_context()
        found = self._stream(stream)
        if found.captured is None:
            found.waiting.append(work)
        else:
            found.captured.append(work)

    def left(self) -> dict[str, int]:
        """How much of everything has not been given back."""
        alive = {thread.ident for thread in threading.enumerate()}  # they may still leave what was closed by another thread
        pushed = sum(each.valid or ident not in alive for ident, stack in self.stacks.items() for each in stack)
        counts = self._held() | {"contexts": self.retained.total(), "pushed": pushed}
        return {name: count for name, count in counts.items() if count}

    def allocated(self) -> int:
        """Bytes of device memory in use."""
        return sum(block.size for block in self._memory.values())

    # ---- the driver, behind every face

    def refuse(self, code: Result, misuse: str = "") -> RefusedError:
        """The no to be raised; `misuse` is kept."""
        if misuse:
            self.misuses.append(misuse)
        return RefusedError(code)

    def begin(self) -> None:
        """What cuInit does."""
        if self.trouble is not None:
            raise RefusedError(self.trouble)
        if not self.gpus:
            raise RefusedError(Result.CUDA_ERROR_NO_DEVICE)
        self._ready = True

    def gpu(self, number: int) -> FakeGpu:
        if not self._ready:
            raise self.refuse(Result.CUDA_ERROR_NOT_INITIALIZED, "cuInit was not called")
        if not 0 <= number < len(self.gpus):
            raise RefusedError(Result.CUDA_ERROR_INVALID_DEVICE)
        return self.gpus[number]

    def attribute(self, number: int, name: str) -> int:
        gpu = self.gpu(number)
        values = {
            "COMPUTE_CAPABILITY_MAJOR": gpu.capability[0],
            "COMPUTE_CAPABILITY_MINOR": gpu.capability[1],
            "MULTIPROCESSOR_COUNT": gpu.multiprocessors,
            "CLOCK_RATE": gpu.clock,
            "MEMORY_CLOCK_RATE": gpu.memory_clock,
            "GLOBAL_MEMORY_BUS_WIDTH": gpu.memory_bus,
        }
        return values[name]

    def require_context(self, unsafe: bool = False) -> int:
        """The GPU whose context is current here. unsafe: a call that a capture on this thread forbids, and that spoils it."""
        number: int | None = getattr(self.current, "number", None)
        if number is None or not self.retained[number]:
            raise self.refuse(Result.CUDA_ERROR_INVALID_CONTEXT, f"no context is current on {threading.current_thread().name}")
        if self.lost:
            raise RefusedError(Result.CUDA_ERROR_LAUNCH_FAILED)
        for stream in self.streams.values():
            if unsafe and stream.captured is not None and stream.capturer in (0, threading.get_ident()):
                stream.spoilt = True
                raise self.refuse(Result.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "memory was allocated or freed during a capture")
        return number

    def retain(self, number: int) -> None:
        self.gpu(number)
        self.retained[number] += 1

    def release(self, number: int) -> None:
        if not self.retained[number]:
            raise self.refuse(Result.CUDA_ERROR_INVALID_CONTEXT, "a context was released more often than retained")
        self.retained[number] -= 1
        if not self.retained.total() and any(self._held().values()):
            self.misuses.append(f"the context was released with {self.left()} in it")

    def allocate(self, size: int) -> int:
        gpu = self.gpus[self.require_context(unsafe=True)]
        if size <= 0:
            raise self.refuse(Result.CUDA_ERROR_INVALID_VALUE, "an empty allocation")
        if self.allocated() + size > gpu.memory:
            raise RefusedError(Result.CUDA_ERROR_OUT_OF_MEMORY)
        address, self._next = self._next, self._next + (size // 512 + 2) * 512  # a gap behind each, where nothing lies
        self._memory[address] = np.full(size, 0xA5, np.uint8)  # memory is given uncleared
        return address

    def free(self, address: int) -> None:
        self.require_context(unsafe=True)
        if self._memory.pop(address, None) is None:
            raise self.refuse(Result.CUDA_ERROR_INVALID_VALUE, f"{address:#x} was freed and is no allocation")

    def pin(self, size: int) -> int:
        self.require_context(unsafe=True)
        block = np.full(size, 0xA5, np.uint8)
        self._pinned[block.ctypes.data] = block
        return block.ctypes.data

    def unpin(self, address: int) -> None:
        self.require_context(unsafe=True)
        if (block := self._pinned.pop(address, None)) is None:
            raise self.refuse(Result.CUDA_ERROR_INVALID_VALUE, f"{address:#x} was freed and is no page-locked memory")
        block[:] = 0xDB
        self._freed.append(block)

    def copy(self, stream: int, target: int, source: int, size: int, *, to_host: bool) -> None:
        """Queue a copy between pinned and device memory."""
        find = (self._host, self._bytes) if to_host else (self._bytes, self._host)
        for check, address in zip(find, (target, source), strict=True):
            check(address, size)
        self.enqueue(stream, lambda: np.copyto(find[0](target, size), find[1](source, size)))

    def create_stream(self) -> int:
        self.require_context()
        handle, self._next = self._next, self._next + 512
        self.streams[handle] = FakeStream()
        return handle

    def destroy_stream(self, handle: int) -> None:
        self.require_context()
        self._stream(handle)
        del self.streams[handle]

    def synchronize(self, handle: int) -> None:
        """Do what waits."""
        self.require_context()
        stream = self._stream(handle)
        if stream.captured is not None:
            stream.spoilt = True
            raise self.refuse(Result.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "a stream was waited for during its capture")
        while stream.waiting:
            stream.waiting.popleft()()

    def begin_capture(self, handle: int, thread_local: bool) -> None:
        self.require_context()
        stream = self._stream(handle)
        stream.captured, stream.capturer, stream.spoilt = [], threading.get_ident() if thread_local else 0, False

    def end_capture(self, handle: int) -> int:
        stream = self._stream(handle)
        if stream.captured is None:
            raise self.refuse(Result.CUDA_ERROR_INVALID_VALUE, "no capture was begun")
        if stream.capturer not in (0, threading.get_ident()):
            raise self.refuse(Result.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD)
        captured, stream.captured = stream.captured, None
        if stream.spoilt:
            raise RefusedError(Result.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED)
        return self.add_graph(captured)

    def add_graph(self, work: list[Work]) -> int:
        handle, self._next = self._next, self._next + 512
        self.graphs[handle] = work
        return handle

    def graph(self, handle: int) -> list[Work]:
        if handle not in self.graphs:
            raise self.refuse(Result.CUDA_ERROR_INVALID_VALUE, "a graph was used that there is not")
        return self.graphs[handle]

    def destroy_graph(self, handle: int) -> None:
        self.graph(handle)
        del self.graphs[handle]

    def launch(self, handle: int, stream: int) -> None:
        for work in self.graph(handle):
            self.enqueue(stream, work)

    def memory(self) -> tuple[int, int]:
        """Free and total bytes."""
        total = self.gpus[self.require_context()].memory
        return total - self.allocated(), total

    def _held(self) -> dict[str, int]:
        return {"memory": len(self._memory), "pinned": len(self._pinned), "streams": len(self.streams), "graphs": len(self.graphs)}

    def _stream(self, handle: int) -> FakeStream:
        if handle not in self.streams:
            raise self.refuse(Result.CUDA_ERROR_INVALID_HANDLE, "a stream was used that there is not")
        return self.streams[handle]

    def _bytes(self, address: int, size: int) -> npt.NDArray[np.uint8]:
        return self._within(self._memory, address, size, "device")

    def _host(self, address: int, size: int) -> npt.NDArray[np.uint8]:
        return self._within(self._pinned, address, size, "page-locked")

    def _within(self, blocks: dict[int, npt.NDArray[np.uint8]], address: int, size: int, kind: str) -> npt.NDArray[np.uint8]:
        for start, block in blocks.items():
            if start <= address and address + size <= start + block.size:
                return block[address - start : address - start + size]
        raise self.refuse(Result.CUDA_ERROR_INVALID_VALUE, f"{size} bytes at {address:#x} are not within {kind} memory")
