"""Both TensorRTs without NVIDIA's libraries: engines that hold their ONNX graph, and run it on the fake GPU with ONNX Runtime's CPU.

`FakeTensorRt(monkeypatch, cuda)` installs a module `tensorrt_rtx` (or `tensorrt`) with what Puppet calls of it. Nothing is computed
before the fake GPU's stream is waited for, so a forgotten wait or a result read too early shows. Wrong use is kept in `cuda.misuses`,
where that of the driver lies too. What is freed is listed in `freed`, in order.
"""

import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest

from engines.building import tensorrt_package
from engines.providers.session_ports import DTYPES
from tests.engines.fake_cuda import FakeCuda
from tests.engines.fake_tensorrt_building import HEADER, FakeBuilder, FakeSettings
from tests.engines.fake_tensorrt_names import (
    BuilderFlag,
    Capability,
    CreationFlag,
    Diagnostics,
    GraphStrategy,
    ILogger,
    IProgressMonitor,
    Mode,
    Severity,
    Strategy,
    Validity,
)

KERNELS = b"kernels of "


class FakeTensorRt:
    """One installed package. Set what it should do wrong at any time; `module` is what is imported."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cuda: FakeCuda, name: str = "tensorrt_rtx", version: str = "1.7.1.116") -> None:
        self.cuda = cuda
        self.name = name
        self.version = version
        self.capturable = True
        self.memory = 4096
        """Bytes that a context wants to be given."""
        self.flaw: Diagnostics | None = None
        """What an RTX runtime finds wrong with every engine."""
        self.trouble = ""
        """What the next step that can fail says, and then fails."""
        self.freed: list[str] = []
        self.runs = 0
        self.built: list[FakeSettings] = []
        """The settings of each build."""
        self.loaded_kernels: list[bytes] = []
        self.loaded_timings: list[bytes] = []
        self.logger: Any = None
        self.module = self._module()
        monkeypatch.setitem(sys.modules, name, self.module)

        def installed(package: str) -> str:
            if package not in (name, f"{name}_cu13"):
                raise PackageNotFoundError(package)
            return self.version

        monkeypatch.setattr(tensorrt_package, "installed_version", installed)

    @property
    def is_rtx(self) -> bool:
        return self.name == "tensorrt_rtx"

    def fails(self) -> bool:
        """Whether this step fails; its words go to the logger."""
        if not self.trouble:
            return False
        self.logger.log(Severity.ERROR, self.trouble)
        self.trouble = ""
        return True

    def start(self, logger: Any, kind: Callable[["FakeTensorRt"], Any]) -> Any:
        """A builder or a runtime; the logger hears what fails from now on."""
        self.logger = logger
        return kind(self)

    def note_freed(self, what: str) -> None:
        self.freed.append(what)
        if any(stream.waiting for stream in self.cuda.streams.values()):
            self.cuda.misuses.append(f"a {what} was freed while the GPU was at work")
        if not self.cuda.retained.total():
            self.cuda.misuses.append(f"a {what} was freed after the GPU's context")

    def _module(self) -> ModuleType:
        module = ModuleType(self.name)
        parts: dict[str, Any] = {
            "ILogger": ILogger,
            "IProgressMonitor": IProgressMonitor,
            "TensorIOMode": Mode,
            "ExecutionContextAllocationStrategy": Strategy,
            "BuilderFlag": BuilderFlag,
            "NetworkDefinitionCreationFlag": CreationFlag,
            "nptype": lambda kind: kind,
            "Runtime": lambda logger: self.start(logger, FakeRtxRuntime if self.is_rtx else FakeRuntime),
            "Builder": lambda logger: self.start(logger, FakeBuilder),
            "OnnxParser": lambda network, logger: SimpleNamespace(num_errors=0, parse=network.read),
        }
        if self.is_rtx:
            parts |= {
                "CudaGraphStrategy": GraphStrategy,
                "EngineValidity": Validity,
                "EngineInvalidityDiagnostics": Diagnostics,
                "ComputeCapability": Capability,
            }
        for name, part in parts.items():
            setattr(module, name, part)
        return module


class FakeRuntime:
    """Loads engines."""

    def __init__(self, trt: FakeTensorRt) -> None:
        self._trt = trt

    def deserialize_cuda_engine(self, plan: bytes) -> "FakeEngine | None":
        self._trt.cuda.require_context()
        return None if self._trt.fails() else FakeEngine(self._trt, plan.removeprefix(HEADER))

    def __del__(self) -> None:
        self._trt.note_freed("runtime")


class FakeRtxRuntime(FakeRuntime):
    """Knows what is wrong with an engine without loading it."""

    def get_engine_validity(self, plan: bytes) -> tuple[Validity, int]:
        flaw = self._trt.flaw
        if flaw is None and not plan.startswith(HEADER):
            flaw = Diagnostics.MALFORMED_ENGINE
        return (Validity.VALID, 0) if flaw is None else (Validity.INVALID, int(flaw))


class FakeEngine:
    """A graph loaded by ONNX Runtime."""

    def __init__(self, trt: FakeTensorRt, graph: bytes) -> None:
        self.trt = trt
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.inputs = {port.name: port for port in self.session.get_inputs()}
        self.outputs = {port.name: port for port in self.session.get_outputs()}
        self.ports = self.inputs | self.outputs
        self.num_io_tensors = len(self.ports)
        self.device_memory_size_v2 = trt.memory

    def get_tensor_name(self, index: int) -> str:
        return str(list(self.ports)[index])

    def get_tensor_shape(self, name: str) -> list[int]:
        return list(self.ports[name].shape)

    def get_tensor_dtype(self, name: str) -> type[np.generic]:
        return DTYPES[self.ports[name].type]

    def get_tensor_mode(self, name: str) -> Mode:
        return Mode.INPUT if name in self.inputs else Mode.OUTPUT

    def create_runtime_config(self) -> "FakeRuntimeConfig":
        return FakeRuntimeConfig(self.trt)

    def create_execution_context(self, how: "FakeRuntimeConfig | Strategy") -> "FakeContext | None":
        self.trt.cuda.require_context()
        if self.trt.fails():
            return None
        if isinstance(how, FakeRuntimeConfig):
            how.cache.add(how.cache.kernels or KERNELS + self.trt.version.encode())
            return FakeRtxContext(self, how.strategy)
        return FakeContext(self, how)

    def __del__(self) -> None:
        self.trt.note_freed("engine")


class FakeRuntimeConfig:
    """How an RTX engine runs."""

    def __init__(self, trt: FakeTensorRt) -> None:
        self._trt = trt
        self.strategy = Strategy.STATIC
        self.cuda_graph_strategy = GraphStrategy.DISABLED
        self.cache = FakeRuntimeCache(trt)

    def set_execution_context_allocation_strategy(self, strategy: Strategy) -> None:
        self.strategy = strategy

    def create_runtime_cache(self) -> "FakeRuntimeCache":
        return FakeRuntimeCache(self._trt)

    def set_runtime_cache(self, cache: "FakeRuntimeCache") -> bool:
        self.cache = cache
        return True

    def __del__(self) -> None:
        self._trt.note_freed("settings")


class FakeRuntimeCache:
    """Kernels compiled here; it takes none of another version."""

    def __init__(self, trt: FakeTensorRt) -> None:
        self._trt = trt
        self.kernels = b""

    def add(self, kernels: bytes) -> None:
        self.kernels = kernels

    def serialize(self) -> bytearray:
        return bytearray(self.kernels)

    def deserialize(self, kernels: bytes) -> bool:
        self._trt.cuda.require_context()
        fits = kernels == KERNELS + self._trt.version.encode()
        if fits:
            self.kernels = kernels
            self._trt.loaded_kernels.append(kernels)
        return fits


class FakeContext:
    """Runs an engine on the fake GPU's memory, once the stream's turn comes."""

    def __init__(self, engine: FakeEngine, strategy: Strategy) -> None:
        self._engine = engine
        self._trt = engine.trt
        self._addresses: dict[str, int] = {}
        self._strategy = strategy
        self._memory = (0, 0) if strategy == Strategy.USER_MANAGED else (1, engine.device_memory_size_v2)
        self._has_run = False

    def set_device_memory(self, address: int, size: int) -> None:
        if self._strategy != Strategy.USER_MANAGED:
            self._trt.cuda.misuses.append("memory was given to a context that has its own")
        self._trt.cuda.array(address, (size,), np.uint8)
        self._memory = (address, size)

    def set_tensor_address(self, name: str, address: int) -> bool:
        self._addresses[name] = address
        return name in self._engine.ports

    def execute_async_v3(self, stream: int) -> bool:
        captured = self._trt.cuda.streams[stream].captured is not None
        if self._trt.fails():
            return False
        if self._memory[1] < self._engine.device_memory_size_v2 or self._addresses.keys() != self._engine.ports.keys():
            self._trt.cuda.misuses.append("a context ran without its memory or its tensors")
        if captured and not self._has_run:
            self._trt.cuda.misuses.append("a context was captured before it had run")
        if captured and not self._trt.capturable:
            self._trt.cuda.misuses.append("a context was captured that can't be")
        self._has_run = True
        self._trt.cuda.enqueue(stream, self._compute)
        return True

    def _compute(self) -> None:
        self._trt.runs += 1
        given = {name: self._array(name).copy() for name in self._engine.inputs}
        for name, value in zip(self._engine.outputs, self._engine.session.run(None, given), strict=True):
            self._array(name)[...] = value

    def _array(self, name: str) -> np.ndarray:
        port = self._engine.ports[name]
        return self._trt.cuda.array(self._addresses[name], tuple(port.shape), DTYPES[port.type])

    def __del__(self) -> None:
        self._trt.note_freed("context")


class FakeRtxContext(FakeContext):
    """Says whether it can be captured."""

    def is_stream_capturable(self, stream: int) -> bool:
        self._trt.cuda.require_context()
        return self._trt.capturable
