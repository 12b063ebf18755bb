"""What goes into a session of ONNX Runtime and comes out."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engines.engine import Port, Shapes, TensorSpec
from puppet.errors import ModelError

DTYPES: dict[str, type[np.generic]] = {
    "tensor(uint8)": np.uint8,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}
"""By ONNX Runtime's own names."""


class SessionSpecs(NamedTuple):
    """What an engine on a session takes and gives by name; `graph` is its file's name."""

    graph: str
    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]


def read_specs(graph: Path, session: Any, shapes: Shapes) -> SessionSpecs:
    """The specs of a session; `shapes` are of what the graph leaves open. Raises `ModelError` for what is still open then."""
    inputs, outputs = (_specs(graph, ports, shapes) for ports in (session.get_inputs(), session.get_outputs()))
    return SessionSpecs(graph.name, inputs, outputs)


def read_ports(session: Any) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """Inputs and outputs as the graph has them; sizes that it names or leaves open are None."""
    inputs, outputs = (tuple(map(_port, ports)) for ports in (session.get_inputs(), session.get_outputs()))
    return inputs, outputs


def _port(port: Any) -> Port:
    dtype = str(np.dtype(DTYPES[port.type])) if port.type in DTYPES else str(port.type)
    return Port(port.name, dtype, tuple(size if isinstance(size, int) else None for size in port.shape))


def _specs(graph: Path, ports: Any, shapes: Shapes) -> dict[str, TensorSpec]:
    specs: dict[str, TensorSpec] = {}
    for port in ports:
        is_open = any(not isinstance(size, int) for size in port.shape)
        if port.type not in DTYPES or (is_open and port.name not in shapes):
            raise ModelError(f"{graph}: {port.name} is {port.type} {port.shape}, which is not a fixed tensor.", "Export the model again.")
        specs[port.name] = TensorSpec(port.name, np.dtype(DTYPES[port.type]), tuple(shapes[port.name] if is_open else port.shape))
    return specs
