"""TensorRT's engine on a fake GPU: what a frame computes and costs, what is captured, and what is freed."""

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engines.cuda import Stream
from engines.engine import EngineOptions, ShortageError, TensorSpec
from engines.onnxruntime import OnnxRuntime
from engines.tensorrt_engine import TensorRtEngine
from puppet import contract
from puppet.errors import EngineError
from puppet.picture import Picture
from tests.engines.fake_tensorrt import FakeEngine
from tests.engines.fake_tensorrt_names import Diagnostics
from tests.engines.tensorrt_machine import (
    EXACT,
    SIDE,
    Machine,
    draw,
    drawn_by_hand,
    features,
    picture,
    pose,
    silent,
    tensorrt_machine,
    wear,
)
from tests.toy_model import FEATURES


@pytest.fixture
def animate(machine: Machine) -> Iterator[TensorRtEngine]:
    engine = machine.make(contract.ANIMATE)
    yield engine
    engine.close()


def test_it_gives_what_another_runtime_gives(machine: Machine) -> None:
    expected = OnnxRuntime().open(machine.folder / contract.KEYPOINTS, EngineOptions(threads=1)).run(image=picture())
    engine = machine.make(contract.KEYPOINTS)
    found = engine.run(image=picture())
    assert found.keys() == expected.keys()
    assert all(np.allclose(found[name], expected[name], atol=1e-6) for name in expected)
    engine.close()


def test_pictures_stay_bytes_on_their_way_in_and_out(machine: Machine, animate: TensorRtEngine) -> None:
    appearance = machine.make(contract.APPEARANCE, EngineOptions())  # in float16 within
    assert appearance.inputs[contract.IMAGE] == TensorSpec(contract.IMAGE, np.dtype(np.uint8), (SIDE, SIDE, 3))
    assert appearance.outputs[FEATURES].dtype == np.float32
    assert animate.outputs[contract.IMAGE] == TensorSpec(contract.IMAGE, np.dtype(np.uint8), (SIDE, SIDE, 3))
    appearance.close()


def test_what_is_bound_stays_until_bound_again(animate: TensorRtEngine) -> None:
    mine = features()
    wear(animate)
    mine[:] = 0
    assert np.array_equal(draw(animate), drawn_by_hand())
    assert np.array_equal(draw(animate, 4 / SIDE)[2:, 2:], drawn_by_hand()[:-2, :-2])
    assert np.array_equal(draw(animate), drawn_by_hand())


def test_binding_anew_leaves_what_is_captured_as_it_is(machine: Machine, animate: TensorRtEngine) -> None:
    wear(animate, 0)
    draw(animate)
    before = machine.cuda.calls["cuStreamBeginCapture"]
    for seed in (1, 2):
        wear(animate, seed)
        assert np.array_equal(draw(animate), drawn_by_hand(seed))
        animate.bind(**{FEATURES: features(7)})  # one alone, as well
        assert np.array_equal(draw(animate), drawn_by_hand(7))
    assert before == machine.cuda.calls["cuStreamBeginCapture"] == 1


def test_a_frame_is_captured_anew_only_when_less_is_given(machine: Machine, animate: TensorRtEngine) -> None:
    points, jacobians = pose()
    animate.bind(**{FEATURES: features(), contract.SOURCE_POINTS: points})
    driving = {contract.DRIVING_POINTS: points, contract.DRIVING_JACOBIANS: jacobians}
    animate.run(**driving, **{contract.SOURCE_JACOBIANS: jacobians})
    animate.bind(**{contract.SOURCE_JACOBIANS: jacobians})
    for _ in range(3):
        assert np.array_equal(animate.run(**driving)[contract.IMAGE], drawn_by_hand())
    assert machine.cuda.calls["cuStreamBeginCapture"] == 2
    assert len(machine.cuda.graphs) == 1, "what was captured first is of no more use"


