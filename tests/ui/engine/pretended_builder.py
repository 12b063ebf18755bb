"""A runtime that builds, without a GPU: its engines are the graphs themselves, run by ONNX Runtime."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from engines.building.build_progress import BuildStoppedError, Report
from engines.building.engine_folder import MadeEngine
from engines.building.engine_store import EngineKey, EngineStore
from engines.building.graph_typing import FORM
from engines.engine import Device, EngineOptions, Tensor
from engines.onnxruntime import OnnxRuntime
from puppet import contract
from puppet.contract import file_hash
from puppet.errors import EngineError
from tests.engines.building.fake_builder import Fault, SpoiltEngine

CARD = Device("CUDA:0", "NVIDIA Pretended, sm_86", "f16")


def _zeros_for(faulty: Collection[str]) -> Fault:
    """A fault that gives zeros for these outputs."""
    return lambda outputs: {name: np.zeros_like(value) if name in faulty else value for name, value in outputs.items()}


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

    def open(self, graph: Path, options: EngineOptions) -> SpoiltEngine:
        stored = EngineStore().find(self.key(graph, options))
        if stored is None:
            raise EngineError("It is not built yet.")
        device = CARD._replace(precision=stored.key.precision)
        faults = {contract.IMAGE} if self.faulty else set()
        if device.precision == self.blind:
            faults.add(contract.POINTS)
        return SpoiltEngine(OnnxRuntime().open(graph, EngineOptions("CPU", "f32", 1)), _zeros_for(faults), device)

    def _report(self, report: Report) -> None:
        for share in (0.0, 0.5):
            if not report(share, "trying kernels"):
                raise BuildStoppedError("The build was stopped.")

    def _ahead_key(self, graph: Path, precision: str, chip: str) -> EngineKey:
        return EngineKey(
            graph=file_hash(graph), precision=precision, runtime=self.name, version=self.installed, driver="", gpu="", chip=chip, form=FORM
        )
