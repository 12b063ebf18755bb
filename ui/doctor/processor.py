"""The processor and the memory, as each system tells of them."""

import os
import re
import sys
from pathlib import Path

from engines.choosing.processor_name import ROOT, ask_sysctl, read_fields

INSTRUCTIONS = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "AVX512-VNNI",
    "avx_vnni": "AVX-VNNI",
    "avx512_bf16": "AVX512-BF16",
    "avx512_fp16": "AVX512-FP16",
    "amx_bf16": "AMX-BF16",
    "amx_int8": "AMX-INT8",
    "asimd": "NEON",
    "bf16": "BF16",
    "i8mm": "I8MM",
    "sve": "SVE",
}
"""What networks gain from, by Linux's name for it."""


def core_words(platform: str = sys.platform, root: Path = ROOT) -> str:
    """How many there are, and how many of them Puppet may use."""
    threads = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if platform == "linux" else threads
    words = f"{threads} threads" if threads != 1 else "1 thread"
    if platform == "linux" and (cores := _cores(root / "proc" / "cpuinfo")):
        words = f"{cores} core{'s' if cores != 1 else ''}, {words}"
    return words if usable == threads else f"{words}, of which Puppet may use {usable}"


def instructions(platform: str = sys.platform, root: Path = ROOT) -> list[str]:
    """What of use to networks the processor knows. Linux alone tells: elsewhere nothing."""
    if platform != "linux":
        return []
    told = read_fields(root / "proc" / "cpuinfo")
    flags = set((told.get("flags") or told.get("Features") or "").split())
    return [words for flag, words in INSTRUCTIONS.items() if flag in flags]


def memory(platform: str = sys.platform, root: Path = ROOT) -> tuple[int, int]:
    """All of it and what is free for programs, bytes; macOS tells of the first alone, and 0 stands for the second."""
    if platform == "win32":
        return _windows_memory()
    if platform == "darwin":
        return int(ask_sysctl("hw.memsize")), 0
    told = read_fields(root / "proc" / "meminfo")
    total, free = (int(told[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    return total, free


def _windows_memory() -> tuple[int, int]:
    import ctypes  # noqa: PLC0415  only where it is needed

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX."""

        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "page", "page_free", "virtual", "virtual_free", "extended")),
        )

    status = Status(length=ctypes.sizeof(Status))
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):  # type: ignore[attr-defined,unused-ignore]
        raise OSError("GlobalMemoryStatusEx failed")
    return int(status.total), int(status.free)


def _cores(path: Path) -> int:
    """Cores that are real ones; 0 where the file does not tell them apart."""
    text = path.read_text(encoding="utf-8", errors="replace")
    pairs = zip(
        re.findall(r"^physical id\s*: (\d+)", text, re.MULTILINE), re.findall(r"^core id\s*: (\d+)", text, re.MULTILINE), strict=False
    )
    return len(set(pairs))
