"""What is told when a provider of ONNX Runtime is not as it should be, what the reason and the fix are, and how reasons are found."""

import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as real
import pytest

from engines import onnxruntime
from engines.engine import EngineOptions
from engines.onnxruntime import OnnxRuntime
from engines.providers.execution_providers import CUDA as CUDA_PROVIDER
from engines.providers.execution_providers import missing_libraries, refusal
from engines.providers.overhearing import overhearing
from puppet import contract
from puppet.errors import EngineError, ModelError
from tests.engines.providers.fake_onnxruntime import CUDA, NO_CUDNN, FakeOnnxRuntime, make_plugin
from tests.engines.providers.provider_parts import ON_CUDA, draw, drawn_by_hand, names, picture, portrait, put_in


def test_nodes_left_to_the_processor_cost_the_cuda_graph_and_are_told(folder: Path, cuda: FakeOnnxRuntime) -> None:
    cuda.left = ("GridSample",)
    engine = OnnxRuntime().open(folder / contract.ANIMATE, ON_CUDA)
    engine.bind(**portrait())
    assert np.array_equal(draw(engine), drawn_by_hand())
    assert [session.options["enable_cuda_graph"] for session in cuda.sessions] == ["1", "0"]
    said = engine.device.description
    assert "f32, 1 of 16 nodes on the processor (GridSample 1), no CUDA graph: This session cannot use the graph capture feature" in said


def test_a_run_that_cannot_be_captured_is_made_without(folder: Path, cuda: FakeOnnxRuntime) -> None:
    cuda.capture_fails = "[ONNXRuntimeError] : 11 : EP_FAIL : CUDA failure 900: operation not permitted when stream is capturing"
    engine = OnnxRuntime().open(folder / contract.ANIMATE, ON_CUDA)
    engine.bind(**portrait())
    assert np.array_equal(draw(engine), drawn_by_hand())
    assert engine.device.description.endswith("f32, no CUDA graph: CUDA failure 900: operation not permitted when stream is capturing")


def test_a_card_without_room_for_tensors_is_told(folder: Path, cuda: FakeOnnxRuntime) -> None:
    cuda.room = False
    engine = OnnxRuntime().open(folder / contract.ANIMATE, ON_CUDA)
    engine.bind(**portrait())
    assert np.array_equal(draw(engine), drawn_by_hand())
    assert "tensors cross with every run: BFC Arena ran out of memory" in engine.device.description


@pytest.mark.parametrize("listens", [True, False])
def test_a_provider_that_was_replaced_names_the_library_and_the_fix(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], listens: bool
) -> None:
    package = put_in(monkeypatch, FakeOnnxRuntime(CUDA, listens=listens))
    package.replaced = f"Failed to load library libonnxruntime_providers_cuda.so with error: {NO_CUDNN}"
    package.printed = "" if listens else f"Failed to load libcublasLt.so.13: {NO_CUDNN.replace('libcudnn.so.9', 'libcublasLt.so.13')}"
    with pytest.raises(EngineError) as caught:
        OnnxRuntime().open(folder / contract.ANIMATE, ON_CUDA)
    missing = "libcudnn.so.9" if listens else "libcublasLt.so.13"
    assert caught.value.sentence == f"ONNX Runtime can't start CUDA: {missing} is missing."
    assert "pip install 'onnxruntime-gpu[cuda,cudnn]'" in caught.value.hint
    assert "pip uninstall onnxruntime" in caught.value.hint
    assert len(package.sessions) == 1, "what was replaced once is replaced again"
    assert capfd.readouterr() == ("", ""), "the user's terminal is not for that"


def test_a_plugin_that_could_not_be_loaded_names_the_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = put_in(monkeypatch, FakeOnnxRuntime(CUDA, plugin=True))
    package.warned = f"Failed to register bundled CUDA plugin EP from providers_cuda.so: {NO_CUDNN}"
    with pytest.raises(EngineError, match=r"can't start CUDA: libcudnn\.so\.9 is missing") as caught:
        OnnxRuntime().open(folder / contract.ANIMATE, EngineOptions("CUDA"))
    assert "[cuda,cudnn]" in caught.value.hint


def test_a_machine_without_a_driver_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = put_in(monkeypatch, FakeOnnxRuntime(), make_plugin(Path("provider.so")))
    package.unregistered = (
        "[ONNXRuntimeError] : 1 : FAIL : Failed to load library provider.so with error: libcuda.so.1: cannot open shared object file: "
        "No such file or directory"
    )
    runtime = OnnxRuntime()
    assert names(runtime) == ["CPU"]
    with pytest.raises(EngineError, match=r"TensorRT-RTX finds no NVIDIA driver: libcuda\.so\.1 is missing") as caught:
        runtime.open(folder / contract.ANIMATE, EngineOptions("TensorRT-RTX"))
    assert "driver" in caught.value.hint


