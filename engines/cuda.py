"""NVIDIA's driver: which GPUs there are, memory on them, page-locked memory here, streams and graphs.

The only file that knows the driver API. It is reached by `cuda-python` where that is installed, else by `pycuda`, behind the same few
calls. pycuda never makes a context of its own (`pycuda.autoinit`): both hold the primary context, which TensorRT and ONNX Runtime use too.
"""

import atexit
import ctypes
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from engines.nvidia.driver_trouble import RefusedError, no_binding, no_driver, no_gpu, old_driver, refused
from engines.nvidia.graphics_cards import driver_number
from puppet.errors import EngineError

_visits = threading.local()


class Gpu(NamedTuple):
    """One GPU by the driver's account: memory in bytes, clocks in Hz at their highest, the memory's bus in bits."""

    number: int
    name: str
    capability: tuple[int, int]
    memory: int
    multiprocessors: int
    clock: float
    memory_clock: float
    memory_bus: int

    @property
    def chip(self) -> str:
        """What it is built for, such as sm_86. TensorRT wants sm_75 or later."""
        return f"sm_{self.capability[0]}{self.capability[1]}"


def binding() -> str:
    """What the driver is reached by, and its version. Raises `EngineError` when nothing is installed for it."""
    return _load().title


def driver_version() -> str:
    """The latest CUDA version that the driver serves, such as 13.0. Raises `EngineError`: no binding, no driver."""
    return _dotted(_load().version())


def driver_identity() -> str:
    """What tells one driver from another: its CUDA version and, where it can be told, its own number, such as 13.0 (580.95.05).

    Raises `EngineError` as `driver_version` does.
    """
    number = driver_number()
    return f"{driver_version()} ({number})" if number else driver_version()


def gpus() -> tuple[Gpu, ...]:
    """Every GPU that CUDA can use here. Raises `EngineError`: no binding, no driver, one too old, no GPU."""
    return _started(_load())


class Stream:
    """Work on a GPU in order, made by `CudaDevice.stream`; its context must be current. Used on one thread at a time."""

    def __init__(self, driver: "_Driver", keep: "Callable[[CudaGraph], None]") -> None:
        self._driver = driver
        self._native: Any = driver.create_stream()
        self._keep = keep
        self.handle = driver.handle(self._native)
        """The CUstream as a number, for what else takes one."""

    def upload(self, address: int, array: npt.NDArray[Any]) -> None:
        """Queue a copy of a page-locked array to the device; the array may not change before `wait`."""
        self._driver.upload(address, _contiguous(array), self._native)

    def download(self, array: npt.NDArray[Any], address: int) -> None:
        """Queue a copy from the device to a page-locked array, which holds it after `wait`."""
        self._driver.download(_contiguous(array), address, self._native)

    def wait(self) -> None:
        """Wait until everything queued is done. Raises `EngineError` when some of it failed, or the GPU is lost."""
        self._driver.wait(self._native)

    def capture(self, work: Callable[[], None]) -> "CudaGraph | None":
        """Record what `work` queues on this stream, without doing it, as a graph that one call launches.

        `work` may neither wait nor allocate. None through pycuda, which offers no capture (as of 2026.1): queue the work each time
        instead. Raises `EngineError` when something in it can't be captured; the stream goes on all the same.
        """
        if not isinstance(self._driver, _CudaPython):
            return None
        graph = CudaGraph(self._driver, self._driver.capture(self._native, work), self._native)
        self._keep(graph)
        return graph

    def _close(self) -> None:
        native, self._native = self._native, None
        with suppress(EngineError):
            self._driver.wait(native)
        with suppress(EngineError):
            self._driver.destroy_stream(native)


class CudaGraph:
    """What was queued once, to be launched again at the cost of a single call; on the stream it was captured on."""

    def __init__(self, driver: "_CudaPython", native: Any, stream: Any) -> None:
        self._driver = driver
        self._native = native
        self._stream = stream

    @property
    def closed(self) -> bool:
        """Whether it was freed."""
        return self._native is None

    def launch(self) -> None:
        """Queue everything captured, with what lies at the same addresses now."""
        if self._native is None:
            raise EngineError("A graph of the GPU was launched after it was closed.", "Capture it again.")
        self._driver.launch(self._native, self._stream)

    def close(self) -> None:
        """Free it; may be called twice. Its device closes those left."""
        native, self._native = self._native, None
        if native is not None:
            with suppress(EngineError):
                self._driver.destroy_graph(native)


