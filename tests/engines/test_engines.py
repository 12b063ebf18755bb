"""Every runtime under the same contract: named tensors, binding, checks, closing, and the same numbers."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from engines.engine import Engine, EngineOptions, Port, Runtime, TensorSpec
from engines.onnxruntime import OnnxRuntime
from engines.openvino import OpenVinoRuntime
from puppet import contract
from puppet.errors import EngineError, ModelError
from puppet.motion import FloatArray
from tests.toy_model import FEATURES, make_toy_model

SIDE, COUNT = 32, 3
OPTIONS = EngineOptions(threads=1)
RUNTIMES: dict[str, type[OpenVinoRuntime] | type[OnnxRuntime]] = {"openvino": OpenVinoRuntime, "onnxruntime": OnnxRuntime}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    make_toy_model(folder, SIDE, COUNT)
    return folder


@pytest.fixture(params=RUNTIMES)
def runtime(request: pytest.FixtureRequest) -> Runtime:
    return RUNTIMES[request.param]()


@pytest.fixture
def keypoints(runtime: Runtime, folder: Path) -> Engine:
    return runtime.open(folder / contract.KEYPOINTS, OPTIONS)


@pytest.fixture
def animate(runtime: Runtime, folder: Path) -> Engine:
    return runtime.open(folder / contract.ANIMATE, OPTIONS._replace(precision="f32" if runtime.name == "openvino" else "auto"))


def picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)


def features(seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).random((1, 3, SIDE, SIDE), dtype=np.float32)


def pose(shift: float = 0.0) -> tuple[FloatArray, FloatArray]:
    return np.full((COUNT, 2), shift, np.float32), np.repeat(np.eye(2, dtype=np.float32)[None], COUNT, axis=0)


def bind_portrait(engine: Engine, seed: int = 0) -> None:
    points, jacobians = pose()
    engine.bind(**{FEATURES: features(seed), contract.SOURCE_POINTS: points, contract.SOURCE_JACOBIANS: jacobians})


def draw(engine: Engine, shift: float = 0.0) -> np.ndarray:
    points, jacobians = pose(shift)
    return engine.run(**{contract.DRIVING_POINTS: points, contract.DRIVING_JACOBIANS: jacobians})[contract.IMAGE]


def drawn_by_hand(seed: int = 0) -> np.ndarray:
    return np.asarray(np.rint(features(seed)[0].transpose(1, 2, 0) * 255), np.uint8)


def test_tensors_are_known_by_name(keypoints: Engine) -> None:
    assert keypoints.inputs[contract.IMAGE] == TensorSpec(contract.IMAGE, np.dtype(np.uint8), (SIDE, SIDE, 3))
    assert keypoints.outputs[contract.POINTS].shape == (COUNT, 2)
    assert keypoints.outputs[contract.JACOBIANS].shape == (COUNT, 2, 2)


def test_device_says_what_it_runs_on(keypoints: Engine) -> None:
    assert keypoints.device.name == "CPU"
    assert keypoints.device.precision in ("f32", "bf16")
    assert keypoints.device.precision in keypoints.device.description


def test_centre_of_brightness_is_found(keypoints: Engine) -> None:
    spot = np.zeros((SIDE, SIDE, 3), np.uint8)
    spot[8, 24] = 255
    points = keypoints.run(**{contract.IMAGE: spot})[contract.POINTS]
    # bf16 has steps of .004 near 1; the toy's faint mean brightness is divided by itself plus a little
    assert points.mean(axis=0) == pytest.approx(((24.5 / 16 - 1), (8.5 / 16 - 1)), abs=0.01)


def test_bound_features_stay_until_bound_again(animate: Engine) -> None:
    bind_portrait(animate, seed=0)
    assert np.array_equal(draw(animate), drawn_by_hand(0))
    assert np.array_equal(draw(animate), drawn_by_hand(0))
    bind_portrait(animate, seed=1)
    assert np.array_equal(draw(animate), drawn_by_hand(1))


def test_given_tensors_count_for_one_run(animate: Engine) -> None:
    bind_portrait(animate)
    shifted = draw(animate, 4 / SIDE)  # two pixels right and down
    assert np.array_equal(shifted[2:, 2:], drawn_by_hand()[:-2, :-2])
    assert np.array_equal(draw(animate), drawn_by_hand())


def test_what_is_bound_is_a_copy(animate: Engine) -> None:
    points, jacobians = pose()
    mine = features()
    animate.bind(**{FEATURES: mine, contract.SOURCE_POINTS: points, contract.SOURCE_JACOBIANS: jacobians})
    mine[:] = 0
    assert np.array_equal(draw(animate), drawn_by_hand())


def test_results_are_the_callers_own(animate: Engine) -> None:
    bind_portrait(animate)
    first = draw(animate)
    second = draw(animate, 0.5)
    assert np.array_equal(first, drawn_by_hand())
    assert not np.shares_memory(first, second)


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"picture": np.zeros((SIDE, SIDE, 3), np.uint8)}, "no input called picture; it takes image"),
        ({"image": np.zeros((SIDE, SIDE, 3), np.float32)}, r"wants image as uint8 \(32, 32, 3\) and was given float32"),
        ({"image": np.zeros((SIDE, SIDE + 1, 3), np.uint8)}, r"was given uint8 \(32, 33, 3\)"),
        ({}, "keypoints.onnx was run without image"),
    ],
)
def test_wrong_tensor_is_named_with_what_was_expected(keypoints: Engine, tensors: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(EngineError, match=said):
        keypoints.run(**tensors)


def test_missing_and_doubled_inputs_are_told(animate: Engine) -> None:
    with pytest.raises(EngineError, match="without features, source_points, source_jacobians"):
        draw(animate)
    bind_portrait(animate)
    points, jacobians = pose()
    with pytest.raises(EngineError, match="was given features, which is bound already"):
        animate.run(**{FEATURES: features(), contract.DRIVING_POINTS: points, contract.DRIVING_JACOBIANS: jacobians})


def test_close_may_be_called_twice_and_ends_it(keypoints: Engine) -> None:
    keypoints.close()
    keypoints.close()
    with pytest.raises(EngineError, match="after it was closed"):
        keypoints.run(**{contract.IMAGE: picture()})


def test_broken_graph_is_a_model_error(runtime: Runtime, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"<html>not found</html>")
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        runtime.open(broken, OPTIONS)


def test_absent_device_is_told_with_those_there_are(runtime: Runtime, folder: Path) -> None:
    with pytest.raises(EngineError, match=r"no TPU.*CPU"):
        runtime.open(folder / contract.KEYPOINTS, EngineOptions(device="TPU"))


@pytest.mark.parametrize("package", RUNTIMES)
def test_package_that_cannot_be_imported_is_a_reason(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EngineError, match="can't be imported"):
        RUNTIMES[package]().devices()


def test_onnxruntime_refuses_a_precision_it_has_not(folder: Path) -> None:
    with pytest.raises(EngineError, match="not in bf16"):
        OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions(precision="bf16"))


def test_runtimes_draw_the_same_picture(folder: Path) -> None:
    drawn = []
    for make in RUNTIMES.values():
        engine = make().open(folder / contract.ANIMATE, OPTIONS)  # in bf16 where the processor has it
        bind_portrait(engine)
        drawn.append(draw(engine, 0.37).astype(np.int16))
        engine.close()
    assert np.abs(drawn[0] - drawn[1]).mean() < 2


def with_convolution(graph: Path, target: Path) -> Path:
    """The toy's `animate` with a convolution (that changes nothing) after the sampling, as every real generator has."""
    model = onnx.load(graph)
    for index, node in enumerate(model.graph.node):
        if node.op_type == "GridSample":
            node.output[0] = "sampled"
            model.graph.node.insert(index + 1, helper.make_node("Conv", ["sampled", "same"], ["seen"], kernel_shape=[1, 1]))
            break
    same = np.eye(3, dtype=np.float32)[:, :, None, None]
    model.graph.initializer.append(numpy_helper.from_array(same, "same"))
    onnx.save(model, target)
    return target


