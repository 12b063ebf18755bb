"""What a device could do at best: a GPU's figures against those that NVIDIA prints, and a processor's as measured here."""

import numpy as np
import pytest

from engines.cuda import Gpu
from engines.engine import Precision
from engines.measuring import peaks
from engines.measuring.peaks import RATES, gpu_peak, processor_peak
from puppet.errors import EngineError


def gpu(name: str, capability: tuple[int, int], multiprocessors: int, clock: float, *memory: float) -> Gpu:
    """A card; `memory` is its clock, Hz, and its bus, bits."""
    memory_clock, memory_bus = memory
    return Gpu(0, name, capability, 8 * 2**30, multiprocessors, clock, memory_clock, int(memory_bus))


@pytest.mark.parametrize(
    ("card", "f32", "f16", "i8", "bandwidth"),
    [
        # Printed in the whitepapers of each architecture: TFLOPS, TFLOPS and TOPS of tensor cores without sparsity, GB/s.
        (gpu("NVIDIA GeForce RTX 2080 Ti", (7, 5), 68, 1.635e9, 7.0e9, 352), 14.2, 113.8, 227.7, 616),
        (gpu("NVIDIA A100-SXM4-40GB", (8, 0), 108, 1.41e9, 1.215e9, 5120), 19.5, 312, 624, 1555),
        (gpu("NVIDIA GeForce RTX 3090", (8, 6), 82, 1.695e9, 9.751e9, 384), 35.6, 142, 284, 936),
        (gpu("NVIDIA GeForce RTX 4090", (8, 9), 128, 2.52e9, 10.501e9, 384), 82.6, 330.3, 660.6, 1008),
        (gpu("NVIDIA H100 80GB HBM3", (9, 0), 132, 1.83e9, 2.619e9, 5120), 61.8, 989.4, 1978.9, 3352),
        (gpu("NVIDIA GeForce RTX 5090", (12, 0), 170, 2.407e9, 14.001e9, 512), 104.8, 419, 838, 1792),
    ],
)
def test_computed_peaks_are_those_printed(card: Gpu, f32: float, f16: float, i8: float, bandwidth: float) -> None:
    peak = gpu_peak(card)
    assert peak is not None
    assert peak.device == card.name
    found = [peak.operations[precision] / 1e12 for precision in ("f32", "f16", "i8")]
    assert np.allclose([*found, peak.bandwidth / 1e9], [f32, f16, i8, bandwidth], rtol=0.01)


def test_unknown_chip_has_no_figure() -> None:
    assert gpu_peak(gpu("NVIDIA Something New", (99, 0), 100, 2e9, 10e9, 256)) is None


def test_cards_without_tensor_cores_get_no_credit_for_them() -> None:
    bare = gpu_peak(gpu("NVIDIA GeForce GTX 1660", (7, 5), 22, 1.785e9, 4.001e9, 192))
    assert bare is not None
    assert bare.operations["f16"] == 2 * bare.operations["f32"] < RATES[7, 5].f16 * 22 * 1.785e9


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measures with less, for the figures themselves don't matter."""
    monkeypatch.setattr(peaks, "RUNS", 1)
    monkeypatch.setattr(peaks, "LEAST", 0.0)
    monkeypatch.setattr(peaks, "COPIED", 2**20)
    monkeypatch.setattr(peaks, "MATRIX", 8)  # so small that it can't be the faster one


def test_processor_is_measured(quick: None) -> None:
    wanted: tuple[Precision, ...] = ("f32", "i8")
    peak = processor_peak(wanted)
    assert list(peak.operations) == ["f32"], "no CPU computes in int8 when asked to: that is left out, not guessed"
    assert 1e8 < peak.operations["f32"] < 1e14
    assert 1e7 < peak.bandwidth < 1e13
    assert "OpenVINO" in peak.source and "matrices" not in peak.source


def test_the_faster_kernel_counts(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "_multiplying", lambda: 1e15)
    only: tuple[Precision, ...] = ("f32",)
    peak = processor_peak(only)
    assert peak.operations == {"f32": 1e15}
    assert "a product of matrices by NumPy" in peak.source
    one_thread = processor_peak(only, threads=1)
    assert one_thread.operations["f32"] < 1e15, "NumPy takes all cores, whatever the engines were allowed"


def test_without_openvino_numpy_alone_measures(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> float:
        raise EngineError("OpenVINO is not installed.")

    monkeypatch.setattr(peaks, "_convolving", absent)
    peak = processor_peak(("f32", "bf16"))
    assert list(peak.operations) == ["f32"]
    assert "OpenVINO" not in peak.source
