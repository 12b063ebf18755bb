"""Why a camera can't be had: each case has its sentence and what to do."""

import errno
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from puppet.cameras import camera_list, camera_trouble
from puppet.cameras.camera_trouble import camera_words, is_url, no_pictures, not_opened
from tests.puppet.cameras.devices import STICK, WEBCAM, System
from tests.puppet.cameras.kernel import METADATA, OUTPUT, Driver, Kernel
from tests.puppet.cameras.kernel import WEBCAM as WEBCAM_DRIVER

if sys.platform != "linux":
    pytest.skip("what keeps a camera from opening is told on Linux alone", allow_module_level=True)

from puppet.cameras import v4l2


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """A system whose devices answer as real ones would."""
    kernel = Kernel(tmp_path)
    query, is_busy = v4l2.query, v4l2.is_busy
    monkeypatch.setattr(v4l2, "query", lambda path: query(path, kernel.ask))
    monkeypatch.setattr(v4l2, "is_busy", lambda path: is_busy(path, kernel.ask))
    monkeypatch.setattr(camera_list, "DEVICES", kernel.devices)
    monkeypatch.setattr(camera_list, "PROCESSES", tmp_path / "proc")
    monkeypatch.setattr(camera_trouble, "list_cameras", lambda: v4l2.list_devices(kernel.about, kernel.devices, kernel.ask))
    (tmp_path / "proc").mkdir()
    return kernel


def hold(kernel: Kernel, process: int, name: str, device: str) -> None:
    """Let a process have a device open."""
    descriptors = kernel.devices.parent / "proc" / str(process) / "fd"
    descriptors.mkdir(parents=True)
    (descriptors.parent / "comm").write_text(f"{name}\n")
    (descriptors / "7").symlink_to(kernel.devices / device)


def test_a_camera_in_use_tells_by_whom(kernel: Kernel) -> None:
    kernel.plug(0, WEBCAM_DRIVER._replace(streams=True))
    hold(kernel, 4711, "zoom", "video0")
    error = not_opened("0", WEBCAM)
    assert error.sentence == "Camera 0 (Integrated Webcam) is in use by zoom (process 4711)."
    assert error.hint == "Close it there, or choose another camera."


def test_a_camera_in_use_by_another_account_tells_that_much(kernel: Kernel) -> None:
    kernel.plug(0, WEBCAM_DRIVER._replace(streams=True))
    assert not_opened("0", WEBCAM).sentence == "Camera 0 (Integrated Webcam) is in use by another program."


def test_whoever_merely_has_it_open_is_not_blamed(kernel: Kernel) -> None:
    kernel.plug(0, WEBCAM_DRIVER)
    hold(kernel, 4711, "wireplumber", "video0")
    error = not_opened("0", WEBCAM)
    assert str(error) == "Camera 0 (Integrated Webcam) can't be opened. Unplug it and plug it in again."


@pytest.mark.parametrize(("source", "named"), [("63", "63"), ("/dev/video63", "/dev/video63")])
def test_a_camera_that_is_not_there_tells_which_are(kernel: Kernel, source: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel.plug(0, WEBCAM_DRIVER)
    source = source.replace("/dev", str(kernel.devices))
    error = not_opened(source, None)
    assert error.sentence == f"Camera {named.replace('/dev', str(kernel.devices))} can't be opened."
    assert error.hint == "There is no such camera. Found: 0 (Integrated Webcam)."
    kernel.pull(0)
    assert not_opened(source, None).hint == "There is no such camera. No camera was found."


def test_a_camera_that_may_not_be_used_tells_the_group(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel.plug(0, WEBCAM_DRIVER)
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(Path, "group", lambda _: "video")
    error = not_opened("0", WEBCAM)
    assert error.sentence == "Camera 0 (Integrated Webcam) may not be used by this account."
    assert error.hint == "Join the group video: sudo usermod -aG video $USER. Then log out and in again."


@pytest.mark.parametrize("can", [OUTPUT, METADATA])
def test_what_is_no_camera_says_so(kernel: Kernel, can: int) -> None:
    kernel.plug(0, WEBCAM_DRIVER)
    kernel.plug(1, Driver("PuppetCam", can=can))
    error = not_opened("1", None)
    assert error.sentence == "Camera 1 gives no pictures."
    assert error.hint == "If it is a virtual camera, start the program that feeds it. Found: 0 (Integrated Webcam)."


def test_a_device_that_tells_nothing_is_one_that_can_not_be_opened(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel.plug(0, WEBCAM_DRIVER)

    def fail(*_: Any) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(kernel, "ask", fail)
    assert not_opened("0", WEBCAM).sentence == "Camera 0 (Integrated Webcam) can't be opened."


@pytest.mark.parametrize(("platform", "where"), [("win32", "Settings > Privacy & security > Camera"), ("darwin", "System Settings")])
def test_other_platforms_tell_where_cameras_are_allowed(system: System, platform: str, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert where in not_opened("0", WEBCAM).hint
    assert not_opened("63", None).hint == "There is no such camera. Found: 0 (Integrated Webcam)."


def test_a_stream_is_a_matter_of_the_network() -> None:
    assert str(not_opened("http://192.0.2.7/", None)) == "Camera http://192.0.2.7/ can't be opened. Check the address and the network."
    assert str(no_pictures("http://192.0.2.7/", None)).startswith("Camera http://192.0.2.7/ opens but gives no pictures.")


def test_a_silent_camera_may_be_a_virtual_one_that_nobody_feeds() -> None:
    assert "start the program that feeds it" in no_pictures("2", STICK).hint


@pytest.mark.parametrize(
    ("source", "words"),
    [("rtsp://ada:secret@192.0.2.7:554/door?a=b", "camera rtsp://192.0.2.7:554/door?a=b"), ("5", "camera 5"), ("", "camera ")],
)
def test_no_password_is_shown(source: str, words: str) -> None:
    assert camera_words(source, None) == words


@pytest.mark.parametrize(("source", "expected"), [("http://a/b.mjpg", True), ("rtsp://a", True), (0, False), ("clip.mp4", False)])
def test_urls_are_told_from_other_names(source: int | str, expected: bool) -> None:
    assert is_url(source) is expected
