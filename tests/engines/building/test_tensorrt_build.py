"""The real TensorRT-RTX, which needs no GPU to build: every graph of the embedded model and of the full model, and what it refuses."""

import threading
from itertools import pairwise
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Literal

import onnx
import pytest
from onnx import TensorProto, helper

from engines.building.graph_typing import typed_graph
from engines.building.tensorrt_build import RTX_CHIPS, BuildStoppedError, build_engine, supported_chips
from engines.building.tensorrt_package import RTX
from engines.cuda import gpus
from engines.engine import Device
from engines.tensorrt_engine import TensorRtEngine
from puppet import contract
from puppet.assets import ASSETS
from puppet.errors import EngineError
from tests.engines.building.fomm_graphs import fomm_folder  # noqa: F401

EMBEDDED = ASSETS / "models" / "compact-256"
CHIPS = ("sm_86", "sm_89", "sm_120")


@pytest.fixture(scope="module")
def trt() -> Any:
    pytest.importorskip("tensorrt_rtx", reason="pip install -e '.[rtx]'")
    return RTX.load()


@pytest.fixture(scope="module")
def small_graph() -> bytes:
    """One that builds in no time."""
    return typed_graph(EMBEDDED / contract.APPEARANCE, "f16")


def silent(share: float, words: str) -> bool:
    return True


def build_all(trt: Any, graph: Path) -> None:
    """Build a graph in both precisions for three chips, and look at what came of it."""
    sizes: dict[str, int] = {}
    precision: Literal["f32", "f16"]
    for precision in ("f32", "f16"):
        typed = typed_graph(graph, precision)
        built = build_engine(trt, typed, CHIPS, b"", silent)
        assert 0.8 < len(built.engine) / len(typed) < 5, "weights are kept once for all chips"
        assert 0 < built.seconds < 60
        assert not built.timing_cache
        _, flaws = trt.Runtime(trt.Logger(trt.Logger.ERROR)).get_engine_validity(built.engine)
        assert not int(flaws) & int(trt.EngineInvalidityDiagnostics.MALFORMED_ENGINE)
        sizes[precision] = len(built.engine)
    assert sizes["f16"] < sizes["f32"]


@pytest.mark.parametrize("name", contract.GRAPHS)
def test_embedded_model_is_built(trt: Any, name: str) -> None:
    build_all(trt, EMBEDDED / name)


@pytest.mark.parametrize("name", contract.GRAPHS)
def test_full_model_is_built(trt: Any, fomm_folder: Path, name: str) -> None:  # noqa: F811
    build_all(trt, fomm_folder / name)


def test_every_chip_that_it_names_is_built_for(trt: Any, small_graph: bytes) -> None:
    assert set(supported_chips(trt)) <= set(RTX_CHIPS)
    assert all(build_engine(trt, small_graph, (chip,), b"", silent).engine for chip in supported_chips(trt))


@pytest.mark.parametrize(("chip", "said"), [("sm_90", "Use classic TensorRT"), ("sm_61", "ONNX Runtime")])
def test_a_chip_that_it_cannot_serve_is_named_with_those_it_can(trt: Any, small_graph: bytes, chip: str, said: str) -> None:
    with pytest.raises(EngineError, match=rf"TensorRT-RTX can't build for {chip}, only for sm_75, .*sm_89.*{said}"):
        build_engine(trt, small_graph, ("sm_86", chip), b"", silent)


def unary(operation: str, kind: int = TensorProto.FLOAT, **attributes: Any) -> bytes:
    """A graph of one Relu and one other node, called `layer/odd`."""
    nodes = [helper.make_node("Relu", ["x"], ["y"]), helper.make_node(operation, ["y"], ["z"], name="layer/odd", **attributes)]
    first, last = (helper.make_tensor_value_info(name, kind, (1, 4)) for name in ("x", "z"))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ours", 1)]
    model = helper.make_model(helper.make_graph(nodes, "odd", [first], [last]), opset_imports=opsets, ir_version=9)
    return bytes(model.SerializeToString())


def test_a_node_that_it_does_not_know_is_named(trt: Any) -> None:
    with pytest.raises(EngineError, match=r"can't take the node layer/odd \(Conjure\) of the graph: it knows no such operation\."):
        build_engine(trt, unary("Conjure", domain="ours"), CHIPS, b"", silent)


