"""One graph compiled by TensorRT, with its buffers on the GPU, where a frame is one CUDA graph.

A frame costs the host little: it fills page-locked arrays, launches the CUDA graph (uploads of what is given, the network, downloads of
all outputs), waits once and copies what came. What is bound was uploaded when it was bound. Every address stays what it was when
the engine was opened, so binding anew changes what the CUDA graph reads and never the graph.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from engines.building.engine_store import StaleEngineError
from engines.building.tensorrt_package import MEND_DRIVER, is_rtx, journal, let_go, make, refusal, title_of
from engines.cuda import CudaDevice, CudaGraph
from engines.engine import Device, OpenedGraph, ShortageError, Tensor, TensorSpec, check_complete, check_given, failed_run
from puppet.errors import EngineError, ModelError

REBUILD = "Build it again: puppet-engine build"

NO_ROOM = "the GPU has too little memory for it"

FLAWS = (
    ("VERSION_MISMATCH", "another version built it", REBUILD),
    ("UNSUPPORTED_CC", "it was built for another chip", REBUILD),
    ("OLD_CUDA_DRIVER", "the NVIDIA driver is too old for it", "Update the NVIDIA driver."),
    ("OLD_CUDA_RUNTIME", "the NVIDIA driver is too old for it", "Update the NVIDIA driver."),
    ("INSUFFICIENT_GPU_MEMORY", NO_ROOM, "Close other programs that use the GPU, or choose another engine."),
    ("MALFORMED_ENGINE", "it is damaged", REBUILD),
    ("CUDA_ERROR", "CUDA does not work here", "Install the NVIDIA driver again."),
)
"""What may be wrong with an engine on this machine, by `EngineInvalidityDiagnostics`, in words, and what to do."""


class TensorRtEngine(OpenedGraph):
    """Made on any thread, then used on any, by one at a time; TensorRT frees its memory in `close`."""

    def __init__(self, graph: str, trt: Any, plan: bytes, gpu: CudaDevice, *, device: Device, kernels: bytes = b"") -> None:
        """Load an engine and run it once, on zeros, so that the first frame finds everything in place.

        trt: the module. plan: the built engine. gpu: taken over, and closed with it, also when this fails. kernels: what TensorRT-RTX
        compiled when it last loaded an engine here. Raises `EngineError`, `ModelError`.
        """
        super().__init__(graph, {}, {}, device)
        self._trt = trt
        self._gpu = gpu
        self._runtime: Any = None
        self._engine: Any = None
        self._kernels: Any = None
        self._settings: Any = None
        self._context: Any = None
        self._frame: CudaGraph | None = None
        self._given: frozenset[str] = frozenset()
        self._capturable = True
        self._closed = False
        try:
            gpu.enter()
            self._load(plan)
            self._find_tensors()
            self._start(kernels)
            self._stream = gpu.stream()
            self._pinned: dict[str, Tensor] = {}
            self._addresses: dict[str, int] = {}
            for spec in (self._inputs | self._outputs).values():
                self._place(spec)
            self._queue(self._inputs)  # TensorRT wants to have run once before it is captured
            self._stream.wait()
            can_capture = getattr(self._context, "is_stream_capturable", None)  # classic TensorRT always can
            if can_capture and not can_capture(self._stream.handle):
                self._do_without_graph("TensorRT can't have this network captured")
        except BaseException as error:
            let_go(error)
            self.close()
            raise

    @property
    def kernels(self) -> bytes:
        """What TensorRT-RTX compiled for this GPU so far, to be kept for the next time; empty for classic TensorRT."""
        kept = None if self._kernels is None else self._kernels.serialize()
        return b"" if kept is None else bytes(kept)

    def bind(self, **tensors: Tensor) -> None:
        """Copy inputs to the GPU, where they stay until bound again; what is captured goes on as it is."""
        self._check_open()
        check_given(self._graph, self._inputs, tensors)
        self._bound.update(tensors)
        try:
            self._gpu.enter()
            self._fill(tensors)
            for name in tensors:
                self._stream.upload(self._addresses[name], self._pinned[name])
            self._stream.wait()
        except EngineError as error:
            raise failed_run(self._graph, error) from error

    def run(self, **tensors: Tensor) -> dict[str, Tensor]:
        """Run once; the arrays returned are the caller's own."""
        self._check_open()
        check_given(self._graph, self._inputs, tensors)
        check_complete(self._graph, self._inputs, tensors, self._bound)
        try:
            self._gpu.enter()
            self._fill(tensors)
            if self._capturable and (self._frame is None or self._given != tensors.keys()):
                self._capture(frozenset(tensors))
            if self._frame is not None:
                self._frame.launch()
            else:
                self._queue(tensors)
            self._stream.wait()
        except EngineError as error:
            raise failed_run(self._graph, error) from error
        return {name: self._pinned[name].copy() for name in self._outputs}

    def close(self) -> None:
        """Free everything on the GPU; may be called twice, and after the GPU was lost."""
        if self._closed:
            return
        self._closed = True
        with suppress(EngineError):
            self._gpu.wait()  # an exception may have come between a frame's launch and its end
            if self._frame is not None:
                self._frame.close()
        self._frame = None
        self._pinned = {}
        self._context = None  # each of these needs the next
        self._settings = None
        self._kernels = None
        self._engine = None
        self._runtime = None
        self._gpu.close()

    def _load(self, plan: bytes) -> None:
        trt = self._trt
        what = f"can't load the engine of {self._graph}"
        self._runtime = make(trt, "could not start", lambda: trt.Runtime(journal(trt)))
        if hasattr(self._runtime, "get_engine_validity"):  # it looks at the header alone, and knows what is wrong
            validity, flaws = self._runtime.get_engine_validity(plan)
            found = [(words, hint) for name, words, hint in FLAWS if int(flaws) & int(getattr(trt.EngineInvalidityDiagnostics, name))]
            if validity == trt.EngineValidity.INVALID and found:
                words, hint = found[0]
                sentence = f"{title_of(trt)} {what}: {words}."
                if hint == REBUILD:
                    raise StaleEngineError(self._graph, sentence, hint)
                raise (ShortageError if words == NO_ROOM else EngineError)(sentence, hint)
        try:
            self._engine = make(trt, what, lambda: self._runtime.deserialize_cuda_engine(plan))
        except EngineError as error:
            if isinstance(error, ShortageError) or error.hint == MEND_DRIVER:
                raise
            # it does not say whether the engine or this machine is at fault, so it is worth building once more
            raise StaleEngineError(self._graph, error.sentence, error.hint) from error

    def _find_tensors(self) -> None:
        for index in range(self._engine.num_io_tensors):
            name = self._engine.get_tensor_name(index)
            shape = tuple(self._engine.get_tensor_shape(name))
            if any(size < 0 for size in shape):
                raise ModelError(f"{self._graph}: {name} has no fixed shape {shape}.", "Export the model again.")
            try:
                kind = np.dtype(self._trt.nptype(self._engine.get_tensor_dtype(name)))
            except TypeError as error:
                raise ModelError(f"{self._graph}: {name} is of a type that no array has: {error}.", "Export the model again.") from error
            is_input = self._engine.get_tensor_mode(name) == self._trt.TensorIOMode.INPUT
            (self._inputs if is_input else self._outputs)[name] = TensorSpec(name, kind, shape)

    def _start(self, kernels: bytes) -> None:
        """Make the context that runs, in memory of ours: with its own it might allocate in mid-run, which can't be captured."""
        trt, what = self._trt, f"can't prepare {self._graph}"
        ours = trt.ExecutionContextAllocationStrategy.USER_MANAGED
        if is_rtx(trt):
            settings = self._settings = make(
                trt, what, self._engine.create_runtime_config
            )  # a context may look at them as long as it lives
            settings.set_execution_context_allocation_strategy(ours)
            if hasattr(trt, "CudaGraphStrategy"):
                settings.cuda_graph_strategy = trt.CudaGraphStrategy.DISABLED  # we capture, with the copies
            self._kernels = make(trt, what, settings.create_runtime_cache)
            if kernels:
                self._kernels.deserialize(kernels)  # it refuses what was compiled for anything else, and compiles anew
            settings.set_runtime_cache(self._kernels)
            self._context = make(trt, what, lambda: self._engine.create_execution_context(settings))
        else:
            self._context = make(trt, what, lambda: self._engine.create_execution_context(ours))
        if size := self._engine.device_memory_size_v2:
            self._context.set_device_memory(self._allocate(size), size)

    def _place(self, spec: TensorSpec) -> None:
        """Give a tensor its place on the GPU and on the host, for as long as the engine lives."""
        host = self._gpu.pinned(spec.shape, spec.dtype)
        host[...] = 0
        address = self._allocate(max(host.nbytes, 1))
        if not self._context.set_tensor_address(spec.name, address):
            raise refusal(self._trt, f"won't have a place for {spec.name} of {self._graph}")
        self._pinned[spec.name], self._addresses[spec.name] = host, address

    def _allocate(self, size: int) -> int:
        try:
            return self._gpu.allocate(size)
        except EngineError as error:
            kind = ShortageError if isinstance(error, ShortageError) else EngineError
            raise kind(f"{self._graph} wants {size / 1e6:.1f} MB more on the GPU. {error.sentence}", error.hint) from error

    def _fill(self, tensors: Mapping[str, Tensor]) -> None:
        for name, value in tensors.items():
            self._pinned[name][...] = value

    def _queue(self, given: Iterable[str]) -> None:
        """Put a whole run on the stream: uploads of what is given, the network, downloads."""
        for name in given:
            self._stream.upload(self._addresses[name], self._pinned[name])
        if not self._context.execute_async_v3(self._stream.handle):
            raise refusal(self._trt, f"could not run {self._graph}")
        for name in self._outputs:
            self._stream.download(self._pinned[name], self._addresses[name])

    def _capture(self, given: frozenset[str]) -> None:
        """Capture a run with these inputs given; which are changes only when one is bound for the first time."""
        if self._frame is not None:
            self._frame.close()
            self._frame = None
        try:
            self._frame = self._stream.capture(lambda: self._queue(given))
            reason = "" if self._frame else "the binding can't capture one"
        except EngineError as error:
            reason = error.sentence.rstrip(".")
        self._given = given
        if self._frame is None:
            self._do_without_graph(reason)

    def _do_without_graph(self, reason: str) -> None:
        self._capturable = False
        self._device = self._device._replace(description=f"{self._device.description}, without a CUDA graph: {reason}")

    def _check_open(self) -> None:
        if self._closed:
            raise EngineError(f"{self._graph} was used after it was closed.")
