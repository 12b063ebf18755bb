"""TensorRT for NVIDIA GPUs: TensorRT-RTX, which builds an engine in seconds, and classic TensorRT, which takes minutes over it.

An engine is built ahead of its use and kept in the engine store; `open` builds nothing. What reads its files and judges them lies in
`engines/building/`.
"""

from contextlib import suppress
from pathlib import Path

from engines import cuda
from engines.building.chips import why_unsupported
from engines.building.engine_folder import MadeEngine
from engines.building.engine_store import EngineKey, EngineStore, StaleEngineError
from engines.building.graph_typing import FORM, typed_graph
from engines.building.reference import Samples, stored_feeds
from engines.building.tensorrt_build import Built, Report, build_engine, supported_chips
from engines.building.tensorrt_package import RTX, TensorRtPackage, let_go
from engines.engine import Device, EngineOptions
from engines.tensorrt_engine import TensorRtEngine
from puppet.contract import file_hash
from puppet.errors import EngineError

PRECISIONS = {"auto": "f16", "f16": "f16", "f32": "f32", "i8": "i8"}
"""What each precision that can be asked for is built as."""


class TensorRtRuntime:
    """One of the two packages, on every GPU here that it can serve. Any thread may call it; the package is imported at first use."""

    def __init__(self, package: TensorRtPackage = RTX, store: EngineStore | None = None) -> None:
        """`store` is by default the one in Puppet's cache folder."""
        self._package = package
        self._own_store = store

    @property
    def name(self) -> str:
        """The name for `--engine`."""
        return self._package.runtime

    @property
    def store(self) -> EngineStore:
        """Where its engines are kept."""
        return self._own_store or EngineStore()

    def version(self) -> str:
        """Version of the installed package. Raises `EngineError` when there is none."""
        return self._package.version()

    def devices(self) -> tuple[Device, ...]:
        """The GPUs it can serve, `CUDA:0` first. Raises `EngineError` that says what is missing: package, binding, driver or a GPU."""
        usable = self._usable()  # first, for the package that is missing is told before the driver
        driver = cuda.driver_version()
        return tuple(self._describe(gpu, driver) for gpu in usable)

    def key(self, graph: Path, options: EngineOptions) -> EngineKey:
        """What tells the engine that a graph would need here from every other. Raises `EngineError` as `devices` does."""
        return self._key(graph, options.precision, self._find(options.device))

    def built(self, graph: Path, options: EngineOptions) -> bool:
        """Whether the engine of a graph lies in the store, accepted or not, so that it can be opened at once."""
        return self.store.find(self.key(graph, options)) is not None

    def build(self, graph: Path, options: EngineOptions, report: Report, samples: Samples | None = None) -> None:
        """Build the engine of a graph for a GPU here, and put it into the store, not accepted yet. `samples` are by default those of the
        parity gate's reference, for which the graph must lie in a whole model folder.

        Takes seconds (TensorRT-RTX) or minutes and most of the GPU (classic); other threads run meanwhile. Raises `EngineError` where
        the GPU or the graph can't be served, `BuildStoppedError` when `report` says no, `ModelError` for a graph it can't read.
        """
        gpu = self._find(options.device)
        key = self._key(graph, options.precision, gpu)
        self.store.prove_writable()
        typed = _typed(graph, key.precision, samples)
        with cuda.CudaDevice(gpu.number) as device:
            device.enter()  # RTX can do without, but not where a context is current that is gone, as one that another thread closed
            try:
                built = self._build_here(typed, key, report)
            except BaseException as error:
                let_go(error)
                raise
        if built.timing_cache:
            with suppress(EngineError):  # where the disk is full, they are timed again next time
                self.store.write_extra(key, "timing", built.timing_cache)
        self.store.add(key, built.engine, built.seconds)

    def build_ahead(self, graph: Path, precision: str, chip: str, report: Report, samples: Samples | None = None) -> MadeEngine:
        """An engine of a graph for a chip that need not be here: TensorRT-RTX needs no GPU to build. Raises as `build` does."""
        if self._package is not RTX:
            raise EngineError(f"{self._package.title} builds only for the GPU that it runs on.", f"Name another engine: {RTX.runtime}")
        key = self._ahead_key(graph, precision, chip)
        built = build_engine(self._package.load(), _typed(graph, key.precision, samples), (chip,), b"", report)
        return MadeEngine(key, built.engine)

    def open(self, graph: Path, options: EngineOptions) -> TensorRtEngine:
        """Load the engine of a graph from the store. Raises `EngineError` when it was not built yet; nothing is built here."""
        gpu = self._find(options.device)
        key = self._key(graph, options.precision, gpu)
        store = self.store
        stored = store.find(key)
        if stored is None:
            refused = store.refusal(key)
            state = f"was refused: {refused.reason}" if refused else "is not built yet"
            sentence = f"The engine of {graph.name} for {self._package.title} in {key.precision} on {gpu.name} {state}."
            hint = f"Build it: puppet-engine build --engine {self.name}"
            raise EngineError(sentence, hint) if refused else StaleEngineError(graph.name, sentence, hint)
        try:
            plan = stored.path.read_bytes()
        except OSError as error:
            sentence = f"{stored.path} can't be read: {error.strerror}."
            raise StaleEngineError(graph.name, sentence, f"Build it again: puppet-engine build --engine {self.name}") from error
        device = Device(
            f"CUDA:{gpu.number}", f"{gpu.name}, {gpu.chip}, {self._package.title} {key.version}, {key.precision}", key.precision
        )
        kernels = store.read_extra(key, "runtime") if self._package is RTX else b""
        trt = self._package.load()
        engine = TensorRtEngine(graph.name, trt, plan, cuda.CudaDevice(gpu.number), device=device, kernels=kernels)
        if (compiled := engine.kernels) != kernels:
            with suppress(EngineError):  # where the disk is full, they are compiled again next time
                store.write_extra(key, "runtime", compiled)
        return engine

    def _build_here(self, typed: bytes, key: EngineKey, report: Report) -> Built:
        """Classic TensorRT tries kernels on the GPU, and what it learns of their speed is kept for the next graph."""
        trt = self._package.load()
        if self._package is RTX:
            return build_engine(trt, typed, (key.chip,), b"", report)
        return build_engine(trt, typed, None, self.store.read_extra(key, "timing"), report)

    def _usable(self) -> list[cuda.Gpu]:
        """The GPUs here that the package can serve. Raises `EngineError` when there is none, with the first one's reason."""
        self.version()
        gpus = cuda.gpus()
        self._package.check_driver(cuda.driver_version())
        supported = supported_chips(self._package.load())
        reasons = {gpu.number: why_unsupported(self._package.title, gpu.chip, supported) for gpu in gpus}
        usable = [gpu for gpu in gpus if reasons[gpu.number] is None]
        for gpu in gpus:
            if not usable and (reason := reasons[gpu.number]):
                raise EngineError(f"{gpu.name}: {reason.sentence}", reason.hint)
        return usable

    def _find(self, name: str | None) -> cuda.Gpu:
        """The GPU called `CUDA:1`; None and `CUDA` are the first. Raises `EngineError` with those there are."""
        usable = self._usable()
        wanted = (name or "CUDA").upper()
        for gpu in usable:
            if wanted in ("CUDA", "GPU", f"CUDA:{gpu.number}"):
                return gpu
        offered = ", ".join(f"CUDA:{gpu.number} ({gpu.name})" for gpu in usable)
        raise EngineError(
            f"{self._package.title} finds no {name} on this computer, only {offered}.", "Choose one of these: --device CUDA:0"
        )

    def _describe(self, gpu: cuda.Gpu, driver: str) -> Device:
        description = f"{gpu.name}, {gpu.chip}, {gpu.memory / 2**30:.0f} GB, driver for CUDA {driver}"
        return Device(f"CUDA:{gpu.number}", description, PRECISIONS["auto"])

    def _key(self, graph: Path, precision: str, gpu: cuda.Gpu) -> EngineKey:
        return self._ahead_key(graph, precision, gpu.chip).model_copy(update={"driver": cuda.driver_identity(), "gpu": gpu.name})

    def _ahead_key(self, graph: Path, precision: str, chip: str) -> EngineKey:
        if precision not in PRECISIONS:
            raise EngineError(f"{self._package.title} computes in f32, f16 or i8, not in {precision}.", "Leave the precision to auto.")
        facts = {"graph": file_hash(graph), "precision": PRECISIONS[precision], "runtime": self.name, "version": self.version()}
        return EngineKey(**facts, driver="", gpu="", chip=chip, form=FORM)


def _typed(graph: Path, precision: str, samples: Samples | None) -> bytes:
    """The graph with explicit types, for int8 with the ranges that samples show. Raises `ModelError`, `EngineError`."""
    if precision == "i8":
        from engines.building.quantising import quantised_graph  # noqa: PLC0415

        return quantised_graph(graph, samples() if samples else stored_feeds(graph.parent)[graph.name])
    return typed_graph(graph, "f32" if precision == "f32" else "f16")