def test_a_node_that_it_cannot_take_is_named_with_the_reason(trt: Any) -> None:
    untyped = (EMBEDDED / contract.KEYPOINTS).read_bytes()  # transposes the picture while it is uint8, as only other runtimes can
    with pytest.raises(
        EngineError, match=r"can't take the node /Transpose \(Transpose\) of the graph: .*type UInt8 but must have"
    ) as caught:
        build_engine(trt, untyped, CHIPS, b"", silent)
    assert "/_src/" not in str(caught.value)


@pytest.mark.parametrize("graph", [b"", b"<html>not found</html>"])
def test_what_is_no_graph_is_told(trt: Any, graph: bytes) -> None:
    with pytest.raises(EngineError, match="can't read the graph"):
        build_engine(trt, graph, CHIPS, b"", silent)


def test_progress_grows_and_stops_the_build(trt: Any) -> None:
    graph = typed_graph(EMBEDDED / contract.ANIMATE, "f16")
    shares: list[float] = []

    def listen(share: float, words: str) -> bool:
        assert words
        shares.append(share)
        return share < 0.15

    start = perf_counter()
    with pytest.raises(BuildStoppedError):
        build_engine(trt, graph, CHIPS, b"", listen)
    assert perf_counter() - start < build_engine(trt, graph, CHIPS, b"", silent).seconds
    assert len(shares) > 10
    assert shares[0] == 0
    assert 0.15 <= shares[-1] < 0.5
    assert all(before <= after for before, after in pairwise(shares))


def test_what_a_report_raises_reaches_the_builds_caller(trt: Any, small_graph: bytes) -> None:
    def fail(share: float, words: str) -> bool:
        if share > 0:
            raise LookupError("the window is gone")
        return True

    with pytest.raises(LookupError, match="the window is gone"):
        build_engine(trt, small_graph, CHIPS, b"", fail)


def test_other_threads_run_while_it_builds(trt: Any) -> None:
    """So that another engine goes on serving frames."""
    graph = typed_graph(EMBEDDED / contract.ANIMATE, "f16")
    worker = threading.Thread(target=build_engine, args=(trt, graph, CHIPS, b"", silent))
    worker.start()
    beats = 0
    while worker.is_alive():
        sleep(0.001)
        beats += 1
    assert beats > 50


@pytest.fixture
def without_driver() -> None:
    try:
        gpus()
    except EngineError:
        return
    pytest.skip("there is a GPU here")


def test_without_a_driver_the_gpu_here_cannot_be_built_for(trt: Any, small_graph: bytes, without_driver: None) -> None:
    with pytest.raises(EngineError, match=r"could not build the graph: .*CUDA.*Install or update the NVIDIA driver"):
        build_engine(trt, small_graph, None, b"", silent)


def test_without_a_driver_an_engine_is_not_loaded(trt: Any, small_graph: bytes, without_driver: None) -> None:
    class Gpu:
        """A device that does nothing: the real module is asked before anything is allocated."""

        closed = False

        def enter(self) -> None:
            pass

        def wait(self) -> None:
            pass

        def close(self) -> None:
            self.closed = True

    plan = build_engine(trt, small_graph, CHIPS, b"", silent).engine
    for engine, said in ((plan, "driver"), (b"x" * 1000, "it is damaged"), (plan[:1000], "Build it again")):
        gpu: Any = Gpu()
        with pytest.raises(EngineError, match=rf"can't load the engine of appearance\.onnx: .*({said})"):
            TensorRtEngine(contract.APPEARANCE, trt, engine, gpu, device=Device("CUDA:0", "", "f16"))
        assert gpu.closed


@pytest.mark.gpu
def test_the_gpu_here_is_built_for(trt: Any, small_graph: bytes) -> None:
    if gpus()[0].chip not in supported_chips(trt):
        pytest.skip(f"TensorRT-RTX does not serve {gpus()[0].name}")
    assert build_engine(trt, small_graph, None, b"", silent).engine


def test_models_with_no_output_are_refused(trt: Any) -> None:
    model = onnx.load_from_string(unary("Relu"))
    del model.graph.output[:]
    with pytest.raises(EngineError, match="can't read the graph"):
        build_engine(trt, model.SerializeToString(), CHIPS, b"", silent)
