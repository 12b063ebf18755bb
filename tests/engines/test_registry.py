"""Engines by name, the order of `auto`, and what is said when none will do."""

from pathlib import Path

import pytest

from engines import registry
from engines.engine import Device, Engine, EngineOptions
from engines.registry import RUNTIMES, candidates, survey
from puppet.errors import EngineError


class AbsentRuntime:
    """A runtime whose package is not installed."""

    name = "absent"

    def version(self) -> str:
        raise EngineError("Absent is not installed.", "Install it.")

    def devices(self) -> tuple[Device, ...]:
        raise EngineError("Absent is not installed.", "Install it.")

    def open(self, graph: Path, options: EngineOptions) -> Engine:
        raise EngineError("Absent is not installed.", "Install it.")


def test_names_are_the_keys() -> None:
    assert {name: runtime.name for name, runtime in RUNTIMES.items()} == {name: name for name in RUNTIMES}


def test_auto_tries_graphics_cards_then_the_processor() -> None:
    assert [str(candidate) for candidate in candidates()] == [
        "tensorrt-rtx",
        "tensorrt",
        "onnxruntime TensorRT-RTX",
        "onnxruntime CUDA",
        "onnxruntime CoreML",
        "onnxruntime DirectML",
        "openvino CPU",
        "onnxruntime CPU",
    ]


def test_auto_on_a_device_asks_every_runtime_for_it() -> None:
    assert [str(candidate) for candidate in candidates("auto", "GPU")] == [
        f"{name} GPU" for name in ("tensorrt-rtx", "tensorrt", "onnxruntime", "openvino")
    ]


def test_named_engine_is_the_only_candidate() -> None:
    assert [str(candidate) for candidate in candidates("openvino")] == ["openvino"]


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(EngineError, match="no engine called quantum") as caught:
        candidates("quantum")
    for name in ("auto", "tensorrt-rtx", "tensorrt", "openvino", "onnxruntime"):
        assert name in caught.value.hint


def test_survey_tells_devices_or_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.RUNTIMES, "absent", AbsentRuntime())
    found = {each.name: each for each in survey()}
    assert found["openvino"].devices[0].name == "CPU"
    assert found["openvino"].version
    assert not found["openvino"].reason
    assert found["absent"].devices == ()
    assert found["absent"].reason == "Absent is not installed. Install it."
