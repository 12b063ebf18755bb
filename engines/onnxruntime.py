"""ONNX Runtime: the CPU everywhere, NVIDIA GPUs where the onnxruntime-gpu package and its libraries are."""

from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from engines.engine import Device, EngineOptions, OpenedGraph, Tensor, TensorSpec, check_complete, check_given, failed_run
from puppet.errors import EngineError, ModelError

PACKAGES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml")
PROVIDERS = {"CUDA": "CUDAExecutionProvider", "CPU": "CPUExecutionProvider"}
DTYPES: dict[str, type[np.generic]] = {
    "tensor(uint8)": np.uint8,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}


class OnnxRuntime:
    """Opens ONNX graphs with ONNX Runtime; the package is imported at first use."""

    name = "onnxruntime"

    @cached_property
    def _package(self) -> Any:
        try:
            import onnxruntime  # noqa: PLC0415 (heavy: imported here alone, at first use)
        except ImportError as error:
            raise EngineError(f"ONNX Runtime can't be imported: {error}.", "Install it: pip install onnxruntime") from error
        return onnxruntime

    def version(self) -> str:
        """Version of the installed package. Raises `EngineError` when there is none."""
        for package in PACKAGES:
            try:
                return version(package)
            except PackageNotFoundError:
                continue
        raise EngineError("ONNX Runtime is not installed.", "Install it: pip install onnxruntime")

    def devices(self) -> tuple[Device, ...]:
        """The CPU, and CUDA where the package brings it: whether that works is known when a graph is opened."""
        offered = self._package.get_available_providers()
        devices = [Device("CPU", "any processor", "f32")]
        if PROVIDERS["CUDA"] in offered:
            devices.append(Device("CUDA", "offered by the package; proven when a graph is opened", "f32"))
        return tuple(devices)

    def open(self, graph: Path, options: EngineOptions) -> "OnnxRuntimeEngine":
        """Load a graph on exactly the device asked for. Raises `EngineError` when ONNX Runtime would fall back to another."""
        device = (options.device or "CPU").upper()
        provider = PROVIDERS.get(device)
        if provider is None or provider not in self._package.get_available_providers():
            offered = ", ".join(found.name for found in self.devices())
            raise EngineError(f"This ONNX Runtime has no {device}, only {offered}.", "For NVIDIA: pip install onnxruntime-gpu")
        if options.precision not in ("auto", "f32"):
            raise EngineError(f"ONNX Runtime computes in the graph's own type, not in {options.precision}.", "Leave the precision to auto.")
        settings = self._package.SessionOptions()
        settings.intra_op_num_threads = options.threads
        # Idle threads that spin take the cores that the rest of the app needs: 62 ms a frame instead of 100 to 144 on two busy cores.
        settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
        settings.log_severity_level = 4  # what matters comes back as an exception or is checked below
        try:
            session = self._package.InferenceSession(str(graph), settings, providers=[provider])
        except Exception as error:  # its exceptions have no base of their own
            raise ModelError(f"ONNX Runtime can't load {graph}: {error}.", "Copy or export the model again.") from error
        if session.get_providers()[0] != provider:
            raise EngineError(
                f"ONNX Runtime could not start {device} and offers {session.get_providers()[0]} instead.", "Check the driver."
            )
        return OnnxRuntimeEngine(graph, self._package, session, device)


class OnnxRuntimeEngine(OpenedGraph):
    """One session whose inputs and outputs are bound once: given inputs to host buffers, bound ones to the device."""

    def __init__(self, graph: Path, package: Any, session: Any, device: str) -> None:
        inputs, outputs = _specs(graph, session.get_inputs()), _specs(graph, session.get_outputs())
        super().__init__(graph.name, inputs, outputs, Device(device, f"{device}, f32", "f32"))
        self._package = package
        self._session = session
        self._binding = session.io_binding()
        self._feeds = {name: np.zeros(spec.shape, spec.dtype) for name, spec in self._inputs.items()}
        self._results = {name: np.zeros(spec.shape, spec.dtype) for name, spec in self._outputs.items()}
        self._values = {name: self._value(array) for name, array in (self._feeds | self._results).items()}
        for name in self._inputs:
            self._binding.bind_ortvalue_input(name, self._values[name])
        for name in self._outputs:
            self._binding.bind_ortvalue_output(name, self._values[name])

    def bind(self, **tensors: Tensor) -> None:
        """Copy inputs to the device, where they stay until bound again."""
        self._fill(tensors)
        self._bound.update(tensors)
        if self._device.name != "CPU":
            for name in tensors:
                self._values[name] = self._value(self._feeds[name], self._device.name.lower())
                self._binding.bind_ortvalue_input(name, self._values[name])

    def run(self, **tensors: Tensor) -> dict[str, Tensor]:
        """Run once; the arrays returned are the caller's own."""
        self._fill(tensors)
        check_complete(self._graph, self._inputs, tensors, self._bound)
        try:
            self._session.run_with_iobinding(self._binding)
        except Exception as error:  # its own errors have no base but this
            raise failed_run(self._graph, error) from error
        return {name: result.copy() for name, result in self._results.items()}

    def close(self) -> None:
        """Free the session and its buffers; may be called twice."""
        self._session, self._binding = None, None
        self._values, self._feeds, self._results = {}, {}, {}

    def _value(self, array: Tensor, device: str = "cpu") -> Any:
        """The array as a value of the runtime: on the host it is the array's own memory, elsewhere a copy."""
        return self._package.OrtValue.ortvalue_from_numpy(array, device, 0)

    def _fill(self, tensors: Mapping[str, Tensor]) -> None:
        if self._session is None:
            raise EngineError(f"{self._graph} was used after it was closed.")
        check_given(self._graph, self._inputs, tensors)
        for name, value in tensors.items():
            self._feeds[name][...] = value


def _specs(graph: Path, ports: Any) -> dict[str, TensorSpec]:
    specs: dict[str, TensorSpec] = {}
    for port in ports:
        if port.type not in DTYPES or any(not isinstance(size, int) for size in port.shape):
            raise ModelError(f"{graph}: {port.name} is {port.type} {port.shape}, which is not a fixed tensor.", "Export the model again.")
        specs[port.name] = TensorSpec(port.name, np.dtype(DTYPES[port.type]), tuple(port.shape))
    return specs
