"""Cameras with who holds them, and virtual cameras with what keeps them from being seen."""

import platform
from pathlib import Path

import pytest

from puppet.cameras.camera_list import CameraInfo
from puppet.errors import CameraError
from puppet.outputs import loopback
from puppet.outputs.loopback import LoopbackDevice
from puppet.outputs.virtual_drivers import LOAD
from puppet.settings import CameraSettings
from tests.ui.doctor.machines import WEBCAM, refuse, video
from ui.doctor import video as looked
from ui.doctor.video import look_at_video, loopback_words, virtual_cameras, why_refused

DUMMY = LoopbackDevice(Path("/dev/video0"), "Dummy", writable=True, takes=True, exclusive=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A computer with v4l2loopback installed and not loaded."""
    modules = tmp_path / "lib/modules" / platform.release()
    modules.mkdir(parents=True)
    (modules / "modules.dep").write_text("updates/dkms/v4l2loopback.ko.zst: kernel/drivers/media/v4l2-core/videodev.ko\n")
    return tmp_path


def load(root: Path, **parameters: str) -> None:
    folder = root / "sys/module/v4l2loopback"
    (folder / "parameters").mkdir(parents=True)
    (folder / "version").write_text("0.15.0\n")
    for name, value in parameters.items():
        (folder / "parameters" / name).write_text(f"{value}\n")


def test_camera_is_told_with_its_modes_and_the_one_that_is_taken() -> None:
    (camera,) = video(WEBCAM).cameras
    assert camera.modes == "1280x720 at 30 (MJPG), 640x480 at 30 (YUYV)"
    assert camera.taken == "640x480 at 30 (YUYV)"
    wide = look_at_video(
        CameraSettings(width=1280, height=720), platform="win32", cameras=lambda: [WEBCAM], refused=lambda _: None, virtual=list
    )
    assert wide.cameras[0].taken == "1280x720 at 30 (MJPG)"


def test_camera_in_use_and_its_owner_are_told_apart() -> None:
    phone = CameraInfo("1", "Ada's Phone", "usb-2")
    busy = CameraError("Camera 1 (Ada's Phone) is in use by zoom (process 4711).", "Close it there.")
    (camera,) = video(phone, refused=busy).cameras
    assert camera.name == "someone's Phone"
    assert "zoom (process 4711)" in camera.trouble
    assert "Ada" not in camera.trouble


def test_camera_that_is_not_there_any_more_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ui.doctor.video.device_path", lambda _: tmp_path / "video0")
    error = why_refused(WEBCAM)
    assert error is not None
    assert why_refused(WEBCAM._replace(source="0")) is not None
    monkeypatch.setattr("ui.doctor.video.device_path", lambda _: None)
    assert why_refused(WEBCAM) is None


def test_list_of_cameras_that_fails_leaves_the_virtual_ones() -> None:
    found = look_at_video(platform="win32", cameras=refuse(OSError("no bus")), virtual=list, package=lambda: "0.15")
    assert found.unknown == {"cameras": "OSError: no bus"}
    assert "OBS" in found.missing


def test_device_without_exclusive_caps_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.doctor.video.sys.platform", "linux")
    monkeypatch.setattr(loopback, "list_loopback_devices", lambda: [DUMMY, DUMMY._replace(path=Path("/dev/video1"), exclusive=True)])
    monkeypatch.setattr(looked, "busy_with", lambda path: "obs (process 12)" if path == "/dev/video1" else None)
    dummy, sound = virtual_cameras()
    assert dummy.description == "no exclusive_caps, takes pictures"
    assert "loaded without exclusive_caps" in dummy.trouble
    assert dummy.fix.endswith(LOAD)
    assert (sound.trouble, sound.description) == ("", "exclusive_caps, takes pictures, opened by obs (process 12)")


def test_device_that_may_not_be_written_to_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.doctor.video.sys.platform", "linux")
    monkeypatch.setattr(loopback, "list_loopback_devices", lambda: [DUMMY._replace(writable=False, exclusive=None)])
    (device,) = virtual_cameras()
    assert "may not be written to by this account" in device.trouble
    assert "usermod -a -G video" in device.fix


def test_module_that_is_installed_but_not_loaded_needs_one_command(root: Path) -> None:
    found = look_at_video(platform="linux", root=root, cameras=list, virtual=list)
    assert found.driver == "v4l2loopback is installed but not loaded"
    assert found.missing == "There is no virtual camera: v4l2loopback is installed but not loaded."
    assert found.fix == LOAD


def test_module_that_is_not_installed_needs_all_the_steps(tmp_path: Path) -> None:
    found = look_at_video(platform="linux", root=tmp_path, cameras=list, virtual=list)
    assert found.driver == "v4l2loopback is not installed"
    assert "sudo apt install v4l2loopback-dkms" in found.fix


def test_loaded_module_is_told_with_its_parameters(root: Path) -> None:
    load(root, exclusive_caps="Y,N,N,N,N,N,N,N", devices="1", video_nr="10,-1,-1,-1", card_label="Ada")
    assert loopback_words(root) == "v4l2loopback 0.15.0: exclusive_caps=Y,N…, devices=1, video_nr=10,-1…"
    found = look_at_video(platform="linux", root=root, cameras=list, virtual=list)
    assert "made no device" in found.missing


def test_this_computer_answers() -> None:
    assert look_at_video().unknown == {}
