"""Runtimes, what `auto` makes of them, and the engines that were built."""

from pathlib import Path

import pytest

from engines.building.engine_key import EngineKey
from engines.building.engine_store import EngineStore, Verdict
from engines.choosing.remembered_choice import Choice, Situation, Trial, remember, situation_of
from puppet.assets import EMBEDDED_MODEL, model_folder
from puppet.contract import read_card
from puppet.errors import EngineError
from tests.ui.doctor.machines import ONNXRUNTIME, OPENVINO, Runtime
from ui.doctor.engines import automatic_choice, look_at_engines, remembered_words, runtime_names
from ui.doctor.report import Automatic

pytestmark = pytest.mark.usefixtures("own_choices")

KEY = EngineKey(
    graph="ab" * 32,
    precision="f16",
    runtime="tensorrt-rtx",
    version="1.7.1",
    driver="13.0",
    gpu="NVIDIA GeForce RTX 3060",
    chip="sm_86",
    form=1,
)
PASSED = Verdict(points=0.0004, psnr=46.1, passed=True)
FOLDER = model_folder(EMBEDDED_MODEL)


def trial(runtime: str, device: str | None = "CPU", **facts: object) -> Trial:
    return Trial.model_validate({"runtime": runtime, "device": device, "precision": "f32", **facts})


def test_runtime_that_raises_whatever_it_likes_costs_only_itself() -> None:
    broken = Runtime("broken", "1.0", error=SystemError("initialization of _core failed"))
    runtimes = {"broken": broken, "openvino": OPENVINO}
    found = look_at_engines(runtimes=runtimes, choose=lambda *_: Automatic(), entries=list)
    assert [runtime.reason for runtime in found.runtimes] == ["SystemError: initialization of _core failed", ""]
    assert [runtime.ends for runtime in found.runtimes] == [True, False]
    assert found.runtimes[0].version == "1.0"
    assert found.runtimes[1].devices[0].precision == "f32"


def test_reason_and_fix_of_a_runtime_are_kept_apart() -> None:
    absent = Runtime("absent", "", error=EngineError("Absent is not installed.", "Install it."))
    (fact,) = look_at_engines(runtimes={"absent": absent}, choose=lambda *_: Automatic(), entries=list).runtimes
    assert (fact.reason, fact.fix, fact.ends) == ("Absent is not installed.", "Install it.", False)


def test_one_runtime_alone_is_looked_at_without_the_rest() -> None:
    found = look_at_engines(only="openvino", runtimes={"openvino": OPENVINO, "onnxruntime": ONNXRUNTIME})
    assert [runtime.name for runtime in found.runtimes] == ["openvino"]
    assert found.automatic == Automatic()


def test_engine_that_the_settings_name_is_no_choice_of_ours() -> None:
    assert automatic_choice("onnxruntime", str(FOLDER)) == Automatic(
        chosen="onnxruntime", named=True, why=["named by the settings: no other is compared"]
    )


def test_choice_that_was_not_made_yet_names_what_will_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engines.registry.RUNTIMES", {**_absent(), "openvino": OPENVINO, "onnxruntime": ONNXRUNTIME})
    found = automatic_choice("auto", str(FOLDER))
    assert found.chosen == ""
    assert found.why == ["is found at the first start, which compares openvino CPU, onnxruntime CPU"]


def _absent() -> dict[str, Runtime]:
    return {name: Runtime(name, "", error=EngineError("Not here.")) for name in runtime_names()}


def test_choice_of_an_earlier_start_is_remembered() -> None:
    chosen = trial("openvino", milliseconds=27.1, verdict=PASSED)
    remember(Choice(situation=situation_of(read_card(FOLDER), None, "auto", 0), trials=[chosen], chosen=chosen))
    found = automatic_choice("auto", str(FOLDER))
    assert found.chosen == "openvino CPU in f32"
    assert found.why == ["openvino CPU in f32: 27.1 ms a frame, keypoints within 4.0e-04, pictures at least 46.1 dB"]


def test_choice_that_can_not_be_used_any_more_is_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its package is still installed, so that the situation is the same, but doesn't load."""
    chosen = trial("openvino", milliseconds=27.1, verdict=PASSED)
    broken = Runtime("openvino", OPENVINO.version(), error=EngineError("OpenVINO can't be imported."))
    monkeypatch.setattr("engines.registry.RUNTIMES", {**_absent(), "openvino": broken, "onnxruntime": ONNXRUNTIME})
    remember(Choice(situation=situation_of(read_card(FOLDER), None, "auto", 0), trials=[chosen], chosen=chosen))
    found = automatic_choice("auto", str(FOLDER))
    assert found.chosen == ""
    again = "the best is found again at the next start, which compares onnxruntime CPU"
    assert found.why == [f"openvino CPU ran best before and can't be used now: {again}"]


def test_every_trial_that_matters_is_told() -> None:
    chosen = trial("openvino", milliseconds=27.1, verdict=PASSED, refusals=["bf16: 30 dB"])
    missed = trial("onnxruntime", "CUDA", reason="CUDA can't be started.", hint="Update the driver.", again=True, missed=True)
    trials = [
        trial("tensorrt-rtx", None, pending=True),
        trial("tensorrt", None, reason="TensorRT is not installed.", again=True),
        missed,
        trial("onnxruntime", "CPU", reason="its pictures are black"),
        chosen,
    ]
    situation = Situation(graphs=[], processor="", graphics="", versions={}, packages=[], device=None, precision="auto", threads=0, form=1)
    found = remembered_words(Choice(situation=situation, trials=trials, chosen=chosen))
    assert found.why == [
        "tensorrt-rtx: must be built first",
        "onnxruntime CUDA: CUDA can't be started.",
        "onnxruntime CPU: its pictures are black",
        "openvino CPU in f32: 27.1 ms a frame, keypoints within 4.0e-04, pictures at least 46.1 dB; refused: bf16: 30 dB",
    ]
    assert found.to_build == ["tensorrt-rtx"]
    assert [(finding.says, finding.fix) for finding in found.passed_over] == [
        ("onnxruntime CUDA is passed over: CUDA can't be started.", "Update the driver.")
    ]


def test_built_engines_are_told_with_their_verdict() -> None:
    store = EngineStore()
    store.accept([store.add(KEY, b"engine", 2.0)], PASSED)
    refused = KEY.model_copy(update={"precision": "i8"})
    store.add(refused, b"engine", 2.0)
    store.reject([refused], Verdict(points=0, psnr=0, passed=False, reason="a picture is black"))
    found = look_at_engines(runtimes={}, choose=lambda *_: Automatic())
    assert found.store_size == 6
    told = "\n".join(found.store)
    assert "tensorrt-rtx 1.7.1, graph abababab in f16 for NVIDIA GeForce RTX 3060 (sm_86)" in told
    assert "accepted, keypoints within" in told
    assert "refused: a picture is black" in told


def test_store_that_can_not_be_read_is_told(home: Path) -> None:
    def broken() -> list[object]:
        raise PermissionError("engines")

    found = look_at_engines(runtimes={"openvino": OPENVINO}, choose=lambda *_: Automatic(), entries=broken)  # type: ignore[arg-type]
    assert {"store", "store_size"} == set(found.unknown)
    assert found.runtimes
