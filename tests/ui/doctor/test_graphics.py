"""Graphics cards of every maker, and what NVIDIA's driver says."""

from pathlib import Path

from engines.nvidia.graphics_cards import Card
from puppet.errors import EngineError
from tests.ui.doctor.machines import CARD, H100, RTX_3060, graphics, refuse
from ui.doctor.graphics import look_at_graphics, other_cards


def test_gpu_that_answers_is_told_with_chip_and_memory() -> None:
    found = graphics(RTX_3060, cards=[Card("NVIDIA GeForce RTX 3060", "0000:01:00.0", "nvidia 580.95")])
    assert found.cards == ["NVIDIA GeForce RTX 3060, driver nvidia 580.95"]
    assert (found.cuda, found.binding, found.trouble) == ("13.0", "cuda-python 13.4.4", "")
    (gpu,) = found.gpus
    assert (gpu.name, gpu.chip, gpu.memory) == ("NVIDIA GeForce RTX 3060", "sm_86", 12 * 2**30)
    assert "28 multiprocessors at 1.78 GHz" in gpu.description


def test_card_without_a_driver_keeps_the_reason_and_the_fix() -> None:
    found = graphics(cards=[CARD], error=EngineError("No driver answers.", "Install it."))
    assert found.cards == ["an NVIDIA card (device 2504), driver nouveau"]
    assert found.gpus == []
    assert (found.trouble, found.fix) == ("No driver answers.", "Install it.")


def test_what_the_driver_said_before_it_failed_is_kept() -> None:
    found = look_at_graphics(
        platform="win32", cards=list, binding=lambda: "pycuda 2026.1", gpus=lambda: [H100], cuda_version=refuse(EngineError("It hangs."))
    )
    assert found.binding == "pycuda 2026.1"
    assert [gpu.chip for gpu in found.gpus] == ["sm_90"]
    assert found.trouble == "It hangs."


def test_driver_that_fails_in_its_own_way_is_told() -> None:
    found = look_at_graphics(
        platform="win32", cards=refuse(OSError("no bus")), binding=refuse(SystemError("error return without exception set"))
    )
    assert found.unknown == {"cards": "OSError: no bus"}
    assert found.trouble == "SystemError: error return without exception set"


def test_cards_of_other_makers_and_the_driver_of_linux(tmp_path: Path) -> None:
    for place, kind, maker, device in (
        ("00", "0x030000", "0x8086", "0x9a49"),
        ("01", "0x030200", "0x10de", "0x2504"),
        ("02", "0x020000", "0x8086", "0x1"),
    ):
        folder = tmp_path / f"sys/bus/pci/devices/0000:{place}:00.0"
        folder.mkdir(parents=True)
        for name, value in (("class", kind), ("vendor", maker), ("device", device)):
            (folder / name).write_text(f"{value}\n")
    (tmp_path / "sys/bus/pci/drivers/i915").mkdir(parents=True)
    (tmp_path / "sys/bus/pci/devices/0000:00:00.0/driver").symlink_to(tmp_path / "sys/bus/pci/drivers/i915")
    (tmp_path / "sys/module/nvidia").mkdir(parents=True)
    (tmp_path / "sys/module/nvidia/version").write_text("580.95.05\n")
    assert other_cards(tmp_path) == ["Intel device 9a49, i915"]
    found = look_at_graphics(platform="linux", root=tmp_path, cards=list, binding=refuse(EngineError("None.")))
    assert found.driver == "580.95.05"


def test_this_computer_answers() -> None:
    found = look_at_graphics()
    assert found.unknown == {}
    assert found.gpus or found.trouble
