"""Graphics cards: what lies in the machine, and what NVIDIA's driver says of its own."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ui.doctor.part import gather, reason_of
from ui.doctor.report import Gpu, Graphics

if TYPE_CHECKING:
    from engines import cuda
    from engines.nvidia.graphics_cards import Card

MAKERS = {
    "0x8086": "Intel",
    "0x1002": "AMD",
    "0x106b": "Apple",
    "0x1af4": "virtio",
    "0x15ad": "VMware",
    "0x1234": "QEMU",
    "0x1414": "Microsoft",
}
"""Makers of graphics devices other than NVIDIA, by their number on the PCI bus."""

NVIDIA = "0x10de"
DISPLAY_CLASS = "0x03"


def look_at_graphics(
    *,
    platform: str = sys.platform,
    root: Path = Path("/"),
    cards: "Callable[[], Sequence[Card]] | None" = None,
    binding: Callable[[], str] | None = None,
    cuda_version: Callable[[], str] | None = None,
    gpus: "Callable[[], Sequence[cuda.Gpu]] | None" = None,
) -> Graphics:
    """Cards, driver and GPUs. The last four are those of `engines.nvidia.graphics_cards` and `engines.cuda` where they are left out."""
    found = gather(
        Graphics,
        cards=lambda: [_card_words(card) for card in (cards or _find_cards)()],
        others=lambda: other_cards(root) if platform == "linux" else [],
        driver=lambda: _driver_release(root) if platform == "linux" else "",
    )
    facts: dict[str, object] = {}
    try:
        facts["binding"] = (binding or _binding)()
        facts["gpus"] = [_gpu_fact(gpu) for gpu in (gpus or _gpus)()]
        facts["cuda"] = (cuda_version or _cuda_version)()
    except Exception as error:  # no binding, no driver, one too old or no GPU; or what the binding itself raises
        facts |= {"trouble": reason_of(error), "fix": getattr(error, "hint", "")}
    return found.model_copy(update=facts)


def other_cards(root: Path) -> list[str]:
    """Graphics devices of other makers, by what Linux knows of the PCI bus."""
    found = []
    for device in sorted((root / "sys/bus/pci/devices").glob("*")):
        kind, maker, number = (_line(device / name) for name in ("class", "vendor", "device"))
        if kind.startswith(DISPLAY_CLASS) and maker != NVIDIA:
            driver = (device / "driver").resolve().name if (device / "driver").exists() else "no driver"
            found.append(f"{MAKERS.get(maker, f'maker {maker[2:]}')} device {number[2:]}, {driver}")
    return found


def _find_cards() -> "Sequence[Card]":
    from engines.nvidia.graphics_cards import find_cards  # noqa: PLC0415  the engines load only here

    return find_cards()


def _binding() -> str:
    from engines import cuda  # noqa: PLC0415

    return cuda.binding()


def _cuda_version() -> str:
    from engines import cuda  # noqa: PLC0415

    return cuda.driver_version()


def _gpus() -> "Sequence[cuda.Gpu]":
    from engines import cuda  # noqa: PLC0415

    return cuda.gpus()


def _card_words(card: "Card") -> str:
    return f"{card.name}, {f'driver {card.driver}' if card.driver else 'no driver'}"


def _gpu_fact(gpu: "cuda.Gpu") -> Gpu:
    detail = f"{gpu.multiprocessors} multiprocessors at {gpu.clock / 1e9:.2f} GHz, memory of {gpu.memory_bus} bits"
    return Gpu(name=gpu.name, chip=gpu.chip, memory=gpu.memory, description=detail)


def _driver_release(root: Path) -> str:
    """The version of NVIDIA's kernel module that is loaded; empty where none is."""
    return _line(root / "sys/module/nvidia/version")


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
