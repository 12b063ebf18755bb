"""Who takes part: every runtime that can be used here, on each of its devices, in each precision that makes a difference."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from engines.building.build_progress import Report
from engines.building.engine_set import builds
from engines.building.model_build import build_model, is_ready, ladder, open_passing
from engines.engine import Device, Precision, Runtime
from engines.measuring.peaks import gpu_number
from engines.model_animator import ModelAnimator, open_graphs
from engines.registry import RUNTIMES
from puppet.contract import ModelCard
from puppet.errors import EngineError

EXACT = ("f32", "auto")
"""Native precisions beside which float32 is nothing else: itself, and that of a device that decides for itself."""


class Contender(NamedTuple):
    """A runtime on a device (None: its first), in a precision."""

    runtime: Runtime
    device: str | None
    precision: Precision

    def __str__(self) -> str:
        return " ".join(word for word in (self.runtime.name, self.device, self.precision if self.precision != "auto" else "") if word)

    @property
    def gpu(self) -> int | None:
        """The number of the NVIDIA GPU it runs on; None for anything else."""
        return gpu_number(self.device)

    def prepare(self, folder: Path, report: Report) -> None:
        """Build what must be built first, if anything. Raises `EngineError`, `BuildStoppedError` when `report` says to stop."""
        if builds(self.runtime) and not is_ready(folder, self.runtime, self.device, self.precision):
            build_model(folder, self.runtime, self.device, self.precision, report)  # the gate's word is asked for in `open`

    def open(self, folder: Path, card: ModelCard, threads: int = 0) -> ModelAnimator:
        """Open a model; nothing is built.

        A runtime that only opens is not put to the gate, so that one that fails it can be looked at; one that builds lets in
        nothing else. Raises `EngineError`, `ModelError`.
        """
        if builds(self.runtime):
            return open_passing(folder, card, self.runtime, self.device, self.precision, threads=threads, build=False).animator
        precisions = ladder(self.runtime, self.precision)[0]
        return open_graphs(folder, card, self.runtime, precisions, device=self.device, threads=threads)


class Absence(NamedTuple):
    """A runtime that can't take part, and why."""

    engine: str
    error: EngineError

    def __str__(self) -> str:
        return f"{self.engine}: {self.error.sentence.rstrip('.')}"


def check_known(engines: Sequence[str]) -> None:
    """Raise `EngineError` for the first of these that is the name of no runtime."""
    unknown = [name for name in engines if name not in RUNTIMES]
    if unknown:
        raise EngineError(f"There is no engine called {unknown[0]}.", f"Choose one of {', '.join(RUNTIMES)}.")


def find_contenders(
    engines: Sequence[str] = (), device: str | None = None, precision: Precision = "auto"
) -> tuple[list[Contender], list[Absence]]:
    """Those of the engines named, or of all, and who can't take part.

    Without `device` every device takes part but those that stand for others. One that is named is taken at its word where engines are
    named too; else only runtimes take part that have such a device. In `auto` a device takes part in its fastest precision and, where
    that is another, in float32. Raises `EngineError` for an engine that nobody knows.
    """
    check_known(engines)
    found: list[Contender] = []
    absent: list[Absence] = []
    for name in engines or RUNTIMES:
        runtime = RUNTIMES[name]
        try:
            runtime.version()  # whether it is installed comes before what it would run on
            devices = runtime.devices()
        except EngineError as error:
            absent.append(Absence(name, error))
            continue
        if device is None:
            found += [
                Contender(runtime, each.name, kind) for each in devices if each.precision != "auto" for kind in _kinds(each, precision)
            ]
        elif not engines and _kind(device) not in {_kind(each.name) for each in devices}:
            only = ", ".join(each.name for each in devices)
            lacking = EngineError(f"{name} has no device {device} here, only {only}.", "Choose one of puppet-engine list.")
            absent.append(Absence(f"{name} {device}", lacking))
        else:
            known = [each for each in devices if each.name.upper() == device.upper()]
            kinds = _kinds(known[0], precision) if known else [precision]
            found += [Contender(runtime, device, kind) for kind in kinds]
    return found, absent


def _kind(name: str) -> str:
    """What a device is, without its number: `CUDA` of `cuda:1`, `GPU` of `GPU.0`."""
    return name.partition(":")[0].partition(".")[0].upper()


def _kinds(device: Device, precision: Precision) -> list[Precision]:
    return [precision] if precision != "auto" or device.precision in EXACT else ["auto", "f32"]
