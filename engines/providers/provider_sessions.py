"""Sessions of ONNX Runtime on one provider: what it computes in, how its tensors lie, and proof that nobody else computes."""

import importlib.util
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from engines.engine import Device, Precision, Shapes
from engines.providers.execution_providers import (
    CORE_ML,
    CPU,
    DIRECT_ML,
    TENSORRT_RTX,
    Card,
    ExecutionProvider,
    placement,
    provider_options,
    refusal,
)
from engines.providers.overhearing import SILENT, overhearing
from puppet.errors import EngineError


class Way(NamedTuple):
    """How a session is run: whether its tensors lie on the card at fixed addresses, and whether a run is recorded as a CUDA graph."""

    on_card: bool
    captured: bool


def ways_of(provider: ExecutionProvider, capture: bool) -> tuple[Way, ...]:
    """The ways to run a provider's sessions, best first; in the last all tensors lie on the host and cross with every run."""
    captured = (Way(True, True),) if provider.captures and capture else ()
    return (*captured, *((Way(True, False),) if provider.memory else ()), Way(False, False))


class SessionPlan(NamedTuple):
    """What a session is opened on and computes in; `place` is the card's among the provider's, `threads` 0 is ONNX Runtime's own count.

    shapes: of inputs and outputs that the graph leaves open.
    """

    provider: ExecutionProvider
    place: int
    card: Card
    precision: str
    threads: int
    shapes: Shapes = MappingProxyType({})

    @property
    def name(self) -> str:
        """The name for `--device`."""
        return numbered(self.provider, self.place)

    def open(self, package: Any, model: str | bytes, way: Way, said_before: Sequence[str]) -> Any:
        """A session on a file or the bytes of a graph.

        Raises ONNX Runtime's own errors, and `EngineError` where the provider was replaced or takes nothing; `said_before` are reasons
        heard when its libraries were loaded.
        """
        settings = self._settings(package)
        if self.provider is CPU:
            return package.InferenceSession(model, settings, providers=[CPU.name], enable_fallback=0)
        choice = provider_options(self.provider, self.card, self.precision, way.captured)
        with overhearing(package) as said:  # fallback off: else a failure is printed and the processor takes over
            if self.card.handle is None:
                session = package.InferenceSession(model, settings, providers=[(self.provider.name, choice)], enable_fallback=0)
            else:
                settings.add_provider_for_devices([self.card.handle], choice)
                session = package.InferenceSession(model, settings, enable_fallback=0)
        if session.get_providers()[0] != self.provider.name:
            raise refusal(self.provider, [*said, *said_before])
        found = placement(session, self.provider)
        if found.told and not found.taken:
            raise EngineError(f"{self.name} takes no operation of the graph.", "Choose another device: puppet-engine list")
        return session

    def describe(self, session: Any, way: Way, notes: Sequence[str]) -> Device:
        """What a session really runs on, with what is not as it should be."""
        title = f"{self.name} ({self.card.name})" if self.card.name else self.name
        graph = ["CUDA graph"] if way.captured else []
        left = [] if self.provider is CPU else [str(placement(session, self.provider))]
        said = [title, self.precision, *graph, *filter(None, left), *notes]
        return Device(self.name, ", ".join(said), self.precision)

    def _settings(self, package: Any) -> Any:
        settings = package.SessionOptions()
        settings.intra_op_num_threads = self.threads
        # Idle threads that spin take the cores that the rest of the app needs: 62 ms a frame instead of 100 to 144 on two busy cores.
        settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
        settings.log_severity_level = SILENT  # what matters comes back as an exception or is checked
        if self.provider is not CPU:
            settings.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
        if self.provider is DIRECT_ML:  # its documentation asks for both; it also wants one run at a time, which an engine gives
            settings.enable_mem_pattern = False
            settings.execution_mode = package.ExecutionMode.ORT_SEQUENTIAL
        return settings


def numbered(provider: ExecutionProvider, place: int) -> str:
    """The name for `--device` of a provider's card: `CUDA`, `CUDA:1`."""
    return f"{provider.device}:{place}" if place else provider.device


def describe_card(provider: ExecutionProvider, card: Card) -> str:
    """What a card is, in a list of devices."""
    return card.name or ("as Core ML shares the work out" if provider is CORE_ML else "proven when a graph is opened")


def choose_precision(provider: ExecutionProvider, wanted: Precision) -> str:
    """What to compute in: one of f16, f32, and tf32, which is float32 whose convolutions are multiplied with 10 bits after the point.

    On NVIDIA `auto` is f16, or tf32 without the package onnx, which rewrites graphs. f32 is exact on CUDA; TensorRT-RTX takes TF32
    where it likes, and that is told. Raises `EngineError` for what a provider is not given.
    """
    if wanted == "auto":
        best = provider.precisions[0]
        return "tf32" if best == "f16" and importlib.util.find_spec("onnx") is None else best
    if wanted not in provider.precisions:
        hint = "int8 is for TensorRT alone: --engine tensorrt-rtx." if wanted == "i8" else "Leave the precision to auto."
        known = " or ".join(provider.precisions)
        raise EngineError(f"ONNX Runtime computes in {known} on {provider.device}, not in {wanted}.", hint)
    return "tf32" if wanted == "f32" and provider is TENSORRT_RTX else wanted
