"""When `auto` goes by what it remembers and when it tries again: what came, what was freed, what is to be built."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engines.animator import engine_to_build
from engines.building.build_progress import quietly
from engines.building.engine_store import EngineStore, Verdict
from engines.building.model_build import build_model
from engines.choosing import remembered_choice
from engines.choosing.automatic import Trial, forget
from engines.choosing.engine_search import is_here
from engines.choosing.remembered_choice import remember
from engines.engine import Device, EngineOptions, ShortageError
from engines.nvidia.graphics_cards import Card
from engines.registry import Candidate
from puppet import contract
from puppet.errors import EngineError
from tests.engines.building.fake_builder import black
from tests.engines.choosing.choosing_machine import CARDS, NO_DRIVER, Machine

GOOD = Verdict(points=1e-4, psnr=48.0, passed=True)


def test_engine_is_tried_again_once_the_libraries_that_it_lacked_are_installed(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.openvino.broken = EngineError("libcudnn.so.9 is missing.", "pip install nvidia-cudnn-cu13")
    assert machine.open() == "onnxruntime"
    machine.openvino.broken = None
    monkeypatch.syspath_prepend(tmp_path)
    for installed, engine in (("unconcerned-1.0.dist-info", "onnxruntime"), ("nvidia_cudnn_cu13-9.14.0.64.dist-info", "openvino")):
        (tmp_path / installed).mkdir()
        assert machine.open() == engine


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


def test_engine_that_finds_no_room_the_first_time_is_tried_again(rtx: Machine) -> None:
    rtx.tensorrt.broken = ShortageError("The GPU's memory is full.", "Close other programs.")
    for _ in range(2):
        assert rtx.open() == "openvino"
        assert rtx.said == ["tensorrt-rtx is passed over and openvino CPU runs instead: The GPU's memory is full. Close other programs."]
    rtx.tensorrt.broken = None
    assert rtx.open() == "tensorrt-rtx"
    assert rtx.said == []


def test_engine_that_finds_no_room_on_the_disk_is_built_another_time(rtx: Machine) -> None:
    rtx.tensorrt.unbuildable = ShortageError("The disk is full.", "Free some space.")
    assert rtx.open() == "openvino"
    assert rtx.said == ["tensorrt-rtx is passed over and openvino CPU runs instead: The disk is full. Free some space."]
    rtx.tensorrt.unbuildable = None
    assert rtx.open(build=False) == "openvino"
    assert rtx.said == []
    assert engine_to_build(rtx.folder) == "Building toy for NVIDIA GeForce RTX 3060"
    assert rtx.open() == "tensorrt-rtx"


def test_stale_engine_is_built_again_by_the_live_app(rtx: Machine) -> None:
    """Which opens what is ready first, and then builds."""
    rtx.open()
    key = rtx.tensorrt.key(rtx.folder / contract.ANIMATE, EngineOptions(precision="f16"))
    store = EngineStore()
    store.accept([store.add(key, b"of another day", 1.0)], GOOD)
    assert rtx.open(build=False) == "openvino"
    assert engine_to_build(rtx.folder) == "Building toy for NVIDIA GeForce RTX 3060"
    assert rtx.open() == "tensorrt-rtx"
    assert rtx.said == []


def test_choice_among_other_engines_than_are_known_now_is_made_anew(machine: Machine) -> None:
    machine.open()
    choice = machine.choice()
    for trials in (choice.trials[1:], [*choice.trials, Trial(runtime="forgotten", device=None, reason="It is not installed.", again=True)]):
        remember(choice.model_copy(update={"trials": trials}))
        assert machine.open() == "openvino"
        assert len(machine.choice().trials) == len(choice.trials)


def test_engine_that_was_refused_is_tried_again_once_its_graphs_are_typed_otherwise(rtx: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    rtx.tensorrt.faults = {(contract.ANIMATE, precision): black for precision in ("f16", "f32")}
    assert rtx.open() == "openvino"
    rtx.tensorrt.faults = {}
    assert rtx.open() == "openvino"
    monkeypatch.setattr(remembered_choice, "FORM", 99)
    EngineStore().prune(lambda _: False)
    assert rtx.open() == "tensorrt-rtx"


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


@pytest.mark.parametrize(
    ("device", "here"), [("CUDA", True), ("CUDA:0", True), ("cuda:1", True), ("CUDA:2", False), ("CPU", False), (None, True)]
)
def test_device_is_here_by_its_kind_and_by_its_number(
    rtx: Machine, monkeypatch: pytest.MonkeyPatch, device: str | None, here: bool
) -> None:
    monkeypatch.setattr(rtx.tensorrt, "devices", lambda: tuple(Device(f"CUDA:{number}", "a card", "f16") for number in (0, 1)))
    assert is_here(Candidate(rtx.tensorrt, device)) is here
