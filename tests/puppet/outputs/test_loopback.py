"""Linux's virtual cameras as /sys and the driver tell of them, played back: which there are, and the healing of one that takes nothing."""

import errno
import struct
import sys
from pathlib import Path

import pytest

from puppet.errors import OutputError
from puppet.outputs.loopback import LoopbackDevice, advice, choose_devices, heal, list_loopback_devices

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="v4l2loopback is Linux's")

CAPTURE, OUTPUT, TOLD = 0x1, 0x2, 0x80000000
QUERY, STREAM_ON = 0x80685600, 0x40045612


class Kernel:
    """Answers for devices by the capabilities given, as v4l2loopback does."""

    def __init__(self, folder: Path, flags: dict[int, int], others: tuple[int, ...] = ()) -> None:
        self.folder, self.devices = folder / "sys", folder / "dev"
        self.flags = flags
        self.streamed: list[int] = []
        self.devices.mkdir()
        for number in (*flags, *others):
            about = self.folder / f"video{number}"
            about.mkdir(parents=True)
            (about / "name").write_text(f"Camera {number}\n")
            (self.devices / f"video{number}").touch()
        for number in flags:
            (self.folder / f"video{number}" / "max_openers").write_text("10\n")

    def ask(self, device: int, request: int, data: bytearray) -> None:
        number = int(Path(f"/proc/self/fd/{device}").readlink().name[5:])
        if request == QUERY:
            struct.pack_into(
                "=16s32s32sIII", data, 0, b"v4l2 loopback", b"Camera", b"platform:v4l2loopback-000", 0, TOLD, self.flags[number]
            )
        elif request == STREAM_ON:
            assert data == struct.pack("=i", 2)
            self.streamed.append(number)
            raise OSError(errno.EINVAL, "nobody reads")

    def listed(self) -> list[LoopbackDevice]:
        return list_loopback_devices(self.folder, self.devices, self.ask)


def test_only_virtual_cameras_are_listed_in_order(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path, {10: OUTPUT, 2: OUTPUT | CAPTURE, 11: CAPTURE, 12: 0}, others=(0, 1))
    devices = kernel.listed()
    assert [device.path.name for device in devices] == ["video2", "video10", "video11", "video12"]
    assert [device.name for device in devices] == ["Camera 2", "Camera 10", "Camera 11", "Camera 12"]
    assert [device.takes for device in devices] == [True, True, False, False]
    assert [device.exclusive for device in devices] == [False, True, True, True]
    assert all(device.writable for device in devices)
    assert kernel.streamed == []


def test_without_the_module_there_is_none(tmp_path: Path) -> None:
    assert list_loopback_devices(tmp_path / "absent", tmp_path) == []


def test_a_device_that_may_not_be_opened_is_listed_but_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel(tmp_path, {3: OUTPUT})

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("puppet.outputs.loopback.os.access", lambda *_: False)
    with monkeypatch.context() as patch:
        patch.setattr("os.open", refuse)
        (device,) = kernel.listed()
    assert (device.writable, device.exclusive) == (False, None)
    with pytest.raises(OutputError, match=r"Camera 3 \(.*video3\) may not be written to by you") as caught:
        choose_devices("", [device])
    assert 'usermod -a -G video "$USER"' in caught.value.hint


def device(number: int, **facts: bool) -> LoopbackDevice:
    about: dict[str, bool] = {"writable": True, "takes": True, "exclusive": True} | facts
    return LoopbackDevice(Path(f"/dev/video{number}"), f"Camera {number}", **about)


def test_what_takes_pictures_is_tried_first() -> None:
    devices = [device(1, takes=False), device(2, writable=False), device(3), device(4)]
    assert [each.path.name for each in choose_devices("", devices)] == ["video3", "video4", "video1"]
    assert choose_devices("Camera 4", devices) == [devices[3]]
    with pytest.raises(OutputError, match="There is no virtual camera Puppet") as caught:
        choose_devices("Puppet", devices)
    assert "Camera 3 (/dev/video3)" in caught.value.hint


def test_healing_begins_a_stream_and_leaves(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path, {5: 0})
    heal(kernel.devices / "video5", kernel.ask)
    assert kernel.streamed == [5]
    heal(kernel.devices / "video6", kernel.ask)  # none: opening it will tell
    assert kernel.streamed == [5]


def test_advice_is_given_only_where_other_programs_see_nothing() -> None:
    assert advice(device(1)) == ""
    assert "exclusive_caps=1" in advice(device(1, exclusive=False))
    assert advice(device(1)._replace(exclusive=None)) == ""
