"""NVIDIA cards as Linux and Windows show them, and what a person is told to install."""

import ctypes
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from engines.nvidia.graphics_cards import Card, ask_nvml, card_words, driver_hint, driver_number, find_cards

RTX = Card("NVIDIA GeForce RTX 3060", "0000:01:00.0", "nvidia 535.183.01")
BARE = Card("an NVIDIA card (device 2504)", "0000:01:00.0", "")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def plug_in(root: Path, bus: str, *, vendor: str = "0x10de", kind: str = "0x030000", device: str = "0x2504", driver: str = "") -> None:
    """What Linux shows of one PCI device."""
    folder = root / "sys/bus/pci/devices" / bus
    for name, text in (("vendor", vendor), ("class", kind), ("device", device)):
        write(folder / name, f"{text}\n")
    if driver:
        (root / "sys/bus/pci/drivers" / driver).mkdir(parents=True, exist_ok=True)
        (folder / "driver").symlink_to(root / "sys/bus/pci/drivers" / driver)


def name_it(root: Path, bus: str, name: str) -> None:
    """What NVIDIA's kernel driver shows of a card."""
    write(root / "proc/driver/nvidia/gpus" / bus / "information", f"Model: \t\t {name}\nIRQ:   \t\t 141\nGPU UUID: \t GPU-1\n")


def test_linux_shows_cards_with_no_driver_at_all(tmp_path: Path) -> None:
    plug_in(tmp_path, "0000:01:00.0")
    plug_in(tmp_path, "0000:01:00.1", kind="0x040300")  # its sound
    plug_in(tmp_path, "0000:00:02.0", vendor="0x8086")  # another maker's
    assert find_cards(tmp_path, "linux") == (BARE,)


def test_linux_tells_name_and_driver_where_nvidias_runs(tmp_path: Path) -> None:
    plug_in(tmp_path, "0000:01:00.0", driver="nvidia")
    plug_in(tmp_path, "0000:41:00.0", driver="nvidia", kind="0x030200", device="0x20b0")  # one without outputs
    name_it(tmp_path, "0000:01:00.0", "NVIDIA GeForce RTX 3060")
    write(tmp_path / "sys/module/nvidia/version", "535.183.01\n")
    assert find_cards(tmp_path, "linux") == (RTX, Card("an NVIDIA card (device 20b0)", "0000:41:00.0", "nvidia 535.183.01"))


def test_linux_tells_another_driver(tmp_path: Path) -> None:
    plug_in(tmp_path, "0000:01:00.0", driver="nouveau")
    assert find_cards(tmp_path, "linux")[0].driver == "nouveau"


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_nothing_is_found_where_nothing_is(tmp_path: Path, platform: str) -> None:
    assert find_cards(tmp_path, platform) == ()


def test_windows_tells_name_and_nvidias_own_number_of_the_driver(tmp_path: Path) -> None:
    listing = [
        {"Name": "NVIDIA GeForce RTX 3060", "PNPDeviceID": r"PCI\VEN_10DE&DEV_2504&SUBSYS_1&REV_A1\4&2", "DriverVersion": "32.0.15.8088"},
        {"Name": "Intel(R) UHD Graphics", "PNPDeviceID": r"PCI\VEN_8086&DEV_9BC5", "DriverVersion": "31.0.101.2111"},
        {"Name": None, "PNPDeviceID": None, "DriverVersion": None},
    ]
    (card,) = find_cards(tmp_path, "win32", lambda: json.dumps(listing))
    assert (card.name, card.driver) == ("NVIDIA GeForce RTX 3060", "nvidia 580.88")
    assert card.bus.startswith(r"PCI\VEN_10DE&DEV_2504")


def test_windows_shows_a_card_under_its_own_driver(tmp_path: Path) -> None:
    alone = {"Name": "Microsoft Basic Display Adapter", "PNPDeviceID": r"PCI\VEN_10DE&DEV_2504&SUBSYS_1", "DriverVersion": "10.0.1"}
    assert find_cards(tmp_path, "win32", lambda: json.dumps(alone)) == (Card(BARE.name, alone["PNPDeviceID"], ""),)


