"""The floor: arithmetic on known peaks, and what is said where one is not known."""

from pathlib import Path

import pytest

from engines.engine import Device
from engines.measuring import floor
from engines.measuring.floor import Floors, floor_of
from engines.measuring.graph_work import GraphWork
from engines.measuring.peaks import Peak
from puppet import contract
from puppet.errors import EngineError
from tests.toy_model import make_toy_model

WORK = GraphWork(multiply_adds=900, operations=2000, weights=1000, ports=600)
PEAK = Peak(device="a card", operations={"f32": 1e6, "f16": 8e6}, bandwidth=4e6, source="made up")


def test_the_longer_of_computing_and_moving_counts() -> None:
    slow, fast = floor_of("graph", WORK, "f32", PEAK), floor_of("graph", WORK, "f16", PEAK)
    assert slow is not None and fast is not None
    assert (slow.computing, slow.bytes, slow.moving, slow.floor) == (2.0, 4600, 1.15, 2.0)
    assert (fast.computing, fast.bytes, fast.moving, fast.floor) == (0.25, 2600, 0.65, 0.65)
    assert floor_of("graph", WORK, "bf16", PEAK) is None


@pytest.fixture
def floors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Floors:
    make_toy_model(tmp_path / "toy", side=32)
    monkeypatch.setattr(floor, "processor_peak", lambda precisions, threads: PEAK)
    return Floors(tmp_path / "toy")


def test_a_graph_is_read_and_its_device_looked_up_once(floors: Floors, monkeypatch: pytest.MonkeyPatch) -> None:
    first = floors.floor(contract.ANIMATE, Device("CPU", "any", "f32"))
    monkeypatch.delattr(floor, "processor_peak")
    monkeypatch.delattr(floor, "graph_work")
    assert first is not None
    assert floors.floor(contract.ANIMATE, Device("CPU", "any", "f32")) == first
    assert floors.peaks == [PEAK]
    assert floors.remarks == []


def test_what_is_not_known_is_said_once(floors: Floors, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver() -> None:
        raise EngineError("There is no driver.", "Install one.")

    monkeypatch.setattr(floor, "gpus", no_driver)
    for name, precision in (("CPU", "i8"), ("NPU", "f16"), ("CUDA:0", "f16"), ("CUDA:0", "f16")):
        assert floors.floor(contract.ANIMATE, Device(name, "any", precision)) is None
    assert floors.remarks == [
        "No floor in i8 on a card: its peak is not known.",
        "No floor on NPU: its peak is not known.",
        "No floor on CUDA:0: There is no driver. Install one.",
    ]


def test_a_gpu_has_its_own_peak(floors: Floors, monkeypatch: pytest.MonkeyPatch) -> None:
    from engines.cuda import Gpu

    known = Gpu(0, "NVIDIA GeForce RTX 3090", (8, 6), 0, 82, 1.695e9, 9.751e9, 384)
    strange = known._replace(number=1, name="NVIDIA Something New", capability=(99, 0))
    monkeypatch.setattr(floor, "gpus", lambda: (known, strange))
    assert floors.floor(contract.ANIMATE, Device("CUDA:0", "any", "f16")) is not None
    assert floors.floor(contract.ANIMATE, Device("CUDA:1", "any", "f16")) is None
    assert [peak.device for peak in floors.peaks] == [known.name]
    assert floors.remarks == ["No floor on NVIDIA Something New: the rates of compute capability 99.0 are not known."]
