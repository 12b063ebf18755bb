"""ONNX graphs folded and run with ONNX Runtime on the CPU: training's own check of what it exports."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

if TYPE_CHECKING:
    import onnxruntime

Arrays = dict[str, npt.NDArray[Any]]

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
"""Read while ONNX Runtime is imported: else it keeps a database of what it does and may report it to its maker."""


def _open(graph: bytes, options: "onnxruntime.SessionOptions") -> "onnxruntime.InferenceSession":
    import onnxruntime  # noqa: PLC0415

    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _options() -> "onnxruntime.SessionOptions":
    import onnxruntime  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3
    return options


def fold(graph: bytes) -> bytes:
    """The same graph with its constants worked out: standard operators alone, still portable."""
    import onnxruntime  # noqa: PLC0415

    options = _options()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "folded.onnx"
        options.optimized_model_filepath = str(path)
        _open(graph, options)
        return path.read_bytes()


class GraphRun:
    """One graph, ready to run: named arrays in, named arrays out."""

    def __init__(self, graph: bytes) -> None:
        self._session = _open(graph, _options())
        self.inputs = tuple(node.name for node in self._session.get_inputs())
        self.outputs = tuple(node.name for node in self._session.get_outputs())

    def __call__(self, arrays: Arrays) -> Arrays:
        """The outputs for `arrays`, which may hold more than the graph's inputs."""
        fed = {name: np.ascontiguousarray(arrays[name]) for name in self.inputs}
        return dict(zip(self.outputs, self._session.run(None, fed), strict=True))
