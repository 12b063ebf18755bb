"""OpenVINO: the CPU everywhere, Intel GPUs and NPUs where their drivers are."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from engines.engine import (
    Device,
    EngineOptions,
    OpenedGraph,
    Port,
    Shapes,
    Tensor,
    TensorSpec,
    check_complete,
    check_given,
    failed_run,
)
from puppet.errors import EngineError, ModelError
from puppet.folders import cache_folder

NO_SHAPES: Shapes = MappingProxyType({})


class OpenVinoRuntime:
    """Opens graphs (ONNX and TFLite) with OpenVINO; the package is imported at first use."""

    name = "openvino"

    @cached_property
    def _core(self) -> Any:
        with _no_telemetry():
            try:
                import openvino  # noqa: PLC0415 (heavy: imported here alone, at first use)
            except ImportError as error:
                raise EngineError(f"OpenVINO can't be imported: {error}.", "Install it: pip install openvino") from error
        return openvino.Core()

    def version(self) -> str:
        """Version of the installed package. Raises `EngineError` when there is none."""
        try:
            return installed_version("openvino")
        except PackageNotFoundError as error:
            raise EngineError("OpenVINO is not installed.", "Install it: pip install openvino") from error

    def devices(self) -> tuple[Device, ...]:
        """CPU first, then what else OpenVINO sees, then its own AUTO."""
        found = sorted(self._core.available_devices, key=lambda name: (name != "CPU", name))
        named = [Device(name, str(self._core.get_property(name, "FULL_DEVICE_NAME")).strip(), self._native(name)) for name in found]
        return (*named, Device("AUTO", "OpenVINO's own choice among the above", "auto"))

    def open(self, graph: Path, options: EngineOptions) -> "OpenVinoEngine":
        """Compile a graph for latency. Raises `EngineError` for a device that is not here, `ModelError` for a graph it can't read."""
        device = (options.device or "CPU").upper()
        known = [*self._core.available_devices, *(name.split(".")[0] for name in self._core.available_devices), "AUTO"]
        if device.split(":")[0] not in known:
            raise EngineError(
                f"OpenVINO finds no {device} on this computer, only {', '.join(self._core.available_devices)}.",
                "Install the device's driver, or choose another device: puppet-engine list",
            )
        model = self.read(graph, options.shapes)
        inputs, outputs = _specs(graph, model.inputs), _specs(graph, model.outputs)  # as read: compiling may add names
        precision = self._native(device) if options.precision == "auto" else options.precision
        if precision != "f32":
            _keep_grids_exact(model)
        try:
            compiled = self._core.compile_model(model, device, _settings(device, precision, options.threads))
        except RuntimeError as error:
            raise EngineError(f"OpenVINO can't run {graph} on {device}: {_last_line(error)}.", "Try --device CPU.") from error
        return OpenVinoEngine(graph.name, inputs, outputs, compiled, self._chosen(compiled))

    def read(self, graph: Path, shapes: Shapes = NO_SHAPES) -> Any:
        """A graph as OpenVINO reads it, the shapes of all operations worked out, to be looked at. Raises `ModelError`, `EngineError`.

        shapes: of inputs that the graph leaves open.
        """
        try:
            model = self._core.read_model(graph)
            given = {port.any_name: list(shapes[port.any_name]) for port in model.inputs if port.any_name in shapes}
            if any(port.partial_shape.is_dynamic for port in model.inputs if port.any_name in given):
                model.reshape(given)
            return model
        except RuntimeError as error:
            raise ModelError(f"OpenVINO can't read {graph}: {_last_line(error)}.", "Copy or export the model again.") from error

    def ports(self, graph: Path, shapes: Shapes = NO_SHAPES) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
        """Inputs and outputs of a graph, which is not compiled for it; `shapes` as in `read`. Raises as `read`."""
        model = self.read(graph, shapes)
        inputs, outputs = (tuple(_port(each) for each in ports) for ports in (model.inputs, model.outputs))
        return inputs, outputs

    def _chosen(self, compiled: Any) -> Device:
        """What a compiled graph runs on and computes in, by OpenVINO's own account (AUTO decides for itself)."""
        names = [str(name) for name in compiled.get_property("EXECUTION_DEVICES")]
        known = [self._core.get_property(name, "FULL_DEVICE_NAME").strip() for name in names if name in self._core.available_devices]
        told = "INFERENCE_PRECISION_HINT" in compiled.get_property("SUPPORTED_PROPERTIES")
        precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name() if told else "auto"
        where = ", ".join(names)
        return Device(where, f"{where} ({', '.join(known)}), {precision}" if known else f"{where}, {precision}", precision)

    def _native(self, device: str) -> str:
        """The fastest floating-point type the device computes natively, by OpenVINO's own account."""
        if device.startswith("AUTO"):
            return "auto"
        capabilities = self._core.get_property(device, "OPTIMIZATION_CAPABILITIES")
        if device == "CPU":  # BF16 is listed where AVX512-BF16 or AMX is there; a CPU's FP16 is for storage
            return "bf16" if "BF16" in capabilities else "f32"
        return "f16" if "FP16" in capabilities else "f32"


