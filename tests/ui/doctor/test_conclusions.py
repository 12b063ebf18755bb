"""Computers of every kind, and what the doctor makes of each: what stops a live run, what is only worth knowing, and the fix."""

import shutil
from pathlib import Path

import pytest

from engines.building.chips import RTX_CHIPS
from engines.engine import Device
from engines.nvidia.driver_trouble import old_driver
from engines.nvidia.graphics_cards import driver_hint
from puppet.assets import ASSETS
from puppet.errors import CameraError, EngineError
from tests.ui.doctor.machines import (
    CARD,
    H100,
    RTX_3060,
    WEBCAM,
    Runtime,
    engines,
    graphics,
    installation,
    machine,
    nobody_listens,
    said,
    video,
)
from ui.doctor.models import look_at_models
from ui.doctor.part import EVERYTHING
from ui.doctor.report import Belongings, Engines, Finding, Place, RuntimeFact, Sound, System, VirtualFact

RTX_DEVICE = Device("CUDA:0", "NVIDIA GeForce RTX 3060, sm_86", "f16")


def test_laptop_without_a_card_has_nothing_to_mend() -> None:
    report = machine()
    assert report.live
    assert report.findings == []
    assert report.verdict == "live use is possible here, on openvino CPU in f32."


def test_card_without_a_driver_is_told_with_what_to_install() -> None:
    hint = driver_hint([CARD], platform="win32")
    trouble = EngineError(f"NVIDIA's driver is not installed, or out of reach, for {CARD.name}.", hint)
    report = machine(graphics=graphics(cards=[CARD], error=trouble))
    assert report.live
    (finding,) = report.findings
    assert finding.says == f"There is a graphics card that is not used. {trouble.sentence}"
    assert finding.fix == hint
    assert "1 thing is worth knowing" in report.verdict


def test_old_driver_is_named_with_both_versions() -> None:
    report = machine(graphics=graphics(cards=[CARD], error=old_driver("12.2", "cuda-python 13.4.4", 13)))
    assert report.live
    told = said(report.findings)
    assert "CUDA 12.2" in told
    assert "driver 580 or later" in told
    assert "cuda-python<13" in told


def test_missing_extra_is_named_with_the_line_that_fits_this_installation() -> None:
    trouble = EngineError("neither cuda-python nor pycuda is installed.", "Install what is missing: pip install -e '.[rtx]'")
    lacking = installation(rtx=["tensorrt-rtx", "cuda-python"]).model_copy(update={"install": "cd ~/puppet && pip install -e '.[NAME]'"})
    report = machine(puppet=lacking, graphics=graphics(cards=[CARD], error=trouble))
    assert report.findings[0].fix == "Install what is missing: cd ~/puppet && pip install -e '.[rtx]'"


def test_gpu_without_its_runtime_gets_the_rtx_extra() -> None:
    absent = Runtime("tensorrt-rtx", "", error=EngineError("TensorRT-RTX is not installed.", "Install it."))
    report = machine(puppet=installation(rtx=["tensorrt-rtx"]), graphics=graphics(RTX_3060), engines=engines(absent))
    assert report.live
    (finding,) = report.findings
    assert "NVIDIA GeForce RTX 3060 (sm_86) is not used" in finding.says
    assert "tensorrt-rtx: TensorRT-RTX is not installed." in finding.says
    assert finding.fix == "pip install -e '.[rtx]'"


def test_chip_that_the_rtx_runtime_does_not_serve_gets_the_classic_one() -> None:
    assert "sm_90" not in RTX_CHIPS
    unfit = Runtime("tensorrt-rtx", "1.7.1", error=EngineError("TensorRT-RTX can't build for sm_90, only for sm_86."))
    report = machine(puppet=installation(tensorrt=["tensorrt"]), graphics=graphics(H100), engines=engines(unfit))
    assert report.live
    told = said(report.findings)
    assert "NVIDIA H100 80GB HBM3 (sm_90) is not used" in told
    assert "can't build for sm_90" in told
    assert "classic TensorRT does: pip install -e '.[tensorrt]'" in told


def test_card_older_than_tensorrt_takes_is_not_sent_to_tensorrt() -> None:
    old = RTX_3060._replace(name="NVIDIA GeForce GTX 1060", capability=(6, 1))
    unfit = Runtime("tensorrt-rtx", "1.7.1", error=EngineError("TensorRT-RTX can't build for sm_61."))
    report = machine(puppet=installation(rtx=["tensorrt-rtx"]), graphics=graphics(old), engines=engines(unfit))
    told = said(report.findings)
    assert "onnxruntime-gpu" in told
    assert ".[rtx]" not in told


