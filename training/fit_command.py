"""`puppet-train fit`."""

from pathlib import Path
from typing import Annotated

import typer


def fit(
    recipe: Annotated[str, typer.Option(help="A recipe's name or a YAML file.")] = "compact-256",
    *,
    data: Annotated[
        list[Path] | None, typer.Option(help="Folder of face packs (tar files or folders with an index); may be given again.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Folder for state, checkpoint, log and contact sheets. Default: runs/RECIPE.")] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.01, help="Stop, saved, after so many minutes.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in the folder stopped.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads to train with. Default: all cores.")] = None,
    limit_clips: Annotated[int | None, typer.Option(min=1, help="Read only the first clips, for a trial.")] = None,
) -> None:
    """Train a recipe's networks on face packs; Ctrl-C or the time limit saves, --resume goes on."""
    import torch  # noqa: PLC0415

    from puppet.errors import TrainingError  # noqa: PLC0415
    from training.fit import fit as run_fit  # noqa: PLC0415
    from training.recipe import load_recipe  # noqa: PLC0415

    if not data:
        raise TrainingError("There is no data to train on.", "Name it: --data FOLDER (may be given again).")
    if device not in ("auto", "cpu", "cuda"):
        raise TrainingError(f"There is no device called {device}.", "Choose cpu, cuda or auto.")
    if device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("There is no CUDA device on this machine.", "Train on the CPU with --device cpu.")
    if threads:
        torch.set_num_threads(threads)
    plan = load_recipe(recipe)
    chosen = None if device == "auto" else torch.device(device)
    folder = run or Path("runs") / plan.name
    run_fit(plan, data, folder, time_limit_s=time_limit and time_limit * 60, resume=resume, device=chosen, limit_clips=limit_clips)
    typer.echo(f"The run lies in {folder}; its checkpoint is {folder / (plan.name + '.pth')}.")