def test_a_frame_is_one_launch_and_one_wait(machine: Machine, animate: TensorRtEngine) -> None:
    wear(animate)
    draw(animate)
    before, allocated, runs = machine.cuda.calls.copy(), machine.cuda.allocated(), machine.trt.runs
    for _ in range(5):
        draw(animate)
    made = machine.cuda.calls - before
    assert made == {"cuCtxSetCurrent": 5, "cuGraphLaunch": 5, "cuStreamSynchronize": 5}
    assert machine.cuda.allocated() == allocated
    assert machine.trt.runs - runs == 5


def test_results_are_the_callers_own(animate: TensorRtEngine) -> None:
    wear(animate)
    first = draw(animate)
    second = draw(animate, 0.5)
    assert np.array_equal(first, drawn_by_hand())
    assert not np.shares_memory(first, second)
    animate.close()
    assert np.array_equal(first, drawn_by_hand())


def test_wrong_tensors_are_named_and_change_nothing(animate: TensorRtEngine) -> None:
    wear(animate)
    points, jacobians = pose()
    for said, given in (
        ("no input called picture", {"picture": picture()}),
        ("wants driving_points as float32", {contract.DRIVING_POINTS: points.astype(np.float64)}),
        ("was run without driving_jacobians", {contract.DRIVING_POINTS: points}),
        (
            "features, which is bound already",
            {FEATURES: features(5), contract.DRIVING_POINTS: points, contract.DRIVING_JACOBIANS: jacobians},
        ),
    ):
        with pytest.raises(EngineError, match=said):
            animate.run(**given)
    assert np.array_equal(draw(animate), drawn_by_hand())


def test_made_on_one_thread_and_run_on_another(machine: Machine) -> None:
    made: list[TensorRtEngine] = []
    worker = threading.Thread(target=lambda: made.append(machine.make(contract.ANIMATE)))
    worker.start()
    worker.join()
    wear(made[0])
    assert np.array_equal(draw(made[0]), drawn_by_hand())
    drawn: list[Picture] = []
    worker = threading.Thread(target=lambda: drawn.append(draw(made[0])))
    worker.start()
    worker.join()
    assert np.array_equal(drawn[0], drawn_by_hand())
    made[0].close()


def test_engines_of_one_gpu_do_not_disturb_each_other(machine: Machine, animate: TensorRtEngine) -> None:
    other = machine.make(contract.ANIMATE)
    wear(animate, 0)
    wear(other, 1)
    assert np.array_equal(draw(animate), drawn_by_hand(0))
    assert np.array_equal(draw(other), drawn_by_hand(1))
    other.close()
    assert np.array_equal(draw(animate), drawn_by_hand(0))


def test_a_network_that_cannot_be_captured_runs_without(machine: Machine) -> None:
    machine.trt.capturable = False
    engine = machine.make(contract.ANIMATE)
    assert "without a CUDA graph: TensorRT can't have this network captured" in engine.device.description
    wear(engine)
    assert np.array_equal(draw(engine), drawn_by_hand())
    assert machine.cuda.calls["cuStreamBeginCapture"] == 0
    engine.close()


@pytest.mark.parametrize("refusing", [False, True])
def test_a_binding_that_cannot_capture_is_said_once_known(machine: Machine, monkeypatch: pytest.MonkeyPatch, refusing: bool) -> None:
    asked: list[Callable[[], None]] = []

    def capture(self: Stream, work: Callable[[], None]) -> None:
        asked.append(work)
        if refusing:
            raise EngineError("The driver says no.")

    monkeypatch.setattr(Stream, "capture", capture)
    engine = machine.make(contract.ANIMATE)
    assert "without" not in engine.device.description
    wear(engine)
    for _ in range(2):
        assert np.array_equal(draw(engine), drawn_by_hand())
    assert len(asked) == 1
    assert engine.device.description.endswith(
        "without a CUDA graph: The driver says no" if refusing else "without a CUDA graph: the binding can't capture one"
    )
    engine.close()


