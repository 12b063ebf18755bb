"""Opens a model folder on whatever runs it best here, or on the engine named."""

from collections.abc import Callable
from pathlib import Path

from engines.building.build_progress import Report, quietly
from engines.building.model_build import NotBuiltError, builds, is_ready, is_refused, ladder, open_passing, precision_words
from engines.choosing.automatic import open_automatic, remembered, situation_of
from engines.engine import Precision
from engines.model_animator import ModelAnimator, open_graphs
from engines.registry import candidates
from puppet.contract import read_card
from puppet.errors import EngineError

__all__ = ["ModelAnimator", "engine_to_build", "open_animator", "quiet"]


def quiet(_words: str) -> None:
    """Tells nobody."""


def open_animator(
    folder: Path,
    engine: str = "auto",
    device: str | None = None,
    precision: Precision = "auto",
    threads: int = 0,
    *,
    tell: Callable[[str], None] = quiet,
    build: bool = True,
    report: Report = quietly,
) -> ModelAnimator:
    """Open a model folder on the engine named, or on the one that `auto` found to be best in this situation.

    `threads` 0 leaves the count to the runtime. `tell` hears in words what should have run and can't, with the reason and the fix. An
    engine that must be built first is built and put to the parity gate, which `report` hears of and may stop; with `build` False what
    is ready serves instead. The first `auto` on a computer compares engines, which takes a second or two.
    Raises `ModelError`, `EngineError`, `BuildStoppedError`.
    """
    card = read_card(folder)
    if engine == "auto":
        return open_automatic(folder, card, device, precision, threads, tell=tell, build=build, report=report)
    runtime = candidates(engine, device)[0].runtime
    if not builds(runtime):
        return open_graphs(folder, card, runtime, ladder(runtime, precision)[0], device=device, threads=threads)
    try:
        passed = open_passing(folder, card, runtime, device, precision, threads=threads, build=build, report=report)
    except NotBuiltError as error:
        animator = open_automatic(folder, card, None, "auto", threads, tell=quiet, build=False, report=report)
        tell(f"{error} Meanwhile {animator.engine} runs.")
        return animator
    if passed.refusals:
        tell(f"{engine} runs in {precision_words(passed.precisions)}: {'; '.join(passed.refusals)}.")
    return passed.animator


def engine_to_build(folder: Path, engine: str = "auto", device: str | None = None, precision: Precision = "auto", threads: int = 0) -> str:
    """What `open_animator` would build before it opens a model, in words; empty where nothing better is to be built here.

    Quick, but for reading the files that were built before. Raises `ModelError`, and `EngineError` for an engine that is not known.
    """
    card = read_card(folder)
    failed: set[str] = set()
    if engine == "auto":
        choice = remembered(situation_of(card, device, precision, threads))
        failed = {trial.name for trial in choice.trials if not trial.passed and not trial.pending} if choice else set()
    for candidate in candidates(engine, device):
        runtime = candidate.runtime
        if not builds(runtime) or str(candidate) in failed:
            continue
        try:
            if is_ready(folder, runtime, candidate.device, precision):
                return ""
            if is_refused(folder, runtime, candidate.device, precision):
                continue
            gpu = runtime.devices()[0].description.partition(",")[0]
        except EngineError:
            continue
        return f"Building {card.name} for {gpu}"
    return ""