@pytest.mark.parametrize("answer", ["", "Get-CimInstance : Access denied"])
def test_windows_that_does_not_answer_shows_none(tmp_path: Path, answer: str) -> None:
    assert find_cards(tmp_path, "win32", lambda: answer) == ()


def test_cards_in_words() -> None:
    assert card_words([RTX, BARE]) == "NVIDIA GeForce RTX 3060 (nvidia 535.183.01) and an NVIDIA card (device 2504)"
    assert card_words([]) == ""


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ("ID=ubuntu\nID_LIKE=debian\n", "sudo ubuntu-drivers install"),
        ("ID=linuxmint\nID_LIKE=ubuntu\n", "sudo ubuntu-drivers install"),
        ("ID=debian\n", "sudo apt install nvidia-driver"),
        ("ID=fedora\n", "akmod-nvidia"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "zypper"),
        ("ID=gentoo\n", "your distribution's own means"),
        ("", "your distribution's own means"),
    ],
)
def test_linux_is_told_its_own_way_to_a_driver(tmp_path: Path, release: str, said: str) -> None:
    write(tmp_path / "etc/os-release", release)
    hint = driver_hint([BARE], "580", tmp_path, "linux")
    assert said in hint
    assert "driver 580 or later" in hint


def test_linux_is_told_what_nouveau_lacks(tmp_path: Path) -> None:
    assert driver_hint([BARE._replace(driver="nouveau")], "580", tmp_path, "linux").startswith("nouveau, which drives the card now")


def test_linux_with_the_kernel_part_alone_is_told_the_rest(tmp_path: Path) -> None:
    hint = driver_hint([RTX], "580", tmp_path, "linux")
    assert "libcuda1" in hint
    assert "--gpus all" in hint


def test_linux_within_windows_is_sent_to_windows(tmp_path: Path) -> None:
    write(tmp_path / "proc/version", "Linux version 5.15.167.4-microsoft-standard-WSL2 (root@1) #1 SMP\n")
    assert "in Windows, not in Linux" in driver_hint([], "580", tmp_path, "linux")


@pytest.mark.parametrize(
    ("platform", "cards", "said"),
    [
        ("win32", [RTX], "Install driver 580 or later from nvidia.com/drivers"),
        ("win32", [], "Without an NVIDIA card"),
        ("linux", [], "Without an NVIDIA card"),
        ("darwin", [], "no CUDA on macOS"),
    ],
)
def test_every_platform_is_told_what_to_do(tmp_path: Path, platform: str, cards: list[Card], said: str) -> None:
    assert said in driver_hint(cards, "580", tmp_path, platform)


def test_the_drivers_number_is_told_by_the_kernel_else_by_nvml(tmp_path: Path) -> None:
    assert driver_number(tmp_path / "bare", "linux", lambda: "581.15") == "581.15", "as in Linux within Windows"
    write(tmp_path / "sys/module/nvidia/version", "580.95.05\n")
    assert driver_number(tmp_path, "linux", lambda: "581.15") == "580.95.05"
    assert driver_number(tmp_path, "win32", lambda: "581.15") == "581.15"
    assert driver_number(tmp_path, "darwin", lambda: "581.15") == ""


def test_nvml_that_is_absent_or_fails_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_number(words: "ctypes.Array[ctypes.c_char]", size: ctypes.c_uint) -> int:
        assert size.value == len(words) == 80
        words.value = b"580.95.05"
        return 0

    def absent(_name: str) -> object:
        raise OSError("libnvidia-ml.so.1: cannot open shared object file")

    library = SimpleNamespace(nvmlInit_v2=lambda: 0, nvmlSystemGetDriverVersion=write_number, nvmlShutdown=lambda: 0)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    assert ask_nvml("linux") == "580.95.05"
    library.nvmlInit_v2 = lambda: 9
    assert ask_nvml("linux") == ""
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    assert ask_nvml("linux") == ""
    monkeypatch.setattr(ctypes, "CDLL", absent)
    assert ask_nvml("linux") == ""