def test_gpu_that_draws_is_no_finding() -> None:
    report = machine(
        graphics=graphics(RTX_3060), engines=engines(Runtime("tensorrt-rtx", "1.7.1", RTX_DEVICE), chosen="tensorrt-rtx in f16")
    )
    assert report.findings == []
    assert "on tensorrt-rtx in f16" in report.verdict


def test_what_must_be_built_and_what_was_passed_over_are_told() -> None:
    runtime = Runtime("tensorrt-rtx", "1.7.1", RTX_DEVICE)
    waiting = machine(graphics=graphics(RTX_3060), engines=engines(runtime, to_build=["tensorrt-rtx"]))
    assert waiting.findings == [
        Finding(says="NVIDIA GeForce RTX 3060 could draw with tensorrt-rtx once it is built.", fix="puppet-engine build")
    ]
    over = Finding(says="tensorrt-rtx is passed over: its pictures are black.", fix="Update the driver.")
    assert machine(graphics=graphics(RTX_3060), engines=engines(runtime, passed_over=[over])).findings == [over]


def test_no_camera_is_worth_knowing_only() -> None:
    report = machine(video=video())
    assert report.live
    assert "the bundled clip drives instead" in said(report.findings)


def test_camera_in_use_names_who_has_it() -> None:
    busy = CameraError("Camera 0 (Integrated Webcam) is in use by zoom (process 4711).", "Close it there, or choose another camera.")
    report = machine(video=video(WEBCAM, refused=busy))
    assert report.live
    assert report.findings == [Finding(says=busy.sentence, fix=busy.hint)]


def test_loopback_without_exclusive_caps_is_a_finding() -> None:
    hidden = VirtualFact(
        name="Dummy (/dev/video0)", trouble="Chrome does not list Dummy.", fix="sudo modprobe v4l2loopback exclusive_caps=1"
    )
    report = machine(video=video(WEBCAM, virtual=[hidden]))
    assert report.live
    assert "exclusive_caps=1" in said(report.findings)


def test_no_virtual_camera_brings_the_steps_of_the_system() -> None:
    assert "OBS Studio" in said(machine(video=video(WEBCAM, virtual=[])).findings)


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    shutil.copytree(ASSETS / "models", tmp_path / "models")
    return tmp_path / "models"


def test_damaged_embedded_model_stops(embedded: Path) -> None:
    with (embedded / "compact-256" / "animate.onnx").open("r+b") as graph:
        graph.seek(1000)
        graph.write(b"damage")
    report = machine(models=look_at_models(embedded=embedded))
    assert not report.live
    assert "animate.onnx is damaged or was changed" in report.verdict
    assert report.findings[0].stops


