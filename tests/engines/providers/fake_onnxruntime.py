"""A stand-in for the package onnxruntime as builds for CUDA, Windows and macOS have it, which computes with the real CPU session.

It keeps what it was told (session settings, provider options, what was bound, what was copied to the card and back) and fails as
the real one does: in the log alone and with the processor in the provider's place, or with an exception.
"""

import sys
import warnings
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime as real

CUDA, RTX, DML, COREML, PROCESSOR = (f"{name}ExecutionProvider" for name in ("CUDA", "NvTensorRTRTX", "Dml", "CoreML", "CPU"))
NOT_CAPTURED = (
    "[ONNXRuntimeError] : 1 : FAIL : This session cannot use the graph capture feature as requested by the user  as all compute graph "
    "nodes have not been partitioned to the {provider}"
)
NO_CUDNN = "libcudnn.so.9: cannot open shared object file: No such file or directory"


class RuntimeFailure(Exception):  # noqa: N818 (the real ones have no Error in their names)
    """ONNX Runtime's own error."""


def make_card(provider: str, name: str = "", capability: str = "", discrete: str = "1") -> Any:
    """A card as `get_ep_devices` tells it."""
    metadata = {"cuda_device_name": name, "cuda_compute_capability": capability} if provider == CUDA else {}
    described = {"Discrete": discrete, **({"Description": name} if name else {})}
    device = SimpleNamespace(type=SimpleNamespace(name="GPU"), vendor="NVIDIA", metadata=described)
    return SimpleNamespace(ep_name=provider, ep_vendor="NVIDIA", ep_metadata=metadata, device=device, memory_info=lambda kind: kind)


class FakeValue:
    """A tensor on the host, on the card, or in page-locked memory: `place`."""

    def __init__(self, package: "FakeOnnxRuntime", array: np.ndarray, place: str) -> None:
        self.package, self.array, self.place = package, array, place

    def update_inplace(self, data: "FakeValue | np.ndarray") -> None:
        source = data if isinstance(data, FakeValue) else FakeValue(self.package, data, "host")
        self.package.check_card()
        self.package.copies.append((source.place, self.place, self.array.nbytes))
        self.array[...] = source.array

    def numpy(self) -> np.ndarray:
        if self.place != "card":
            return self.array
        self.package.check_card()
        self.package.copies.append(("card", "host", self.array.nbytes))
        return self.array.copy()


class FakeBinding:
    """What a session reads and writes, by name."""

    def __init__(self) -> None:
        self.inputs: dict[str, FakeValue] = {}
        self.outputs: dict[str, FakeValue] = {}

    def bind_ortvalue_input(self, name: str, value: FakeValue) -> None:
        self.inputs[name] = value

    def bind_ortvalue_output(self, name: str, value: FakeValue) -> None:
        self.outputs[name] = value


class FakeOptions:
    """Session settings; whatever is set or entered can be read."""

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.given: tuple[list[Any], dict[str, str]] | None = None
        self.intra_op_num_threads = 0
        self.enable_mem_pattern = True
        self.log_severity_level = 2
        self.execution_mode: Any = None

    def add_session_config_entry(self, key: str, value: str) -> None:
        self.entries[key] = value

    def add_provider_for_devices(self, devices: list[Any], options: dict[str, str]) -> None:
        self.given = devices, options


class FakeSession:
    """One session on the first provider asked for, or on the processor where that one is replaced."""

    def __init__(self, package: "FakeOnnxRuntime", model: str | bytes, settings: FakeOptions, providers: Any, fallback: int) -> None:
        self.package, self.model, self.settings, self.fallback = package, model, settings, fallback
        self.by_handle = settings.given is not None
        if settings.given is not None:
            (self.handle,), self.options = settings.given
            self.provider: str = self.handle.ep_name
        else:
            first = providers[0]
            self.provider, self.options = first if isinstance(first, tuple) else (first, {})
        package.sessions.append(self)
        plain = real.SessionOptions()
        plain.intra_op_num_threads = 1
        plain.log_severity_level = 4
        plain.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
        self._real = real.InferenceSession(model, plain, providers=[PROCESSOR])
        self._captured: tuple[dict[str, FakeValue], dict[str, FakeValue]] | None = None
        if self.provider == PROCESSOR:
            return
        if package.refused:
            raise RuntimeFailure(package.refused)
        if package.replaced:
            package.log(package.replaced)
            self.provider = PROCESSOR
        if self.capturing and package.left:
            raise RuntimeFailure(NOT_CAPTURED.format(provider=self.provider))

    @property
    def capturing(self) -> bool:
        return bool(self.options.get("enable_cuda_graph") == "1")

    def get_providers(self) -> list[str]:
        return list(dict.fromkeys((self.provider, PROCESSOR)))

    def get_inputs(self) -> Any:
        return self._real.get_inputs()

    def get_outputs(self) -> Any:
        return self._real.get_outputs()

    def get_provider_graph_assignment_info(self) -> list[Any]:
        assert self.settings.entries["session.record_ep_graph_assignment_info"] == "1"
        parts = []
        for part in self._real.get_provider_graph_assignment_info():
            for node in part.get_nodes():
                owner = PROCESSOR if node.op_type in self.package.left or "*" in self.package.left else self.provider
                parts.append(SimpleNamespace(ep_name=owner, get_nodes=lambda node=node: [node]))
        return parts

    def io_binding(self) -> FakeBinding:
        return FakeBinding()

    def run_with_iobinding(self, binding: FakeBinding) -> None:
        self.package.check_card()
        inputs, outputs = self._captured or (binding.inputs, binding.outputs)
        if self.capturing and self._captured is None:
            if self.package.capture_fails:
                raise RuntimeFailure(self.package.capture_fails)
            if any(value.place != "card" for value in (*inputs.values(), *outputs.values())):
                raise RuntimeFailure("CUDA failure 900: operation not permitted when stream is capturing")
            self._captured = dict(inputs), dict(outputs)  # a replay uses these, whatever is bound then
        results = self._real.run(list(outputs), {name: value.array for name, value in inputs.items()})
        for value, result in zip(outputs.values(), results, strict=True):
            value.array[...] = np.asarray(result)