def test_pycuda_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with tensorrt_machine(monkeypatch, tmp_path, binding="pycuda") as machine:
        engine = machine.make(contract.ANIMATE)
        wear(engine)
        assert np.array_equal(draw(engine), drawn_by_hand())
        assert "without a CUDA graph" in engine.device.description
        engine.close()


def test_closing_twice_frees_everything_in_its_order(machine: Machine) -> None:
    engine = machine.make(contract.ANIMATE)
    wear(engine)
    draw(engine)
    machine.trt.freed.clear()
    engine.close()
    assert machine.trt.freed == ["context", "settings", "engine", "runtime"]
    assert not machine.cuda.left()
    engine.close()
    for use in (lambda: draw(engine), lambda: wear(engine)):
        with pytest.raises(EngineError, match="after it was closed"):
            use()


def test_closing_in_mid_run_waits_for_what_runs(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after Ctrl-C between the launch of a frame and its end."""
    engine = machine.make(contract.ANIMATE)
    wear(engine)
    draw(engine)

    def interrupt(self: Stream) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr(Stream, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            draw(engine)
    engine.close()
    assert not machine.cuda.misuses


def test_nothing_of_an_engine_that_cannot_be_prepared_outlives_its_context(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.runtime.build(machine.folder / contract.ANIMATE, EXACT, silent)
    monkeypatch.setattr(FakeEngine, "create_execution_context", lambda *_: None)
    with pytest.raises(EngineError, match=r"can't prepare animate\.onnx"):
        machine.runtime.open(machine.folder / contract.ANIMATE, EXACT)
    gc.collect()
    assert not machine.cuda.misuses


def test_a_gpu_lost_in_mid_run_is_an_expected_error(machine: Machine) -> None:
    engine = machine.make(contract.ANIMATE)
    wear(engine)
    draw(engine)
    machine.cuda.lost = True
    for use in (lambda: draw(engine), lambda: wear(engine)):
        with pytest.raises(EngineError, match=r"animate\.onnx failed while it ran: .*unspecified launch failure"):
            use()
    engine.close()


def test_a_run_that_tensorrt_refuses_is_told_with_its_reason(machine: Machine) -> None:
    machine.trt.capturable = False
    engine = machine.make(contract.ANIMATE)
    wear(engine)
    machine.trt.trouble = "IExecutionContext::enqueueV3: Error Code 7: Internal Error (no more tactics In pick at /_src/runtime/x.cpp:12)"
    with pytest.raises(EngineError, match=r"animate\.onnx failed while it ran: .*could not run animate\.onnx: no more tactics\."):
        draw(engine)
    assert np.array_equal(draw(engine), drawn_by_hand())
    engine.close()


@pytest.mark.parametrize("step", ["load", "prepare", "memory", "wanting"])
def test_an_engine_that_cannot_be_opened_leaves_nothing(machine: Machine, step: str) -> None:
    machine.runtime.build(machine.folder / contract.ANIMATE, EXACT, silent)
    said = "OutOfMemory: no enough memory"
    if step == "load":
        machine.trt.trouble, expected = said, "can't load the engine of animate.onnx: the GPU's memory is full"
    elif step == "prepare":
        machine.trt.flaw, expected = Diagnostics.INSUFFICIENT_GPU_MEMORY, "the GPU has too little memory for it"
    elif step == "memory":
        machine.cuda.gpus[0].memory, machine.trt.memory, expected = (
            1 << 20,
            1 << 21,
            r"animate\.onnx wants 2\.1 MB more on the GPU\. .*out of memory",
        )
    else:
        machine.cuda.gpus[0].memory, expected = machine.trt.memory + 100, "out of memory"
    with pytest.raises(ShortageError, match=expected):  # so that what is stored stays, and is tried again
        machine.runtime.open(machine.folder / contract.ANIMATE, EXACT)
    gc.collect()
    assert not machine.cuda.left()
