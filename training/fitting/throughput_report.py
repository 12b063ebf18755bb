"""What `puppet-train fit --measure` prints."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from training.fitting.speedups import Speedups
from training.fitting.throughput import measure_throughput
from training.recipes.recipe import Recipe


def report_throughput(
    recipe: Recipe, data: Sequence[Path], device: torch.device | None, speedups: Speedups, *, limit_clips: int | None, as_json: bool
) -> None:
    """Measure, and print a table or JSON: samples a second of each stage, as asked and plain, and their ratio."""
    device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Measuring steps", total=None)
        measured = measure_throughput(recipe, data, speedups, device, limit_clips=limit_clips, on_step=lambda: progress.advance(task))
    if as_json:
        stages = [{"stage": one.stage, "fast": one.fast, "plain": one.plain, "ratio": one.ratio} for one in measured]
        where = {"recipe": recipe.name, "device": str(device), "threads": torch.get_num_threads(), **speedups._asdict()}
        typer.echo(json.dumps({**where, "stages": stages}, indent=2))
        return
    table = Table("stage", "samples/s", "plain, samples/s", "ratio", title=f"{recipe.name} on {device}")
    for one in measured:
        table.add_row(one.stage, f"{one.fast:.1f}", f"{one.plain:.1f}", f"{one.ratio:.2f}")
    Console().print(table)
