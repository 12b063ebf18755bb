"""The engines that one model needs of a runtime that builds: taken where they were made ahead, built where they are missing."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeGuard

from engines.building.build_progress import Report
from engines.building.engine_store import EngineKey, EngineStore, Verdict
from engines.building.reference import stored_feeds
from engines.engine import EngineOptions, Runtime, Tensor
from engines.model_animator import ModelAnimator, Precisions, open_graphs
from puppet import contract
from puppet.contract import ModelCard
from puppet.errors import EngineError

SHIPPED = "engines"
"""Folder inside a model folder where engines made ahead of time may lie."""

Samples = Callable[[], Sequence[Mapping[str, Tensor]]]


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

    def open(self, card: ModelCard, precisions: Precisions, *, build: bool) -> ModelAnimator:
        """Open the engines, those that are missing taken or built first, and those that can't be opened built once more.

        Raises `NotBuiltError` where one is missing and not to be built, `EngineError`, `ModelError`.
        """
        old = [name for name in contract.GRAPHS if self._has(name, precisions)]
        self._complete(precisions, build=build)
        try:
            return self._open(card, precisions)
        except EngineError:
            if not old or not build:
                raise
        for name in old:  # their bytes are as they were written: what they were written for has changed
            self._store.remove(self._key(name, precisions))
        self._complete(precisions, build=True)
        return self._open(card, precisions)

    def is_accepted(self, precisions: Precisions) -> bool:
        """Whether all of them are there and passed the gate."""
        found = [self._store.find(self._key(name, precisions)) for name in contract.GRAPHS]
        return all(engine is not None and engine.accepted for engine in found)

    def refusal(self, precisions: Precisions) -> Verdict | None:
        """The verdict that refused one of them before; None when none did."""
        found = (self._store.refusal(self._key(name, precisions)) for name in contract.GRAPHS)
        return next((verdict for verdict in found if verdict), None)

    def accept(self, precisions: Precisions, verdict: Verdict) -> None:
        """Let them be used from now on. Raises `EngineError` when the disk won't have it."""
        self._store.accept([self._key(name, precisions) for name in contract.GRAPHS], verdict)

    def reject(self, precisions: Precisions, later: Sequence[Precisions], verdict: Verdict) -> None:
        """Remove them, but for those to be tried again beside others `later`. Raises `EngineError` when the disk won't have it."""
        wanted = {self._key(name, rung) for rung in later for name in contract.GRAPHS}
        self._store.reject({self._key(name, precisions) for name in contract.GRAPHS} - wanted, verdict)

    def _open(self, card: ModelCard, precisions: Precisions) -> ModelAnimator:
        return open_graphs(self._folder, card, self._runtime, precisions, device=self._device, threads=self._threads)

    def _complete(self, precisions: Precisions, *, build: bool) -> None:
        for index, name in enumerate(contract.GRAPHS):
            if self._has(name, precisions) or self._store.take(self._key(name, precisions), self._folder / SHIPPED):
                continue
            if not build:
                raise NotBuiltError(
                    f"{self._runtime.name} has not built {name} of {self._folder.name} yet.",
                    f"Build it: puppet-engine build --model {self._folder}",
                )
            what = f"{name.removesuffix('.onnx')} in {precisions[name]}"
            samples = (lambda graph=name: stored_feeds(self._folder)[graph]) if precisions[name] == "i8" else None
            self._runtime.build(*self._graph(name, precisions), _part(self._report, index, what), samples)

    def _has(self, name: str, precisions: Precisions) -> bool:
        return self._runtime.built(*self._graph(name, precisions))

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
