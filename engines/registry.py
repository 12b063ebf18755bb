"""The runtimes by name, and the order in which `auto` tries them."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from engines.engine import Device, Runtime
from engines.onnxruntime import OnnxRuntime
from engines.openvino import OpenVinoRuntime
from puppet.errors import EngineError

RUNTIMES: dict[str, Runtime] = {runtime.name: runtime for runtime in (OpenVinoRuntime(), OnnxRuntime())}

AUTOMATIC = (("onnxruntime", "CUDA"), ("openvino", "CPU"), ("onnxruntime", "CPU"))
"""Runtime and device, best first: a graphics card before the processor, and on the processor what `puppet-engine bench`
measured. Intel GPUs and NPUs run when named; they are not tried unasked because nobody has measured them yet."""

Opened = TypeVar("Opened")


class Candidate(NamedTuple):
    """A runtime with the device it would run on; None is the runtime's own first choice."""

    runtime: Runtime
    device: str | None

    def __str__(self) -> str:
        return f"{self.runtime.name} {self.device}" if self.device else self.runtime.name


class Availability(NamedTuple):
    """What a runtime can do here; with a `reason` why it can do nothing, there is no device."""

    name: str
    version: str
    devices: tuple[Device, ...]
    reason: str = ""


def survey() -> list[Availability]:
    """Every runtime, with its devices or the reason why it can't be used."""
    found = []
    for name, runtime in RUNTIMES.items():
        version = ""
        try:
            version = runtime.version()
            found.append(Availability(name, version, runtime.devices()))
        except EngineError as error:
            found.append(Availability(name, version, (), str(error)))
    return found


def candidates(engine: str = "auto", device: str | None = None) -> list[Candidate]:
    """What to try in turn: the engine named or, for `auto`, every one (that may have `device`).

    Raises `EngineError` for a name that is not known.
    """
    if engine == "auto":
        order = AUTOMATIC if device is None else tuple((name, device) for name in dict.fromkeys(name for name, _ in AUTOMATIC[1:]))
        return [Candidate(RUNTIMES[name], wanted) for name, wanted in order]
    if engine not in RUNTIMES:
        raise EngineError(f"There is no engine called {engine}.", f"Choose one of auto, {', '.join(RUNTIMES)}.")
    return [Candidate(RUNTIMES[engine], device)]


def open_first(engine: str, device: str | None, opener: Callable[[Candidate], Opened]) -> Opened:
    """What `opener` makes of the first candidate that can be used.

    Raises `EngineError` with the reason of each candidate when there is none; a `ModelError` of the opener ends the search.
    """
    reasons: list[tuple[Candidate, EngineError]] = []
    for candidate in candidates(engine, device):
        try:
            return opener(candidate)
        except EngineError as error:
            reasons.append((candidate, error))
    if len(reasons) == 1:
        raise reasons[0][1]
    listed = "; ".join(f"{candidate}: {error.sentence.rstrip('.')}" for candidate, error in reasons)
    raise EngineError(f"No engine can run this: {listed}.", "See what there is: puppet-engine list")
