"""ONNX Runtime: the CPU everywhere; NVIDIA, Apple and DirectX graphics where an execution provider for them is."""

import os
from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from engines.building.graph_typing import typed_graph
from engines.engine import Device, EngineOptions, OpenedGraph, Port, Tensor, check_complete, check_given, failed_run
from engines.providers.execution_providers import (
    CPU,
    CUDA,
    PROVIDERS,
    Card,
    ExecutionProvider,
    find_cards,
    find_provider,
    load_libraries,
    refusal,
)
from engines.providers.overhearing import overhearing
from engines.providers.provider_sessions import SessionPlan, Way, choose_precision, describe_card, numbered, ways_of
from engines.providers.runtime_tensors import DeviceTensor, HostTensor
from engines.providers.session_ports import SessionSpecs, read_ports, read_specs
from puppet.errors import EngineError, ModelError

PACKAGES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml")
"""They bring the same module, so that of several only the one installed last is whole."""

NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"
"""Read while the package is imported: else it gives the computer a number, keeps a database and may report what it does to its maker,
which an app that holds a camera has no business to do."""

BROKEN_GRAPH = ("InvalidGraph", "InvalidProtobuf", "NoModel", "NoSuchFile")
"""Errors of ONNX Runtime that are the file's fault, whatever runs it."""


class OnnxRuntime:
    """Opens ONNX graphs with ONNX Runtime; the package is imported at first use."""

    name = "onnxruntime"

    def __init__(self, capture: bool = True) -> None:
        """`capture` False leaves CUDA graphs out, to see what they bring."""
        self._capture = capture
        self._said: dict[str, list[str]] = {}

    @cached_property
    def _package(self) -> Any:
        os.environ.setdefault(NO_TELEMETRY, "1")
        with overhearing():  # builds for CUDA warn as they are imported; `_load` hears it again
            try:
                import onnxruntime  # noqa: PLC0415 (heavy: imported here alone, at first use)
            except ImportError as error:
                raise EngineError(f"ONNX Runtime can't be imported: {error}.", "Install it: pip install onnxruntime") from error
        return onnxruntime

    def _load(self, provider: ExecutionProvider) -> list[str]:
        """Load a provider's libraries, without which it finds no card; returns what was said when they were loaded first."""
        if provider.device not in self._said:
            self._said[provider.device] = load_libraries(self._package, provider)
        return self._said[provider.device]

    def version(self) -> str:
        """Version of the installed package. Raises `EngineError` when there is none."""
        installed = _installed()
        if not installed:
            raise EngineError("ONNX Runtime is not installed.", "Install it: pip install onnxruntime")
        return version(installed[0])

    def devices(self) -> tuple[Device, ...]:
        """The processor, then what else is present, named as far as ONNX Runtime tells; that it works is proven by opening a graph."""
        found = [Device(CPU.device, "any processor", "f32")]
        for provider in PROVIDERS[1:]:
            for place, card in enumerate(self._cards(provider)):
                found.append(Device(numbered(provider, place), describe_card(provider, card), choose_precision(provider, "auto")))
        return tuple(found)

    def open(self, graph: Path, options: EngineOptions) -> "OnnxRuntimeEngine":
        """Load a graph on exactly the device asked for, None being the processor.

        What should be and can't (a CUDA graph, tensors that stay on the card, nodes that do) is told in the engine's device. Raises
        `EngineError` where another would compute, or for a device or precision that is not here; `ModelError` for a broken graph.
        """
        provider, place = find_provider(options.device or CPU.device)
        cards = self._cards(provider) if provider else ()
        if provider is None or place >= len(cards):
            raise self._absent(options.device or "", provider, bool(cards))
        precision = choose_precision(provider, options.precision)
        plan = SessionPlan(provider, place, cards[place], precision, options.threads, options.shapes)
        model = typed_graph(graph, "f16") if precision == "f16" else str(graph)
        notes = ["f16 needs the package onnx: pip install onnx"] if (options.precision, precision) == ("auto", "tf32") else []
        *better, last = ways_of(provider, self._capture)
        for way in better:
            try:
                return self._open(graph, model, plan, way, notes)
            except (EngineError, ModelError):
                raise
            except Exception as error:  # its exceptions have no base of their own
                _check_graph(graph, error)
                notes.append(f"{'no CUDA graph' if way.captured else 'tensors cross with every run'}: {_first_line(error)}")
        try:
            return self._open(graph, model, plan, last, notes)
        except (EngineError, ModelError):
            raise
        except Exception as error:
            _check_graph(graph, error, provider is CPU)
            raise refusal(provider, [_first_line(error), *self._load(provider)]) from error

    def ports(self, graph: Path) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
        """Inputs and outputs of a graph, which is loaded on the processor for it. Raises `ModelError`, `EngineError`."""
        plan = SessionPlan(CPU, 0, Card(0, "", None), "f32", 0)
        try:
            session = plan.open(self._package, str(graph), Way(False, False), [])
        except EngineError:
            raise
        except Exception as error:  # its exceptions have no base of their own
            raise ModelError(f"ONNX Runtime can't load {graph}: {_first_line(error)}.", "Copy or export the model again.") from error
        return read_ports(session)

    def _open(self, graph: Path, model: str | bytes, plan: SessionPlan, way: Way, notes: list[str]) -> "OnnxRuntimeEngine":
        """Open in one way. Raises ONNX Runtime's own errors besides ours."""
        session = plan.open(self._package, model, way, self._load(plan.provider))
        specs = read_specs(graph, session, plan.shapes)
        return OnnxRuntimeEngine(specs, self._package, session, plan.describe(session, way, notes), plan if way.on_card else None)

    def _cards(self, provider: ExecutionProvider) -> tuple[Card, ...]:
        self._load(provider)
        return find_cards(self._package, provider)

    def _absent(self, device: str, provider: ExecutionProvider | None, others: bool) -> EngineError:
        """Why there is no such device: its libraries or its card are missing, or nothing here knows it."""
        said = self._load(provider) if provider else []
        if provider and not others and (said or provider.name in self._package.get_available_providers()):
            return refusal(provider, said)
        sentence = f"This ONNX Runtime has no {device}, only {', '.join(found.name for found in self.devices())}."
        installed = _installed()
        if provider and len(installed) > 1:
            sentence += f" {' and '.join(installed)} are both installed and overwrite each other."
        return EngineError(sentence, (provider or CUDA).cure)


