"""A typed ONNX graph compiled by TensorRT: in a second by TensorRT-RTX, which needs no GPU for it; in minutes by classic TensorRT."""

from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter
from typing import Any, NamedTuple

from engines.building.build_progress import BuildProgress, BuildStoppedError, Report
from engines.building.chips import RTX_CHIPS, why_unsupported
from engines.building.tensorrt_package import is_rtx, journal, make, plain, refusal, title_of
from puppet.errors import EngineError

__all__ = ["RTX_CHIPS", "BuildStoppedError", "Built", "Report", "build_engine", "supported_chips"]


class Built(NamedTuple):
    """A compiled graph. timing_cache: what classic TensorRT learnt of its kernels' speed, to be given to the next build."""

    engine: bytes
    timing_cache: bytes
    seconds: float


def build_engine(trt: Any, graph: bytes, chips: Sequence[str] | None, timing_cache: bytes, report: Report) -> Built:
    """Compile an ONNX graph whose types are explicit; fp32 stays fp32 (TF32, with its 10 bits, is not allowed).

    trt: the module. chips: for which (`sm_86`), None for the GPU whose context is current on this thread; classic TensorRT takes only
    None. Runs on any thread, and lets others run meanwhile. Raises `EngineError` for a chip it can't serve and for a graph it can't
    take, with the node and the reason; `BuildStoppedError` when `report` says no.
    """
    started = perf_counter()
    for chip in chips or ():
        if unsupported := why_unsupported(title_of(trt), chip, supported_chips(trt)):
            raise unsupported
    progress = BuildProgress(report)
    if not progress.step("reading the graph", 0):
        progress.check()
    builder = make(trt, "could not start", lambda: trt.Builder(journal(trt)))
    network, parser = _parse(trt, builder, graph)
    settings = builder.create_builder_config()
    settings.clear_flag(trt.BuilderFlag.TF32)
    monitor = _monitor(trt, progress)
    settings.progress_monitor = monitor
    if is_rtx(trt):
        _set_chips(trt, settings, chips)
        if hasattr(trt.BuilderFlag, "REQUIRE_USER_ALLOCATION"):  # without it a run may allocate, which can't be captured as a CUDA graph
            settings.set_flag(trt.BuilderFlag.REQUIRE_USER_ALLOCATION)
    else:
        _set_timing_cache(trt, settings, chips, timing_cache)
    try:
        engine = make(trt, "could not build the graph", lambda: builder.build_serialized_network(network, settings))
    except EngineError as error:
        progress.check()
        raise error
    progress.check()
    del parser  # it owns weights that the network only points to
    return Built(bytes(engine), _timing_cache(trt, settings), perf_counter() - started)


def supported_chips(trt: Any) -> tuple[str, ...]:
    """The chips that a module says it can build for; empty where it builds for the GPU at hand alone, as classic TensorRT does."""
    if not is_rtx(trt):
        return ()
    return tuple(f"sm_{name[2:]}" for name in trt.ComputeCapability.__members__ if name.startswith("SM"))


def _parse(trt: Any, builder: Any, graph: bytes) -> tuple[Any, Any]:
    """The network of a graph, and its parser, which must live as long. Raises `EngineError` that names the node it stumbles on."""
    typed = getattr(trt.NetworkDefinitionCreationFlag, "STRONGLY_TYPED", None)  # a version that has it no more knows nothing else
    network = builder.create_network(0 if typed is None else 1 << int(typed))
    parser = trt.OnnxParser(network, journal(trt))
    read = parser.parse(graph)
    if not read and parser.num_errors:
        error = parser.get_error(0)
        node = " ".join(filter(None, (error.node_name(), f"({error.node_operator()})" if error.node_operator() else "")))
        raise EngineError(
            f"{title_of(trt)} can't take the node {node or error.node()} of the graph: {plain(error.desc())}.",
            "Try another engine: puppet-engine list",
        )
    if not read or not network.num_outputs:  # it reads any bytes as a graph with nothing in it
        raise refusal(trt, "can't read the graph", "it is no ONNX graph, or one without outputs")
    return network, parser


def _set_chips(trt: Any, settings: Any, chips: Sequence[str] | None) -> None:
    wanted = [trt.ComputeCapability.__members__[f"SM{chip[3:]}"] for chip in chips or ()] or [trt.ComputeCapability.CURRENT]
    settings.num_compute_capabilities = len(wanted)
    for index, capability in enumerate(wanted):
        if not settings.set_compute_capability(capability, index):
            raise refusal(trt, f"won't build for {', '.join(chips or ('the GPU here',))}")


def _set_timing_cache(trt: Any, settings: Any, chips: Sequence[str] | None, timing_cache: bytes) -> None:
    """Give classic TensorRT what it learnt before. TensorRT-RTX has no use for it, and would ask for a GPU."""
    if chips:
        raise EngineError(f"{title_of(trt)} builds only for the GPU it runs on.", "Build ahead with tensorrt-rtx.")
    kept = None
    with suppress(RuntimeError, TypeError):  # damaged: it is learnt anew
        kept = settings.create_timing_cache(timing_cache)
    if kept is None or not settings.set_timing_cache(kept, False):  # False: one of another GPU or version is refused
        settings.set_timing_cache(settings.create_timing_cache(b""), False)


def _timing_cache(trt: Any, settings: Any) -> bytes:
    kept = None if is_rtx(trt) else settings.get_timing_cache()
    return b"" if kept is None else bytes(kept.serialize())


def _monitor(trt: Any, progress: BuildProgress) -> Any:
    """`progress` as the module wants it: its names and answers, and no exception let through."""

    class Monitor(trt.IProgressMonitor):  # type: ignore[misc]  # a class of the module imported at run time
        def __init__(self) -> None:
            super().__init__()

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            progress.start(phase_name, parent_phase or "", num_steps)

        def step_complete(self, phase_name: str, step: int) -> bool:
            return progress.step(phase_name, step)

        def phase_finish(self, phase_name: str) -> None:
            progress.finish(phase_name)

    return Monitor()
