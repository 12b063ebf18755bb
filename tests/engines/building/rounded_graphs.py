"""Graphs that compute on a CPU what float16 hardware gives: products summed in float32, each result rounded to float16.

ONNX Runtime's CPU has hardly a float16 kernel. It computes in float32 and leaves roundings out between two such nodes, so
that it shows neither what is lost nor what overflows.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def rounded_graph(graph: bytes) -> bytes:
    """The graph in float32, with every float16 value of it cast to float16 and back where it is made."""
    model = onnx.load_from_string(graph)
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
    halves = {value.name for value in inferred.value_info if value.type.tensor_type.elem_type == TensorProto.FLOAT16}
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
    nodes = []
    for node in model.graph.node:
        made = [name for name in node.output if name in halves]
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.i == TensorProto.FLOAT16:
                attribute.i = TensorProto.FLOAT
        node.output[:] = [f"{name}_unrounded" if name in made else name for name in node.output]
        nodes.append(node)
        for name in made:
            nodes.append(helper.make_node("Cast", [f"{name}_unrounded"], [f"{name}_half"], to=TensorProto.FLOAT16))
            nodes.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return bytes(model.SerializeToString())
