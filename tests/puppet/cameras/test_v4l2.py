"""What Linux tells of its video devices, without any: the answers are those of a kernel that the test makes up."""

import errno
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("v4l2 is Linux's", allow_module_level=True)

from puppet.cameras.camera_list import CameraInfo, CameraMode
from puppet.cameras.v4l2 import is_busy, list_devices, query
from tests.puppet.cameras.kernel import CAPTURE, CAPTURE_PLANES, CONTROLLED, CONVERTER, METADATA, OUTPUT, WEBCAM, Driver, Kernel

LOOPBACK = Driver("PuppetCam", "platform:v4l2loopback-000", can=OUTPUT, formats={"YU12": {(1280, 720): [(1, 30)]}})


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def listed(kernel: Kernel) -> list[CameraInfo]:
    return list_devices(kernel.about, kernel.devices, kernel.ask)


def test_a_camera_is_told_with_its_name_its_place_and_the_modes_that_can_be_read(kernel: Kernel) -> None:
    kernel.plug(0, WEBCAM)
    modes = (
        CameraMode(640, 480, 30.0, "YUYV"),
        CameraMode(640, 480, 15.0, "YUYV"),
        CameraMode(1280, 720, 10.0, "YUYV"),
        CameraMode(640, 480, 30.0, "MJPG"),
        CameraMode(1280, 720, 60.0, "MJPG"),
        CameraMode(1280, 720, 29.97, "MJPG"),
    )
    assert listed(kernel) == [CameraInfo("0", "Integrated Webcam", "usb-0000:00:14.0-5, Integrated Webcam, 0", modes)]


def test_cameras_come_in_the_order_of_their_numbers(kernel: Kernel) -> None:
    for number in (10, 2, 0):
        kernel.plug(number, WEBCAM)
    assert [camera.source for camera in listed(kernel)] == ["0", "2", "10"]


@pytest.mark.parametrize(
    "driver",
    [
        Driver("Integrated Webcam", can=METADATA, node=1),
        LOOPBACK,
        LOOPBACK._replace(can=CAPTURE | OUTPUT, formats={}),
        Driver("bcm2835-codec", can=CAPTURE | CONVERTER, formats=WEBCAM.formats),
        Driver("ipu6", can=CAPTURE | CONTROLLED, formats=WEBCAM.formats),
    ],
    ids=["metadata", "nobody feeds it", "nobody feeds it, without exclusive_caps", "converts", "needs a media controller"],
)
def test_what_gives_no_pictures_is_left_out(kernel: Kernel, driver: Driver) -> None:
    kernel.plug(0, driver)
    kernel.plug(1, WEBCAM)
    assert [camera.source for camera in listed(kernel)] == ["1"]


@pytest.mark.parametrize("can", [CAPTURE, CAPTURE | OUTPUT])
def test_a_virtual_camera_that_is_fed_is_a_camera(kernel: Kernel, can: int) -> None:
    kernel.plug(3, LOOPBACK._replace(can=can))
    assert [(camera.name, camera.modes) for camera in listed(kernel)] == [("PuppetCam", (CameraMode(1280, 720, 30.0, "YU12"),))]


def test_a_device_with_planes_is_asked_for_its_formats_as_such(kernel: Kernel) -> None:
    kernel.plug(0, Driver("rkisp", can=CAPTURE_PLANES, formats={"NV12": {(1920, 1080): [(1, 30)]}}))
    assert listed(kernel)[0].modes == (CameraMode(1920, 1080, 30.0, "NV12"),)


def test_ranges_are_told_as_the_usual_sizes_and_rates_within_them(kernel: Kernel) -> None:
    kernel.plug(0, Driver("Any size", formats={"YUYV": {(2, 1280, 16, 1, 720, 8): [((1, 30), (1, 15))]}}))
    modes = listed(kernel)[0].modes
    assert {(mode.width, mode.height) for mode in modes} == set()  # 2 + 16n: none of the usual ones
    kernel.drivers["video0"] = Driver("Any size", formats={"YUYV": {(0, 1280, 16, 0, 720, 8): [((1, 30), (1, 15))]}})
    modes = listed(kernel)[0].modes
    assert {(mode.width, mode.height) for mode in modes} == {(320, 240), (640, 360), (640, 480), (800, 600), (1280, 720)}
    assert {mode.rate for mode in modes} == {15.0, 24.0, 25.0, 30.0}


