"""`puppet-engine`: which runtimes are here, and how fast they are."""

import json
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from engines.animator import ModelAnimator, open_animator
from engines.measuring.bench import Bench, Figures, bench, bench_faces
from engines.engine import Precision
from engines.faces import open_face_finder
from engines.registry import RUNTIMES, survey
from puppet.assets import EMBEDDED_MODEL, model_folder, portraits
from puppet.contract import read_card
from puppet.errors import EngineError
from puppet.portraits.portrait import load_portrait
from ui.console import notices, run_command, screen

app = typer.Typer(help="See which runtimes can run Puppet's models here, and measure them.", no_args_is_help=True, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command("list")
def list_engines(as_json: Json = False) -> None:
    """Show each engine with its devices, or why it can't be used."""
    found = survey()
    if as_json:
        rows = [{**each._asdict(), "devices": [device._asdict() for device in each.devices]} for each in found]
        screen.print_json(json.dumps(rows))
        return
    table = Table("engine", "version", "device", "what it is", "computes in", box=None, header_style="bold")
    for each in found:
        for device in each.devices:
            table.add_row(each.name, each.version, device.name, escape(device.description), device.precision)
        if each.reason:
            table.add_row(each.name, each.version or "-", "[red]none[/]", escape(each.reason), "")
    screen.print(table)


@app.command("bench")
def bench_engines(
    *,
    model: Annotated[str, typer.Option(help="An embedded model's name, or a model folder.")] = EMBEDDED_MODEL,
    engine: Annotated[list[str] | None, typer.Option(help=f"{', '.join(RUNTIMES)}; may be given again; all when left out.")] = None,
    device: Annotated[str | None, typer.Option(help="CPU, GPU, NPU, AUTO or CUDA: see puppet-engine list.")] = None,
    precision: Annotated[Precision, typer.Option(help="What to compute in; auto is the device's fastest.")] = "auto",
    threads: Annotated[int, typer.Option(min=0, help="Threads of each engine; 0 is its own choice.")] = 0,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="How long to measure, s.")] = 10,
    as_json: Json = False,
) -> None:
    """Race the engines on one model: time per graph, frames per second, and how far apart their pictures are.

    Engines take turns in short blocks, so that a busy computer is as unkind to one as to the other.
    """
    folder = model_folder(model)
    side = read_card(folder).side
    with ExitStack() as opened:
        finder = open_face_finder()
        opened.callback(finder.close)
        portrait = load_portrait(portraits()[0], finder, side)
        animators = []
        for animator, opening in _open_all(folder, engine, device, precision, threads):
            opened.callback(animator.close)
            animators.append((animator, opening))
        with notices.status(f"Measuring for {seconds:g} s ..."):
            result = bench(animators, portrait.face, seconds)
            result.faces = bench_faces(finder, portrait.picture, runs=max(5, round(4 * seconds)))
    if as_json:
        screen.print_json(result.model_dump_json())
    else:
        _show(result)


def _open_all(
    folder: Path, engines: list[str] | None, device: str | None, precision: Precision, threads: int
) -> list[tuple[ModelAnimator, float]]:
    """The engines named, each with the seconds it took to open; of those not named, all that can run, the others with their reason."""
    opened: list[tuple[ModelAnimator, float]] = []
    reasons: list[str] = []
    for name in engines or RUNTIMES:
        start = perf_counter()
        try:
            animator = open_animator(folder, name, device, precision, threads)
        except EngineError as error:
            if engines:
                for other, _ in opened:
                    other.close()
                raise
            reasons.append(f"{name}: {error.sentence.rstrip('.')}")
            continue
        opened.append((animator, perf_counter() - start))
    if not opened:
        raise EngineError(f"No engine can run {folder}: {'; '.join(reasons)}.", "See what there is: puppet-engine list")
    for reason in reasons:
        notices.print(f"Left out {escape(reason)}.", highlight=False, soft_wrap=True)
    return opened


def _show(result: Bench) -> None:
    """Print what was measured as tables."""
    table = Table("ms", box=None, header_style="bold", title=f"{result.model}, {result.side} px", title_justify="left")
    for each in result.engines:
        table.add_column(f"{each.engine} p50", justify="right")
        table.add_column("p95", justify="right")
    for rows in zip(*(each.graphs for each in result.engines), strict=True):
        table.add_row(rows[0].name, *(figure for row in rows for figure in _cells(row)))
    table.add_section()
    table.add_row("opening", *(cell for each in result.engines for cell in (f"{each.opening:.0f}", "")))
    table.add_row("frames per second", *(cell for each in result.engines for cell in (f"[bold]{each.frames_per_second:.1f}[/]", "")))
    screen.print(table)
    for each in result.engines:
        screen.print(f"{each.engine} runs on {escape(each.device)}.", highlight=False, soft_wrap=True)
    for pair in result.comparisons:
        screen.print(
            f"{pair.other} takes {pair.time_ratio:.2f} times as long as {pair.engine}; their pictures differ by "
            f"{pair.mean_difference:.3f} levels of 255 on average ({pair.largest_difference:.0f} at most), "
            f"keypoints by {pair.points_difference:.4f} px at most.",
            highlight=False,
            soft_wrap=True,
        )
    faces = ", ".join(f"{each.name} {each.p50:.1f} ms (p95 {each.p95:.1f})" for each in result.faces)
    screen.print(f"Face finder: {faces}.", highlight=False, soft_wrap=True)


def _cells(figures: Figures) -> tuple[str, str]:
    return f"{figures.p50:.2f}", f"{figures.p95:.2f}"


def main() -> None:
    """Run the command."""
    run_command(app)
