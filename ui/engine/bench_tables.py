"""What a bench found, as tables that fit a terminal of 80 columns."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from engines.measuring.figures import Bench, EngineFigures
from engines.measuring.lanes import ANIMATE, APPEARANCE, FRAME, HOST, KEYPOINTS, RETARGET

STAGES = {
    FRAME: "frame",
    KEYPOINTS: "keypoints",
    RETARGET: "retarget, NumPy",
    ANIMATE: "animate",
    HOST: "host: retarget and copies",
    APPEARANCE: "appearance, once a portrait",
}
"""The stages in the order shown."""

ALIKE = "Likeness: to the first engine on the frames raced; gate: to float32 on stored pictures, 5e-3 and 35 dB are let through."

COUNTED = (
    "Floor: operations over the peak, or weights, inputs and outputs once over the memory's bandwidth, whichever is longer. "
    "What is worked out once (shapes, fixed grids) and activations between operations are not counted."
)


def bench_tables(found: Bench) -> Group:
    """All of it: times, engines, likeness and floors."""
    parts: list[RenderableType] = [
        Text(f"{found.model}, {found.side} px", style="bold"),
        "",
        times_table(found),
        "",
        engines_table(found),
        "",
    ]
    parts += [likeness_table(found), ALIKE, ""]
    if any(each.floors for each in found.engines):
        parts += [floors_table(found), *peak_lines(found), COUNTED, ""]
    if found.faces:
        faces = ", ".join(f"{each.name} {milliseconds(each.p50)} ms (p95 {milliseconds(each.p95)})" for each in found.faces)
        parts.append(f"Face finder: {faces}.")
    parts += [f"{each.name} runs on {escape(each.device)}." for each in found.engines]
    return Group(*parts, *(escape(remark) for remark in found.remarks))


def times_table(found: Bench) -> Table:
    """Times of every stage, the engines below each other; the floor where it is known."""
    floors = any(each.floors for each in found.engines)
    table = _table("ms", "p50", "p95", "p99", "ratio", *(("floor", "x floor") if floors else ()))
    for stage, words in STAGES.items():
        table.add_row(f"[bold]{words}[/]")
        for each in found.engines:
            row = each.stage(stage)
            cells = [milliseconds(row.p50), milliseconds(row.p95), milliseconds(row.p99), f"{row.ratio:.2f}"]
            if floors:
                cells += [
                    "" if row.floor is None else milliseconds(row.floor),
                    "" if row.above_floor is None else f"{row.above_floor:.1f}",
                ]
            table.add_row(f"  {each.name}", *cells)
    return table


def engines_table(found: Bench) -> Table:
    """Speed, opening and memory, an engine a row."""
    on_gpu = any(each.memory.device is not None for each in found.engines)
    table = _table("engine", "frames/s", "opened in ms", "memory MB", *(("GPU MB",) if on_gpu else ()))
    for each in found.engines:
        cells = [f"[bold]{each.frames_per_second:.1f}[/]", f"{each.opening:.0f}", megabytes(each.memory.resident)]
        table.add_row(each.name, *cells, *((megabytes(each.memory.device),) if on_gpu else ()))
    return table


def likeness_table(found: Bench) -> Table:
    """How far pictures and keypoints lie apart: from the first engine's on these frames, and from float32 as the gate sees them."""
    gated = any(each.verdict for each in found.engines)
    table = _table("likeness", "mean/255", "largest", "points px", *(("gate: points", "PSNR dB", "passes") if gated else ()))
    for each in found.engines:
        apart = each.difference
        first = each is found.engines[0]
        cells = ["first", "", ""] if first else [f"{apart.mean:.3f}", f"{apart.largest:.0f}", f"{apart.points:.3f}"]
        table.add_row(each.name, *cells, *(_verdict(each) if gated else ()))
    return table


def floors_table(found: Bench) -> Table:
    """What each graph takes at the least, once for every precision that it is run in."""
    table = _table("floor", "multiply-adds", "MB moved", "computing ms", "moving ms")
    shown = set()
    for each in found.engines:
        for floor in each.floors:
            where = floor.graph, floor.precision, floor.floor
            if where not in shown:
                shown.add(where)
                numbers = (f"{floor.multiply_adds / 1e6:.0f} M", f"{floor.bytes / 1e6:.1f}")
                table.add_row(f"{floor.graph} {floor.precision}", *numbers, milliseconds(floor.computing), milliseconds(floor.moving))
    return table


def peak_lines(found: Bench) -> Iterator[str]:
    """The peaks that the floors are reckoned with, a line each."""
    for peak in found.peaks:
        rates = ", ".join(f"{rate / 1e9:,.0f} in {precision}" for precision, rate in peak.operations.items())
        memory = f"{peak.bandwidth / 1e9:.0f} GB/s"
        yield f"Peak of the {escape(peak.device)}, billions of operations a second: {rates}; memory {memory} ({peak.source})."


def milliseconds(value: float) -> str:
    """A time with three digits that count."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def megabytes(value: int | None) -> str:
    """A size in MB, a dash where it is not known."""
    return "-" if value is None else f"{value / 1e6:.0f}"


def _verdict(each: EngineFigures) -> tuple[str, str, str]:
    if each.verdict is None:
        return "", "", ""
    return f"{each.verdict.points:.1e}", f"{each.verdict.psnr:.1f}", "yes" if each.verdict.passed else "[bold red]no[/]"


def _table(first: str, *others: str) -> Table:
    table = Table(first, box=None, header_style="bold", pad_edge=False)
    for other in others:
        table.add_column(other, justify="right", no_wrap=True)
    return table
