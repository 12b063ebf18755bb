"""Engines built for GPUs that need not be here, into a folder that can be shipped beside a model."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Protocol, cast

from pydantic import BaseModel
from rich.table import Table

from engines.building.build_progress import Report
from engines.building.engine_folder import EngineFolder, MadeEngine
from engines.building.engine_set import BuildingRuntime
from engines.building.model_build import ladder
from engines.building.reference import stored_feeds
from engines.engine import Precision, Tensor
from engines.registry import RUNTIMES
from puppet.contract import GRAPHS
from puppet.errors import EngineError

Samples = Callable[[], Sequence[Mapping[str, Tensor]]]


class AheadRuntime(BuildingRuntime, Protocol):
    """A builder that needs no GPU."""

    def build_ahead(self, graph: Path, precision: str, chip: str, report: Report, samples: Samples | None = None) -> MadeEngine:
        """An engine for a chip. Raises `EngineError`, `BuildStoppedError` when `report` says no."""
        ...


class AheadEngine(BaseModel):
    """One engine built ahead: for which chip, of which graph, in what, how long it took, s, and its file with its size, bytes."""

    chip: str
    graph: str
    precision: str
    seconds: float
    size: int
    file: Path


def ahead_runtime(engines: Sequence[str] = ()) -> AheadRuntime:
    """The first builder, of those named or of all, that needs no GPU. Raises `EngineError` when there is none."""
    for name in engines or RUNTIMES:
        if hasattr(RUNTIMES.get(name), "build_ahead"):
            return cast(AheadRuntime, RUNTIMES[name])
    raise EngineError("Engines for other GPUs are built by tensorrt-rtx alone.", "Leave --engine out, or name tensorrt-rtx.")


def graphs_to_build(runtime: AheadRuntime, precision: Precision) -> list[tuple[str, str]]:
    """Graphs and precisions that a GPU may ask for: what is tried there in turn, but for float32 as the last resort of `auto`."""
    rungs = ladder(runtime, "f16" if precision == "auto" else precision)
    return list(dict.fromkeys((graph, rung[graph]) for rung in rungs for graph in GRAPHS))


def build_ahead(
    folder: Path, runtime: AheadRuntime, chips: Sequence[str], precision: Precision, *, output: Path, follow: Callable[[str], Report]
) -> list[AheadEngine]:
    """Build a model's engines for each chip; each lies in `output`, whole, once it is built.

    `follow` gives a report for a title. Raises `EngineError` for a chip or graph that can't be served, `ModelError`,
    `BuildStoppedError` when a report says no: then those built before stay.
    """
    EngineFolder(output).engines()  # what can't be added to is told before anything is built
    built = []
    for chip in chips:
        for graph, kind in graphs_to_build(runtime, precision):
            report = follow(f"{chip} {graph.removesuffix('.onnx')} {kind}")
            start = perf_counter()
            samples = partial(_samples, folder, graph) if kind == "i8" else None
            made = runtime.build_ahead(folder / graph, kind, chip, report, samples)
            seconds = perf_counter() - start
            EngineFolder(output).add([made])
            file = output / chip / f"{made.key.graph}.{made.key.precision}.engine"
            built.append(AheadEngine(chip=chip, graph=graph, precision=kind, seconds=seconds, size=len(made.engine), file=file))
            report(1.0, "")
    return built


def ahead_table(built: Sequence[AheadEngine]) -> Table:
    """The engines built, a row each."""
    table = Table("chip", "graph", "precision", box=None, header_style="bold", pad_edge=False)
    table.add_column("seconds", justify="right")
    table.add_column("MB", justify="right")
    for each in built:
        table.add_row(each.chip, each.graph, each.precision, f"{each.seconds:.1f}", f"{each.size / 1e6:.1f}")
    return table


def _samples(folder: Path, graph: str) -> Sequence[Mapping[str, Tensor]]:
    return stored_feeds(folder)[graph]
