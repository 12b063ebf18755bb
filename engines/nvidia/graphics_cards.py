"""NVIDIA cards as the operating system sees them, driver or not, and what to install so that CUDA can use them."""

import ctypes
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

NVIDIA = "0x10de"
"""NVIDIA's number among makers of PCI devices."""

_INSTALL = {
    "ubuntu": "sudo ubuntu-drivers install",
    "debian": "sudo apt install nvidia-driver (from non-free)",
    "fedora": "sudo dnf install akmod-nvidia xorg-x11-drv-nvidia-cuda (from RPM Fusion)",
    "arch": "sudo pacman -S nvidia-open",
    "suse": "sudo zypper install nvidia-open-driver-G06-signed-kmp-default nvidia-compute-utils-G06",
}
"""How each distribution, or the one it comes from, brings NVIDIA's driver."""


class Card(NamedTuple):
    """One card: what it is called, where it is plugged in, and what drives it now, such as "nvidia 580.95.05" ("": nothing does)."""

    name: str
    bus: str
    driver: str


def ask_windows() -> str:
    """Windows' own list of graphics cards as JSON, "" when it can't be had. Takes about a second."""
    listing = "Get-CimInstance Win32_VideoController | Select-Object Name,PNPDeviceID,DriverVersion | ConvertTo-Json"
    command = ["powershell", "-NoProfile", "-NonInteractive", "-Command", listing]
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def find_cards(root: Path = Path("/"), platform: str = sys.platform, ask: Callable[[], str] = ask_windows) -> tuple[Card, ...]:
    """Every NVIDIA card in this computer, by where it is plugged in; none on macOS, nor in Linux within Windows."""
    if platform == "win32":
        return _windows_cards(ask())
    return _linux_cards(root) if platform == "linux" else ()


def ask_nvml(platform: str = sys.platform) -> str:
    """The driver's number by NVIDIA's management library, which comes with the driver; "" without it. Takes milliseconds."""
    try:
        library = ctypes.CDLL("nvml.dll" if platform == "win32" else "libnvidia-ml.so.1")
        if library.nvmlInit_v2():
            return ""
        words = ctypes.create_string_buffer(80)
        failed = library.nvmlSystemGetDriverVersion(words, ctypes.c_uint(len(words)))
        library.nvmlShutdown()
    except (OSError, AttributeError):  # there is none, or none that we know
        return ""
    return "" if failed else words.value.decode("ascii", "replace")


@cache
def driver_number(root: Path = Path("/"), platform: str = sys.platform, ask: Callable[[], str] = ask_nvml) -> str:
    """The number of NVIDIA's driver, such as 580.95.05; "" where it can't be told. Asked for once: it lasts until the computer restarts."""
    told = _read(root / "sys/module/nvidia/version") if platform == "linux" else ""  # not there in Linux within Windows
    return told or ("" if platform == "darwin" else ask())


def card_words(cards: Sequence[Card]) -> str:
    """The cards in words: "NVIDIA GeForce RTX 3060 (nvidia 535.183.01)"; "" without any."""
    return " and ".join(f"{card.name} ({card.driver})" if card.driver else card.name for card in cards)


def driver_hint(cards: Sequence[Card], first: str = "580", root: Path = Path("/"), platform: str = sys.platform) -> str:
    """What to install here so that CUDA finds a driver, which is to be `first` or later."""
    if platform == "darwin":
        return "There is no CUDA on macOS: choose another engine: puppet-engine list"
    if platform == "linux" and "microsoft" in _read(root / "proc/version").lower():
        return f"Install NVIDIA's driver {first} or later in Windows, not in Linux, then run: wsl --shutdown"
    if not cards:
        return "Without an NVIDIA card choose another engine: puppet-engine list"
    if platform == "win32":
        return f"Install driver {first} or later from nvidia.com/drivers and restart the computer."
    return _linux_hint(cards, first, root)


def _linux_hint(cards: Sequence[Card], first: str, root: Path) -> str:
    install = _INSTALL.get(_distribution(root), "NVIDIA's driver by your distribution's own means")
    if any(card.driver.startswith("nvidia") for card in cards):
        return (
            f"The kernel has NVIDIA's driver. If it is older than {first}, bring a newer one: {install}. If only libcuda.so.1 is missing, "
            "install its package (Debian: libcuda1, Ubuntu: libnvidia-compute); a container is handed it with: docker run --gpus all"
        )
    nouveau = "nouveau, which drives the card now, has no CUDA. " if any(card.driver == "nouveau" for card in cards) else ""
    return f"{nouveau}Install NVIDIA's driver {first} or later and restart the computer: {install}"


def _distribution(root: Path) -> str:
    """Which of those in `_INSTALL` this is or comes from; "" for any other."""
    lines = (line.partition("=") for line in _read(root / "etc/os-release").splitlines())
    facts = {name: value.strip('"') for name, _, value in lines}
    for word in f"{facts.get('ID', '')} {facts.get('ID_LIKE', '')}".split():
        for name in _INSTALL:
            if name in word:  # opensuse-leap, rhel's relatives name fedora
                return name
    return ""


def _linux_cards(root: Path) -> tuple[Card, ...]:
    version = _read(root / "sys/module/nvidia/version")
    cards = []
    for device in sorted((root / "sys/bus/pci/devices").glob("*")):
        if _read(device / "vendor") != NVIDIA or not _read(device / "class").startswith("0x03"):  # display, with or without outputs
            continue
        driver = (device / "driver").resolve().name if (device / "driver").exists() else ""
        told = f"{driver} {version}".strip() if driver == "nvidia" else driver
        cards.append(Card(_linux_name(root, device), device.name, told))
    return tuple(cards)


def _linux_name(root: Path, device: Path) -> str:
    """The name that NVIDIA's kernel driver tells, else the card's number."""
    for line in _read(root / "proc/driver/nvidia/gpus" / device.name / "information").splitlines():
        label, _, name = line.partition(":")
        if label.strip() == "Model" and name.strip():
            return name.strip()
    return f"an NVIDIA card (device {_read(device / 'device').removeprefix('0x')})"


def _windows_cards(listing: str) -> tuple[Card, ...]:
    try:
        found = json.loads(listing)
    except ValueError:
        return ()
    cards = []
    for each in found if isinstance(found, list) else [found]:  # one card comes without a list around it
        identity = str(each.get("PNPDeviceID") or "").upper()
        if "VEN_10DE" not in identity:
            continue
        name, version = str(each.get("Name") or ""), str(each.get("DriverVersion") or "")
        device = identity.partition("DEV_")[2][:4].lower()
        if "NVIDIA" in name.upper():
            cards.append(Card(name, identity, f"nvidia {_nvidia_version(version)}".strip()))
        else:  # Windows' own driver, which knows no names: "Microsoft Basic Display Adapter"
            cards.append(Card(f"an NVIDIA card (device {device})", identity, ""))
    return tuple(cards)


def _nvidia_version(version: str) -> str:
    """NVIDIA's number of a driver, which Windows hides in the last five digits of its own: 32.0.15.8088 is 580.88."""
    digits = version.replace(".", "")[-5:]
    return f"{digits[:3]}.{digits[3:]}" if len(digits) == 5 and digits.isdigit() else ""


def _read(path: Path) -> str:
    """What a small file of the kernel says; "" when there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
