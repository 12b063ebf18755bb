"""The engines that one model needs of a runtime that builds: taken where they were made ahead, built where they are missing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeGuard

from engines.building.build_progress import Report
from engines.building.engine_store import EngineKey, EngineStore, StaleEngineError, StoredEngine, Verdict
from engines.building.reference import Samples, stored_feeds
from engines.engine import EngineOptions, Runtime
from engines.model_animator import ModelAnimator, Precisions, open_graphs
from puppet import contract
from puppet.contract import ModelCard
from puppet.errors import EngineError

SHIPPED = "engines"
"""Folder inside a model folder where engines made ahead of time may lie."""


class BuildingRuntime(Runtime, Protocol):
    """A runtime that compiles a graph before it can open it."""

    def key(self, graph: Path, options: EngineOptions) -> EngineKey:
        """Of the engine that this machine's GPU would need. Raises `EngineError` when the runtime can't be used."""
        ...

    def built(self, graph: Path, options: EngineOptions) -> bool:
        """Whether the store has that engine, accepted or not."""
        ...

    def build(self, graph: Path, options: EngineOptions, report: Report, samples: Samples | None = None) -> None:
        """Compile a graph and store the engine, not yet accepted; `samples` of its inputs for int8. Raises `EngineError`."""
        ...


class NotBuiltError(EngineError):
    """An engine would have to be built first, and nobody asked for that."""


def builds(runtime: Runtime) -> TypeGuard[BuildingRuntime]:
    """Whether a runtime compiles graphs ahead."""
    return hasattr(runtime, "build")


class EngineSet:
    """The engines of one model folder's graphs, in whatever precisions are asked for. Used on one thread."""

    def __init__(self, folder: Path, runtime: BuildingRuntime, device: str | None, threads: int, report: Report) -> None:
        self._folder = folder
        self._runtime = runtime
        self._device = device
        self._threads = threads
        self._report = report
        self._store = EngineStore()
        self._keys: dict[tuple[str, str], EngineKey] = {}
        self._opened: dict[EngineKey, StoredEngine] = {}

    def open(self, card: ModelCard, precisions: Precisions, *, build: bool) -> ModelAnimator:
        """Open the engines, those that are missing taken or built first, and those that are stale built once more.

        Raises `NotBuiltError` where one is missing and not to be built, `EngineError`, `ModelError`.
        """
        new = self._complete(precisions, build=build)
        while True:
            noted = (self._store.look_up(self._key(name, precisions)) for name in contract.GRAPHS)
            self._opened = {engine.key: engine for engine in noted if engine}
            try:
                return open_graphs(self._folder, card, self._runtime, precisions, device=self._device, threads=self._threads)
            except StaleEngineError as error:
                if error.graph in new:
                    raise
                self._store.remove(self._key(error.graph, precisions))
                if not build:
                    raise NotBuiltError(error.sentence, f"Build it: puppet-engine build --model {self._folder}") from error
            new |= self._complete(precisions, build=True, take=False)

    def is_accepted(self, precisions: Precisions) -> bool:
        """Whether all of them are there, as they were when last opened if they were, and passed the gate."""
        look = self._store.look_up if self._opened else self._store.find  # what was opened was proven then
        found = [look(self._key(name, precisions)) for name in contract.GRAPHS]
        return all(engine and engine.accepted and self._opened.get(engine.key, engine).sha256 == engine.sha256 for engine in found)

    def refusal(self, precisions: Precisions) -> Verdict | None:
        """The verdict that refused one of them before; None when none did."""
        found = (self._store.refusal(self._key(name, precisions)) for name in contract.GRAPHS)
        return next((verdict for verdict in found if verdict), None)

    def accept(self, precisions: Precisions, verdict: Verdict) -> None:
        """Let them be used from now on, as they were when last opened. Raises `EngineError` when the disk won't have it."""
        keys = (self._key(name, precisions) for name in contract.GRAPHS)
        self._store.accept([self._opened[key] for key in keys if key in self._opened], verdict)

    def reject(self, precisions: Precisions, later: Sequence[Precisions], verdict: Verdict) -> None:
        """Remove them, but for those to be tried again beside others `later`. Raises `EngineError` when the disk won't have it."""
        wanted = {self._key(name, rung) for rung in later for name in contract.GRAPHS}
        self._store.reject({self._key(name, precisions) for name in contract.GRAPHS} - wanted, verdict)

    def _complete(self, precisions: Precisions, *, build: bool, take: bool = True) -> set[str]:
        """Take or build the engines that are missing; the graphs of those that were built. take: else what was made ahead is no use."""
        built = set()
        for index, name in enumerate(contract.GRAPHS):
            if self._has(name, precisions) or (take and self._store.take(self._key(name, precisions), self._folder / SHIPPED)):
                continue
            if not build:
                raise NotBuiltError(
                    f"{self._runtime.name} has not built {name} of {self._folder.name} yet.",
                    f"Build it: puppet-engine build --model {self._folder}",
                )
            what = f"{name.removesuffix('.onnx')} in {precisions[name]}"
            samples = (lambda graph=name: stored_feeds(self._folder)[graph]) if precisions[name] == "i8" else None
            self._runtime.build(*self._graph(name, precisions), _part(self._report, index, what), samples)
            built.add(name)
        return built

    def _has(self, name: str, precisions: Precisions) -> bool:
        return self._store.find(self._key(name, precisions)) is not None

    def _graph(self, name: str, precisions: Precisions) -> tuple[Path, EngineOptions]:
        return self._folder / name, EngineOptions(self._device, precisions[name], self._threads)

    def _key(self, name: str, precisions: Precisions) -> EngineKey:
        """Remembered, for it takes the hash of the graph."""
        known = self._keys.get((name, precisions[name]))
        if known is None:
            known = self._keys[name, precisions[name]] = self._runtime.key(*self._graph(name, precisions))
        return known


def _part(report: Report, index: int, what: str) -> Report:
    """A report on one graph as a report on all."""
    return lambda share, words: report((index + share) / len(contract.GRAPHS), f"{what}: {words}")