class OnnxRuntimeEngine(OpenedGraph):
    """One session whose inputs and outputs are bound once, on the card where that is possible."""

    def __init__(self, specs: SessionSpecs, package: Any, session: Any, device: Device, on_card: SessionPlan | None) -> None:
        """Take over a session; with `on_card` its tensors lie there, and one run on zeros is made, in which a CUDA graph is recorded.

        Raises ONNX Runtime's own errors where the card has no room or a run can't be recorded.
        """
        super().__init__(*specs, device)
        self._session = session
        self._binding = session.io_binding()
        self._tensors: dict[str, HostTensor | DeviceTensor] = {}
        for spec in (*self._inputs.values(), *self._outputs.values()):
            lying = DeviceTensor(package, spec, on_card.card, on_card.provider.memory) if on_card else HostTensor(package, spec)
            self._tensors[spec.name] = lying
        for name in self._inputs:
            self._binding.bind_ortvalue_input(name, self._tensors[name].value)
        for name in self._outputs:
            self._binding.bind_ortvalue_output(name, self._tensors[name].value)
        if on_card:
            self._session.run_with_iobinding(self._binding)

    def bind(self, **tensors: Tensor) -> None:
        """Copy inputs to where the session reads them, on the card if that is where they lie; there they stay until bound again."""
        self._fill(tensors)
        self._bound.update(tensors)

    def run(self, **tensors: Tensor) -> dict[str, Tensor]:
        """Run once; the arrays returned are the caller's own."""
        self._fill(tensors)
        check_complete(self._graph, self._inputs, tensors, self._bound)
        try:
            self._session.run_with_iobinding(self._binding)
            return {name: self._tensors[name].read() for name in self._outputs}
        except Exception as error:  # its own errors have no base but this
            raise failed_run(self._graph, error) from error

    def close(self) -> None:
        """Free the session and its buffers; may be called twice."""
        self._binding, self._tensors = None, {}  # what lies in the session's memory goes before it
        self._session = None

    def _fill(self, tensors: Mapping[str, Tensor]) -> None:
        if self._session is None:
            raise EngineError(f"{self._graph} was used after it was closed.")
        check_given(self._graph, self._inputs, tensors)
        try:
            for name, value in tensors.items():
                self._tensors[name].write(value)
        except Exception as error:  # a card that was lost
            raise failed_run(self._graph, error) from error


def _installed() -> list[str]:
    """Those of `PACKAGES` that are installed."""
    found = []
    for name in PACKAGES:
        try:
            version(name)
            found.append(name)
        except PackageNotFoundError:
            continue
    return found


def _check_graph(graph: Path, error: Exception, whatever: bool = False) -> None:
    """Raise `ModelError` for an error that is the graph's fault, or for any."""
    if whatever or type(error).__name__ in BROKEN_GRAPH:
        raise ModelError(f"ONNX Runtime can't load {graph}: {_first_line(error)}.", "Copy or export the model again.") from error


def _first_line(error: Exception) -> str:
    """The first line of ONNX Runtime's message without its own number for it."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line.rpartition(" : ")[2].strip(" .") if line.startswith("[ONNXRuntimeError]") else line.strip(" .")