class FakeOnnxRuntime(ModuleType):
    """The package.

    providers: those the build offers; cards: what `get_ep_devices` tells; plugin: CUDA comes as a plugin, as in newer builds; warned,
    printed: what loading libraries says; refused, replaced, capture_fails: why a session, a provider or its first run fails; left: what
    stays on the processor, `*` all; page_locked, room: whether there is such memory; listens: whether its log can be listened to.
    """

    def __init__(self, *providers: str, cards: Sequence[Any] = (), plugin: bool = False, listens: bool = True) -> None:
        super().__init__("onnxruntime")
        self.providers, self.cards, self.plugin = providers, list(cards), plugin
        self.warned = self.printed = self.refused = self.replaced = self.capture_fails = self.unregistered = ""
        self.left: tuple[str, ...] = ()
        self.page_locked, self.room, self.lost = True, True, False
        self.registered: list[tuple[str, str]] = []
        self.sessions: list[FakeSession] = []
        self.copies: list[tuple[str, str, int]] = []
        self.severity = 2
        self.ExecutionMode, self.OrtDeviceMemoryType = real.ExecutionMode, real.OrtDeviceMemoryType
        self.SessionOptions = FakeOptions
        self.OrtValue = SimpleNamespace(ortvalue_from_numpy=self._from_numpy, ortvalue_from_shape_and_type=self._from_shape)
        self._callback: Callable[..., None] | None = None
        if listens:
            self.set_default_logger_callback = self._listen

    def get_available_providers(self) -> list[str]:
        return [*self.providers, PROCESSOR]

    def get_build_info(self) -> str:
        return "ORT Build Info: build type=Release" + (", cuda-plugin-ep=1" if self.plugin else "")

    def get_ep_devices(self) -> list[Any]:
        return [card for card in self.cards if card.ep_name != RTX or self.registered]

    def preload_dlls(self) -> None:
        if self.printed:
            print(self.printed)  # noqa: T201 (as the real one does)
        if self.warned:
            warnings.warn(self.warned, stacklevel=1)

    def register_execution_provider_library(self, name: str, library: str) -> None:
        if self.unregistered:
            raise RuntimeFailure(self.unregistered)
        self.registered.append((name, library))

    def set_default_logger_severity(self, severity: int) -> None:
        self.severity = severity

    def InferenceSession(  # noqa: N802
        self, model: str | bytes, settings: FakeOptions, providers: Any = None, enable_fallback: int = 1
    ) -> FakeSession:
        return FakeSession(self, model, settings, providers, enable_fallback)

    def log(self, message: str) -> None:
        if self._callback is not None:
            self._callback(2, "onnxruntime", "", "provider_bridge_ort.cc:1 TryGetProviderInfo", message)
        elif self.severity <= 2:
            print(message, file=sys.stderr)  # noqa: T201 (as the real one does)

    def check_card(self) -> None:
        if self.lost:
            raise RuntimeFailure("CUDA failure 719: unspecified launch failure")

    def _listen(self, callback: Callable[..., None] | None, severity: int = 2) -> None:
        self._callback = callback
        if callback is not None:
            self.severity = severity

    def _from_numpy(self, array: np.ndarray, kind: str = "cpu", number: int = 0) -> FakeValue:
        if kind == "cpu":
            return FakeValue(self, array, "host")
        return self._on_card(array.copy())

    def _from_shape(self, shape: tuple[int, ...], dtype: Any, *, memory_info: Any) -> FakeValue:
        rubbish = np.full(shape, 77, dtype)
        if memory_info == real.OrtDeviceMemoryType.DEFAULT:
            return self._on_card(rubbish)
        if not self.page_locked:
            raise RuntimeFailure("No allocator")
        return FakeValue(self, rubbish, "page-locked")

    def _on_card(self, array: np.ndarray) -> FakeValue:
        if not self.room:
            raise RuntimeFailure("BFC Arena ran out of memory")
        return FakeValue(self, array, "card")


def make_plugin(library: Path) -> ModuleType:
    """The module of the TensorRT-RTX provider's package."""
    module = ModuleType("onnxruntime_ep_nv_tensorrt_rtx")
    module.__spec__ = ModuleSpec(module.__name__, None)
    vars(module).update(get_ep_name=lambda: RTX, get_library_path=lambda: str(library))
    return module
