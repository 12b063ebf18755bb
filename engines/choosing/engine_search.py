"""The comparison behind `auto`: each candidate opened, put to the parity gate and timed on the way, and the fastest kept open."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from engines.building.build_progress import BuildStoppedError, Report
from engines.building.model_build import NotBuiltError, RefusedError, builds, open_passing, precision_words
from engines.building.parity_gate import compare
from engines.building.reference import Reference, make_reference, stored_reference
from engines.choosing.remembered_choice import Choice, Situation, Trial
from engines.engine import Precision, ShortageError
from engines.model_animator import ModelAnimator, open_graphs
from engines.nvidia.graphics_cards import find_cards
from engines.onnxruntime import OnnxRuntime
from engines.registry import NVIDIA, RUNTIMES, Candidate, candidates
from puppet import contract
from puppet.contract import ModelCard
from puppet.errors import EngineError


class Chosen(NamedTuple):
    """A choice, and the animator that it gave, opened."""

    choice: Choice
    animator: ModelAnimator


class Search:
    """One comparison in one situation. Used on one thread, which owns what it opens."""

    def __init__(self, folder: Path, card: ModelCard, situation: Situation, build: bool, report: Report) -> None:
        """build: what must be built first is; else it stays pending. `report` hears what is tried, and may stop it."""
        self._folder = folder
        self._card = card
        self._situation = situation
        self._build = build
        self._report = report
        self._held: tuple[Trial, ModelAnimator] | None = None

    def run(self, known: Mapping[str, Trial]) -> Chosen:
        """Try every candidate that is not `known` by its name, and open the fastest of all that pass.

        Raises `EngineError` with every reason where none does, `ModelError`, `BuildStoppedError` when `report` says to stop.
        """
        order = candidates("auto", self._situation.device)
        trials: dict[str, Trial] = {}
        with ExitStack() as failing:
            failing.callback(self._let_go)
            for index, candidate in enumerate(order):
                name = str(candidate)
                trials[name] = known.get(name) or self._as_reference(candidate) or self._try(candidate, index / len(order), 1 / len(order))
            self._open_fastest(trials)
            if self._held is None:
                raise _nothing(list(trials.values()))
            chosen, animator = self._held
            choice = Choice(situation=self._situation, trials=_mark(list(trials.values()), chosen), chosen=chosen)
            failing.pop_all()
        return Chosen(choice, animator)

    @cached_property
    def _reference(self) -> Reference:
        return stored_reference(self._card) or make_reference(self._folder, self._card)

    def _as_reference(self, candidate: Candidate) -> Trial | None:
        """The trial of what drew the reference itself a moment ago; None for all else."""
        wanted = self._situation
        same = candidate.runtime.name == OnnxRuntime.name and candidate.device == "CPU"
        made = self.__dict__.get("_reference")  # by a candidate before
        if not same or wanted.threads or wanted.precision not in ("auto", "f32") or made is None or made.runtime != OnnxRuntime.name:
            return None
        answers = self._reference.answers
        return Trial(
            runtime=candidate.runtime.name,
            device=candidate.device,
            precisions=dict.fromkeys(contract.GRAPHS, "f32"),
            precision="f32",
            milliseconds=answers.milliseconds,
            verdict=compare(answers, answers),
        )

    def _open_fastest(self, trials: dict[str, Trial]) -> None:
        """Hold the fastest that passed, opening it where it was not tried now; what can't be opened any more is marked in `trials`."""
        for trial in sorted((trial for trial in trials.values() if trial.passed), key=lambda trial: trial.milliseconds):
            if self._held is not None and self._held[0] is trial:
                return
            try:
                animator = open_trial(self._folder, self._card, trial, self._situation.threads, build=self._build, report=self._report)
            except BuildStoppedError:
                raise
            except EngineError as error:
                trials[trial.name] = lost(trial, error)
            else:
                self._hold(trial, animator)
                return

    def _try(self, candidate: Candidate, begun: float, share: float) -> Trial:
        """Open a candidate, put it to the gate and time it; it stays open while it is the fastest."""
        trial = Trial(runtime=candidate.runtime.name, device=candidate.device)
        report: Report = lambda done, words: self._report(begun + share * done, words)  # noqa: E731
        if not report(0.0, f"trying {candidate}"):
            raise BuildStoppedError("The comparison of engines was stopped.")
        here = is_here(candidate)
        wanted = self._situation
        try:
            passed = open_passing(
                self._folder,
                self._card,
                candidate.runtime,
                candidate.device,
                wanted.precision,
                threads=wanted.threads,
                build=self._build,
                examined=True,
                report=report,
                reference=lambda: self._reference,
            )
        except BuildStoppedError:
            raise
        except NotBuiltError as error:
            return trial.model_copy(update={"reason": error.sentence, "hint": error.hint, "pending": True})
        except RefusedError as error:
            return trial.model_copy(update={"reason": error.sentence, "hint": error.hint, "verdict": error.verdict})
        except EngineError as error:
            return trial.model_copy(
                update={"reason": error.sentence, "hint": error.hint, "again": not here or isinstance(error, ShortageError)}
            )
        assert passed.examined is not None, "asked for"
        facts = {
            "precisions": dict(passed.precisions),
            "precision": precision_words(passed.precisions, passed.animator.device.precision),
            "milliseconds": passed.examined.milliseconds,
            "verdict": passed.examined.verdict,
            "refusals": passed.refusals,
        }
        trial = trial.model_copy(update=facts)
        if self._held is None or trial.milliseconds < self._held[0].milliseconds:
            self._hold(trial, passed.animator)
        else:
            passed.animator.close()
        return trial

    def _hold(self, trial: Trial, animator: ModelAnimator) -> None:
        self._let_go()
        self._held = trial, animator

    def _let_go(self) -> None:
        if self._held is not None:
            self._held[1].close()
        self._held = None


