"""Runtimes and what they run on, what `auto` makes of them, and the engines that were built. Nothing is tried or built here."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from puppet.contract import read_card
from puppet.errors import PuppetError
from ui.doctor.part import gather, reason_of
from ui.doctor.report import Automatic, DeviceFact, Engines, Finding, RuntimeFact

if TYPE_CHECKING:
    from engines.building.engine_store import StoredEngine
    from engines.choosing.remembered_choice import Choice, Trial
    from engines.engine import Runtime
    from engines.registry import Candidate


def look_at_engines(
    engine: str = "auto",
    folder: str = "",
    *,
    only: str = "",
    runtimes: "Mapping[str, Runtime] | None" = None,
    choose: Callable[[str, str], Automatic] | None = None,
    entries: "Callable[[], Sequence[StoredEngine]] | None" = None,
) -> Engines:
    """What there is. engine, folder: the runtime and the model folder of the settings; only: the one runtime to look at."""
    found = gather(Engines, runtimes=lambda: _look_at_all(_runtimes() if runtimes is None else runtimes, only))
    if only:
        return found
    chosen = gather(
        Engines,
        automatic=lambda: (choose or automatic_choice)(engine, folder),
        store=lambda: [_engine_words(stored) for stored in (entries or _entries)()],
        store_size=lambda: sum(stored.size for stored in (entries or _entries)() if not stored.rejected),
    )
    return chosen.model_copy(update={"runtimes": found.runtimes, "unknown": found.unknown | chosen.unknown})


def _look_at_all(runtimes: "Mapping[str, Runtime]", only: str) -> list[RuntimeFact]:
    return [look_at_runtime(name, runtime) for name, runtime in runtimes.items() if only in ("", name)]


def look_at_runtime(name: str, runtime: "Runtime") -> RuntimeFact:
    """One runtime, with its devices or the reason why it can't be used, whatever it raises."""
    fact = RuntimeFact(name=name)
    try:
        fact.version = runtime.version()
        fact.devices = [DeviceFact(**device._asdict()) for device in runtime.devices()]
    except Exception as error:  # each library has errors of its own, and the page wants the others
        fact.reason, fact.fix = reason_of(error), getattr(error, "hint", "")
        fact.ends = not isinstance(error, PuppetError)  # a run that looks at this runtime knows no better than to end
    return fact


def runtime_names() -> list[str]:
    """The names of all runtimes; none of them is loaded for it."""
    return list(_runtimes())


def automatic_choice(engine: str, folder: str) -> Automatic:
    """What the settings' engine comes to for a model folder, as far as it is known without trying. Raises `ModelError`."""
    if engine != "auto":
        return Automatic(chosen=engine, named=True, why=["named by the settings: no other is compared"])
    if not folder:
        return Automatic(why=["there is no model folder to choose for"])
    from engines.choosing.remembered_choice import remembered, situation_of  # noqa: PLC0415  as below
    from engines.registry import Candidate  # noqa: PLC0415

    choice = remembered(situation_of(read_card(Path(folder)), None, "auto", 0))
    if choice is None:
        return Automatic(why=[f"is found at the first start, which compares {_able_words()}"])
    if not _is_able(Candidate(_runtimes()[choice.chosen.runtime], choice.chosen.device)):
        gone = f"{choice.chosen.name} ran best before and can't be used now"
        return Automatic(why=[f"{gone}: the best is found again at the next start, which compares {_able_words()}"])
    return remembered_words(choice)


def remembered_words(choice: "Choice") -> Automatic:
    """A choice that was made at an earlier start."""
    chosen = choice.chosen
    return Automatic(
        chosen=f"{chosen.name} in {chosen.precision}",
        why=[_trial_words(trial) for trial in choice.trials if trial.missed or not trial.again],
        passed_over=[
            Finding(says=f"{trial.name} is passed over: {trial.reason}", fix=trial.hint) for trial in choice.trials if trial.missed
        ],
        to_build=[trial.name for trial in choice.trials if trial.pending],
    )


def _trial_words(trial: "Trial") -> str:
    if trial.pending:
        return f"{trial.name}: must be built first"
    if not trial.passed:
        return f"{trial.name}: {trial.reason}"
    refused = f"; refused: {', '.join(trial.refusals)}" if trial.refusals else ""
    verdict = f", {trial.verdict}" if trial.verdict else ""
    return f"{trial.name} in {trial.precision}: {trial.milliseconds:.1f} ms a frame{verdict}{refused}"


def _able_words() -> str:
    """The candidates that can run here, by their runtimes' own account."""
    from engines.registry import candidates  # noqa: PLC0415  as below

    able = [str(candidate) for candidate in candidates() if _is_able(candidate)]
    return ", ".join(able) or "nothing, because no engine can run"


def _is_able(candidate: "Candidate") -> bool:
    from engines.choosing.engine_search import is_here  # noqa: PLC0415  as below

    try:
        return is_here(candidate)
    except Exception:  # why is told with the runtimes
        return False


def _runtimes() -> "Mapping[str, Runtime]":
    from engines.registry import RUNTIMES  # noqa: PLC0415  the engines load only here

    return RUNTIMES


def _entries() -> "Sequence[StoredEngine]":
    from engines.building.engine_store import EngineStore  # noqa: PLC0415

    return EngineStore().entries()


def _engine_words(stored: "StoredEngine") -> str:
    """One built engine: what it is for, and what the parity gate said."""
    key = stored.key
    state = f"refused: {stored.rejected}" if stored.rejected else f"accepted, {stored.verdict}" if stored.accepted else "not judged yet"
    graph = f"graph {key.graph[:8]}"
    size = f", {stored.size / 1e6:.1f} MB" if not stored.rejected else ""
    return f"{key.runtime} {key.version}, {graph} in {key.precision} for {key.gpu} ({key.chip}), driver {key.driver}{size}: {state}"
