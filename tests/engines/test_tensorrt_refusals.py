"""TensorRT where it can't be used: what a person is told of packages, drivers, chips and engines that will not do."""

import sys

import pytest

from engines.building.engine_store import StaleEngineError
from engines.building.tensorrt_package import CLASSIC, RTX
from engines.engine import EngineOptions
from engines.tensorrt import TensorRtRuntime
from puppet import contract
from puppet.errors import EngineError
from tests.engines.fake_cuda import FakeCuda, FakeGpu
from tests.engines.fake_cuda_codes import Result
from tests.engines.fake_tensorrt import FakeTensorRt
from tests.engines.fake_tensorrt_names import Diagnostics
from tests.engines.tensorrt_machine import EXACT, Machine, silent


def test_devices_are_those_it_can_serve(machine: Machine) -> None:
    machine.cuda.gpus = [FakeGpu("NVIDIA GeForce GTX 1080", (6, 1)), FakeGpu("NVIDIA GeForce RTX 4090", (8, 9), memory=24 << 30)]
    (device,) = machine.runtime.devices()
    assert device == ("CUDA:1", "NVIDIA GeForce RTX 4090, sm_89, 24 GB, driver for CUDA 13.0", "f16")
    engine = machine.make(contract.KEYPOINTS)
    assert engine.device.name == "CUDA:1"
    assert engine.device.description == "NVIDIA GeForce RTX 4090, sm_89, TensorRT-RTX 1.7.1.116, f32"
    engine.close()


def test_an_absent_device_is_told_with_those_there_are(machine: Machine) -> None:
    with pytest.raises(EngineError, match=r"no CUDA:3 on this computer, only CUDA:0 \(NVIDIA GeForce RTX 3060\)"):
        machine.runtime.key(machine.folder / contract.ANIMATE, EngineOptions(device="CUDA:3"))


@pytest.mark.parametrize(
    ("gpu", "said"),
    [
        (FakeGpu("NVIDIA H100 80GB HBM3", (9, 0)), r"NVIDIA H100 80GB HBM3: .*sm_90, only for sm_75.*Use classic TensorRT"),
        (FakeGpu("NVIDIA GeForce GTX 1080", (6, 1)), r"GTX 1080: .*sm_61, only for sm_75.*ONNX Runtime.*CPU"),
    ],
)
def test_a_chip_that_it_cannot_serve_is_named(machine: Machine, gpu: FakeGpu, said: str) -> None:
    machine.cuda.gpus = [gpu]
    with pytest.raises(EngineError, match=said):
        machine.runtime.devices()


def test_classic_serves_data_centres(classic: Machine) -> None:
    classic.cuda.gpus = [FakeGpu("NVIDIA H200", (9, 0))]
    assert classic.runtime.devices()[0].name == "CUDA:0"
    classic.cuda.gpus = [FakeGpu("Tesla V100", (7, 0))]
    with pytest.raises(EngineError, match="sm_70, only for sm_75 and later"):
        classic.runtime.devices()


@pytest.mark.parametrize(("version", "trouble", "said"), [
    (None, None, "driver"),
    (12040, None, r"too old.*CUDA 12\.4"),
    (13000, Result.CUDA_ERROR_NO_DEVICE, "no GPU"),
])  # fmt: skip
def test_a_driver_that_will_not_do_is_told(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, version: int | None, trouble: Result | None, said: str
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    machine.cuda.version, machine.cuda.trouble = version, trouble
    with pytest.raises(EngineError, match=said):
        machine.runtime.devices()


def test_a_package_made_for_a_newer_driver_is_told(machine: Machine) -> None:
    with pytest.raises(EngineError, match=r"was made for CUDA 13, and the driver here knows CUDA 12\.9\. .*pip install tensorrt-rtx-cu12"):
        RTX.check_driver("12.9")
    RTX.check_driver("13.1")
    RTX.check_driver("14.0")


def test_a_binding_that_is_missing_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    FakeCuda(monkeypatch, binding="")
    with pytest.raises(EngineError, match=r"cuda-python.*pip install -e '\.\[rtx\]'"):
        machine.runtime.devices()


def test_a_package_that_is_missing_is_told_before_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = FakeCuda(monkeypatch, binding="")
    FakeTensorRt(monkeypatch, cuda, "neither")
    with pytest.raises(EngineError, match="TensorRT-RTX is not installed"):
        TensorRtRuntime(RTX).devices()


@pytest.mark.parametrize("package", [RTX, CLASSIC])
def test_a_package_that_is_missing_or_broken_is_told(package: type, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = TensorRtRuntime(package)  # type: ignore[arg-type]
    cuda = FakeCuda(monkeypatch)
    FakeTensorRt(monkeypatch, cuda, "neither")
    with pytest.raises(EngineError, match=rf"is not installed.*pip install -e '\.\[{package.extra}\]'"):  # type: ignore[attr-defined]
        runtime.devices()
    FakeTensorRt(monkeypatch, cuda, package.module)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, package.module, None)  # type: ignore[attr-defined]
    with pytest.raises(EngineError, match="can't be imported"):
        runtime.devices()


@pytest.mark.parametrize(
    ("flaw", "stale", "said"),
    [
        (Diagnostics.VERSION_MISMATCH, True, "another version built it. Build it again"),
        (Diagnostics.UNSUPPORTED_CC, True, "it was built for another chip. Build it again"),
        (Diagnostics.OLD_CUDA_DRIVER, False, "the NVIDIA driver is too old for it. Update the NVIDIA driver"),
    ],
)
def test_an_engine_that_does_not_fit_is_told_with_the_cure(machine: Machine, flaw: Diagnostics, stale: bool, said: str) -> None:
    machine.trt.flaw = flaw
    with pytest.raises(EngineError, match=f"TensorRT-RTX can't load the engine of animate.onnx: {said}") as refused:
        machine.make(contract.ANIMATE)
    assert isinstance(refused.value, StaleEngineError) == stale


@pytest.mark.parametrize(
    ("message", "stale"),
    [
        ("Serialization assertion stdVersionRead == kSERIALIZATION_VERSION failed.Version tag does not match.", True),
        ("cudaError 35: CUDA driver version is insufficient for CUDA runtime version", False),
    ],
)
def test_an_engine_is_stale_but_for_the_drivers_fault(classic: Machine, message: str, stale: bool) -> None:
    classic.runtime.build(classic.folder / contract.ANIMATE, EXACT, silent)
    classic.trt.trouble = message
    with pytest.raises(EngineError, match="can't load the engine") as refused:
        classic.runtime.open(classic.folder / contract.ANIMATE, EXACT)
    assert isinstance(refused.value, StaleEngineError) == stale


def test_a_damaged_engine_is_none(machine: Machine) -> None:
    graph = machine.folder / contract.ANIMATE
    machine.runtime.build(graph, EXACT, silent)
    stored = machine.runtime.store.find(machine.runtime.key(graph, EXACT))
    assert stored is not None
    stored.path.write_bytes(stored.path.read_bytes()[:-1] + b"?")
    assert not machine.runtime.built(graph, EXACT)
