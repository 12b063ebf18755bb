"""A runtime that builds engines as TensorRT does, but on ONNX Runtime's CPU, and with whatever faults a test plants."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import sleep

import numpy as np

from engines.building.build_progress import BuildStoppedError, Report
from engines.building.engine_store import EngineKey, EngineStore, StaleEngineError
from engines.building.graph_typing import FORM
from engines.engine import Device, Engine, EngineOptions, Tensor, TensorSpec
from engines.onnxruntime import OnnxRuntime
from puppet import contract
from puppet.contract import file_hash
from puppet.errors import EngineError

Outputs = dict[str, Tensor]
Fault = Callable[[Outputs], Outputs]


def not_a_number(outputs: Outputs) -> Outputs:
    """Points become NaN; pictures stay as they are."""
    return {name: value * np.float32("nan") if name == contract.POINTS else value for name, value in outputs.items()}


def another_order(outputs: Outputs) -> Outputs:
    """Points and Jacobians come in another order."""
    return {name: value if name == contract.IMAGE else np.roll(value, 1, axis=0) for name, value in outputs.items()}


def astray(distance: float) -> Fault:
    """Points lie to the right by a distance in [-1, 1]."""
    return lambda outputs: {name: value + np.float32(distance * (name == contract.POINTS)) for name, value in outputs.items()}


def black(outputs: Outputs) -> Outputs:
    """Pictures are black."""
    return {name: value * np.uint8(0) if name == contract.IMAGE else value for name, value in outputs.items()}


def one_colour(outputs: Outputs) -> Outputs:
    """Pictures have one colour."""
    return {name: np.full_like(value, 130) if name == contract.IMAGE else value for name, value in outputs.items()}


def shifted(outputs: Outputs) -> Outputs:
    """Pictures lie 3 px too far right."""
    return {name: np.roll(value, 3, axis=1) if name == contract.IMAGE else value for name, value in outputs.items()}


def blue_for_red(outputs: Outputs) -> Outputs:
    """Pictures are BGR."""
    return {name: value[..., ::-1].copy() if name == contract.IMAGE else value for name, value in outputs.items()}


def noisy(outputs: Outputs) -> Outputs:
    """Pictures are noisy, by far more than another precision makes them."""
    noise = np.random.default_rng(0).integers(0, 40, next(iter(outputs.values())).shape, np.uint8)
    return {name: np.maximum(value, 40) - noise if name == contract.IMAGE else value for name, value in outputs.items()}


def slow(outputs: Outputs) -> Outputs:
    """Nothing is wrong, but it takes its time."""
    sleep(0.01)
    return outputs


class SpoiltEngine:
    """An engine whose outputs go through a fault."""

    def __init__(self, engine: Engine, fault: Fault | None, device: Device) -> None:
        self._engine = engine
        self._fault = fault
        self.device = device

    @property
    def inputs(self) -> Mapping[str, TensorSpec]:
        return self._engine.inputs

    @property
    def outputs(self) -> Mapping[str, TensorSpec]:
        return self._engine.outputs

    def bind(self, **tensors: Tensor) -> None:
        self._engine.bind(**tensors)

    def run(self, **tensors: Tensor) -> dict[str, Tensor]:
        outputs = self._engine.run(**tensors)
        return self._fault(outputs) if self._fault else outputs

    def close(self) -> None:
        self._engine.close()


class FakeRuntime:
    """A runtime that only opens. faults: by graph and precision, as `("animate.onnx", "f16")`.

    absent: it is not installed; trouble: it is, and can't be used; broken: it can, and opens nothing.
    """

    def __init__(self, name: str = "openvino", precision: str = "bf16", faults: Mapping[tuple[str, str], Fault] | None = None) -> None:
        self.name = name
        self.native = precision
        self.faults = dict(faults or {})
        self.trouble: EngineError | None = None
        self.broken: EngineError | None = None
        self.absent: EngineError | None = None
        self.opened: list[tuple[str, str]] = []

    def version(self) -> str:
        if self.absent:
            raise self.absent
        return "1.0"

    def devices(self) -> tuple[Device, ...]:
        if trouble := self.absent or self.trouble:
            raise trouble
        return (Device("CPU", "a fake processor", self.native),)

    def open(self, graph: Path, options: EngineOptions) -> Engine:
        offered = [device.name for device in self.devices()]
        if options.device not in (None, *offered):
            raise EngineError(f"This {self.name} has no {options.device}, only {', '.join(offered)}.", "Install another.")
        if self.broken:
            raise self.broken
        precision = self.native if options.precision == "auto" else options.precision
        self.opened.append((graph.name, precision))
        exact = OnnxRuntime().open(graph, EngineOptions("CPU", "f32", 1))
        return SpoiltEngine(exact, self.faults.get((graph.name, precision)), self.devices()[0]._replace(precision=precision))


class FakeBuilder(FakeRuntime):
    """One that builds first. An engine of its is `PLAN` and the graph's name; `built_graphs` counts what it built."""

    PLAN = b"plan of "

    def __init__(self, faults: Mapping[tuple[str, str], Fault] | None = None, name: str = "tensorrt-rtx") -> None:
        super().__init__(name, "f16", faults)
        self.built_graphs: list[tuple[str, str]] = []
        self.samples: dict[str, Sequence[Mapping[str, Tensor]]] = {}
        self.unbuildable: EngineError | None = None

    def devices(self) -> tuple[Device, ...]:
        if trouble := self.absent or self.trouble:
            raise trouble
        return (Device("CUDA:0", "NVIDIA GeForce RTX 3060, sm_86", "f16"),)

    def key(self, graph: Path, options: EngineOptions) -> EngineKey:
        self.devices()
        precision = "f16" if options.precision == "auto" else options.precision
        return EngineKey(
            graph=file_hash(graph),
            precision=precision,
            runtime=self.name,
            version="1.0",
            driver="13.0",
            gpu="RTX 3060",
            chip="sm_86",
            form=FORM,
        )

    def built(self, graph: Path, options: EngineOptions) -> bool:
        return EngineStore().find(self.key(graph, options)) is not None

    def build(
        self, graph: Path, options: EngineOptions, report: Report, samples: Callable[[], Sequence[Mapping[str, Tensor]]] | None = None
    ) -> None:
        if self.unbuildable:
            raise self.unbuildable
        if not report(0.5, "compiling"):
            raise BuildStoppedError("The build was stopped.")
        key = self.key(graph, options)
        if key.precision == "i8":
            assert samples is not None
            self.samples[graph.name] = samples()
        self.built_graphs.append((graph.name, key.precision))
        EngineStore().add(key, self.PLAN + graph.name.encode(), 0.5)

    def open(self, graph: Path, options: EngineOptions) -> Engine:
        stored = EngineStore().find(self.key(graph, options))
        if stored is None or not stored.path.read_bytes().startswith(self.PLAN):
            raise StaleEngineError(graph.name, f"The engine of {graph.name} can't be opened.")
        return super().open(graph, options)
