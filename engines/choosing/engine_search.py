"""The comparison behind `auto`: each candidate opened, put to the parity gate and timed on the way, and the fastest kept open.

Those that come near the fastest are timed again in turns: one glance at a busy computer tells little.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from engines.building.build_progress import BuildStoppedError, Report
from engines.building.model_build import NotBuiltError, RefusedError, builds, open_passing, precision_words
from engines.building.parity_gate import compare
from engines.building.reference import Reference, make_reference, stored_reference
from engines.choosing.missed_engines import is_here, mark_missed
from engines.choosing.remembered_choice import Choice, Situation, Trial
from engines.choosing.second_look import in_doubt, near, take_turns
from engines.choosing.unforeseen import foreseen
from engines.engine import Precision, ShortageError
from engines.model_animator import ModelAnimator, open_graphs
from engines.onnxruntime import OnnxRuntime
from engines.registry import RUNTIMES, Candidate, candidates
from puppet import contract
from puppet.contract import ModelCard
from puppet.errors import EngineError, ModelError

__all__ = ["Chosen", "Search", "is_here", "lost", "open_trial"]


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
        self._broken: ModelError | None = None  # what a runtime says of the model, which holds where no other draws it

    def run(self, known: Mapping[str, Trial]) -> Chosen:
        """Try every candidate that is not `known` by its name, and open the fastest of all that pass.

        Raises `EngineError` with every reason where none does, `ModelError`, `BuildStoppedError` when `report` says to stop.
        """
        order = candidates("auto", self._situation.device)
        trials: dict[str, Trial] = {}
        with ExitStack() as failing:
            failing.callback(self._let_go)
            share = 1 / (len(order) + 1)
            for index, candidate in enumerate(order):
                name = str(candidate)
                trials[name] = known.get(name) or self._as_reference(candidate) or self._try(candidate, index * share, share)
            self._open_fastest(trials)
            if self._held is not None and in_doubt(trials.values()):
                self._look_again(trials, 1 - share)
                self._open_fastest(trials)
            if self._held is None:
                raise self._broken or _nothing(list(trials.values()))
            chosen, animator = self._held
            choice = Choice(situation=self._situation, trials=mark_missed(list(trials.values()), chosen), chosen=chosen)
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
                animator = self._open(trial)
            except BuildStoppedError:
                raise
            except NotBuiltError as error:  # its engines were pruned
                trials[trial.name] = trial.model_copy(update={"reason": error.sentence, "hint": error.hint, "pending": True})
            except EngineError as error:
                trials[trial.name] = lost(trial, error, "it passed before and can't be opened any more")
            else:
                self._hold(trial, animator)
                return

    def _look_again(self, trials: dict[str, Trial], begun: float) -> None:
        """Time in turns whoever comes near the one that is held, note it in `trials`, and hold the fastest."""
        assert self._held is not None, "somebody passed"
        rivals = near(trials.values())
        with ExitStack() as closing:
            opened = {self._held[0].name: self._held[1]}
            closing.callback(_close_all, opened)
            self._held = None
            for rival in rivals:
                try:
                    opened[rival.name] = opened.get(rival.name) or self._open(rival)
                except BuildStoppedError:
                    raise
                except EngineError:
                    continue  # there may be no room for two, which says nothing against it
            names = " and ".join(opened)
            times = take_turns(opened, self._reference, lambda: self._go_on(begun, f"comparing {names}"))
            looked_at = all(rival.looks for rival in rivals)  # all met the same before, so the best of both times counts
            for rival in rivals:
                trial = rival.model_copy(update={"looks": rival.looks + 1, "sure": times.sure and len(times.milliseconds) == len(rivals)})
                if (found := times.milliseconds.get(rival.name)) is not None:
                    trial = trial.model_copy(update={"milliseconds": min(found, rival.milliseconds) if looked_at else found})
                error = times.failed.get(rival.name)
                trials[rival.name] = lost(trial, error, "it passed and fails now") if error else trial
            running = [trials[name] for name in times.milliseconds]
            if running:
                fastest = min(running, key=lambda trial: trial.milliseconds)
                self._held = fastest, opened.pop(fastest.name)

    def _open(self, trial: Trial) -> ModelAnimator:
        return open_trial(self._folder, self._card, trial, self._situation.threads, build=self._build, report=self._report)

    def _go_on(self, share: float, words: str) -> None:
        if not self._report(share, words):
            raise BuildStoppedError("The comparison of engines was stopped.")

    def _try(self, candidate: Candidate, begun: float, share: float) -> Trial:
        """Open a candidate, put it to the gate and time it; it stays open while it is the fastest."""
        trial = Trial(runtime=candidate.runtime.name, device=candidate.device)
        report: Report = lambda done, words: self._report(begun + share * done, words)  # noqa: E731
        self._go_on(begun, f"trying {candidate}")
        here = is_here(candidate)
        wanted = self._situation
        try:
            with foreseen(candidate.runtime.name):
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
        except ModelError as error:  # another runtime may draw it all the same
            self._broken = self._broken or error
            return trial.model_copy(update={"reason": error.sentence, "hint": error.hint})
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


def open_trial(folder: Path, card: ModelCard, trial: Trial, threads: int, *, build: bool, report: Report) -> ModelAnimator:
    """Open what passed before. Raises `EngineError` when it can't be any more, `NotBuiltError` when it must be built."""
    runtime = RUNTIMES[trial.runtime]
    with foreseen(trial.runtime):
        if not builds(runtime):
            return open_graphs(folder, card, runtime, trial.precisions, device=trial.device, threads=threads)
        precision: Precision = trial.precisions[contract.ANIMATE]
        return open_passing(folder, card, runtime, trial.device, precision, threads=threads, build=build, report=report).animator


def lost(trial: Trial, error: EngineError, words: str = "it ran best before and can't be opened any more") -> Trial:
    """The trial of an engine that ran before and does not now."""
    return trial.model_copy(update={"reason": f"{words}: {error.sentence}", "hint": error.hint, "missed": True, "again": True})


def _close_all(opened: Mapping[str, ModelAnimator]) -> None:
    for animator in opened.values():
        animator.close()


def _nothing(trials: Sequence[Trial]) -> EngineError:
    """What is said when nothing can run a model: every reason."""
    listed = "; ".join(f"{trial.name}: {trial.reason.rstrip('.')}" for trial in trials)
    return EngineError(f"No engine can run this: {listed}.", "See what there is: puppet-engine list")
