"""What every runtime looks like from outside: one graph, named tensors in and out.

An engine is created, used and closed on one thread. Arrays that go in are copied into the runtime's own buffers; arrays
that come out belong to the caller. A wrong tensor is met with one sentence that names it and what was expected.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from puppet.errors import EngineError

Tensor = npt.NDArray[Any]
"""A tensor on the host, of whatever dtype its `TensorSpec` says."""

Precision = Literal["auto", "f32", "bf16", "f16", "i8"]
"""What a runtime may compute in: `auto` is the fastest that the device does natively. i8 is for TensorRT alone."""


class ShortageError(EngineError):
    """Room was lacking, on the device or on the disk: what failed for it may do another time, and nothing is wrong with what is stored."""


class TensorSpec(NamedTuple):
    """What a graph expects or gives under one name."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def check(self, value: Tensor, graph: str) -> None:
        """Raise `EngineError` unless `value` has exactly this dtype and shape."""
        if value.dtype != self.dtype or value.shape != self.shape:
            raise EngineError(
                f"{graph} wants {self.name} as {self.dtype} {self.shape} and was given {value.dtype} {value.shape}.",
                "The model folder and the pictures do not fit together: check the side and the keypoint count.",
            )


class Device(NamedTuple):
    """Something a runtime can run on here: its name for `--device`, what it is, and what it computes in by default."""

    name: str
    description: str
    precision: str


class Port(NamedTuple):
    """What a graph says of an input or output: `dtype` as NumPy names it, sizes of None where any will do; no shape where it has none."""

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None


Shapes = Mapping[str, tuple[int, ...]]
"""Shapes of inputs and outputs by name."""


class EngineOptions(NamedTuple):
    """How to run a graph: `device` None is the runtime's first choice, `threads` 0 is the runtime's own count.

    shapes: of inputs and outputs that the graph itself leaves open; those of OpenVINO's outputs follow from the inputs.
    """

    device: str | None = None
    precision: Precision = "auto"
    threads: int = 0
    shapes: Shapes = MappingProxyType({})


class Engine(Protocol):
    """One graph, ready to run."""

    @property
    def inputs(self) -> Mapping[str, TensorSpec]:
        """Everything that must be bound or given, by name."""
        ...

    @property
    def outputs(self) -> Mapping[str, TensorSpec]:
        """Everything `run` returns, by name."""
        ...

    @property
    def device(self) -> Device:
        """What the graph really runs on, as the runtime reports it."""
        ...

    def bind(self, **tensors: Tensor) -> None:
        """Copy inputs into the runtime's buffers, where they stay for every `run` until bound again."""
        ...

    def run(self, **tensors: Tensor) -> dict[str, Tensor]:
        """Run with these inputs and those bound before; an input is either bound or given with every run, never both."""
        ...

    def close(self) -> None:
        """Free the runtime's memory; may be called twice. Running afterwards raises `EngineError`."""
        ...


class OpenedGraph:
    """What every engine keeps of its graph: its ports, what it runs on, and which inputs are bound; to be built upon."""

    def __init__(self, graph: str, inputs: dict[str, TensorSpec], outputs: dict[str, TensorSpec], device: Device) -> None:
        self._graph = graph
        self._inputs = inputs
        self._outputs = outputs
        self._device = device
        self._bound: set[str] = set()

    @property
    def inputs(self) -> Mapping[str, TensorSpec]:
        """Everything that must be bound or given, by name."""
        return MappingProxyType(self._inputs)

    @property
    def outputs(self) -> Mapping[str, TensorSpec]:
        """Everything `run` returns, by name."""
        return MappingProxyType(self._outputs)

    @property
    def device(self) -> Device:
        """What the graph really runs on, as the runtime reports it."""
        return self._device


class Runtime(Protocol):
    """A way to run graphs: the one thing a new runtime's file has to offer."""

    @property
    def name(self) -> str:
        """The name for `--engine`."""
        ...

    def version(self) -> str:
        """Version of the installed package. Raises `EngineError` that says why the runtime can't be used here."""
        ...

    def devices(self) -> tuple[Device, ...]:
        """What it can run on here, best first. Raises `EngineError` that says why it can't be used."""
        ...

    def open(self, graph: Path, options: EngineOptions) -> Engine:
        """Load a graph. Raises `EngineError` for a missing device, `ModelError` for a graph it can't read."""
        ...


def check_given(graph: str, specs: Mapping[str, TensorSpec], given: Mapping[str, Tensor]) -> None:
    """Raise `EngineError` for an unknown name, a wrong dtype or a wrong shape."""
    for name, value in given.items():
        if name not in specs:
            raise EngineError(f"{graph} has no input called {name}; it takes {', '.join(specs)}.", "Export the model again.")
        specs[name].check(value, graph)


def check_complete(graph: str, specs: Mapping[str, TensorSpec], given: Mapping[str, Tensor], bound: set[str]) -> None:
    """Raise `EngineError` unless every input is either bound or given, and none is both."""
    missing = [name for name in specs if name not in given and name not in bound]
    if missing:
        raise EngineError(f"{graph} was run without {', '.join(missing)}.", "Bind or give every input first.")
    twice = [name for name in given if name in bound]
    if twice:
        raise EngineError(f"{graph} was given {', '.join(twice)}, which is bound already.", "Bind it again instead.")


def failed_run(graph: str, error: Exception) -> EngineError:
    """What a person is told when a runtime fails in the middle of a run: a device that was lost, memory that ran out."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return EngineError(f"{graph} failed while it ran: {first}", "Try another engine or device: puppet-engine list")
