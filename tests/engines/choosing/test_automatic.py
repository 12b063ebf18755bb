"""`auto`: what passes and is fastest runs and is remembered, and whoever should have run and did not is named at every start."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from engines.animator import engine_to_build, open_animator
from engines.building.build_progress import BuildStoppedError
from engines.building.engine_store import EngineStore
from engines.building.model_build import build_model, quietly
from engines.building.reference import reference_of
from engines.choosing import engine_search, remembered_choice
from engines.choosing.automatic import Choice, Trial, choose, forget, remembered, situation_of
from engines.nvidia.graphics_cards import Card
from engines.registry import RUNTIMES
from puppet import contract
from puppet.contract import read_card
from puppet.errors import EngineError, ModelError
from puppet.folders import cache_folder
from tests.engines.building.fake_builder import FakeBuilder, FakeRuntime, Outputs, black, slow
from tests.toy_model import make_toy_model

CARDS = (Card("NVIDIA GeForce RTX 3060", "0000:01:00.0", "nvidia 580.95"),)
NOT_INSTALLED = EngineError("TensorRT-RTX is not installed.", "Install it: pip install -e '.[rtx]'")
NO_DRIVER = EngineError("There is no NVIDIA driver here.", "Install the driver.")


class Machine(NamedTuple):
    """A computer made of fake runtimes, OpenVINO the fastest, then ONNX Runtime's CPU; TensorRT-RTX is not installed."""

    folder: Path
    tensorrt: FakeBuilder
    openvino: FakeRuntime
    onnxruntime: FakeRuntime
    said: list[str]

    def open(self, engine: str = "auto", **options: object) -> str:
        """What runs the model after opening it; what was said is kept anew."""
        self.said.clear()
        animator = open_animator(self.folder, engine, tell=self.said.append, **options)  # type: ignore[arg-type]
        animator.close()
        return animator.engine

    def choice(self) -> Choice:
        """What is remembered."""
        found = remembered(situation_of(read_card(self.folder), None, "auto", 0))
        assert found is not None
        return found

    def trial(self, name: str) -> Trial:
        """One remembered trial."""
        return next(trial for trial in self.choice().trials if trial.name == name)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    make_toy_model(folder, 32, 4)
    return folder


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Callable[[tuple[Card, ...]], None]:
    """Sets which NVIDIA cards lie in the computer; none at first."""

    def plug_in(found: tuple[Card, ...]) -> None:
        monkeypatch.setattr(engine_search, "find_cards", lambda: found)

    monkeypatch.setattr(remembered_choice, "_graphics", lambda: "fake graphics")
    plug_in(())
    return plug_in


@pytest.fixture
def machine(toy: Path, own_choices: Path, cards: object, monkeypatch: pytest.MonkeyPatch) -> Machine:
    slowly = {(contract.ANIMATE, precision): slow for precision in ("bf16", "f32")}
    machine = Machine(
        toy, FakeBuilder(), FakeRuntime(faults=slowly), FakeRuntime("onnxruntime", "f32", {(contract.ANIMATE, "f32"): slower}), []
    )
    machine.tensorrt.absent = NOT_INSTALLED
    classic = FakeBuilder(name="tensorrt")
    classic.absent = EngineError("TensorRT is not installed.", "Install it: pip install -e '.[tensorrt]'")
    for runtime in (*machine[1:4], classic):
        monkeypatch.setitem(RUNTIMES, runtime.name, runtime)
    reference_of(toy)
    return machine


def slower(outputs: Outputs) -> Outputs:
    return slow(slow(outputs))


@pytest.fixture
def rtx(machine: Machine, cards: Callable[[tuple[Card, ...]], None]) -> Machine:
    """The same with an RTX card and TensorRT-RTX, which is the fastest."""
    cards(CARDS)
    machine.tensorrt.absent = None
    return machine


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
    stored = next((remembered_choice.choices_folder()).iterdir())
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
    (remembered_choice.choices_folder()).write_bytes(b"in the way")
    assert machine.open() == "openvino"
    assert machine.said[0].startswith("Which engine is best here can't be remembered: ")
    (remembered_choice.choices_folder()).unlink()


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


def test_broken_model_ends_the_search(machine: Machine) -> None:
    machine.openvino.broken = ModelError("The graph is broken.")  # type: ignore[assignment]
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


def test_idle_card_is_told_with_what_to_install_at_every_start(machine: Machine, cards: Callable[[tuple[Card, ...]], None]) -> None:
    cards(CARDS)
    for _ in range(2):
        assert machine.open() == "openvino"
        assert machine.said == [
            "tensorrt-rtx is passed over and openvino CPU runs instead: TensorRT-RTX is not installed. Install it: pip install -e '.[rtx]'"
        ]


