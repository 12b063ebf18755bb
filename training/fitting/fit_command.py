"""`puppet-train fit`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import torch


def fit(
    recipe: Annotated[
        str | None,
        typer.Option(help="A recipe's name or a YAML file. Default: compact-256, or personal-256 with --from.", show_default=False),
    ] = None,
    *,
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of face packs (tar files or folders with an index), or of clips; may be given again."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Train on from a checkpoint: its file, or `embedded` for the embedded model's.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="Folder for state, checkpoint, log, scalars and contact sheets. Default: runs/RECIPE.")
    ] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.01, help="Stop, saved, after so many minutes.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in the folder stopped.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads to train with. Default: all cores.")] = None,
    fp32: Annotated[bool, typer.Option("--fp32", help="Compute in float32 instead of bfloat16.")] = False,
    compiled: Annotated[bool, typer.Option("--compile", help="Compile the networks: minutes at first, then faster.")] = False,
    memory: Annotated[
        float | None, typer.Option(min=0, help="GiB of decoded frames to keep; more are decoded on demand. Default: half of what is free.")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes that decode on demand.")] = 4,
    limit_clips: Annotated[int | None, typer.Option(min=1, help="Read only the first clips, for a trial.")] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Train nothing: print samples a second of each stage, in turns with the plainest way.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what --measure measured as JSON.")] = False,
) -> None:
    """Train a recipe's networks on face packs or clips; Ctrl-C or the time limit saves, --resume goes on.

    On many GPUs or machines: torchrun --nproc-per-node 4 --no-python -- puppet-train fit ...
    """
    import torch  # noqa: PLC0415

    from puppet.errors import TrainingError  # noqa: PLC0415
    from training.fitting.fit import Supply  # noqa: PLC0415
    from training.fitting.fit import fit as run_fit  # noqa: PLC0415
    from training.fitting.speedups import Speedups  # noqa: PLC0415
    from training.fitting.starting_point import refuse_untrained_detector, start_from  # noqa: PLC0415
    from training.recipes.recipe import load_recipe  # noqa: PLC0415

    if not data:
        raise TrainingError("There is no data to train on.", "Name it: --data FOLDER (may be given again).")
    chosen = _device(device)
    if threads:
        torch.set_num_threads(threads)
    plan, networks = load_recipe(recipe or ("personal-256" if start else "compact-256")), None
    if start:
        plan, networks = start_from(start, plan)
    speedups = Speedups(bf16=not fp32, compiled=compiled)
    if measure:
        from training.fitting.throughput_report import report_throughput  # noqa: PLC0415

        report_throughput(plan, data, chosen, speedups, limit_clips=limit_clips, as_json=as_json)
        return
    if networks is None and not resume:
        refuse_untrained_detector(plan)
    folder = run or Path("runs") / plan.name
    run_fit(
        plan,
        data,
        folder,
        start=networks,
        time_limit_s=time_limit and time_limit * 60,
        resume=resume,
        device=chosen,
        limit_clips=limit_clips,
        speedups=speedups,
        supply=Supply(memory, workers),
    )
    if os.environ.get("RANK", "0") == "0":
        typer.echo(f"The run lies in {folder}; its checkpoint is {folder / (plan.name + '.pth')}.")


def _device(name: str) -> "torch.device | None":
    """The device named, None for the best there is."""
    import torch  # noqa: PLC0415

    from puppet.errors import TrainingError  # noqa: PLC0415

    if name not in ("auto", "cpu", "cuda"):
        raise TrainingError(f"There is no device called {name}.", "Choose cpu, cuda or auto.")
    if name == "cuda" and not torch.cuda.is_available():
        raise TrainingError("There is no CUDA device on this machine.", "Train on the CPU with --device cpu.")
    return None if name == "auto" else torch.device(name)
