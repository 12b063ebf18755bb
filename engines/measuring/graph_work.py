"""How much a graph must compute and move, whatever runs it: its operations and bytes, counted as its shapes tell them.

OpenVINO reads the graph (a base dependency, so that this needs no extra); any runtime may be compared with what it counts.
"""

from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from engines.openvino import OpenVinoRuntime

TAPS = 4
"""Multiply-adds for one number of a bilinear sample or resize: the four neighbours."""


class GraphWork(NamedTuple):
    """What one run of a graph takes at the very least.

    multiply_adds: of convolutions, products of matrices, sampling and resizing. operations: two for each of those and one for
    each number that other arithmetic gives (for sums and pools: takes). weights: count of numbers stored in the graph that are
    needed in a run, to be multiplied by the bytes that a runtime keeps one in. ports: bytes of all inputs and outputs.

    What follows from constants alone (grids, shapes) is worked out once when a graph is opened and is not counted, nor are
    copies, reshapes and conversions of type. Activations are not in the bytes: how many leave the cache is the engine's affair.
    """

    multiply_adds: int
    operations: int
    weights: int
    ports: int


def graph_work(graph: Path, runtime: OpenVinoRuntime | None = None) -> GraphWork:
    """Count the work of a graph with fixed shapes, ONNX or TFLite.

    Raises `EngineError` where OpenVINO is missing, `ModelError` for a graph that it can't read.
    """
    model = (runtime or OpenVinoRuntime()).read(graph)
    behind: dict[str, frozenset[str]] = {}  # of an operation that is worked out once: the constants that it is made from
    sizes: dict[str, int] = {}
    read: set[str] = set()
    multiply_adds, others = 0, 0
    for operation in model.get_ordered_ops():
        kind, name = operation.get_type_name(), operation.get_name()
        sources = [port.get_source_output().get_node().get_name() for port in operation.inputs()]
        if kind == "Constant":
            behind[name], sizes[name] = frozenset({name}), _numbers(operation)
        elif kind == "ShapeOf":
            behind[name] = frozenset()
        elif sources and all(source in behind for source in sources):
            behind[name] = frozenset().union(*(behind[source] for source in sources))
        else:
            read.update(*(behind[source] for source in sources if source in behind))
            multiply_adds += PRODUCTS[kind](operation) if kind in PRODUCTS else 0
            others += _arithmetic(operation, kind)
    return GraphWork(multiply_adds, 2 * multiply_adds + others, sum(sizes[name] for name in read), _ports(model))


def _numbers(constant: Any) -> int:
    """How many weights a constant holds; whole numbers of 4 or 8 bytes are shapes and axes."""
    kind = constant.get_output_element_type(0)
    return _count(constant.output(0)) if kind.is_real() or kind.size == 1 else 0


def _arithmetic(operation: Any, kind: str) -> int:
    if kind in POOLS:
        attributes = operation.get_attributes()  # every number that comes out looks at a window
        return _count(operation.output(0)) * int(prod(attributes["kernel"]))
    if kind in SUMS:
        return _count(operation.input(0))
    return _count(operation.output(0)) if kind in ARITHMETIC else 0


def _ports(model: Any) -> int:
    return sum(_count(port) * port.get_element_type().size for port in (*model.inputs, *model.outputs))


def _count(port: Any) -> int:
    return int(prod(port.get_shape()))


def _convolution(operation: Any) -> int:
    """Weights are (out, in, *kernel): each number that comes out takes one input times one weight, over inputs and kernel."""
    return _count(operation.output(0)) * int(prod(list(operation.input(1).get_shape())[1:]))


def _grouped_convolution(operation: Any) -> int:
    """Weights are (groups, out, in, *kernel)."""
    return _count(operation.output(0)) * int(prod(list(operation.input(1).get_shape())[2:]))


def _transposed_convolution(operation: Any) -> int:
    """Weights are (in, out, *kernel): each number that goes in is spread over outputs and kernel."""
    return _count(operation.input(0)) * int(prod(list(operation.input(1).get_shape())[1:]))


def _grouped_transposed_convolution(operation: Any) -> int:
    """Weights are (groups, in, out, *kernel)."""
    return _count(operation.input(0)) * int(prod(list(operation.input(1).get_shape())[2:]))


def _matrix_product(operation: Any) -> int:
    shape = list(operation.input(0).get_shape())
    inner = shape[-2] if len(shape) > 1 and operation.get_attributes().get("transpose_a") else shape[-1]
    return _count(operation.output(0)) * int(inner)


def _sampling(operation: Any) -> int:
    return 0 if operation.get_attributes().get("mode") == "nearest" else TAPS * _count(operation.output(0))


PRODUCTS: dict[str, Callable[[Any], int]] = {
    "Convolution": _convolution,
    "GroupConvolution": _grouped_convolution,
    "ConvolutionBackpropData": _transposed_convolution,
    "GroupConvolutionBackpropData": _grouped_transposed_convolution,
    "MatMul": _matrix_product,
    "GridSample": _sampling,
    "Interpolate": _sampling,
}
"""Multiply-adds of the operations that are made of them, by OpenVINO's names: a Gemm arrives as MatMul and Add."""

POOLS = frozenset({"AvgPool", "MaxPool"})
SUMS = frozenset({"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "MVN"})

ARITHMETIC = frozenset({
    "Abs", "Add", "Ceiling", "Clamp", "Cos", "Divide", "Elu", "Erf", "Exp", "Floor", "Gelu", "HSigmoid", "HSwish", "HardSigmoid",
    "Less", "Log", "LogSoftmax", "Maximum", "Minimum", "Multiply", "Negative", "Power", "PRelu", "Relu", "Round", "Select", "Sigmoid",
    "Sin", "Softmax", "SoftPlus", "Sqrt", "SquaredDifference", "Subtract", "Swish", "Tanh",
})  # fmt: skip
"""One operation for each number that comes out; an exponential costs more, but these are a small share of any network."""
