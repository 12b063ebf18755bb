"""A model folder's graphs built for a runtime and let in by the gate, in the fastest precision that passes it.

What is tried in turn is a ladder: everything in float16, then keypoints in float32, then everything in float32. A runtime that only opens
graphs climbs one too, so that a processor's bf16 is held to the same reference.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engines.building.build_progress import Report, quietly
from engines.building.engine_set import BuildingRuntime, EngineSet, NotBuiltError, builds
from engines.building.engine_store import Verdict
from engines.building.parity_gate import Examined, examine
from engines.building.reference import Reference, reference_of
from engines.engine import Precision, Runtime
from engines.model_animator import ModelAnimator, Precisions, open_graphs
from puppet import contract
from puppet.contract import ModelCard, read_card
from puppet.errors import EngineError

REST = (contract.APPEARANCE, contract.ANIMATE)
KEYPOINTS: tuple[Precision, ...] = ("f16", "f32")
"""What the keypoints may compute in, beside anything coarser than f32."""

__all__ = [
    "BuildingRuntime",
    "NotBuiltError",
    "Passed",
    "RefusedError",
    "build_model",
    "builds",
    "is_ready",
    "is_refused",
    "ladder",
    "open_passing",
    "precision_words",
]


class RefusedError(EngineError):
    """No precision of a runtime passed the gate; `verdict` is the last one."""

    def __init__(self, verdict: Verdict, sentence: str, hint: str) -> None:
        super().__init__(sentence, hint)
        self.verdict = verdict


class Passed(NamedTuple):
    """An opened model that may be used. examined: None when it was accepted before; refusals: what was refused on the way, in words."""

    animator: ModelAnimator
    precisions: Precisions
    examined: Examined | None
    refusals: list[str]


def ladder(runtime: Runtime, precision: Precision) -> list[Precisions]:
    """What each graph computes in, to be tried in turn. Raises `EngineError` for a precision that a builder does not know."""
    exact = _rung("f32", "f32")
    if precision == "f32":
        return [exact]
    if not builds(runtime):
        return [_rung(precision, "f32"), *([exact] if precision == "auto" else [])]
    if precision == "bf16":
        raise EngineError(f"{runtime.name} computes in f16, f32 or i8, not in bf16.", "Leave the precision to auto.")
    if precision == "i8":
        # The portrait is encoded but once: there i8 would save nothing.
        return [{**_rung("f16", keypoints), contract.ANIMATE: "i8"} for keypoints in KEYPOINTS]
    return [*(_rung("f16", keypoints) for keypoints in KEYPOINTS), *([exact] if precision == "auto" else [])]


def precision_words(precisions: Precisions, computed: str = "") -> str:
    """`f16`, or `f16 with keypoints in f32`; `computed`: what `auto` came to."""
    rest, keypoints = (
        computed if precisions[name] == "auto" and computed else precisions[name] for name in (contract.ANIMATE, contract.KEYPOINTS)
    )
    return rest if rest == keypoints else f"{rest} with keypoints in {keypoints}"


def build_model(folder: Path, runtime: BuildingRuntime, device: str | None, precision: Precision, report: Report) -> Verdict:
    """Build what is not built yet, and put it to the gate; the verdict of the first precision that passes, else of the last.

    On a worker, if need be: it takes seconds to minutes. Raises `ModelError`, `EngineError` when a graph can't be built,
    `BuildStoppedError` when `report` says to stop.
    """
    try:
        passed = open_passing(folder, read_card(folder), runtime, device, precision, examined=True, report=report)
    except RefusedError as refused:
        return refused.verdict
    passed.animator.close()
    assert passed.examined is not None, "asked for"
    return passed.examined.verdict


def open_passing(
    folder: Path,
    card: ModelCard,
    runtime: Runtime,
    device: str | None,
    precision: Precision,
    *,
    threads: int = 0,
    build: bool = True,
    examined: bool = False,
    report: Report = quietly,
    reference: Callable[[], Reference] | None = None,
) -> Passed:
    """Open a model on a runtime in the first precision of its ladder that passes the gate, building what is missing.

    build: else `NotBuiltError` where something is missing. examined: put to the gate even what was accepted before. Raises
    `RefusedError` when nothing passes, `EngineError`, `ModelError`.
    """
    reference = reference or (lambda: reference_of(folder))
    ahead = EngineSet(folder, runtime, device, threads, report) if builds(runtime) else None
    rungs = ladder(runtime, precision)
    refusals: list[str] = []
    verdict: Verdict | None = None
    for index, precisions in enumerate(rungs):
        if ahead and (known := ahead.refusal(precisions)):
            verdict = known
            refusals.append(f"in {precision_words(precisions)} {known.reason}")
            continue
        if ahead:
            animator = ahead.open(card, precisions, build=build)
            if not examined and ahead.is_accepted(precisions):
                return Passed(animator, precisions, None, refusals)
        else:
            animator = open_graphs(folder, card, runtime, precisions, device=device, threads=threads)
        try:
            found = examine(animator, reference())
        except BaseException:
            animator.close()
            raise
        if found.verdict.passed:
            if ahead:
                with suppress(EngineError):  # where the disk is full, they are put to the gate again next time
                    ahead.accept(precisions, found.verdict)
            return Passed(animator, precisions, found, refusals)
        computed = animator.device.precision
        animator.close()
        verdict = found.verdict
        refusals.append(f"in {precision_words(precisions, computed)} {verdict.reason}")
        if ahead:
            ahead.reject(precisions, rungs[index + 1 :], verdict)
        elif computed == "f32":  # what comes next is the same
            break
    assert verdict is not None, "a ladder has rungs"
    raise RefusedError(
        verdict,
        f"{runtime.name} does not draw what {card.name} should: {'; '.join(refusals)}.",
        "Update the driver and the runtime, or choose another engine: puppet-engine list",
    )


def is_ready(folder: Path, runtime: BuildingRuntime, device: str | None, precision: Precision) -> bool:
    """Whether a model can be opened without building: engines that passed the gate are there. False where the runtime can't be used."""
    ahead = EngineSet(folder, runtime, device, 0, quietly)
    try:
        rungs = [precisions for precisions in ladder(runtime, precision) if not ahead.refusal(precisions)]
        return any(ahead.is_accepted(precisions) for precisions in rungs)
    except EngineError:
        return False


def is_refused(folder: Path, runtime: BuildingRuntime, device: str | None, precision: Precision) -> bool:
    """Whether the gate refused every precision before, so that building again is no use. Raises `EngineError`."""
    ahead = EngineSet(folder, runtime, device, 0, quietly)
    return all(ahead.refusal(precisions) for precisions in ladder(runtime, precision))


def _rung(rest: Precision, keypoints: Precision) -> Precisions:
    return {contract.KEYPOINTS: keypoints, **dict.fromkeys(REST, rest)}
