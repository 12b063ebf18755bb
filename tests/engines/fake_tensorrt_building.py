"""The fake builder of TensorRT: an engine in one step, that is the graph itself behind a header."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import onnx

from tests.engines.fake_tensorrt_names import BuilderFlag, Capability, CreationFlag

if TYPE_CHECKING:
    from tests.engines.fake_tensorrt import FakeTensorRt

HEADER = b"fake engine "
TIMINGS = b"timings "


class FakeBuilder:
    """Builds an engine in one step of one phase."""

    def __init__(self, trt: "FakeTensorRt") -> None:
        self._trt = trt

    def create_network(self, flags: int = 0) -> "FakeNetwork":
        if not flags & 1 << CreationFlag.STRONGLY_TYPED:
            self._trt.cuda.misuses.append("a network without explicit types")
        return FakeNetwork()

    def create_builder_config(self) -> "FakeSettings":
        return FakeRtxSettings(self._trt) if self._trt.is_rtx else FakeClassicSettings(self._trt)

    def build_serialized_network(self, network: "FakeNetwork", settings: "FakeSettings") -> bytearray | None:
        cuda = self._trt.cuda
        if not self._trt.is_rtx:
            cuda.require_context()  # it times kernels on the GPU
        elif (number := getattr(cuda.current, "number", None)) is not None and not cuda.retained[number]:
            cuda.misuses.append("an engine was built where a context is current that is gone")
        monitor = settings.progress_monitor
        monitor.phase_start("Building engine", None, 1)
        wanted = monitor.step_complete("Building engine", 0)
        monitor.phase_finish("Building engine")
        self._trt.built.append(settings)
        return bytearray(HEADER + network.graph) if wanted and not self._trt.fails() else None

    def __del__(self) -> None:
        if not self._trt.is_rtx:
            self._trt.note_freed("builder")


class FakeNetwork:
    """What a parser read."""

    graph = b""
    num_outputs = 0

    def read(self, graph: bytes) -> bool:
        self.graph = graph
        self.num_outputs = len(onnx.load_from_string(graph).graph.output)
        return True


class FakeSettings:
    """How to build; `flags` and `capabilities` are for tests to look at."""

    progress_monitor: Any = None
    num_compute_capabilities = 0

    def __init__(self, trt: "FakeTensorRt") -> None:
        self._trt = trt
        self.flags = {BuilderFlag.TF32}
        self.capabilities: dict[int, Capability] = {}

    def clear_flag(self, flag: BuilderFlag) -> None:
        self.flags.discard(flag)

    def set_flag(self, flag: BuilderFlag) -> None:
        self.flags.add(flag)


class FakeRtxSettings(FakeSettings):
    """Knows chips, and no timings."""

    def set_compute_capability(self, capability: Capability, index: int) -> bool:
        self.capabilities[index] = capability
        return index < self.num_compute_capabilities


class FakeClassicSettings(FakeSettings):
    """Knows timings, and takes none that another version wrote."""

    def create_timing_cache(self, timings: bytes) -> bytes:
        self._trt.loaded_timings.append(timings)
        return timings

    def set_timing_cache(self, timings: bytes, ignore_mismatch: bool) -> bool:
        self._timings = timings
        return ignore_mismatch or not timings or timings.startswith(TIMINGS)

    def get_timing_cache(self) -> SimpleNamespace:
        return SimpleNamespace(serialize=lambda: bytearray(TIMINGS + self._timings))
