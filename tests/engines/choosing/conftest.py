"""The computers that `auto` is tried on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engines.building.reference import reference_of
from engines.choosing import missed_engines, remembered_choice
from engines.nvidia.graphics_cards import Card
from engines.registry import RUNTIMES
from puppet import contract
from puppet.errors import EngineError
from tests.engines.building.fake_builder import FakeBuilder, FakeRuntime, Outputs, slow
from tests.engines.choosing.choosing_machine import CARDS, NOT_INSTALLED, Machine
from tests.toy_model import make_toy_model


def slower(outputs: Outputs) -> Outputs:
    return slow(slow(outputs))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    make_toy_model(folder, 32, 4)
    return folder


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Callable[[tuple[Card, ...]], None]:
    """Sets which NVIDIA cards lie in the computer; none at first."""

    def plug_in(found: tuple[Card, ...]) -> None:
        monkeypatch.setattr(missed_engines, "find_cards", lambda: found)

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


@pytest.fixture
def rtx(machine: Machine, cards: Callable[[tuple[Card, ...]], None]) -> Machine:
    """The same with an RTX card and TensorRT-RTX, which is the fastest."""
    cards(CARDS)
    machine.tensorrt.absent = None
    return machine