def test_grids_stay_exact_in_bf16(folder: Path, tmp_path: Path) -> None:
    runtime = OpenVinoRuntime()
    if runtime.devices()[0].precision != "bf16":
        pytest.skip("this processor has no bf16")
    graph = with_convolution(folder / contract.ANIMATE, tmp_path / "convolved.onnx")
    engine = runtime.open(graph, EngineOptions(precision="bf16", threads=1))
    exact = OnnxRuntime().open(graph, OPTIONS)
    assert set(engine.outputs) == {contract.IMAGE}, "the outputs that keep grids exact are not the caller's business"
    for each in (engine, exact):
        bind_portrait(each)
    shift = 0.5 + 2**-9 + 2**-11  # bf16 has steps of 2**-8 there, an eighth of a pixel
    assert np.abs(draw(engine, shift).astype(np.int16) - draw(exact, shift)).max() <= 2


def test_openvino_is_imported_without_its_telemetry() -> None:
    script = "import sys; from engines.openvino import OpenVinoRuntime as R; R().devices(); print('openvino_telemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("module", ["engines.onnxruntime", "training.exporting.graph_runs"])
def test_onnx_runtime_is_imported_without_its_telemetry(module: str, home: Path) -> None:
    """It would leave a number for this computer and a database behind."""
    start = "OnnxRuntime().devices()" if module.startswith("engines") else "fold(b'')"
    lines = ("import sys", "from contextlib import suppress", f"from {module} import *", f"with suppress(Exception): {start}")
    script = "\n".join((*lines, "print('onnxruntime' in sys.modules)"))
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "True"
    assert not [path for path in home.rglob("*") if "onnxruntime" in path.name]


