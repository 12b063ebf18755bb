"""ONNX Runtime's providers: what is present, where tensors lie, and what each provider is told."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from engines.engine import Device, EngineOptions
from engines.onnxruntime import OnnxRuntime
from engines.providers import execution_providers
from puppet import contract
from puppet.errors import EngineError
from tests.engines.providers.fake_onnxruntime import COREML, CUDA, DML, RTX, FakeOnnxRuntime, make_card, make_plugin
from tests.engines.providers.provider_parts import (
    CARD,
    ON_CUDA,
    SIDE,
    draw,
    drawn_by_hand,
    names,
    picture,
    portrait,
    pose,
    put_in,
)

MODEL = Path(__file__).parents[3] / "assets" / "models" / "compact-256"


# What is present


def test_each_card_is_named_as_far_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, FakeOnnxRuntime(CUDA, cards=[CARD, make_card(CUDA, "NVIDIA RTX A2000", "8.6")], plugin=True))
    assert OnnxRuntime().devices() == (
        Device("CPU", "any processor", "f32"),
        Device("CUDA", "NVIDIA GeForce RTX 3060, sm_86", "f16"),
        Device("CUDA:1", "NVIDIA RTX A2000, sm_86", "f16"),
    )


def test_cuda_as_a_plugin_without_a_card_is_not_present(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, FakeOnnxRuntime(CUDA, plugin=True))
    assert names(OnnxRuntime()) == ["CPU"]


def test_built_in_cuda_tells_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, FakeOnnxRuntime(CUDA))
    assert OnnxRuntime().devices()[1] == Device("CUDA", "proven when a graph is opened", "f16")


def test_a_card_of_its_own_comes_before_the_processors_graphics(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = [make_card(DML, "Intel UHD Graphics", discrete="0"), make_card(DML, "AMD Radeon RX 6600")]
    put_in(monkeypatch, FakeOnnxRuntime(DML, cards=cards))
    assert [(found.name, found.description) for found in OnnxRuntime().devices()[1:]] == [
        ("DirectML", "AMD Radeon RX 6600"),
        ("DirectML:1", "Intel UHD Graphics"),
    ]


def test_the_plugin_is_registered_where_it_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = FakeOnnxRuntime(cards=[make_card(RTX)])
    put_in(monkeypatch, package, make_plugin(tmp_path / "provider.so"))
    runtime = OnnxRuntime()
    assert names(runtime) == names(runtime) == ["CPU", "TensorRT-RTX"]
    assert package.registered == [(RTX, str(tmp_path / "provider.so"))]


def test_a_plain_build_has_the_processor_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, FakeOnnxRuntime())
    assert names(OnnxRuntime()) == ["CPU"]


# Where tensors lie


@pytest.mark.parametrize("page_locked", [True, False])
@pytest.mark.parametrize("capture", [True, False])
def test_a_frame_moves_only_the_pose_and_the_picture(folder: Path, cuda: FakeOnnxRuntime, capture: bool, page_locked: bool) -> None:
    cuda.page_locked = page_locked
    engine = OnnxRuntime(capture).open(folder / contract.ANIMATE, ON_CUDA)
    engine.bind(**portrait())
    cuda.copies.clear()
    assert np.array_equal(draw(engine), drawn_by_hand())
    host = "page-locked" if page_locked else "host"
    points, jacobians = pose()
    assert cuda.copies == [(host, "card", points.nbytes), (host, "card", jacobians.nbytes), ("card", host, SIDE * SIDE * 3)]


def test_a_captured_run_follows_pose_and_portrait(folder: Path, cuda: FakeOnnxRuntime) -> None:
    """The addresses of the first run are used for ever."""
    engine = OnnxRuntime().open(folder / contract.ANIMATE, ON_CUDA)
    for seed in (0, 1):
        engine.bind(**portrait(seed))
        assert np.array_equal(draw(engine), drawn_by_hand(seed))
        assert np.array_equal(draw(engine, 4 / SIDE)[2:, 2:], drawn_by_hand(seed)[:-2, :-2])
    assert engine.device == Device("CUDA", "CUDA (NVIDIA GeForce RTX 3060, sm_86), f32, CUDA graph", "f32")


def test_results_are_the_callers_own(folder: Path, cuda: FakeOnnxRuntime) -> None:
    engine = OnnxRuntime().open(folder / contract.KEYPOINTS, ON_CUDA)
    first = engine.run(image=picture(0))[contract.POINTS]
    kept = first.copy()
    engine.run(image=picture(1))
    assert np.array_equal(first, kept)


def test_built_in_cuda_is_given_its_card_by_number(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = put_in(monkeypatch, FakeOnnxRuntime(CUDA))
    engine = OnnxRuntime().open(folder / contract.ANIMATE, ON_CUDA)
    engine.bind(**portrait())
    assert np.array_equal(draw(engine), drawn_by_hand())
    (session,) = package.sessions
    assert not session.by_handle
    assert session.options["device_id"] == "0"


def test_the_second_card_is_taken_when_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = make_card(CUDA, "NVIDIA RTX A2000", "8.6")
    package = put_in(monkeypatch, FakeOnnxRuntime(CUDA, cards=[CARD, second], plugin=True))
    engine = OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions("cuda:1", "f32"))
    assert package.sessions[0].handle is second
    assert engine.device.name == "CUDA:1"
    with pytest.raises(EngineError, match=r"no CUDA:2, only CPU, CUDA, CUDA:1"):
        OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions("CUDA:2"))


# What a provider is told


def test_cuda_is_told_what_helps_fixed_shapes(folder: Path, cuda: FakeOnnxRuntime) -> None:
    OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions("CUDA", "f32", 3))
    (session,) = cuda.sessions
    assert session.options == {"cudnn_conv_algo_search": "EXHAUSTIVE", "enable_cuda_graph": "1", "use_tf32": "0"}
    assert session.settings.intra_op_num_threads == 3
    assert session.fallback == 0, "ONNX Runtime would print the failure and go on with the processor"


def test_auto_is_half_precision_on_cuda(folder: Path, cuda: FakeOnnxRuntime) -> None:
    engine = OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions("CUDA"))
    assert engine.device.precision == "f16"
    assert isinstance(cuda.sessions[0].model, bytes)


def test_embedded_portrait_in_half_precision_is_the_same_portrait(cuda: FakeOnnxRuntime) -> None:
    exact, half = (OnnxRuntime().open(MODEL / contract.APPEARANCE, EngineOptions(*on)) for on in (("CPU", "f32"), ("CUDA", "auto")))
    given = {contract.IMAGE: picture(side=256)}
    wanted, found = exact.run(**given), half.run(**given)
    assert half.device.precision == "f16"
    assert {name: value.dtype for name, value in found.items()} == {name: value.dtype for name, value in wanted.items()}
    assert any(not np.array_equal(found[name], value) for name, value in wanted.items())
    for name, value in wanted.items():
        assert np.abs(found[name] - value).max() < 0.01 * np.abs(value).max()


def test_without_onnx_auto_is_tf32_and_says_how_to_have_more(folder: Path, cuda: FakeOnnxRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "onnx" else find(name, *rest))
    engine = OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions("CUDA"))
    assert cuda.sessions[0].options["use_tf32"] == "1"
    assert engine.device.precision == "tf32"
    assert engine.device.description.endswith("tf32, CUDA graph, f16 needs the package onnx: pip install onnx")
    assert OnnxRuntime().devices()[1].precision == "tf32"


@pytest.mark.parametrize(("device", "known"), [("CPU", "f32"), ("CUDA", "f16 or f32")])
def test_int8_is_refused(folder: Path, cuda: FakeOnnxRuntime, device: str, known: str) -> None:
    with pytest.raises(EngineError, match=f"computes in {known} on {device}, not in i8") as caught:
        OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions(device, "i8"))
    assert "TensorRT" in caught.value.hint


def test_directml_gets_no_memory_pattern_and_one_operation_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = put_in(monkeypatch, FakeOnnxRuntime(DML, cards=[make_card(DML, "AMD Radeon RX 6600")]))
    engine = OnnxRuntime().open(folder / contract.ANIMATE, EngineOptions("directml"))
    engine.bind(**portrait())
    assert np.array_equal(draw(engine), drawn_by_hand())
    settings = package.sessions[0].settings
    assert not settings.enable_mem_pattern
    assert settings.execution_mode == package.ExecutionMode.ORT_SEQUENTIAL
    assert engine.device.description == "DirectML (AMD Radeon RX 6600), f32"


def test_core_ml_gets_a_program_of_fixed_shapes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = put_in(monkeypatch, FakeOnnxRuntime(COREML))
    package.left = ("GridSample", "Round")
    engine = OnnxRuntime().open(folder / contract.ANIMATE, EngineOptions("CoreML"))
    engine.bind(**portrait())
    assert np.array_equal(draw(engine), drawn_by_hand())
    assert package.sessions[0].options == {"ModelFormat": "MLProgram", "MLComputeUnits": "ALL", "RequireStaticInputShapes": "1"}
    assert engine.device.description == "CoreML, f32, 2 of 16 nodes on the processor (GridSample 1, Round 1)"


def test_the_plugin_keeps_its_kernels_and_tells_tf32(folder: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    package = put_in(monkeypatch, FakeOnnxRuntime(cards=[make_card(RTX)]), make_plugin(Path("provider.so")))
    engine = OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions("TensorRT-RTX", "f32"))
    assert engine.device == Device("TensorRT-RTX", "TensorRT-RTX (NVIDIA card), tf32, CUDA graph", "tf32")
    assert Path(package.sessions[0].options["nv_runtime_cache_path"]).is_relative_to(home)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(execution_providers, "cache_folder", lambda: Path("C:/José"))
    OnnxRuntime().open(folder / contract.KEYPOINTS, EngineOptions("TensorRT-RTX", "f32"))
    assert "nv_runtime_cache_path" not in package.sessions[1].options, "the plugin can't read such a path"
