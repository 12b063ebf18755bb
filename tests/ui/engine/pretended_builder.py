"""A runtime that builds, without a GPU: its engines are the graphs themselves, run by ONNX Runtime."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from engines.building.build_progress import BuildStoppedError, Report
from engines.building.engine_folder import MadeEngine
from engines.building.engine_store import EngineKey, EngineStore
from engines.building.graph_typing import FORM
from engines.engine import Device, Engine, EngineOptions, Tensor, TensorSpec
from engines.onnxruntime import OnnxRuntime
from puppet import contract
from puppet.contract import file_hash
from puppet.errors import EngineError

CARD = Device("CUDA:0", "NVIDIA Pretended, sm_86", "f16")


class BuiltEngine:
    """An engine that says it runs on the card, and gives zeros for the outputs that are to be faulty."""

    def __init__(self, engine: Engine, device: Device, faulty: Collection[str]) -> None:
        self._engine = engine
        self._faulty = faulty
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
        given = self._engine.run(**tensors)
        return {name: np.zeros_like(value) if name in self._faulty else value for name, value in given.items()}

    def close(self) -> None:
        self._engine.close()


class PretendedBuilder:
    """Builds in no time. What is set from outside: its version, the GPU's driver, whether its engines draw
    black, and in which precision they see no keypoints."""

    name = "builder"

    def __init__(self) -> None:
        self.installed = "1.0"
        self.driver = "13.0"
        self.faulty = False
        self.blind = ""
        self.trouble = ""
        self.reports: list[tuple[float, str]] = []

    def version(self) -> str:
        return self.installed

    def devices(self) -> tuple[Device, ...]:
        if self.trouble:
            raise EngineError(self.trouble, "Mend it.")
        return (CARD,)

    def key(self, graph: Path, options: EngineOptions) -> EngineKey:
        precision = "f16" if options.precision == "auto" else options.precision
        return self._ahead_key(graph, precision, "sm_86").model_copy(update={"driver": self.driver, "gpu": "NVIDIA Pretended"})

    def built(self, graph: Path, options: EngineOptions) -> bool:
        return EngineStore().find(self.key(graph, options)) is not None

    def build(
        self, graph: Path, options: EngineOptions, report: Report, samples: Callable[[], Sequence[Mapping[str, Tensor]]] | None = None
    ) -> None:
        self._report(report)
        EngineStore().add(self.key(graph, options), graph.read_bytes(), 1.5)

    def build_ahead(
        self,
        graph: Path,
        precision: str,
        chip: str,
        report: Report,
        samples: Callable[[], Sequence[Mapping[str, Tensor]]] | None = None,
    ) -> MadeEngine:
        self._report(report)
        return MadeEngine(self._ahead_key(graph, precision, chip), b"for " + chip.encode())

    def open(self, graph: Path, options: EngineOptions) -> BuiltEngine:
        stored = EngineStore().find(self.key(graph, options))
        if stored is None:
            raise EngineError("It is not built yet.")
        device = CARD._replace(precision=stored.key.precision)
        faults = {contract.IMAGE} if self.faulty else set()
        if device.precision == self.blind:
            faults.add(contract.POINTS)
        return BuiltEngine(OnnxRuntime().open(graph, EngineOptions("CPU", "f32", 1)), device, faults)

    def _report(self, report: Report) -> None:
        for share in (0.0, 0.5):
            if not report(share, "trying kernels"):
                raise BuildStoppedError("The build was stopped.")

    def _ahead_key(self, graph: Path, precision: str, chip: str) -> EngineKey:
        return EngineKey(
            graph=file_hash(graph), precision=precision, runtime=self.name, version=self.installed, driver="", gpu="", chip=chip, form=FORM
        )
