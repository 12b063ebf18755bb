"""`puppet-train enhancer`."""

from pathlib import Path
from typing import Annotated

import typer


def enhancer(
    data: Annotated[list[Path], typer.Argument(help="Folders of face packs: tar files or folders with an index.")],
    *,
    run: Annotated[
        Path, typer.Option("--run", "-o", help="Folder for the drawn faces, state, log and sheets, and for enhance.onnx with its card.")
    ],
    time_limit: Annotated[float | None, typer.Option(min=0.01, help="Stop, saved and exported, after so many minutes.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in the folder stopped.")] = False,
    samples: Annotated[int | None, typer.Option(min=1, help="Crops of faces to learn from.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads to train with. Default: all cores.")] = None,
    start: Annotated[
        str, typer.Option("--from", help="Whose faces are made sharper: a checkpoint, or `embedded` for the embedded model's.")
    ] = "embedded",
) -> None:
    """Train the network that makes drawn faces sharper; Ctrl-C or the time limit saves, --resume goes on."""
    import torch  # noqa: PLC0415

    from puppet.errors import TrainingError  # noqa: PLC0415
    from training.checkpoint import load_networks  # noqa: PLC0415
    from training.enhancing.enhancer_card import GRAPH  # noqa: PLC0415
    from training.enhancing.enhancer_training import Drawing, train_enhancer  # noqa: PLC0415
    from training.enhancing.plan import SIDE, EnhancerPlan  # noqa: PLC0415
    from training.fitting.starting_point import find_start  # noqa: PLC0415

    if threads:
        torch.set_num_threads(threads)
    networks, checkpoint = load_networks(find_start(start))
    if networks.configuration.side != SIDE:
        raise TrainingError(f"{checkpoint.path} draws {networks.configuration.side} px, not {SIDE}.", "Name another model by --from.")
    plan = EnhancerPlan() if samples is None else EnhancerPlan(samples=samples)
    drawing = Drawing(checkpoint.header.name if checkpoint.header else checkpoint.path.stem, networks)
    card = train_enhancer(plan, drawing, data, run, time_limit_s=time_limit and time_limit * 60, resume=resume)
    typer.echo(f"The run lies in {run}." if card is None else f"The enhancer lies in {run / GRAPH}, {card.samples:,} crops of faces old.")
