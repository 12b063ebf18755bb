"""How large the values within a graph get, and how far int8 levels should reach for them."""

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from engines.building.onnx_graph import Array, OnnxGraph
from engines.engine import EngineOptions, Tensor
from engines.onnxruntime import OnnxRuntime
from puppet.errors import ModelError

LEVELS = 127
"""Of int8 on either side of zero; -128 is left out, so that both sides are alike."""

KEPT = 20_000
"""Values looked at of each sample, evenly spread, besides the largest."""

SHARES = np.linspace(0.3, 1.0, 29)
"""Of the largest size, tried as the reach of the levels."""


def measure_ranges(graph: OnnxGraph, values: Collection[str], samples: Sequence[Mapping[str, Tensor]]) -> dict[str, float]:
    """For each of a graph's values the reach of the levels that comes nearest to it over the samples; 0 for one that is all zero.

    `graph` is in float32 throughout and `samples` are its inputs; it is run on the CPU. Raises `ModelError` where a value is
    no number, `EngineError` for samples that do not fit.
    """
    sizes: dict[str, list[Array]] = {name: [] for name in values}
    for seen in _run_showing(graph, values, samples):
        for name in values:
            found = np.abs(seen[name].ravel())
            if not np.isfinite(found).all():
                raise ModelError(f"{graph.name} computes {name} to no number.", "Export the model again, or leave int8.")
            sizes[name] += [found[:: max(1, found.size // KEPT)], found.max(keepdims=True)]
    return {name: choose_reach(np.concatenate(found)) for name, found in sizes.items()}


def choose_reach(sizes: Array) -> float:
    """Where to clip values of these sizes so that their squared error is smallest: a few large ones may cost all others too much."""
    largest = float(sizes.max())
    if not largest:
        return 0.0
    errors = [np.square(np.minimum(np.rint(sizes / step), LEVELS) * step - sizes).mean() for step in SHARES * largest / LEVELS]
    return float(SHARES[np.argmin(errors)] * largest)


def _run_showing(graph: OnnxGraph, values: Collection[str], samples: Sequence[Mapping[str, Tensor]]) -> Iterator[Mapping[str, Tensor]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / graph.name
        path.write_bytes(graph.to_bytes(shown=values))
        engine = OnnxRuntime().open(path, EngineOptions("CPU", "f32"))
        try:
            for sample in samples:
                yield {**sample, **engine.run(**sample)}
        finally:
            engine.close()