class OpenVinoEngine(OpenedGraph):
    """One compiled graph with its one request, whose own tensors hold the inputs (host memory that the device can reach)."""

    def __init__(self, graph: str, inputs: dict[str, TensorSpec], outputs: dict[str, TensorSpec], compiled: Any, device: Device) -> None:
        """`inputs` and `outputs` in the order of the compiled graph, which may have more outputs after those."""
        super().__init__(graph, inputs, outputs, device)
        self._request = compiled.create_infer_request()
        self._feeds = {name: self._request.get_input_tensor(index) for index, name in enumerate(inputs)}
        self._results = {name: self._request.get_output_tensor(index) for index, name in enumerate(outputs)}

    def bind(self, **tensors: Tensor) -> None:
        """Copy inputs into the request's tensors, where they stay until bound again."""
        self._fill(tensors)
        self._bound.update(tensors)

    def run(self, **tensors: Tensor) -> dict[str, Tensor]:
        """Run once; the arrays returned are the caller's own."""
        self._fill(tensors)
        check_complete(self._graph, self._inputs, tensors, self._bound)
        try:
            self._request.infer()
        except RuntimeError as error:
            raise failed_run(self._graph, error) from error
        return {name: np.array(result.data) for name, result in self._results.items()}

    def close(self) -> None:
        """Free the request and the graph; may be called twice."""
        self._feeds, self._results, self._request = {}, {}, None

    def _fill(self, tensors: Mapping[str, Tensor]) -> None:
        if self._request is None:
            raise EngineError(f"{self._graph} was used after it was closed.")
        check_given(self._graph, self._inputs, tensors)
        for name, value in tensors.items():
            self._feeds[name].data[...] = value


def _settings(device: str, precision: str, threads: int) -> dict[str, Any]:
    """OpenVINO's properties for one graph; `threads` 0 and precision `auto` are left to OpenVINO."""
    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
    if precision != "auto":
        settings["INFERENCE_PRECISION_HINT"] = precision
    if device == "CPU":
        # A thread pinned to a core waits while another program has it: beside a busy one a frame takes 59 ms pinned, 31 ms free.
        settings["ENABLE_CPU_PINNING"] = False
        if threads:
            settings["INFERENCE_NUM_THREADS"] = threads
    else:  # kernels of a GPU or NPU take long to build; a CPU would gain .2 to .4 s from a cache, for 238 MB of FOMM (measured)
        settings["CACHE_DIR"] = str(cache_folder() / "openvino")
    return settings


def _port(port: Any) -> Port:
    """A port as it was read."""
    try:
        dtype = str(np.dtype(port.element_type.to_dtype()))
    except (RuntimeError, KeyError, TypeError, ValueError):  # a type that NumPy has not
        dtype = str(port.element_type.get_type_name())
    shape = port.partial_shape
    if shape.rank.is_dynamic:
        return Port(port.any_name, dtype, None)
    return Port(port.any_name, dtype, tuple(None if size.is_dynamic else int(size.get_length()) for size in shape))


def _specs(graph: Path, ports: Any) -> dict[str, TensorSpec]:
    specs: dict[str, TensorSpec] = {}
    for port in ports:
        if port.partial_shape.is_dynamic:
            raise ModelError(f"{graph}: {port.any_name} has no fixed shape ({port.partial_shape}).", "Export the model again.")
        kind = np.dtype(port.element_type.to_dtype())
        specs[port.any_name] = TensorSpec(port.any_name, kind, tuple(port.shape))
    return specs


@contextmanager
def _no_telemetry() -> Iterator[None]:
    """Imports OpenVINO without its telemetry package, for which it has a silent stand-in.

    Else importing it reports to Google Analytics from a thread of its own, which an app that holds a camera has no business to do.
    """
    absent = "openvino_telemetry" not in sys.modules
    if absent:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None makes an import fail
    try:
        yield
    finally:
        if absent:
            sys.modules.pop("openvino_telemetry", None)  # another thread may have been as quick


def _keep_grids_exact(model: Any) -> None:
    """Have sampling grids computed in float32 inside a bf16 graph.

    bf16 has steps of half a pixel at the border of a 256 px picture: warped pictures swim (measured on the compact model: 1 to
    2.4 levels from float32, single pixels 86, motion in jumps; with exact grids .05 to .2 levels, and no slower). OpenVINO's CPU
    keeps what leads to an output in float32, back to the last convolution, so each grid is made an output that nobody reads.
    """
    for operation in model.get_ordered_ops():
        if operation.get_type_name() == "GridSample":
            model.add_outputs([operation.input(1).get_source_output()])


def _last_line(error: Exception) -> str:
    """The line of an OpenVINO message that says something: the last one with words."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__
