"""How `auto` chooses: every engine that can be opened here is put to the gate and timed, and the fastest that passes runs.

It is done once in each situation and remembered; where the computer was too busy to tell, the nearest are timed again at later starts.
What should have run and could not is said at every start, with the reason and the fix.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from engines.building.build_progress import BuildStoppedError, Report, quietly
from engines.building.model_build import NotBuiltError, builds, is_ready
from engines.choosing.engine_search import Chosen, Search, is_here, lost, open_trial
from engines.choosing.remembered_choice import Choice, Situation, Trial, forget, remember, remembered, situation_of
from engines.choosing.second_look import in_doubt
from engines.choosing.unforeseen import foreseen
from engines.engine import Precision
from engines.model_animator import ModelAnimator
from engines.registry import RUNTIMES, Candidate, candidates
from puppet.contract import ModelCard
from puppet.errors import EngineError

__all__ = ["Choice", "Chosen", "Situation", "Trial", "choose", "forget", "open_automatic", "remembered", "situation_of"]


def open_automatic(
    folder: Path,
    card: ModelCard,
    device: str | None,
    precision: Precision,
    threads: int,
    *,
    tell: Callable[[str], None],
    build: bool,
    report: Report,
) -> ModelAnimator:
    """Open a model on the engine that is remembered to be best here, else on the one that a comparison finds, which is remembered.

    Raises `EngineError` where no engine can run it, `ModelError`, `BuildStoppedError` when `report` says to stop.
    """
    situation = situation_of(card, device, precision, threads)
    choice = remembered(situation)
    known: dict[str, Trial] = {}
    if choice is not None and {trial.name for trial in choice.trials} != {str(each) for each in candidates("auto", device)}:
        choice = None  # another version of Puppet made it, among other engines
    if choice is not None:
        trials = [_look_again(trial, folder, precision, build=build) for trial in choice.trials]
        known = {trial.name: trial for trial in trials if trial is not None}
        if len(known) == len(trials) and not in_doubt(known.values()):
            try:
                animator = open_trial(folder, card, choice.chosen, threads, build=build, report=report)
            except BuildStoppedError:
                raise
            except NotBuiltError:  # its engines were pruned, and it is not for this caller to build them
                del known[choice.chosen.name]
            except EngineError as error:
                known[choice.chosen.name] = lost(choice.chosen, error)
            else:
                _tell_all(choice.model_copy(update={"trials": list(known.values())}), tell)
                return animator
    asked = {trial.name for trial in choice.trials if trial.again and trial.name not in known} if choice else set()
    choice, animator = choose(folder, card, situation, known=known, build=build, report=report)
    choice = choice.model_copy(update={"trials": [_ask_on(trial) if trial.name in asked else trial for trial in choice.trials]})
    try:
        remember(choice)
    except EngineError as error:
        tell(f"Which engine is best here can't be remembered: {error}")
    _tell_all(choice, tell)
    return animator


def choose(
    folder: Path,
    card: ModelCard,
    situation: Situation,
    *,
    known: Mapping[str, Trial] | None = None,
    build: bool = True,
    report: Report = quietly,
) -> Chosen:
    """Compare the engines that can be opened here and open the fastest that passes the gate; nothing is remembered.

    known: trials that need not be made anew, by name. build: else what must be built first stays pending. Raises as `open_automatic`.
    """
    return Search(folder, card, situation, build, report).run(known or {})


def _look_again(trial: Trial, folder: Path, precision: Precision, *, build: bool) -> Trial | None:
    """The trial, or None where it must be made anew: what it waited for has come."""
    runtime = RUNTIMES[trial.runtime]
    if trial.pending and builds(runtime):
        return None if build or _is_ready(folder, trial, precision) else trial
    if trial.missed and trial.again and is_here(Candidate(runtime, trial.device)):
        return None
    return trial


def _is_ready(folder: Path, trial: Trial, precision: Precision) -> bool:
    runtime = RUNTIMES[trial.runtime]
    try:
        with foreseen(trial.runtime):
            return builds(runtime) and is_ready(folder, runtime, trial.device, precision)
    except EngineError:
        return False


def _ask_on(trial: Trial) -> Trial:
    """The trial of what was tried again, to be tried again at the next start too if it failed without being refused."""
    return trial.model_copy(update={"again": not trial.passed and trial.verdict is None})


def _tell_all(choice: Choice, tell: Callable[[str], None]) -> None:
    for words in choice.words():
        tell(words)