def test_damaged_model_of_ones_own_leaves_the_embedded_one(embedded: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(embedded / "compact-256", own)
    (own / "keypoints.onnx").unlink()
    report = machine(models=look_at_models(str(own)))
    assert report.live
    assert "lacks keypoints.onnx. The embedded model runs instead." in said(report.findings)


def test_sound_model_of_ones_own_makes_up_for_the_embedded_one(embedded: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(embedded / "compact-256", own)
    (embedded / "compact-256" / "model.toml").write_text("no card")
    report = machine(models=look_at_models(str(own), embedded=embedded))
    assert report.live
    assert len(report.findings) == 1


def test_missing_face_model_stops(tmp_path: Path) -> None:
    report = machine(models=look_at_models(faces=tmp_path))
    assert not report.live
    assert "face_landmark.tflite is missing" in report.verdict


def test_a_missing_matte_or_enhancer_is_told_and_stops_nothing(tmp_path: Path) -> None:
    report = machine(models=look_at_models(matte=tmp_path, enhancer=tmp_path))
    assert report.live
    assert "Backgrounds can't be locked or taken away: u2netp.onnx is missing." in said(report.findings)
    assert "Faces can't be made sharper: enhance.toml is damaged or missing." in said(report.findings)


def test_without_openvino_no_face_is_found() -> None:
    broken = Runtime("openvino", "2026.4.1", error=EngineError("OpenVINO can't be imported: libtbb is missing.", "pip install openvino"))
    report = machine(engines=engines(broken))
    assert not report.live
    assert "OpenVINO, which finds the face, can't be used: OpenVINO can't be imported: libtbb is missing." in report.verdict


def test_engine_that_the_settings_name_and_that_can_not_be_used_stops() -> None:
    absent = Runtime("tensorrt", "", error=EngineError("TensorRT is not installed.", "Install it."))
    report = machine(engines=engines(absent, chosen="tensorrt", named=True))
    assert not report.live
    assert "The settings name the engine tensorrt, which can't be used: TensorRT is not installed." in report.verdict
    assert not machine(engines=engines(chosen="quantum", named=True)).live
    assert machine(engines=engines(chosen="openvino", named=True)).live


def test_read_only_cache_and_full_disk_are_worth_knowing() -> None:
    places = [
        Place(use="cache, engines", folder="~/.cache/puppet", free=2**40, writable=False),
        Place(use="portraits", folder="/data", free=2**20, writable=True),
    ]
    report = machine(system=System(name="Linux", window="6", places=places))
    assert report.live
    told = said(report.findings)
    assert "The folder for cache, engines may not be written to: ~/.cache/puppet" in told
    assert "The disk with /data is nearly full: 1 MiB left" in told


def test_qt_that_does_not_load_stops_where_there_is_a_display() -> None:
    system = System(
        name="Linux", window_trouble="Qt can't be loaded: libEGL.so.1 is missing.", window_fix="bash scripts/system_packages.sh"
    )
    assert not machine(system=system).live
    headless = machine(system=system.model_copy(update={"display": False}))
    assert headless.live
    assert "puppet-live --headless" in said(headless.findings)


def test_package_that_is_missing_stops_if_nothing_runs_without_it() -> None:
    assert machine(puppet=installation().model_copy(update={"lacks": ["pyvirtualcam"]})).live
    report = machine(puppet=installation().model_copy(update={"lacks": ["av"]}))
    assert not report.live
    assert said(report.findings) == "The package av is not installed. -> pip install -e ."


def test_global_keys_matter_where_they_are_wanted() -> None:
    silent = nobody_listens().model_copy(update={"wanted": False})
    assert machine(keys=silent).findings == []
    told = said(machine(keys=nobody_listens()).findings)
    assert "Global keys are not heard. Global keys need pynput" in told
    assert "pip install -e '.[keys]'" in told


def test_part_that_gave_no_answer_is_told_and_stops_nothing() -> None:
    report = machine(
        sound=Sound(unknown={EVERYTHING: "no answer in time"}), belongings=Belongings(troubles=["The settings file is damaged."])
    )
    assert report.live
    told = said(report.findings)
    assert "Nothing could be found out of Sound: no answer in time. -> Look again: puppet-doctor" in told
    assert "The settings file is damaged. -> Correct it" in told


@pytest.mark.parametrize(
    "unknown", [{EVERYTHING: "the process that looked was ended by SIGILL"}, {"runtimes": "ImportError: no such file"}]
)
def test_engines_that_can_not_even_be_looked_at_stop(unknown: dict[str, str]) -> None:
    report = machine(engines=Engines(unknown=unknown))
    assert not report.live
    assert next(iter(unknown.values())) in report.verdict


def test_runtime_that_raises_what_no_run_expects_stops_it_unless_another_is_named() -> None:
    """`auto` looks at every runtime, and ends where one fails in a way of its own."""
    broken = Runtime("tensorrt-rtx", "1.7.1", error=RuntimeError("failed to load"))
    report = machine(engines=engines(broken))
    assert not report.live
    assert "would end at once: RuntimeError: failed to load." in report.verdict
    named = machine(engines=engines(broken, chosen="onnxruntime", named=True))
    assert named.live and [finding.stops for finding in named.findings] == [False]


def test_nobody_is_told_to_remove_what_finds_faces() -> None:
    report = machine(engines=engines(Runtime("openvino", "2026.4.1", error=RuntimeError("failed to load"))))
    assert report.findings[0].fix == "Install its package again."


def test_runtime_that_ends_the_process_stops_though_others_run() -> None:
    found = engines(chosen="")
    found.runtimes.append(RuntimeFact(name="tensorrt", reason="Loading it did not work: ended by SIGSEGV.", ends=True))
    report = machine(engines=found)
    assert not report.live
    assert "A live run that loads tensorrt would end at once" in report.verdict


def test_what_stops_comes_first() -> None:
    report = machine(video=video(), puppet=installation().model_copy(update={"lacks": ["numpy"]}))
    assert [finding.stops for finding in report.findings] == [True, False]
    assert report.verdict.startswith("live use is NOT possible here: The package numpy is not installed.")
