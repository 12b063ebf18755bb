"""`puppet-train speed`."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from puppet.assets import EMBEDDED_MODEL, model_folder
from puppet.plugins import open_animator


def speed(
    model: Annotated[str, typer.Argument(help="A model's name or folder.")] = EMBEDDED_MODEL,
    *,
    engine: Annotated[str, typer.Option(help="auto or an engine of puppet-engine list.")] = "auto",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds in which the two take turns.")] = 8,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of torch. Default: all cores.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Race a model folder against the full First Order Motion Model run eagerly in torch on the CPU."""
    import numpy as np  # noqa: PLC0415
    import torch  # noqa: PLC0415

    from training.judging.speed import make_full_model, race  # noqa: PLC0415

    if threads:
        torch.set_num_threads(threads)
    animator = open_animator(model_folder(model), engine)
    full = make_full_model()
    try:
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Racing", total=rounds)
            result = race(animator, full, rounds=rounds, on_round=lambda done, of: progress.update(task, completed=done, total=of))
    finally:
        animator.close()
        full.close()
    figures = {
        "model": animator.card.name,
        "model_ms": float(np.median(result.model)),
        "full_ms": float(np.median(result.full)),
        "ratio": result.ratio,
        "torch_threads": torch.get_num_threads(),
    }
    if as_json:
        typer.echo(json.dumps(figures))
        return
    typer.echo(f"{figures['model']}: {figures['model_ms']:.1f} ms a frame; {full.card.name}: {figures['full_ms']:.0f} ms a frame")
    typer.echo(f"{result.ratio:.1f} times faster (medians of {rounds} rounds in turns; portrait encoded before, on both sides)")
