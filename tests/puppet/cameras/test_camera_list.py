"""Cameras by number, path, name and identity; what is found again; who holds one; how other platforms list them."""

import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import cv2
import pytest

from puppet.cameras import camera_list
from puppet.cameras.camera_list import CameraInfo, busy_with, device_number, device_path, find_again, find_camera, list_cameras, plugged_in

WEBCAM = CameraInfo("0", "Integrated Webcam", "usb-5, Integrated Webcam, 0")
STICK = CameraInfo("2", "Stick", "usb-6, Stick, 0")
CAMERAS = [WEBCAM, STICK]
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc and device files")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("", WEBCAM),
        ("0", WEBCAM),
        ("02", STICK),
        ("1", None),
        ("Stick", STICK),
        ("usb-6, Stick, 0", STICK),
        ("stick.mp4", None),
    ],
)
def test_a_camera_is_found_by_number_name_and_identity(source: str, found: CameraInfo | None) -> None:
    assert find_camera(source, CAMERAS) == found


def test_without_any_camera_none_is_found() -> None:
    assert find_camera("", []) is None


@linux
def test_a_camera_is_found_by_its_path_and_by_a_link_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_list, "DEVICES", tmp_path)
    (tmp_path / "video2").touch()
    (tmp_path / "by-id").symlink_to("video2")
    assert device_number(str(tmp_path / "video2")) == device_number(str(tmp_path / "by-id")) == "2"
    assert device_number(str(tmp_path / "null")) is None
    assert find_camera(str(tmp_path / "by-id"), CAMERAS) == STICK
    assert device_path("7") == tmp_path / "video7"
    assert device_path("Stick") is None


def test_a_lost_camera_is_found_under_its_new_number() -> None:
    back = WEBCAM._replace(source="1")
    known = frozenset(camera.identity for camera in CAMERAS)
    assert find_again(WEBCAM, known, [STICK, back]) == back


def test_a_lost_camera_is_not_mistaken_for_another_that_took_its_number() -> None:
    assert find_again(WEBCAM, frozenset({WEBCAM.identity}), [STICK._replace(source="0")]) is None


def test_a_driver_that_names_a_new_place_gives_the_camera_back_by_its_name() -> None:
    loopback = CameraInfo("0", "Cam", "platform:v4l2loopback-000, Cam, 0")
    back = CameraInfo("1", "Cam", "platform:v4l2loopback-001, Cam, 0")
    assert find_again(loopback, frozenset({loopback.identity}), [back]) == back


def test_a_twin_that_was_there_all_along_is_not_the_lost_camera() -> None:
    twin = WEBCAM._replace(source="1", identity="usb-7, Integrated Webcam, 0")
    assert find_again(WEBCAM, frozenset({WEBCAM.identity, twin.identity}), [twin]) is None


@pytest.fixture
def processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of /proc; zoom has video0 open, obs video0 and video2, this very process video2."""
    monkeypatch.setattr(camera_list, "PROCESSES", tmp_path)
    for process, name, devices in ((4711, "zoom", ["video0"]), (99, "obs", ["video0", "video2"]), (os.getpid(), "python", ["video2"])):
        descriptors = tmp_path / str(process) / "fd"
        descriptors.mkdir(parents=True)
        (tmp_path / str(process) / "comm").write_text(f"{name}\n")
        for number, device in enumerate(["null", *devices, f"{devices[0]}0"]):
            (descriptors / str(number)).symlink_to(f"/dev/{device}")
    (tmp_path / "self").mkdir()
    (tmp_path / "1").mkdir()  # somebody else's: it can't be looked into
    return tmp_path


@linux
def test_who_holds_a_camera_is_told_by_name_and_process(processes: Path) -> None:
    assert busy_with("0") == "obs (process 99) and zoom (process 4711)"
    assert busy_with("/dev/video2") == "obs (process 99)"
    assert busy_with("1") is None


@linux
def test_three_holders_read_as_a_list(processes: Path) -> None:
    (processes / "5" / "fd").mkdir(parents=True)
    (processes / "5" / "comm").write_text("vlc\n")
    (processes / "5" / "fd" / "0").symlink_to("/dev/video0")
    assert busy_with("0") == "vlc (process 5), obs (process 99) and zoom (process 4711)"


def test_what_is_no_device_is_held_by_nobody() -> None:
    assert busy_with("http://192.0.2.7/") is None


@linux
def test_a_real_process_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real /proc: a file that this process has open is not told as somebody else's."""
    monkeypatch.setattr(camera_list, "DEVICES", tmp_path)
    (tmp_path / "video0").touch()
    with (tmp_path / "video0").open():
        assert busy_with("0") is None


@pytest.mark.parametrize(("platform", "backend"), [("win32", cv2.CAP_DSHOW), ("darwin", cv2.CAP_AVFOUNDATION)])
def test_other_platforms_list_names_by_the_numbers_of_the_backend_that_opens_them(
    platform: str, backend: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def enumerate_cameras(api: int) -> list[SimpleNamespace]:
        asked.append(api)
        return [SimpleNamespace(index=0, name="HD Cam", path="usb#1"), SimpleNamespace(index=1, name="Virtual", path=None)]

    module = ModuleType("cv2_enumerate_cameras")
    module.enumerate_cameras = enumerate_cameras  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cv2_enumerate_cameras", module)
    monkeypatch.setattr(sys, "platform", platform)
    assert list_cameras() == [CameraInfo("0", "HD Cam", "usb#1"), CameraInfo("1", "Virtual", "Virtual, 1")]
    assert plugged_in() == {"usb#1", "Virtual, 1"}
    assert set(asked) == {backend}


@linux
def test_plugging_in_and_pulling_is_seen_without_touching_a_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_list, "VIDEO_DEVICES", tmp_path / "video4linux")
    assert plugged_in() == frozenset()
    (tmp_path / "video4linux" / "video0").mkdir(parents=True)
    assert plugged_in() == {"video0"}