class CudaDevice:
    """One GPU's primary context and all that is allocated in it; made, used and closed on any thread, but by one at a time.

    A GPU that was lost takes its memory with it, so `close` says nothing of what can't be freed.
    """

    def __init__(self, number: int = 0) -> None:
        """Raises `EngineError`: see `gpus`; no such number; no memory left for a context."""
        self._driver = _load()
        found = _started(self._driver)
        if not 0 <= number < len(found):
            listed = ", ".join(f"{gpu.number} ({gpu.name})" for gpu in found)
            raise EngineError(f"CUDA finds no GPU {number} here, only {listed}.", "Choose one of those: --device CUDA:0")
        self.gpu = found[number]
        self._memory: dict[int, Any] = {}
        self._pinned: list[Any] = []
        self._streams: list[Stream] = []
        self._graphs: list[CudaGraph] = []
        self._driver.retain(number)
        self._open = True
        try:
            self.enter()
        except EngineError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def enter(self) -> None:
        """Make the context current on the calling thread, where it stays; cheap enough for every call.

        Every method below does it too; those of streams and graphs don't.
        """
        if not self._open:
            raise EngineError(f"{self.gpu.name} was used after it was closed.", "Open it again.")
        self._driver.enter()

    def allocate(self, size: int) -> int:
        """The address of `size` uncleared bytes on the device. Raises `EngineError` when there are not as many left."""
        self.enter()
        address, held = self._driver.allocate(size)
        self._memory[address] = held
        return address

    def free(self, address: int) -> None:
        """Free what `allocate` gave. Raises `EngineError` for anything else."""
        self.enter()
        if address not in self._memory:
            raise EngineError(f"{address:#x} is no memory allocated on {self.gpu.name}.", "Free what was allocated, and once.")
        self._driver.free(self._memory.pop(address))

    def pinned(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """An uncleared page-locked array of the host: the only kind that streams copy. Not to be looked at after `close`."""
        self.enter()
        array, held = self._driver.pin(shape, np.dtype(dtype))
        self._pinned.append(held)
        return array

    def stream(self) -> Stream:
        """A new stream, closed with the device."""
        self.enter()
        self._streams.append(Stream(self._driver, self._keep))
        return self._streams[-1]

    def wait(self) -> None:
        """Wait until everything queued on its streams is done. Raises `EngineError` when some of it failed, or the GPU is lost."""
        self.enter()
        for stream in self._streams:
            stream.wait()

    def memory(self) -> tuple[int, int]:
        """Bytes on the device: free for all programs, and in total."""
        self.enter()
        return self._driver.memory()

    def close(self) -> None:
        """Wait for the streams, free everything and let the context go; may be called twice."""
        if not self._open:
            return
        with suppress(EngineError):
            self.enter()
        for stream in self._streams:
            stream._close()
        for graph in self._graphs:
            graph.close()
        for held in self._memory.values():
            with suppress(EngineError):
                self._driver.free(held)
        for held in self._pinned:
            with suppress(EngineError):
                self._driver.unpin(held)
        self._graphs, self._streams, self._memory, self._pinned = [], [], {}, []
        self._open = False
        with suppress(EngineError):
            self._driver.release()

    def _keep(self, graph: CudaGraph) -> None:
        self._graphs = [*(each for each in self._graphs if not each.closed), graph]


class _CudaPython:
    """The driver through cuda-python 12.8 or later, whose functions give a code and then their values."""

    def __init__(self, api: Any, version: str) -> None:
        self._api = api
        self.title = f"cuda-python {version}"
        self.cuda = int(version.split(".", maxsplit=1)[0])
        """The CUDA version, without its minor one, that it is made for."""
        self._thread_local = api.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL  # other threads may allocate meanwhile

    def _ask(self, call: str, *arguments: Any) -> Any:
        try:
            code, *values = getattr(self._api, call)(*arguments)
        except RuntimeError as error:  # what cuda-python raises, instead of giving a code, where the library lacks the call or is missing
            raise (old_driver("", self.title, self.cuda) if "function" in str(error).lower() else no_driver()) from error
        if code != 0:
            raise refused(call, self._api.cuGetErrorString(code)[1].decode())
        return values[0] if len(values) == 1 else values

    def version(self) -> int:
        return int(self._ask("cuDriverGetVersion"))

    def start(self) -> int:
        self._ask("cuInit", 0)
        return int(self._ask("cuDeviceGetCount"))

    def gpu(self, number: int) -> Gpu:
        def ask(name: str) -> int:
            return int(self._ask("cuDeviceGetAttribute", getattr(self._api.CUdevice_attribute, f"CU_DEVICE_ATTRIBUTE_{name}"), device))

        device = self._ask("cuDeviceGet", number)
        name = self._ask("cuDeviceGetName", 256, device).split(b"\0")[0].decode()
        return _described(number, name, int(self._ask("cuDeviceTotalMem", device)), ask)

    def retain(self, number: int) -> None:
        self._device = self._ask("cuDeviceGet", number)
        self._context = self._ask("cuDevicePrimaryCtxRetain", self._device)

    def enter(self) -> None:
        self._ask("cuCtxSetCurrent", self._context)

    def release(self) -> None:
        with suppress(EngineError):
            self._ask("cuCtxSetCurrent", self._api.CUcontext(0))  # so that nothing on this thread uses one that may be gone
        self._ask("cuDevicePrimaryCtxRelease", self._device)

    def allocate(self, size: int) -> tuple[int, Any]:
        address = self._ask("cuMemAlloc", size)
        return int(address), address

    def free(self, held: Any) -> None:
        self._ask("cuMemFree", held)

    def pin(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[npt.NDArray[Any], Any]:
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        address = int(self._ask("cuMemHostAlloc", size, 0))
        return np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(address)).view(dtype).reshape(shape), address

    def unpin(self, held: Any) -> None:
        self._ask("cuMemFreeHost", held)

    def memory(self) -> tuple[int, int]:
        free, total = self._ask("cuMemGetInfo")
        return int(free), int(total)

    def create_stream(self) -> Any:
        return self._ask("cuStreamCreate", int(self._api.CUstream_flags.CU_STREAM_NON_BLOCKING))

    def handle(self, stream: Any) -> int:
        return int(stream)

    def destroy_stream(self, stream: Any) -> None:
        self._ask("cuStreamDestroy", stream)

    def upload(self, address: int, array: npt.NDArray[Any], stream: Any) -> None:
        self._ask("cuMemcpyHtoDAsync", address, array.ctypes.data, array.nbytes, stream)

    def download(self, array: npt.NDArray[Any], address: int, stream: Any) -> None:
        self._ask("cuMemcpyDtoHAsync", array.ctypes.data, address, array.nbytes, stream)

    def wait(self, stream: Any) -> None:
        self._ask("cuStreamSynchronize", stream)

    def capture(self, stream: Any, work: Callable[[], None]) -> Any:
        self._ask("cuStreamBeginCapture", stream, self._thread_local)
        try:
            work()
        except BaseException:
            with suppress(EngineError):  # what was refused spoilt the capture; what `work` raised says more
                self._ask("cuGraphDestroy", self._ask("cuStreamEndCapture", stream))
            raise
        graph = self._ask("cuStreamEndCapture", stream)
        try:
            return self._ask("cuGraphInstantiate", graph, 0)
        finally:
            self._ask("cuGraphDestroy", graph)

    def launch(self, graph: Any, stream: Any) -> None:
        self._ask("cuGraphLaunch", graph, stream)

    def destroy_graph(self, graph: Any) -> None:
        self._ask("cuGraphExecDestroy", graph)


class _PyCuda:
    """The driver through pycuda, whose objects free themselves with their last reference, in the context that was current.

    pycuda keeps a stack of contexts for each thread, and aborts the program when a thread ends with something on it.
    """

    def __init__(self, api: Any, version: str) -> None:
        self._api = api
        self.title = f"pycuda {version}"
        self.cuda = int(api.get_version()[0])

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except self._api.Error as error:
            call, _, words = str(error).partition(" failed: ")
            raise refused(call, words) from error

    def version(self) -> int:
        return int(self._ask(self._api.get_driver_version))

    def start(self) -> int:
        self._ask(self._api.init)
        return int(self._ask(self._api.Device.count))

    def gpu(self, number: int) -> Gpu:
        device = self._ask(self._api.Device, number)
        name, memory = str(self._ask(device.name)), int(self._ask(device.total_memory))
        return _described(number, name, memory, lambda name: self._ask(device.get_attribute, getattr(self._api.device_attribute, name)))

    def retain(self, number: int) -> None:
        atexit.register(setattr, _visits, "held", None)  # by then the main thread's stack must be empty too
        self._context = self._ask(self._ask(self._api.Device, number).retain_primary_context)

    def enter(self) -> None:
        _visits.held = None  # pops what the last visit pushed: the stack stays one deep
        self._ask(self._context.push)
        _visits.held = _Visit(self._api, self._context)

    def release(self) -> None:
        self._ask(self._context.detach)

    def allocate(self, size: int) -> tuple[int, Any]:
        held = self._ask(self._api.mem_alloc, size)
        return int(held), held

    def free(self, held: Any) -> None:
        self._ask(held.free)

    def pin(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[npt.NDArray[Any], Any]:
        array: npt.NDArray[Any] = self._ask(self._api.pagelocked_empty, shape, dtype)
        return array, array.base

    def unpin(self, held: Any) -> None:
        self._ask(held.free)

    def memory(self) -> tuple[int, int]:
        free, total = self._ask(self._api.mem_get_info)
        return int(free), int(total)

    def create_stream(self) -> Any:
        return self._ask(self._api.Stream, 1)  # CU_STREAM_NON_BLOCKING

    def handle(self, stream: Any) -> int:
        return int(stream.handle)

    def destroy_stream(self, stream: Any) -> None:
        pass  # goes with its last reference, which is the caller's

    def upload(self, address: int, array: npt.NDArray[Any], stream: Any) -> None:
        self._ask(self._api.memcpy_htod_async, address, array, stream)

    def download(self, array: npt.NDArray[Any], address: int, stream: Any) -> None:
        self._ask(self._api.memcpy_dtoh_async, array, address, stream)

    def wait(self, stream: Any) -> None:
        self._ask(stream.synchronize)


class _Visit:
    """A context that pycuda has on this thread's stack; gone with the thread, or with the next visit."""

    def __init__(self, api: Any, context: Any) -> None:
        self._api = api
        self._context = context

    def __del__(self) -> None:
        current = self._api.Context.get_current()
        if current is not None and current == self._context:
            self._api.Context.pop()


_Driver = _CudaPython | _PyCuda


def _load() -> _Driver:
    """What is installed to reach the driver by, not yet used."""
    try:
        import cuda.bindings  # noqa: PLC0415 (heavy: imported here alone, at first use)
        from cuda.bindings import driver  # noqa: PLC0415

        return _CudaPython(driver, cuda.bindings.__version__)
    except ModuleNotFoundError:
        pass
    except ImportError as error:
        raise EngineError(f"cuda-python can't be imported: {error}.", "Install it again: pip install -e '.[rtx]'") from error
    try:
        import pycuda.driver  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

        return _PyCuda(pycuda.driver, pycuda.VERSION_TEXT)
    except ModuleNotFoundError as error:
        raise no_binding() from error
    except ImportError as error:  # it is linked to the driver's library
        if "libcuda" in str(error) or "DLL load failed" in str(error):
            raise no_driver() from error
        raise EngineError(f"pycuda can't be imported: {error}.", "Build it anew for this driver, or: pip install -e '.[rtx]'") from error


def _started(driver: _Driver) -> tuple[Gpu, ...]:
    """Every GPU, once the driver was found new enough and started."""
    version = driver.version()
    if version < driver.cuda * 1000:
        raise old_driver(_dotted(version), driver.title, driver.cuda)
    try:
        count = driver.start()
    except RefusedError as error:
        if error.no_gpu:
            raise no_gpu() from error
        raise
    if not count:
        raise no_gpu()
    return tuple(driver.gpu(number) for number in range(count))


def _described(number: int, name: str, memory: int, ask: Callable[[str], int]) -> Gpu:
    """A GPU by its attributes, whose names both bindings share but for a prefix; clocks come in kHz."""
    capability = (ask("COMPUTE_CAPABILITY_MAJOR"), ask("COMPUTE_CAPABILITY_MINOR"))
    clocks = (ask("CLOCK_RATE") * 1000.0, ask("MEMORY_CLOCK_RATE") * 1000.0)
    return Gpu(number, name, capability, memory, ask("MULTIPROCESSOR_COUNT"), *clocks, ask("GLOBAL_MEMORY_BUS_WIDTH"))


def _dotted(version: int) -> str:
    """13000 is CUDA 13.0."""
    return f"{version // 1000}.{version % 1000 // 10}"


def _contiguous(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if not array.flags.c_contiguous:
        raise EngineError(f"An array {array.shape} with gaps can't be copied to or from a GPU in one go.", "Give it whole and in C order.")
    return array