def test_a_rate_that_is_not_told_is_0(kernel: Kernel) -> None:
    kernel.plug(0, Driver("Old", formats={"YUYV": {(640, 480): []}}))
    assert listed(kernel)[0].modes == (CameraMode(640, 480, 0.0, "YUYV"),)


def test_a_driver_that_repeats_itself_is_not_followed_for_ever(kernel: Kernel) -> None:
    kernel.plug(0, Driver("Endless", formats={"YUYV": {(640, 480): [(1, 30)]}}, endless=True))
    assert listed(kernel)[0].modes == (CameraMode(640, 480, 30.0, "YUYV"),)


@pytest.mark.parametrize(
    ("card", "name"),
    [
        ("Webcam C310: Webcam C", "Webcam C310"),
        ("Integrated Camera: Integrated I", "Integrated Camera: Integrated I"),
        ("USB Video: 2.0", "USB Video: 2.0"),
        ("", "video0"),
    ],
)
def test_a_name_that_is_said_twice_is_said_once(kernel: Kernel, card: str, name: str) -> None:
    kernel.plug(0, WEBCAM._replace(card=card))
    assert listed(kernel)[0].name == name


def test_two_of_a_kind_and_two_eyes_of_one_camera_have_identities_of_their_own(kernel: Kernel) -> None:
    kernel.plug(0, WEBCAM)
    kernel.plug(1, WEBCAM._replace(bus="usb-0000:00:14.0-6"))
    kernel.plug(2, WEBCAM._replace(node=2))
    assert len({camera.identity for camera in listed(kernel)}) == 3


def test_a_camera_that_comes_back_under_another_number_has_its_identity(kernel: Kernel) -> None:
    kernel.plug(0, WEBCAM)
    before = listed(kernel)[0]
    kernel.pull(0)
    assert listed(kernel) == []
    kernel.plug(1, WEBCAM)
    after = listed(kernel)[0]
    assert (after.identity, after.source) == (before.identity, "1")


def test_a_camera_that_may_not_be_opened_is_told_by_name_alone(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel.plug(0, WEBCAM)
    kernel.plug(1, WEBCAM._replace(node=1))

    def refuse(*_: Any) -> int:
        raise PermissionError(errno.EACCES, "not yours")

    monkeypatch.setattr(os, "open", refuse)
    assert [(camera.source, camera.name, camera.modes) for camera in listed(kernel)] == [("0", "Integrated Webcam", ())]


def test_a_camera_pulled_while_it_is_looked_at_is_none(kernel: Kernel) -> None:
    kernel.plug(0, WEBCAM)
    kernel.plug(1, WEBCAM)
    (kernel.devices / "video0").unlink()
    (kernel.about / "video1" / "name").unlink()
    assert listed(kernel) == []


def test_without_any_video_device_there_is_no_folder_and_no_camera(tmp_path: Path) -> None:
    assert list_devices(tmp_path / "video4linux", tmp_path / "dev") == []


def test_the_list_is_quick_and_leaves_nothing_open(kernel: Kernel) -> None:
    for number in range(8):
        kernel.plug(number, WEBCAM)
    before = len(list(Path("/proc/self/fd").iterdir()))
    start = time.perf_counter()
    assert len(listed(kernel)) == 8
    assert time.perf_counter() - start < 0.05
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_device_that_streams_to_somebody_else_is_busy(kernel: Kernel) -> None:
    kernel.plug(0, WEBCAM)
    kernel.plug(1, WEBCAM._replace(streams=True))
    assert not is_busy(kernel.devices / "video0", kernel.ask)
    assert is_busy(kernel.devices / "video1", kernel.ask)
    assert not is_busy(kernel.devices / "video2", kernel.ask)


def test_the_flags_of_the_node_count_not_those_of_the_whole_device(kernel: Kernel) -> None:
    kernel.plug(1, Driver("Integrated Webcam", can=METADATA))
    assert not query(kernel.devices / "video1", kernel.ask).captures
