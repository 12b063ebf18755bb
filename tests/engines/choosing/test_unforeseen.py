"""`auto` beside runtimes that raise what nobody foresaw: they are passed over and told, as any that can't run."""

from pathlib import Path

import pytest

from engines.building import reference
from engines.building.engine_store import EngineStore
from engines.choosing.automatic import situation_of
from engines.engine import Device, Engine, EngineOptions, ShortageError
from engines.registry import RUNTIMES
from puppet.contract import read_card
from puppet.folders import cache_folder
from tests.engines.building.fake_builder import FakeBuilder, FakeRuntime
from tests.engines.choosing.choosing_machine import CARDS, Machine

RAISED = [
    (RuntimeError("Can't find plugins.xml.\nat core.cpp:12"), "RuntimeError: Can't find plugins.xml"),
    (ImportError("undefined symbol: _ZN2ov4Core"), "ImportError: undefined symbol: _ZN2ov4Core"),
    (OSError(), "OSError"),
]


@pytest.mark.parametrize(("error", "words"), RAISED)
@pytest.mark.parametrize("where", ["trouble", "broken"])
def test_runtime_that_raises_what_nobody_foresaw_is_passed_over_and_told(
    machine: Machine, error: Exception, words: str, where: str
) -> None:
    setattr(machine.openvino, where, error)
    for _ in range(2):
        assert machine.open() == "onnxruntime"
        assert machine.said == [
            f"openvino CPU is passed over and onnxruntime CPU runs instead: openvino fails with an error of its own, {words}. "
            "Install its package again, or update it."
        ]


def test_remembered_engine_that_raises_what_nobody_foresaw_is_told(machine: Machine) -> None:
    assert machine.open() == "openvino"
    machine.openvino.broken = RuntimeError("Can't find plugins.xml.")  # type: ignore[assignment]
    assert machine.open() == "onnxruntime"
    assert "it ran best before and can't be opened any more: openvino fails with an error of its own, RuntimeError" in machine.said[0]


@pytest.mark.parametrize("version", [None, ValueError("no metadata")])
def test_package_without_a_version_ends_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch, version: Exception | None) -> None:
    def tell(self: FakeRuntime) -> str | None:
        if version:
            raise version
        return None

    monkeypatch.setattr(FakeBuilder, "version", tell)
    assert situation_of(read_card(machine.folder), None, "auto", 0).versions["openvino"] == "1.0"
    assert machine.open() == "openvino"


def test_reference_is_made_by_the_other_where_one_raises_what_nobody_foresaw(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        name = "onnxruntime"

        def open(self, *_: object) -> None:
            raise RuntimeError("It was built for another NumPy.")

    next((cache_folder() / "references").iterdir()).unlink()
    monkeypatch.setattr(reference, "OnnxRuntime", Broken)
    machine.onnxruntime.broken = RuntimeError("It was built for another NumPy.")  # type: ignore[assignment]
    assert machine.open() == "openvino"


def test_card_without_room_at_first_is_told_and_tried_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = machine.onnxruntime
    runtime.faults.clear()
    processor, card = Device("CPU", "a fake processor", "f32"), Device("CUDA", "a fake card", "f32")
    monkeypatch.setattr(runtime, "devices", lambda: (processor, card))
    monkeypatch.setattr("engines.choosing.missed_engines.find_cards", lambda: CARDS)
    real, full = runtime.open, True

    def cramped(graph: Path, options: EngineOptions) -> Engine:
        if options.device == "CUDA" and full:
            raise ShortageError("The GPU's memory is full.", "Close other programs.")
        return real(graph, options)

    monkeypatch.setattr(runtime, "open", cramped)
    machine.open()
    assert [said for said in machine.said if said.startswith("onnxruntime CUDA is passed over")]
    full = False
    machine.open()
    assert machine.trial("onnxruntime CUDA").passed


def test_pruned_engine_that_would_stand_in_is_to_be_built_and_not_missed(rtx: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RUNTIMES, "tensorrt", FakeBuilder(name="tensorrt"))
    assert rtx.open().startswith("tensorrt")
    EngineStore().prune(lambda _: False)
    assert rtx.open(build=False) == "openvino"
    assert rtx.said == []
    assert rtx.trial("tensorrt").pending
    assert rtx.trial("tensorrt-rtx").pending
