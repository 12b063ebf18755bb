"""The processor and the memory as Linux tells of them."""

import sys
from pathlib import Path

import pytest

from engines.choosing.processor_name import processor_name
from ui.doctor.processor import core_words, instructions, memory

CPUINFO = """processor\t: 0
model name\t: AMD Ryzen 7 7840U
flags\t\t: fpu sse avx2 avx512f avx512_bf16 avx512_vnni
physical id\t: 0
core id\t\t: 0

processor\t: 1
model name\t: AMD Ryzen 7 7840U
physical id\t: 0
core id\t\t: 0
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text(CPUINFO)
    (tmp_path / "proc/meminfo").write_text("MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:    8000000 kB\n")
    return tmp_path


def test_processor_of_linux(root: Path) -> None:
    assert processor_name("linux", root) == "AMD Ryzen 7 7840U"
    assert instructions("linux", root) == ["AVX2", "AVX-512", "AVX512-VNNI", "AVX512-BF16"]
    assert memory("linux", root) == (16_384_000_000, 8_192_000_000)


def test_arm_processor_without_a_name(root: Path) -> None:
    (root / "proc/cpuinfo").write_text("processor : 0\nFeatures : fp asimd i8mm bf16\n")
    assert "not named by the system" in processor_name("linux", root)
    assert instructions("linux", root) == ["NEON", "BF16", "I8MM"]


def test_cores_that_puppet_may_not_use_are_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert core_words("linux", root) == "1 core, 8 threads, of which Puppet may use 2"
    assert core_words("darwin", root) == "8 threads"


def test_this_computer_answers() -> None:
    assert processor_name()
    assert memory()[0] > 2**28
    assert sys.platform != "linux" or core_words()
