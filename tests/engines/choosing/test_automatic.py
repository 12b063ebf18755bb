"""`auto`: what passes and is fastest runs and is remembered, and whoever should have run and did not is named at every start."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engines.building.build_progress import BuildStoppedError
from engines.building.engine_store import EngineStore
from engines.choosing import remembered_choice
from engines.choosing.automatic import choose, forget, remembered, situation_of
from engines.nvidia.graphics_cards import Card
from puppet import contract
from puppet.contract import read_card
from puppet.errors import EngineError, ModelError
from puppet.folders import cache_folder
from tests.engines.building.fake_builder import FakeRuntime, black
from tests.engines.choosing.choosing_machine import CARDS, Machine
from tests.toy_model import make_toy_model


def test_fastest_that_passes_runs_and_nothing_is_said(machine: Machine) -> None:
    assert machine.open() == "openvino"
    assert machine.said == []
    assert machine.trial("openvino CPU").precision == "bf16 with keypoints in f32"
    assert machine.trial("onnxruntime CPU").milliseconds > machine.trial("openvino CPU").milliseconds > 10
    assert machine.trial("tensorrt-rtx").reason == "TensorRT-RTX is not installed."


def test_order_does_not_decide(machine: Machine) -> None:
    machine.onnxruntime.faults.clear()
    assert machine.open() == "onnxruntime"
    assert machine.said == []


def test_what_draws_the_reference_is_not_tried_twice(machine: Machine) -> None:
    next((cache_folder() / "references").iterdir()).unlink()
    assert machine.open() == "onnxruntime", "the real one, which is faster than the fakes"
    assert len(machine.onnxruntime.opened) == 3, "opened to run, not to be judged"
    verdict = machine.trial("onnxruntime CPU").verdict
    assert verdict is not None
    assert verdict.passed


def test_choice_is_remembered(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.open()
    machine.openvino.opened.clear()
    machine.onnxruntime.opened.clear()
    monkeypatch.setattr("engines.building.model_build.examine", None)
    assert machine.open() == "openvino"
    assert machine.openvino.opened == [(contract.APPEARANCE, "bf16"), (contract.KEYPOINTS, "f32"), (contract.ANIMATE, "bf16")]
    assert machine.onnxruntime.opened == []


def test_forgotten_choice_is_made_anew(machine: Machine) -> None:
    machine.open()
    forget()
    machine.onnxruntime.faults.clear()
    assert machine.open() == "onnxruntime"


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", b'{"situation": 1}'])
def test_damaged_choice_is_made_anew(machine: Machine, damage: bytes) -> None:
    machine.open()
    stored = next(remembered_choice.choices_folder().iterdir())
    stored.write_bytes(damage)
    machine.onnxruntime.faults.clear()
    assert machine.open() == "onnxruntime"
    assert machine.choice().chosen.name == "onnxruntime CPU"


def test_choice_of_another_situation_does_not_count(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.open()
    situation = situation_of(read_card(machine.folder), None, "auto", 0)
    others = [
        situation_of(read_card(machine.folder), "CPU", "auto", 0),
        situation_of(read_card(machine.folder), None, "f32", 0),
        situation_of(read_card(machine.folder), None, "auto", 2),
        situation_of(make_toy_model(tmp_path, 32, 3), None, "auto", 0),
    ]
    monkeypatch.setattr(remembered_choice, "_graphics", lambda: "another driver")
    others.append(situation_of(read_card(machine.folder), None, "auto", 0))
    monkeypatch.undo()
    monkeypatch.setattr(FakeRuntime, "version", lambda self: "2.0")
    others.append(situation_of(read_card(machine.folder), None, "auto", 0))
    assert len({situation.digest for situation in (situation, *others)}) == 7
    assert [remembered(other) for other in others] == [None] * 6


def test_choice_that_can_not_be_kept_is_told(machine: Machine) -> None:
    remembered_choice.choices_folder().write_bytes(b"in the way")
    assert machine.open() == "openvino"
    assert machine.said[0].startswith("Which engine is best here can't be remembered: ")
    remembered_choice.choices_folder().unlink()


def test_engine_that_fails_the_gate_is_passed_over_and_told_at_every_start(machine: Machine) -> None:
    machine.openvino.faults = {(contract.ANIMATE, precision): black for precision in ("bf16", "f32")}
    for _ in range(2):
        assert machine.open() == "onnxruntime"
        (said,) = machine.said
        assert said.startswith(
            "openvino CPU is passed over and onnxruntime CPU runs instead: openvino does not draw what toy should: in bf16 "
        )


def test_precision_that_fails_the_gate_is_told_at_every_start(machine: Machine) -> None:
    machine.openvino.faults[contract.ANIMATE, "bf16"] = black
    for _ in range(2):
        assert machine.open() == "openvino"
        assert machine.said == ["openvino CPU runs in f32: in bf16 with keypoints in f32 it draws black in 6 of 6 pictures."]


def test_engine_that_breaks_when_opened_is_passed_over_and_told(machine: Machine) -> None:
    machine.openvino.broken = EngineError("OpenVINO can't run this graph.", "Try --device CPU.")
    assert machine.open() == "onnxruntime"
    assert machine.said == [
        "openvino CPU is passed over and onnxruntime CPU runs instead: OpenVINO can't run this graph. Try --device CPU."
    ]


def test_graph_that_one_can_not_read_and_another_draws_is_told(machine: Machine) -> None:
    machine.openvino.broken = ModelError("OpenVINO can't read this graph.")  # type: ignore[assignment]
    for _ in range(2):
        assert machine.open() == "onnxruntime"
        assert machine.said == ["openvino CPU is passed over and onnxruntime CPU runs instead: OpenVINO can't read this graph."]


def test_model_that_nothing_can_read_is_broken(machine: Machine) -> None:
    machine.openvino.broken = machine.onnxruntime.broken = ModelError("The graph is broken.")  # type: ignore[assignment]
    with pytest.raises(ModelError, match="broken"):
        machine.open()


def test_every_reason_is_told_when_nothing_runs(machine: Machine) -> None:
    machine.openvino.broken = machine.onnxruntime.broken = EngineError("It is broken.")
    with pytest.raises(EngineError) as caught:
        machine.open()
    for said in (
        "tensorrt-rtx: TensorRT-RTX is not installed;",
        "onnxruntime CUDA: This onnxruntime has no CUDA, only CPU;",
        "openvino CPU: It is broken;",
    ):
        assert said in caught.value.sentence


def test_engines_are_built_gated_and_chosen(rtx: Machine) -> None:
    assert rtx.open() == "tensorrt-rtx"
    assert rtx.said == []
    assert len(rtx.tensorrt.built_graphs) == 3
    assert all(entry.accepted for entry in EngineStore().entries())
    assert rtx.open() == "tensorrt-rtx"
    assert len(rtx.tensorrt.built_graphs) == 3


def test_built_engine_that_fails_the_gate_is_told_and_not_built_again(rtx: Machine) -> None:
    rtx.tensorrt.faults = {(contract.ANIMATE, precision): black for precision in ("f16", "f32")}
    for _ in range(2):
        assert rtx.open() == "openvino"
        assert rtx.said[0].startswith(
            "tensorrt-rtx is passed over and openvino CPU runs instead: tensorrt-rtx does not draw what toy should: in f16 it draws black"
        )
    assert len(rtx.tensorrt.built_graphs) == 6, "keypoints in f32 serve twice"


def test_lower_precision_of_a_built_engine_is_told(rtx: Machine) -> None:
    rtx.tensorrt.faults = {(contract.ANIMATE, "f16"): black}
    for _ in range(2):
        assert rtx.open() == "tensorrt-rtx"
        (said,) = rtx.said
        assert said.startswith("tensorrt-rtx runs in f32: in f16 it draws black in 6 of 6 pictures; in f16 with keypoints in f32 it draws")


def test_stopped_build_leaves_no_choice(rtx: Machine) -> None:
    heard: list[str] = []

    def stop(share: float, words: str) -> bool:
        heard.append(words)
        return "compiling" not in words

    with pytest.raises(BuildStoppedError):
        rtx.open(report=stop)
    assert heard == ["trying tensorrt-rtx", "appearance in f16: compiling"]
    assert not remembered_choice.choices_folder().exists()
    assert rtx.open() == "tensorrt-rtx"


def test_report_hears_shares_that_only_grow(rtx: Machine) -> None:
    heard: list[float] = []

    def hear(share: float, words: str) -> bool:
        heard.append(share)
        return True

    rtx.open(report=hear)
    assert heard == sorted(heard)
    assert 0 <= heard[0] < heard[-1] < 1


def test_named_builder_is_built_and_gated(rtx: Machine) -> None:
    assert rtx.open("tensorrt-rtx") == "tensorrt-rtx"
    assert len(rtx.tensorrt.built_graphs) == 3
    assert rtx.said == []
    assert not remembered_choice.choices_folder().exists(), "nothing was compared"


def test_named_builder_that_fails_the_gate_is_an_error(rtx: Machine) -> None:
    rtx.tensorrt.faults = {(contract.ANIMATE, precision): black for precision in ("f16", "f32")}
    with pytest.raises(EngineError, match="tensorrt-rtx does not draw what toy should: in f16 it draws black"):
        rtx.open("tensorrt-rtx")


def test_named_builder_tells_a_lower_precision(rtx: Machine) -> None:
    rtx.tensorrt.faults = {(contract.ANIMATE, "f16"): black}
    rtx.open("tensorrt-rtx")
    assert rtx.said[0].startswith("tensorrt-rtx runs in f32: in f16 it draws black")


def test_named_builder_is_stood_in_for_until_it_is_built(rtx: Machine) -> None:
    assert rtx.open("tensorrt-rtx", build=False) == "openvino"
    assert rtx.said[0].startswith("tensorrt-rtx has not built appearance.onnx of ")
    assert rtx.said[0].endswith("Meanwhile openvino runs.")
    assert rtx.open("tensorrt-rtx") == "tensorrt-rtx"
    assert rtx.open("tensorrt-rtx", build=False) == "tensorrt-rtx"
    assert rtx.said == []


def test_named_engine_that_only_opens_is_not_gated(machine: Machine) -> None:
    machine.openvino.faults[contract.ANIMATE, "bf16"] = black
    assert machine.open("openvino") == "openvino"
    assert machine.said == []


def test_choose_remembers_nothing(machine: Machine) -> None:
    situation = situation_of(read_card(machine.folder), None, "auto", 0)
    choice, animator = choose(machine.folder, read_card(machine.folder), situation)
    animator.close()
    assert choice.chosen.name == "openvino CPU"
    assert remembered(situation) is None


def test_device_that_is_wished_for_is_asked_of_every_runtime(machine: Machine, cards: Callable[[tuple[Card, ...]], None]) -> None:
    cards(CARDS)
    assert machine.open(device="CPU") == "openvino"
    assert machine.said == [], "whoever asks for the processor misses no card"
    with pytest.raises(EngineError, match="openvino TPU: This openvino has no TPU, only CPU"):
        machine.open(device="TPU")