def test_installed_runtime_without_a_driver_is_told_once_a_card_is_there(
    machine: Machine, cards: Callable[[tuple[Card, ...]], None]
) -> None:
    machine.tensorrt.absent, machine.tensorrt.trouble = None, NO_DRIVER
    machine.open()
    assert machine.said == [], "a computer without a card hears nothing"
    forget()
    cards(CARDS)
    machine.open()
    assert machine.said == [
        "tensorrt-rtx is passed over and openvino CPU runs instead: There is no NVIDIA driver here. Install the driver."
    ]


def test_runtime_that_was_missed_is_tried_once_it_can_be_used(machine: Machine, cards: Callable[[tuple[Card, ...]], None]) -> None:
    machine.tensorrt.absent, machine.tensorrt.trouble = None, NO_DRIVER
    cards(CARDS)
    assert machine.open() == "openvino"
    machine.openvino.opened.clear()
    machine.tensorrt.trouble = None
    assert machine.open() == "tensorrt-rtx"
    assert machine.said == []
    assert machine.openvino.opened == [], "the others need not be tried again"


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


def test_remembered_engine_that_can_not_be_opened_any_more_is_told_at_every_start(rtx: Machine) -> None:
    rtx.open()
    rtx.openvino.opened.clear()
    rtx.tensorrt.broken = EngineError("The GPU's memory is full.", "Close other programs.")
    assert rtx.open() == "openvino"
    assert rtx.said == [
        "tensorrt-rtx is passed over and openvino CPU runs instead: it ran best before and can't be opened any more: "
        "The GPU's memory is full. Close other programs."
    ]
    for _ in range(2):
        assert rtx.open() == "openvino"
        assert rtx.said == ["tensorrt-rtx is passed over and openvino CPU runs instead: The GPU's memory is full. Close other programs."]
    assert rtx.openvino.opened.count((contract.ANIMATE, "bf16")) == 3, "the others need not be judged again"
    rtx.tensorrt.broken = None
    assert rtx.open() == "tensorrt-rtx"
    assert rtx.said == []


def test_nothing_is_built_unasked_and_what_is_ready_serves(rtx: Machine) -> None:
    assert rtx.open(build=False) == "openvino"
    assert rtx.said == []
    assert rtx.tensorrt.built_graphs == []
    assert engine_to_build(rtx.folder) == "Building toy for NVIDIA GeForce RTX 3060"
    rtx.openvino.opened.clear()
    assert rtx.open() == "tensorrt-rtx"
    assert rtx.openvino.opened == [], "the one that serves meanwhile is not tried again"
    assert engine_to_build(rtx.folder) == ""
    assert rtx.open(build=False) == "tensorrt-rtx"


def test_what_was_built_elsewhere_is_picked_up(rtx: Machine) -> None:
    rtx.open(build=False)
    build_model(rtx.folder, rtx.tensorrt, None, "auto", quietly)
    assert engine_to_build(rtx.folder) == ""
    assert rtx.open(build=False) == "tensorrt-rtx"


def test_pruned_engine_is_built_again_only_when_asked(rtx: Machine) -> None:
    rtx.open()
    EngineStore().prune(lambda _: False)
    assert rtx.open(build=False) == "openvino"
    assert rtx.said == []
    assert engine_to_build(rtx.folder) == "Building toy for NVIDIA GeForce RTX 3060"
    assert rtx.open() == "tensorrt-rtx"


def test_nothing_is_to_be_built_where_it_would_not_help(rtx: Machine, machine: Machine) -> None:
    assert engine_to_build(rtx.folder, "openvino") == ""
    rtx.tensorrt.trouble = NO_DRIVER
    assert engine_to_build(rtx.folder) == ""
    rtx.tensorrt.trouble = None
    rtx.tensorrt.unbuildable = EngineError("It can't take the node Resize_3.", "Try another engine.")
    assert rtx.open() == "openvino"
    assert rtx.said == ["tensorrt-rtx is passed over and openvino CPU runs instead: It can't take the node Resize_3. Try another engine."]
    assert engine_to_build(rtx.folder) == "", "it was tried"
    assert engine_to_build(rtx.folder, "tensorrt-rtx") == "Building toy for NVIDIA GeForce RTX 3060"
    with pytest.raises(EngineError, match="no engine called quantum"):
        engine_to_build(rtx.folder, "quantum")


def test_stopped_build_leaves_no_choice(rtx: Machine) -> None:
    heard: list[str] = []

    def stop(share: float, words: str) -> bool:
        heard.append(words)
        return "compiling" not in words

    with pytest.raises(BuildStoppedError):
        rtx.open(report=stop)
    assert heard == ["trying tensorrt-rtx", "appearance in f16: compiling"]
    assert not (remembered_choice.choices_folder()).exists()
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
    assert not (remembered_choice.choices_folder()).exists(), "nothing was compared"


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
