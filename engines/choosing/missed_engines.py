"""Which engines should have run here and did not, so that a person is told."""

from collections.abc import Sequence

from engines.choosing.remembered_choice import Trial
from engines.choosing.unforeseen import foreseen
from engines.nvidia.graphics_cards import find_cards
from engines.registry import NVIDIA, RUNTIMES, Candidate
from puppet.errors import EngineError


def is_here(candidate: Candidate) -> bool:
    """Whether a candidate's runtime can be used here and offers its device; that it can run a model is another matter."""
    try:
        with foreseen(candidate.runtime.name):
            offered = candidate.runtime.devices()
    except EngineError:
        return False
    wanted = (candidate.device or "").upper()
    return not wanted or any(wanted in (device.name.upper(), device.name.partition(":")[0].upper()) for device in offered)


def mark_missed(trials: Sequence[Trial], chosen: Trial) -> list[Trial]:
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
    if not trial.again or is_here(Candidate(RUNTIMES[trial.runtime], trial.device)):
        return True
    try:
        with foreseen(trial.runtime):
            RUNTIMES[trial.runtime].version()
    except EngineError:
        return False
    return trial.device in (None, "CPU")  # what the runtime does by itself; other devices come with other packages
