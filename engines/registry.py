"""The runtimes by name, and the order in which `auto` tries them."""

from contextlib import suppress
from typing import NamedTuple

from engines.building.tensorrt_package import CLASSIC, RTX
from engines.engine import Device, Runtime
from engines.onnxruntime import OnnxRuntime
from engines.openvino import OpenVinoRuntime
from engines.tensorrt import TensorRtRuntime
from puppet.errors import EngineError

RUNTIMES: dict[str, Runtime] = {
    runtime.name: runtime for runtime in (TensorRtRuntime(RTX), TensorRtRuntime(CLASSIC), OpenVinoRuntime(), OnnxRuntime())
}

AUTOMATIC: tuple[tuple[str, str | None], ...] = (
    ("tensorrt-rtx", None),
    ("tensorrt", None),
    ("onnxruntime", "TensorRT-RTX"),
    ("onnxruntime", "CUDA"),
    ("onnxruntime", "CoreML"),
    ("onnxruntime", "DirectML"),
    ("openvino", "CPU"),
    ("onnxruntime", "CPU"),
)
"""Runtime and device in the order in which they are tried: graphics cards before the processor. Which of them runs is measured.
Intel GPUs and NPUs run when named; they are not tried unasked because nobody has measured them yet."""

NVIDIA = frozenset(AUTOMATIC[:4])
"""Those that want an NVIDIA card."""


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


def installed_versions() -> dict[str, str]:
    """The versions of the runtimes that are installed, by name."""
    versions = {}
    for name, runtime in RUNTIMES.items():
        with suppress(Exception):  # of whatever kind, where a package is half installed
            versions[name] = str(runtime.version())
    return versions


def candidates(engine: str = "auto", device: str | None = None) -> list[Candidate]:
    """What to try in turn: the engine named or, for `auto`, every one (that may have `device`).

    Raises `EngineError` for a name that is not known.
    """
    if engine == "auto":
        order = AUTOMATIC if device is None else tuple((name, device) for name in dict.fromkeys(name for name, _ in AUTOMATIC))
        return [Candidate(RUNTIMES[name], wanted) for name, wanted in order if name in RUNTIMES]
    if engine not in RUNTIMES:
        raise EngineError(f"There is no engine called {engine}.", f"Choose one of auto, {', '.join(RUNTIMES)}.")
    return [Candidate(RUNTIMES[engine], device)]
