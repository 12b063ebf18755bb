"""Engines by name, the order of `auto`, and what is said when none will do."""

from pathlib import Path

import pytest

from engines import registry
from engines.engine import Device, Engine, EngineOptions
from engines.registry import RUNTIMES, Candidate, candidates, open_first, survey
from puppet.errors import EngineError, ModelError


class AbsentRuntime:
    """A runtime whose package is not installed."""

    name = "absent"

    def version(self) -> str:
        raise EngineError("Absent is not installed.", "Install it.")

    def devices(self) -> tuple[Device, ...]:
        raise EngineError("Absent is not installed.", "Install it.")

    def open(self, graph: Path, options: EngineOptions) -> Engine:
        raise EngineError("Absent is not installed.", "Install it.")


def refuse(candidate: Candidate) -> str:
    raise EngineError(f"No {candidate.runtime.name} today.", "Come back tomorrow.")


def test_names_are_the_keys() -> None:
    assert {name: runtime.name for name, runtime in RUNTIMES.items()} == {name: name for name in RUNTIMES}


def test_auto_prefers_a_graphics_card_then_openvino() -> None:
    assert [str(candidate) for candidate in candidates()] == ["onnxruntime CUDA", "openvino CPU", "onnxruntime CPU"]


def test_auto_on_a_device_asks_every_runtime_for_it() -> None:
    assert [str(candidate) for candidate in candidates("auto", "GPU")] == ["openvino GPU", "onnxruntime GPU"]


def test_named_engine_is_the_only_candidate() -> None:
    assert [str(candidate) for candidate in candidates("openvino")] == ["openvino"]


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(EngineError, match=r"no engine called quantum.*auto, openvino, onnxruntime"):
        candidates("quantum")


def test_first_that_opens_is_taken() -> None:
    def only_onnxruntime(candidate: Candidate) -> str:
        return refuse(candidate) if candidate.device == "CUDA" or candidate.runtime.name == "openvino" else str(candidate)

    assert open_first("auto", None, only_onnxruntime) == "onnxruntime CPU"


def test_every_reason_is_told_when_none_opens() -> None:
    with pytest.raises(EngineError) as caught:
        open_first("auto", None, refuse)
    for said in ("onnxruntime CUDA: No onnxruntime today", "openvino CPU: No openvino today", "onnxruntime CPU:"):
        assert said in caught.value.sentence


def test_named_engine_fails_with_its_own_reason_and_hint() -> None:
    with pytest.raises(EngineError) as caught:
        open_first("openvino", None, refuse)
    assert (caught.value.sentence, caught.value.hint) == ("No openvino today.", "Come back tomorrow.")


def test_broken_model_is_not_tried_on_another_engine() -> None:
    tried = []

    def broken(candidate: Candidate) -> str:
        tried.append(candidate)
        raise ModelError("The graph is broken.")

    with pytest.raises(ModelError):
        open_first("auto", None, broken)
    assert len(tried) == 1


def test_survey_tells_devices_or_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.RUNTIMES, "absent", AbsentRuntime())
    found = {each.name: each for each in survey()}
    assert found["openvino"].devices[0].name == "CPU"
    assert found["openvino"].version
    assert not found["openvino"].reason
    assert found["absent"].devices == ()
    assert found["absent"].reason == "Absent is not installed. Install it."
