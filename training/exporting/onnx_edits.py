"""Edits of exported ONNX graphs: what they show, and how their weights are stored."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from puppet.errors import ModelError

LARGE = 1024
"""Weights with fewer values than this stay float32: they save nothing."""

_WEIGHT_PLACES = {"Conv": 1, "ConvTranspose": 1, "Gemm": 1, "MatMul": 1}


def input_names(graph: bytes) -> list[str]:
    """The names of what a graph must be fed, in its order."""
    return [value.name for value in onnx.load_from_string(graph).graph.input]


def tidy(graph: bytes) -> bytes:
    """The graph without declarations of operator sets it does not use. Raises `ModelError` if it uses one not standard."""
    model = onnx.load_from_string(graph)
    foreign = sorted({node.domain for node in model.graph.node} - {"", "ai.onnx"})
    if foreign:
        raise ModelError(f"The exported graph uses operators outside the ONNX standard: {', '.join(foreign)}.")
    kept = [entry for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def without_output(graph: bytes, name: str) -> bytes:
    """The graph with one output no longer shown."""
    model = onnx.load_from_string(graph)
    kept = [value for value in model.graph.output if value.name != name]
    assert len(kept) == len(model.graph.output) - 1, name
    del model.graph.output[:]
    model.graph.output.extend(kept)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def halve_weights(graph: bytes) -> bytes:
    """The graph with its large convolution and matrix weights stored as float16, each cast to float32 before use.

    Runtimes work the cast out once at load and compute in float32 as before (or in what precision the device has), so
    that only the rounding of the weights is lost. Raises `ModelError` if a weight is beyond the range of float16.
    """
    model = onnx.load_from_string(graph)
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    casts: list[onnx.NodeProto] = []
    for node in model.graph.node:
        place = _WEIGHT_PLACES.get(node.op_type)
        name = node.input[place] if place is not None else ""
        tensor = stored.get(name)
        if tensor is None:
            continue
        if tensor.data_type == TensorProto.FLOAT:
            weights = numpy_helper.to_array(tensor)
            if weights.size < LARGE:
                continue
            if not np.abs(weights).max() <= np.finfo(np.float16).max:
                raise ModelError(f"The weight {name} is beyond the range of fp16.", "Export with --precision fp32.")
            tensor.CopyFrom(numpy_helper.from_array(weights.astype(np.float16), name))
            casts.append(helper.make_node("Cast", [name], [f"{name}_float32"], name=f"{name}_cast", to=TensorProto.FLOAT))
        if tensor.data_type == TensorProto.FLOAT16:
            node.input[place] = f"{name}_float32"
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
