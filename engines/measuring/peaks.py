"""What the machine could do at best: operations and bytes a second, measured on a processor and computed for an NVIDIA GPU."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from time import perf_counter
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel

from engines.cuda import Gpu
from engines.engine import EngineOptions, Precision
from engines.measuring.convolutions import OPERATIONS, convolution_graph
from engines.openvino import OpenVinoRuntime
from puppet.errors import EngineError, PuppetError

MATRIX = 2048
COPIED = 256 * 1024**2
"""Bytes that are copied to measure the memory: more than any cache holds."""

COPIERS = 8
"""Threads that copy at most; more bring nothing on the machines that have one memory."""

RUNS = 6
LEAST = 1.0
"""How often and how long a thing is run at the least, s: on a busy computer it takes a while until a run is left alone."""


class Peak(BaseModel):
    """The most that one device can do. operations: a second, by precision (f32, bf16, f16, i8); bandwidth: bytes a second."""

    device: str
    operations: dict[str, float]
    bandwidth: float
    source: str


class Rates(NamedTuple):
    """Operations of one multiprocessor in one clock, a multiply-add being two: float32 units, and tensor cores in float16 and int8."""

    f32: int
    f16: int
    i8: int


RATES: dict[tuple[int, int], Rates] = {
    (7, 0): Rates(128, 1024, 512),
    (7, 5): Rates(128, 1024, 2048),
    (8, 0): Rates(128, 2048, 4096),
    (8, 6): Rates(256, 1024, 2048),
    (8, 9): Rates(256, 1024, 2048),
    (9, 0): Rates(256, 4096, 8192),
    (12, 0): Rates(256, 1024, 2048),
}
"""By compute capability. float32: "Throughput of Native Arithmetic Instructions" of NVIDIA's CUDA C++ Programming Guide, doubled. Tensor
cores: peak rates without sparsity of the whitepapers on Volta, Turing, A100, GA102, Ada, H100 and RTX Blackwell, over multiprocessors
and boost clock; in float16 those that add up in float16, which GeForce cards do twice as fast as in float32."""

WITHOUT_TENSOR_CORES = Rates(128, 256, 512)
"""GTX 16 cards: of compute capability 7.5 like RTX 20 cards, with float16 units at twice the rate and dot products of int8 instead."""

ON_CUDA = ("CUDA", "TENSORRT")
"""How the names of devices begin that are NVIDIA GPUs."""

GPU_SOURCE = "multiprocessors x clock x NVIDIA's rates; memory clock x bus width x 2"


def gpu_number(device: str | None) -> int | None:
    """The number of the NVIDIA GPU that a runtime's device stands for: 1 of `CUDA:1`, 0 of `TensorRT-RTX`; None for anything else."""
    kind, _, number = (device or "").upper().partition(":")
    if not kind.startswith(ON_CUDA):
        return None
    return int(number) if number.isdecimal() else 0


def processor_peak(precisions: Collection[Precision], threads: int = 0) -> Peak:
    """Measure this computer's processor: the best of many runs of large convolutions (and, in f32, of a product of matrices).

    A few seconds. A precision that nothing here computes in is left out. `threads` 0 leaves their count to the libraries.
    """
    operations: dict[str, float] = {}
    by_numpy = False
    runtime = OpenVinoRuntime()
    for precision in precisions:
        try:
            operations[precision] = _convolving(runtime, EngineOptions("CPU", precision, threads))
        except PuppetError:  # no OpenVINO, or a type that it doesn't know
            continue
    if "f32" in precisions and not threads:  # NumPy takes all the cores it likes
        multiplied = _multiplying()
        if multiplied > operations.get("f32", 0.0):
            operations["f32"] = multiplied
            by_numpy = True
    convolved = len(operations) > by_numpy
    how = [*(["convolutions by OpenVINO"] if convolved else []), *(["in f32 a product of matrices by NumPy"] if by_numpy else [])]
    source = f"measured: {', '.join(how)}; arrays copied by NumPy"
    return Peak(device="processor", operations=operations, bandwidth=_copying(), source=source)


def gpu_peak(gpu: Gpu) -> Peak | None:
    """Compute what a GPU could do from what its driver says of it; None for a compute capability that `RATES` lacks.

    The clock is the one that the driver names; a well cooled card may run above it for a while.
    """
    rates = WITHOUT_TENSOR_CORES if "GTX 16" in gpu.name else RATES.get(gpu.capability)
    if rates is None:
        return None
    clocks = gpu.multiprocessors * gpu.clock
    return Peak(
        device=gpu.name,
        operations={"f32": rates.f32 * clocks, "f16": rates.f16 * clocks, "i8": rates.i8 * clocks},
        bandwidth=gpu.memory_clock * gpu.memory_bus / 8 * 2,  # two bits a clock and wire
        source=GPU_SOURCE,
    )


def _convolving(runtime: OpenVinoRuntime, options: EngineOptions) -> float:
    with convolution_graph() as graph:
        engine = runtime.open(graph, options)
        try:
            if engine.device.precision != options.precision:
                raise EngineError(f"OpenVINO computes in {engine.device.precision} here.")
            engine.bind(**{name: np.ones(spec.shape, spec.dtype) for name, spec in engine.inputs.items()})
            return OPERATIONS / _best(engine.run)
        finally:
            engine.close()


def _multiplying() -> float:
    matrix = np.full((MATRIX, MATRIX), 0.5, np.float32)
    product = np.empty_like(matrix)
    return 2 * MATRIX**3 / _best(lambda: np.matmul(matrix, matrix, out=product))


def _copying() -> float:
    """Bytes read and written a second; NumPy lets other threads run while it copies."""
    source, target = np.ones(COPIED, np.uint8), np.empty(COPIED, np.uint8)
    count = min(COPIERS, cpu_count() or 1)
    pieces = list(zip(np.array_split(target, count), np.array_split(source, count), strict=True))
    with ThreadPoolExecutor(count, "puppet-copying") as pool:
        return 2 * COPIED / _best(lambda: list(pool.map(lambda piece: np.copyto(*piece), pieces)))


def _best(act: Callable[[], object]) -> float:
    """The shortest of many runs, s, after one to warm up: what disturbs can only make one longer."""
    act()
    seconds: list[float] = []
    while len(seconds) < RUNS or sum(seconds) < LEAST:
        start = perf_counter()
        act()
        seconds.append(perf_counter() - start)
    return min(seconds)