def is_here(candidate: Candidate) -> bool:
    """Whether a candidate's runtime can be used here and offers its device; that it can run a model is another matter."""
    try:
        offered = candidate.runtime.devices()
    except EngineError:
        return False
    wanted = (candidate.device or "").upper()
    return not wanted or any(wanted in (device.name.upper(), device.name.partition(":")[0].upper()) for device in offered)


def open_trial(folder: Path, card: ModelCard, trial: Trial, threads: int, *, build: bool, report: Report) -> ModelAnimator:
    """Open what passed before. Raises `EngineError` when it can't be any more, `NotBuiltError` when it must be built."""
    runtime = RUNTIMES[trial.runtime]
    if not builds(runtime):
        return open_graphs(folder, card, runtime, trial.precisions, device=trial.device, threads=threads)
    precision: Precision = trial.precisions[contract.ANIMATE]
    return open_passing(folder, card, runtime, trial.device, precision, threads=threads, build=build, report=report).animator


def lost(trial: Trial, error: EngineError) -> Trial:
    """The trial of an engine that ran before and can't be opened any more."""
    reason = f"it ran best before and can't be opened any more: {error.sentence}"
    return trial.model_copy(update={"reason": reason, "hint": error.hint, "missed": True, "again": True})


def _mark(trials: Sequence[Trial], chosen: Trial) -> list[Trial]:
    """The trials, those marked that should have run rather than `chosen`.

    What is not installed is nobody's fault, but where an NVIDIA card lies idle: then the first of those that would use it is marked.
    """
    earlier = trials[: next(index for index, trial in enumerate(trials) if trial.name == chosen.name)]
    failed = [trial for trial in earlier if not trial.passed and not trial.pending]
    wanting = [trial for trial in failed if (trial.runtime, trial.device) in NVIDIA]
    if wanting and not find_cards():
        failed = [trial for trial in failed if trial not in wanting]
        wanting = []
    missed = {trial.name for trial in failed if trial.missed or trial.verdict is not None or _is_installed(trial)}
    idle = wanting and (chosen.runtime, chosen.device) not in NVIDIA
    if idle and not any(trial.pending or trial.name in missed for trial in trials if (trial.runtime, trial.device) in NVIDIA):
        missed.add(wanting[0].name)
    return [trial.model_copy(update={"missed": trial.name in missed or (trial.missed and not trial.passed)}) for trial in trials]


def _is_installed(trial: Trial) -> bool:
    """Whether what a failed trial wanted is there, so that it should have worked."""
    if not trial.again:
        return True
    try:
        RUNTIMES[trial.runtime].version()
    except EngineError:
        return False
    return trial.device in (None, "CPU")  # what the runtime does by itself; other devices come with other packages


def _nothing(trials: Sequence[Trial]) -> EngineError:
    """What is said when nothing can run a model: every reason."""
    listed = "; ".join(f"{trial.name}: {trial.reason.rstrip('.')}" for trial in trials)
    return EngineError(f"No engine can run this: {listed}.", "See what there is: puppet-engine list")
