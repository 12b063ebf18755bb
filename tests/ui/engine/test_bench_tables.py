"""The tables of a bench, at the widths of terminals."""

from collections.abc import Sequence
from io import StringIO

import pytest
from rich.console import Console

from engines.building.engine_store import Verdict
from engines.measuring.figures import Bench, Difference, EngineFigures, Figures, StageFigures
from engines.measuring.floor import GraphFloor
from engines.measuring.lanes import STAGES
from engines.measuring.memory import Memory
from engines.measuring.peaks import Peak
from ui.engine.bench_tables import bench_tables, megabytes, milliseconds


def engine(name: str, *, ratio: float, on_gpu: int | None = None, passed: bool = True) -> EngineFigures:
    stages = [
        StageFigures(name=stage, p50=12.3456, p95=23.4, p99=123.4, runs=9, ratio=ratio, floor=0.5, above_floor=24.7) for stage in STAGES
    ]
    floor = GraphFloor(
        graph="animate.onnx",
        precision="f16",
        multiply_adds=1_263_000_000,
        operations=2,
        bytes=5_900_000,
        computing=0.5,
        moving=0.1,
        floor=0.5,
    )
    return EngineFigures(
        name=name,
        engine=name.split(maxsplit=1)[0],
        device=f"{name} [of a kind]",
        precision={},
        opening=1234.5,
        memory=Memory(resident=123_000_000, device=on_gpu),
        frames_per_second=61.2,
        stages=stages,
        difference=Difference(mean=0.1234, largest=7, points=0.0123),
        verdict=Verdict(points=1.1e-6, psnr=55.2, passed=passed, reason="" if passed else "it draws black"),
        floors=[floor],
    )


def shown(engines: Sequence[EngineFigures], width: int = 80) -> list[str]:
    found = Bench(
        model="toy",
        side=256,
        engines=list(engines),
        peaks=[Peak(device="processor", operations={"f32": 2e11}, bandwidth=2e10, source="measured")],
        faces=[Figures(name="find", p50=9, p95=9, p99=9, runs=3)],
        remarks=["No floor on NPU [0]: its peak is not known."],
    )
    console = Console(width=width, file=StringIO())
    with console.capture() as captured:
        console.print(bench_tables(found), highlight=False)
    return captured.get().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_every_row_stays_on_one_line(width: int) -> None:
    lines = shown([engine("tensorrt-rtx CUDA:0 f16", ratio=1.0, on_gpu=456_000_000), engine("onnxruntime CPU f32", ratio=19.53)], width)
    assert all(len(line) <= width for line in lines)
    rows = [line.split() for line in lines]
    assert ["tensorrt-rtx", "CUDA:0", "f16", "12.35", "23.40", "123", "1.00", "0.500", "24.7"] in rows
    assert ["onnxruntime", "CPU", "f32", "12.35", "23.40", "123", "19.53", "0.500", "24.7"] in rows
    assert ["tensorrt-rtx", "CUDA:0", "f16", "61.2", "1234", "123", "456"] in rows
    assert ["onnxruntime", "CPU", "f32", "0.123", "7", "0.012", "1.1e-06", "55.2", "yes"] in rows
    assert ["animate.onnx", "f16", "1263", "M", "5.9", "0.500", "0.100"] in rows


def test_what_is_in_brackets_is_no_markup() -> None:
    text = " ".join(" ".join(shown([engine("openvino CPU bf16", ratio=1.0)])).split())
    assert "runs on openvino CPU bf16 [of a kind]." in text
    assert "No floor on NPU [0]" in text


def test_the_gate_s_no_is_shown() -> None:
    rows = [line.split() for line in shown([engine("openvino CPU bf16", ratio=1.0, passed=False)])]
    assert ["openvino", "CPU", "bf16", "first", "1.1e-06", "55.2", "no"] in rows


def test_figures_keep_the_digits_that_count() -> None:
    assert [milliseconds(value) for value in (0.01234, 1.234, 12.34, 123.4)] == ["0.012", "1.23", "12.34", "123"]
    assert [megabytes(value) for value in (None, 1_500_000, -2_000_000)] == ["-", "2", "-2"]
