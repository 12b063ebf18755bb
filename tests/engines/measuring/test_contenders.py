"""Who takes part in a race."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from engines.engine import Device, Engine, EngineOptions
from engines.measuring import contenders
from engines.measuring.contenders import Contender, find_contenders
from engines.onnxruntime import OnnxRuntime
from engines.openvino import OpenVinoRuntime
from puppet.contract import read_card
from puppet.errors import EngineError
from tests.toy_model import make_toy_model


class ListedRuntime:
    """Has the devices it is given; none is an error."""

    def __init__(self, name: str, *devices: tuple[str, str]) -> None:
        self.name = name
        self._devices = tuple(Device(device, "some device", precision) for device, precision in devices)

    def version(self) -> str:
        return "1"

    def devices(self) -> tuple[Device, ...]:
        if not self._devices:
            raise EngineError("There is no driver.", "Install one.")
        return self._devices

    def open(self, graph: Path, options: EngineOptions) -> Engine:
        raise EngineError("Never opened.")


@pytest.fixture(autouse=True)
def runtimes(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (
        ListedRuntime("vino", ("CPU", "bf16"), ("NPU", "f16"), ("AUTO", "auto")),
        ListedRuntime("onnx", ("CPU", "f32"), ("CUDA", "f32")),
        ListedRuntime("trt"),
    )
    monkeypatch.setattr(contenders, "RUNTIMES", {runtime.name: runtime for runtime in listed})


def names(found: Sequence[Contender]) -> list[str]:
    return [str(contender) for contender in found]


def test_every_device_takes_part_in_its_own_precision_and_in_float32() -> None:
    found, absent = find_contenders()
    assert names(found) == ["vino CPU", "vino CPU f32", "vino NPU", "vino NPU f32", "onnx CPU", "onnx CUDA"]
    assert [(each.engine, each.error.sentence) for each in absent] == [("trt", "There is no driver.")]


def test_a_precision_named_is_the_only_one() -> None:
    assert names(find_contenders(["vino"], precision="f16")[0]) == ["vino CPU f16", "vino NPU f16"]


def test_engines_named_come_in_that_order() -> None:
    assert names(find_contenders(["onnx", "vino"], "cpu")[0]) == ["onnx cpu", "vino cpu", "vino cpu f32"]


def test_a_device_named_is_taken_at_its_word() -> None:
    """A runtime knows more than it lists: whether it has the device is told when it is opened."""
    assert names(find_contenders(["vino"], "AUTO")[0]) == ["vino AUTO"]
    assert names(find_contenders(["onnx"], "TPU")[0]) == ["onnx TPU"]


def test_a_device_named_alone_leaves_out_who_has_none_such() -> None:
    found, absent = find_contenders(device="cuda:1")
    assert names(found) == ["onnx cuda:1"]
    assert [(each.engine, each.error.sentence) for each in absent] == [
        ("vino cuda:1", "vino has no device cuda:1 here, only CPU, NPU, AUTO."),
        ("trt", "There is no driver."),
    ]


def test_what_is_not_installed_is_told_before_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(_: ListedRuntime) -> str:
        raise EngineError("It is not installed.")

    monkeypatch.setattr(ListedRuntime, "version", version)
    assert [each.error.sentence for each in find_contenders(["trt"])[1]] == ["It is not installed."]


def test_an_unknown_engine_is_an_error() -> None:
    with pytest.raises(EngineError, match="quantum"):
        find_contenders(["quantum"])


def test_the_gpu_is_known_by_the_device_s_name() -> None:
    named = {"CUDA": 0, "CUDA:1": 1, "TensorRT-RTX": 0, "CPU": None, "GPU.1": None, "DirectML": None, None: None}
    assert {name: Contender(OnnxRuntime(), name, "auto").gpu for name in named} == named


def test_keypoints_are_opened_in_float32_beside_the_native_precision(tmp_path: Path) -> None:
    make_toy_model(tmp_path / "toy", side=32)
    runtime = OpenVinoRuntime()
    animator = Contender(runtime, "CPU", "auto").open(tmp_path / "toy", read_card(tmp_path / "toy"), threads=1)
    precisions = [engine.device.precision for engine in animator.graphs.values()]
    animator.close()
    native = runtime.devices()[0].precision
    assert precisions == [native, "f32", native]
