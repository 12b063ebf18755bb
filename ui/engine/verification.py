"""Engines put to the parity gate again: what passes, what fails, and what can't be tried here."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from engines.building.build_progress import quietly
from engines.building.engine_set import BuildingRuntime, EngineSet, builds
from engines.building.engine_store import EngineStore, Verdict
from engines.building.model_build import ladder, precision_words
from engines.building.parity_gate import judge
from engines.building.reference import Reference, reference_of
from engines.engine import EngineOptions
from engines.measuring.contenders import Contender, find_contenders
from engines.model_animator import ModelAnimator, Precisions
from puppet.contract import GRAPHS, read_card
from puppet.errors import EngineError
from ui.engine.known_graphs import graph_words, known_graphs
from ui.engine.store_table import home_words

State = Literal["passed", "failed", "not tried"]


class Verified(BaseModel):
    """What was found of one engine. keys: digests of the stored engines that took part; none for a runtime that builds nothing."""

    model: str
    engine: str
    precision: str
    state: State
    verdict: Verdict | None = None
    reason: str = ""
    keys: list[str] = []


class Verification:
    """One model's engines, one after another. Used on one thread."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """`tell` hears what is tried. Raises `ModelError` for a broken folder."""
        self._folder = folder
        self._card = read_card(folder)
        self._tell = tell

    def run(self, engines: Sequence[str] = (), device: str | None = None) -> Iterator[Verified]:
        """Every runtime here, of those named or of all, on its devices; of those that build, whatever they have built.

        Raises `EngineError` for an engine that was named and can't be used, and for a device that nothing here has.
        """
        found, absent = find_contenders(engines, device)
        if engines and absent:
            raise absent[0].error
        if not found:
            what = f"There is no device called {device} here" if device else "No engine can be used here"
            raise EngineError(f"{what}: {'; '.join(map(str, absent))}.", "See what there is: puppet-engine list")
        for contender in found:
            if not builds(contender.runtime):
                yield self._judge_opened(contender)
            elif contender.precision == "auto":  # the other precisions are among what was built
                yield from self._judge_built(contender.runtime, contender.device)

    @cached_property
    def _reference(self) -> Reference:
        return reference_of(self._folder)

    def _judge_opened(self, contender: Contender) -> Verified:
        name = " ".join(filter(None, (contender.runtime.name, contender.device)))
        precisions = ladder(contender.runtime, contender.precision)[0]
        return self._judge(name, precisions, partial(contender.open, self._folder, self._card))

    def _judge_built(self, runtime: BuildingRuntime, device: str | None) -> Iterator[Verified]:
        """Whatever stands in the store of all that could be built, each company of engines by itself; those that fail are removed."""
        built = EngineSet(self._folder, runtime, device, 0, quietly)
        rungs = [*ladder(runtime, "auto"), *ladder(runtime, "i8")]
        standing = [rung for rung in rungs if all(runtime.built(*self._graph(graph, device, rung)) for graph in GRAPHS)]
        passed: list[Precisions] = []
        for index, precisions in enumerate(standing):
            row = self._judge(f"{runtime.name} {device}", precisions, partial(built.open, self._card, precisions, build=False))
            if row.verdict and row.verdict.passed:
                built.accept(precisions, row.verdict)
                passed.append(precisions)
            elif row.verdict:  # what is in good company too may not be at fault
                built.reject(precisions, [*passed, *standing[index + 1 :]], row.verdict)
            keys = [runtime.key(*self._graph(graph, device, precisions)).digest for graph in GRAPHS]
            yield row.model_copy(update={"keys": keys})

    def _graph(self, graph: str, device: str | None, precisions: Precisions) -> tuple[Path, EngineOptions]:
        return self._folder / graph, EngineOptions(device, precisions[graph])

    def _judge(self, name: str, precisions: Precisions, opener: Callable[[], ModelAnimator]) -> Verified:
        """Open and judge; whatever goes wrong is a failure."""
        self._tell(f"{self._card.name} on {name}")
        words = precision_words(precisions)
        try:
            animator = opener()
            try:
                words = precision_words(precisions, animator.device.precision)
                verdict = judge(animator, self._reference)
            finally:
                animator.close()
        except EngineError as error:
            return Verified(model=self._card.name, engine=name, precision=words, state="failed", reason=error.sentence)
        state: State = "passed" if verdict.passed else "failed"
        return Verified(model=self._card.name, engine=name, precision=words, state=state, verdict=verdict, reason=verdict.reason)


def untried(folders: Sequence[Path], rows: Sequence[Verified]) -> list[Verified]:
    """The stored engines that none of the rows speaks of, and why."""
    graphs = known_graphs(folders)
    tried = {key for row in rows for key in row.keys}
    found = []
    for stored in EngineStore().entries():
        key = stored.key
        if key.digest in tried or stored.rejected:
            continue
        known = key.graph in graphs
        reason = "for another GPU, driver or version, or alone" if known else "of a model that is not known here: name it with --model"
        words = graph_words(key, graphs)
        found.append(Verified(model=words, engine=home_words(key), precision=key.precision, state="not tried", reason=reason))
    return found
