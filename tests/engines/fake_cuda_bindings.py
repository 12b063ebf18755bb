"""What stands before the fake driver: `cuda.bindings.driver` as of 13.4.4, or else `pycuda.driver`."""

import sys
from collections.abc import Callable
from enum import IntEnum
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from engines import cuda
from tests.engines.fake_cuda_codes import WORDS, Names, RefusedError, Result
from tests.engines.fake_pycuda import NoLibrary, make_pycuda

if TYPE_CHECKING:
    from tests.engines.fake_cuda import FakeCuda


class Handle:
    """A `CUcontext`, `CUstream` and so on: opaque, but for its number."""

    def __init__(self, number: int) -> None:
        self._number = int(number)

    def __int__(self) -> int:
        return self._number


class StreamFlags(IntEnum):
    """How a stream stands to the default one."""

    CU_STREAM_DEFAULT = 0
    CU_STREAM_NON_BLOCKING = 1


class DynamicLibNotFoundError(RuntimeError):
    """What every call of cuda-python raises where there is no driver library."""


def install_bindings(fake: "FakeCuda", monkeypatch: pytest.MonkeyPatch, binding: str) -> None:
    """Let `binding` ("cuda-python", "pycuda" or "") be what is installed."""
    monkeypatch.setattr(cuda, "driver_number", lambda: fake.number)
    for name in ("cuda", "cuda.bindings", "cuda.bindings.driver", "pycuda", "pycuda.driver"):
        monkeypatch.setitem(sys.modules, name, None)
    if binding == "cuda-python":
        package, bindings, driver = ModuleType("cuda"), ModuleType("cuda.bindings"), _cuda_python(fake)
        package.bindings, bindings.driver, bindings.__version__ = bindings, driver, "13.4.4"  # type: ignore[attr-defined]
        for module in (package, bindings, driver):
            monkeypatch.setitem(sys.modules, module.__name__, module)
    elif binding == "pycuda":
        package = ModuleType("pycuda")
        package.VERSION_TEXT, package.__path__ = "2026.1", []  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "pycuda", package)
        if fake.version is None:
            monkeypatch.delitem(sys.modules, "pycuda.driver")
            monkeypatch.setattr(sys, "meta_path", [NoLibrary(), *sys.meta_path])
        else:
            package.driver = driver = make_pycuda(fake)  # type: ignore[attr-defined]
            monkeypatch.setitem(sys.modules, "pycuda.driver", driver)


def _cuda_python(fake: "FakeCuda") -> ModuleType:
    """The functions give a code and then their values; what the library lacks they raise."""

    def retain(number: int) -> Handle:
        fake.retain(number)
        return Handle(1 + number)

    def set_current(context: Handle) -> None:
        fake.current.number = int(context) - 1 if int(context) else None

    calls: dict[str, Callable[..., Any]] = {
        "cuInit": lambda flags: fake.begin(),
        "cuDriverGetVersion": lambda: fake.version,
        "cuDeviceGetCount": lambda: len(fake.gpus),
        "cuDeviceGet": lambda number: Handle(number) if fake.gpu(number) else None,
        "cuDeviceGetName": lambda length, gpu: fake.gpu(int(gpu)).name.encode().ljust(length, b"\0"),
        "cuDeviceTotalMem": lambda gpu: fake.gpu(int(gpu)).memory,
        "cuDeviceGetAttribute": lambda name, gpu: fake.attribute(int(gpu), name),
        "cuDevicePrimaryCtxRetain": lambda gpu: retain(int(gpu)),
        "cuDevicePrimaryCtxRelease": lambda gpu: fake.release(int(gpu)),
        "cuCtxSetCurrent": set_current,
        "cuMemAlloc": lambda size: Handle(fake.allocate(size)),
        "cuMemFree": lambda address: fake.free(int(address)),
        "cuMemHostAlloc": lambda size, flags: fake.pin(size),
        "cuMemFreeHost": lambda address: fake.unpin(int(address)),
        "cuMemGetInfo": fake.memory,
        "cuMemcpyHtoDAsync": lambda target, source, size, stream: fake.copy(int(stream), int(target), source, size, to_host=False),
        "cuMemcpyDtoHAsync": lambda target, source, size, stream: fake.copy(int(stream), target, int(source), size, to_host=True),
        "cuStreamCreate": lambda flags: Handle(fake.create_stream()),
        "cuStreamDestroy": lambda stream: fake.destroy_stream(int(stream)),
        "cuStreamSynchronize": lambda stream: fake.synchronize(int(stream)),
        "cuStreamBeginCapture": lambda stream, mode: fake.begin_capture(int(stream), mode == "THREAD_LOCAL"),
        "cuStreamEndCapture": lambda stream: Handle(fake.end_capture(int(stream))),
        "cuGraphInstantiate": lambda graph, flags: Handle(fake.add_graph(fake.graph(int(graph)))),
        "cuGraphDestroy": lambda graph: fake.destroy_graph(int(graph)),
        "cuGraphExecDestroy": lambda graph: fake.destroy_graph(int(graph)),
        "cuGraphLaunch": lambda graph, stream: fake.launch(int(graph), int(stream)),
        "cuGetErrorString": lambda code: WORDS[code].encode(),
    }

    def face(name: str, call: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
        def made(*arguments: Any) -> tuple[Any, ...]:
            fake.calls[name] += 1
            if fake.version is None:
                raise DynamicLibNotFoundError('"cuda" is an NVIDIA driver library and can only be found via system search.')
            try:
                value = call(*arguments)
            except RefusedError as refusal:
                return (refusal.code, None)
            if value is None:
                return (Result.CUDA_SUCCESS,)
            return (Result.CUDA_SUCCESS, *(value if isinstance(value, tuple) else (value,)))

        return made

    driver = ModuleType("cuda.bindings.driver")
    for name, call in calls.items():
        setattr(driver, name, face(name, call))
    classes: dict[str, object] = {
        "CUresult": Result,
        "CUcontext": Handle,
        "CUdevice_attribute": Names("CU_DEVICE_ATTRIBUTE_"),
        "CUstream_flags": StreamFlags,
        "CUstreamCaptureMode": Names("CU_STREAM_CAPTURE_MODE_"),
    }
    for name, member in classes.items():
        setattr(driver, name, member)
    return driver