def test_no_card_is_told_when_all_libraries_are_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, FakeOnnxRuntime(CUDA, plugin=True))
    monkeypatch.setattr("ctypes.CDLL", lambda name: None)
    with pytest.raises(EngineError, match="CUDA finds no card here that it can use") as caught:
        OnnxRuntime().open(folder / contract.ANIMATE, EngineOptions("CUDA"))
    assert "580 or later" in caught.value.hint


def test_a_session_that_is_refused_tells_the_reason(folder: Path, cuda: FakeOnnxRuntime) -> None:
    cuda.refused = "[ONNXRuntimeError] : 1 : FAIL : CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version"
    with pytest.raises(EngineError, match="the NVIDIA driver is too old for it"):
        OnnxRuntime().open(folder / contract.ANIMATE, ON_CUDA)
    cuda.refused = "[ONNXRuntimeError] : 1 : FAIL : CUDA failure 2: out of memory"
    with pytest.raises(EngineError, match=r"can't start CUDA: CUDA failure 2: out of memory\."):
        OnnxRuntime().open(folder / contract.ANIMATE, ON_CUDA)


def test_a_provider_that_takes_nothing_is_no_provider(folder: Path, cuda: FakeOnnxRuntime) -> None:
    cuda.left = ("*",)
    with pytest.raises(EngineError, match="CUDA takes no operation of the graph"):
        OnnxRuntime(capture=False).open(folder / contract.ANIMATE, ON_CUDA)


@pytest.mark.parametrize("precision", ["f32", "f16"])
def test_a_broken_graph_is_the_graphs_fault_on_a_card_too(tmp_path: Path, cuda: FakeOnnxRuntime, precision: Any) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"<html>not found</html>")
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        OnnxRuntime().open(broken, EngineOptions("CUDA", precision))


def test_two_packages_at_once_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, FakeOnnxRuntime())
    monkeypatch.setattr(onnxruntime, "PACKAGES", ("onnxruntime", "onnxruntime-gpu"))
    monkeypatch.setattr(onnxruntime, "version", lambda name: "1.31.1")
    with pytest.raises(EngineError, match="no CUDA, only CPU") as caught:
        OnnxRuntime().open(folder / contract.ANIMATE, EngineOptions("CUDA"))
    assert "onnxruntime and onnxruntime-gpu are both installed and overwrite each other" in caught.value.sentence


def test_a_lost_card_is_an_expected_error(folder: Path, cuda: FakeOnnxRuntime) -> None:
    """So that the loop can open it again."""
    engine = OnnxRuntime().open(folder / contract.KEYPOINTS, ON_CUDA)
    cuda.lost = True
    with pytest.raises(EngineError, match=r"keypoints\.onnx failed while it ran: CUDA failure 719"):
        engine.run(image=picture())
    with pytest.raises(EngineError, match=r"keypoints\.onnx failed while it ran: CUDA failure 719"):
        engine.bind(image=picture())


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (f"Failed to load library libonnxruntime_providers_cuda.so with error: {NO_CUDNN}", ("libcudnn.so.9",)),
        (
            'Error loading "providers_cuda.dll" which depends on "cublasLt64_13.dll" which is missing. (Error 126)',
            ("cublasLt64_13.dll",),
        ),
        ("Failed to load cudart64_13.dll: Could not find module 'cudart64_13.dll' (or one of its dependencies).", ("cudart64_13.dll",)),
        (f"{NO_CUDNN}\nlibcuda.so.1: cannot open shared object file", ("libcuda.so.1", "libcudnn.so.9")),
        ("CUDA failure 2: out of memory", ()),
    ],
)
def test_missing_libraries_are_found_in_what_is_said(said: str, missing: tuple[str, ...]) -> None:
    assert missing_libraries(said) == missing


def test_several_missing_libraries_are_one_sentence() -> None:
    said = [f"{name}: cannot open shared object file" for name in ("libcublas.so.13", "libcufft.so.12")]
    assert refusal(CUDA_PROVIDER, said).sentence == "ONNX Runtime can't start CUDA: libcublas.so.13, libcufft.so.12 are missing."


def test_only_what_this_thread_says_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    with overhearing() as said:
        other = threading.Thread(target=print, args=("from elsewhere",))
        other.start()
        other.join()
        sys.stdout.write("from here")
    assert capsys.readouterr().out == "from elsewhere\n"
    assert "".join(said) == "from here"


def test_the_real_log_is_heard_and_kept_from_the_terminal(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = real.SessionOptions()
    settings.log_severity_level = 1
    with overhearing(real) as said:
        real.InferenceSession(folder / contract.ANIMATE, settings, providers=["CPUExecutionProvider"])
    if hasattr(real, "set_default_logger_callback"):
        assert any("Session" in line for line in said)
    assert capfd.readouterr() == ("", "")
