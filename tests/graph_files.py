"""ONNX files written for tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

Ports = Mapping[str, tuple[int, Sequence[int | str]]]
"""Type and shape by name."""


def save_graph(
    path: Path, nodes: Sequence[Any], constants: Mapping[str, Any], inputs: Ports, outputs: Ports, *, opset: int = 17, version: int = 8
) -> Path:
    """Write a graph, checked. version: of the file's format."""
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=version)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return path