def test_a_runtime_that_fails_in_the_middle_of_a_run_is_an_expected_error(keypoints: Engine) -> None:
    """So that the loop can open it again."""

    class Lost:
        def infer(self) -> None:
            raise RuntimeError("The device was lost.\n    at line 7")

        def run_with_iobinding(self, _: object) -> None:
            self.infer()

    for name in ("_request", "_session"):
        if hasattr(keypoints, name):
            setattr(keypoints, name, Lost())
    with pytest.raises(EngineError, match=r"keypoints.onnx failed while it ran: The device was lost\."):
        keypoints.run(image=picture())


def any_size(path: Path) -> Path:
    """A graph that halves x (any, 3, any, any) by a float64 w, both of open shapes."""
    graph = helper.make_graph(
        [helper.make_node("Cast", ["w"], ["half"], to=onnx.TensorProto.FLOAT), helper.make_node("Mul", ["x", "half"], ["y"])],
        "any",
        [
            helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ("batch", 3, "height", "width")),
            helper.make_tensor_value_info("w", onnx.TensorProto.DOUBLE, ("one",)),
        ],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ("b", 3, "h", "w"))],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_open_shapes_are_fixed_by_whoever_opens_the_graph(runtime: Runtime, tmp_path: Path) -> None:
    graph = any_size(tmp_path / "any.onnx")
    with pytest.raises(ModelError, match="fixed"):
        runtime.open(graph, OPTIONS)
    shapes = {"x": (1, 3, 8, 16), "w": (1,), "y": (1, 3, 8, 16)}
    engine = runtime.open(graph, OPTIONS._replace(shapes=shapes))
    assert engine.inputs["x"] == TensorSpec("x", np.dtype(np.float32), (1, 3, 8, 16))
    assert engine.inputs["w"] == TensorSpec("w", np.dtype(np.float64), (1,))
    assert engine.outputs["y"].shape == (1, 3, 8, 16)
    engine.bind(w=np.array([0.5]))
    assert engine.run(x=np.ones((1, 3, 8, 16), np.float32))["y"] == pytest.approx(0.5)
    engine.close()


def test_ports_are_told_before_a_graph_is_opened(tmp_path: Path) -> None:
    graph = any_size(tmp_path / "any.onnx")
    for inputs, outputs in (OpenVinoRuntime().ports(graph), OnnxRuntime().ports(graph)):
        assert inputs == (Port("x", "float32", (None, 3, None, None)), Port("w", "float64", (None,)))
        assert outputs == (Port("y", "float32", (None, 3, None, None)),)
    _, outputs = OpenVinoRuntime().ports(graph, {"x": (1, 3, 8, 16), "w": (1,)})
    assert outputs == (Port("y", "float32", (1, 3, 8, 16)),)
    (tmp_path / "broken.onnx").write_bytes(graph.read_bytes()[:40])
    with pytest.raises(ModelError, match="can't load"):
        OnnxRuntime().ports(tmp_path / "broken.onnx")
