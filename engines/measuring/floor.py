"""The floor: the least time in which a machine could run a graph, by its operations over the peak and its bytes over the bandwidth.

An engine several times above it has room left, or loses the time between operations; one that touches it can only be given less
work. It is a floor for the usual ways of computing: an algorithm that takes fewer multiply-adds (Winograd's) may pass beneath.
"""

from pathlib import Path

from pydantic import BaseModel

from engines.cuda import gpus
from engines.engine import Device, Precision
from engines.measuring.graph_work import GraphWork, graph_work
from engines.measuring.peaks import Peak, gpu_number, gpu_peak, processor_peak
from puppet.errors import PuppetError

BYTES = {"f32": 4, "bf16": 2, "f16": 2, "i8": 1}
"""Of a weight in each precision, as it is read in a run, however it is stored in the file."""


class GraphFloor(BaseModel):
    """The least one graph can take on one device, ms.

    computing: all operations at the peak of `precision`. moving: weights, inputs and outputs once through the memory; a model
    small enough to stay in the cache from frame to frame need not pay it. floor: the larger, for the two can go on at once.
    """

    graph: str
    precision: str
    multiply_adds: int
    operations: int
    bytes: int
    computing: float
    moving: float
    floor: float


def floor_of(graph: str, work: GraphWork, precision: str, peak: Peak) -> GraphFloor | None:
    """The floor of a graph's work on a device; None where its peak in this precision is not known."""
    if precision not in peak.operations or precision not in BYTES:
        return None
    moved = work.weights * BYTES[precision] + work.ports
    computing = work.operations / peak.operations[precision] * 1000
    moving = moved / peak.bandwidth * 1000
    return GraphFloor(
        graph=graph,
        precision=precision,
        multiply_adds=work.multiply_adds,
        operations=work.operations,
        bytes=moved,
        computing=computing,
        moving=moving,
        floor=max(computing, moving),
    )


class Floors:
    """The floors of one model folder on this machine: graphs are counted and peaks found at first need, each once."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """`threads`: of the engines to be compared, 0 for the runtimes' own count."""
        self.remarks: list[str] = []
        self._folder = folder
        self._threads = threads
        self._works: dict[str, GraphWork | None] = {}
        self._peaks: dict[str, Peak | None] = {}

    @property
    def peaks(self) -> list[Peak]:
        """The peaks found so far."""
        return [peak for peak in self._peaks.values() if peak]

    def floor(self, graph: str, device: Device) -> GraphFloor | None:
        """The floor of a graph on a device; None where it is not known, and `remarks` says why."""
        work, peak = self._work(graph), self._peak(device)
        if work is None or peak is None:
            return None
        found = floor_of(graph, work, device.precision, peak)
        if found is None:
            self._remark(f"No floor in {device.precision} on {peak.device}: its peak is not known.")
        return found

    def _work(self, graph: str) -> GraphWork | None:
        if graph not in self._works:
            try:
                self._works[graph] = graph_work(self._folder / graph)
            except PuppetError as error:
                self._works[graph] = None
                self._remark(f"No floor: {error.sentence}")
        return self._works[graph]

    def _peak(self, device: Device) -> Peak | None:
        kind = device.name.upper()
        where = kind if gpu_number(kind) is not None else kind.partition(":")[0]
        if where not in self._peaks:
            self._peaks[where] = self._find_peak(where)
        return self._peaks[where]

    def _find_peak(self, where: str) -> Peak | None:
        if where == "CPU":
            wanted: tuple[Precision, ...] = ("f32", "bf16", "f16")
            return processor_peak(wanted, self._threads)
        number = gpu_number(where)
        if number is None:
            self._remark(f"No floor on {where}: its peak is not known.")
            return None
        try:
            gpu = gpus()[number]
        except (PuppetError, IndexError) as error:
            self._remark(f"No floor on {where}: {error}")
            return None
        peak = gpu_peak(gpu)
        if peak is None:
            self._remark(f"No floor on {gpu.name}: the rates of compute capability {'.'.join(map(str, gpu.capability))} are not known.")
        return peak

    def _remark(self, words: str) -> None:
        if words not in self.remarks:
            self.remarks.append(words)
