"""`puppet-train prepare`."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

DAMAGED_EXIT_CODE = 1
"""Exit status when all was done but some videos were damaged."""

INTERRUPTED_EXIT_CODE = 130
"""Exit status after Ctrl-C, as shells know it."""


def prepare(
    raw: Annotated[Path, typer.Argument(help="A folder of videos, nested as you like, or one video.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the data set; begun ones are gone on with.")],
    side: Annotated[int, typer.Option(help="Side of the clips, 256 or 512 px.")] = 256,
    body: Annotated[bool, typer.Option("--body", help="Whole figures: split at cuts alone, look for no face.")] = False,
    pad: Annotated[bool, typer.Option("--pad", help="With --body: pad frames to a square instead of cutting their middle out.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Videos worked on at a time. Default: all cores.")] = None,
    shard: Annotated[str, typer.Option(help="I/N: do the I-th of N parts, each on a machine of its own, all into one folder.")] = "1/1",
    val_share: Annotated[float, typer.Option(min=0, max=1, help="Share of the people kept for validation, the same ones always.")] = 0.1,
    min_seconds: Annotated[float, typer.Option(min=0.04, help="Leave out shorter clips, s.")] = 1.0,
    min_crop: Annotated[
        int | None, typer.Option(min=1, help="Leave out crops of fewer pixels in the video. Default: half the side.")
    ] = None,
    max_blur: Annotated[float, typer.Option(min=0.01, max=1, help="Leave out more blurred clips: 0 is sharp, 1 even.")] = 0.62,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Make a data set of any folder of videos: square clips of faces that stay put, with landmarks and an index.

    A person is a folder named like id10001, else the first folder below RAW, else the file's name before a #. What was left out and
    why is told in left_out.jsonl. Ctrl-C stops it, the same command goes on; exit status 1 tells that some videos were damaged.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    from puppet.errors import TrainingError  # noqa: PLC0415
    from training.preparing.preparation import Preparation  # noqa: PLC0415
    from training.preparing.prepare import Progress, usable_cores  # noqa: PLC0415
    from training.preparing.prepare import prepare as run_prepare  # noqa: PLC0415

    if side not in (256, 512):
        raise TrainingError(f"Clips can't have {side} px a side.", "Choose --side 256 or --side 512.")
    if pad and not body:
        raise TrainingError("Only whole figures are padded.", "Add --body, or leave --pad out.")
    wish = Preparation(
        side=side, body=body, pad=pad, val_share=val_share, min_seconds=min_seconds, min_crop=min_crop or side // 2, max_blur=max_blur
    )
    parts = _parse_shard(shard)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Looking for videos", total=None)

        def tell(progress: Progress) -> None:
            words = f"{progress.videos_left} videos left, {progress.clips} clips"
            bar.update(task, completed=progress.done, total=progress.whole, description=words)

        outcome = run_prepare(raw, output, wish, jobs=jobs or usable_cores(), shard=parts, on_progress=tell)
    records = outcome.records
    clips = [clip for record in records for clip in record.clips]
    damaged = [record for record in records if record.damage]
    reasons = Counter(stretch.reason for record in records for stretch in record.left_out)
    summary: dict[str, Any] = {
        "videos": len(records),
        "seconds": round(sum(record.seconds for record in records), 1),
        "clips": len(clips),
        "clip_seconds": round(sum(clip.end - clip.start for clip in clips), 1),
        "identities": len({clip.identity for clip in clips}),
        "validation_clips": sum(clip.split == "val" for clip in clips),
        "left_out": dict(reasons),
        "damaged": {record.source: record.damage for record in damaged},
        "videos_left": outcome.left,
    }
    if as_json:
        typer.echo(json.dumps(summary))
    else:
        _print_summary(summary, output, "figures" if body else "people")
    if outcome.left:
        typer.echo(f"Stopped with {outcome.left} videos to go. The same command goes on: {_command_line()}", err=True)
        raise typer.Exit(INTERRUPTED_EXIT_CODE)
    if damaged:
        raise typer.Exit(DAMAGED_EXIT_CODE)


def _print_summary(summary: dict[str, Any], output: Path, who: str) -> None:
    kept, seconds = summary["clip_seconds"], summary["seconds"]
    typer.echo(f"{summary['clips']} clips of {summary['identities']} {who}, {kept:.0f} s of {seconds:.0f} s in {summary['videos']} videos.")
    typer.echo(f"{summary['validation_clips']} of the clips are for validation.")
    if summary["left_out"]:
        told = ", ".join(f"{reason} {count}" for reason, count in sorted(summary["left_out"].items()))
        typer.echo(f"Left out: {told}.")
    for damage in summary["damaged"].values():
        typer.echo(f"Damaged: {damage}", err=True)
    typer.echo(f"The data set lies in {output}.")


def _parse_shard(text: str) -> tuple[int, int]:
    """(i, n) of "i/n". Raises `TrainingError`."""
    from puppet.errors import TrainingError  # noqa: PLC0415

    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise TrainingError(f"{text} is no shard.", "Write --shard 1/4 to --shard 4/4 on four machines.")
    return int(index), int(count)


def _command_line() -> str:
    import shlex  # noqa: PLC0415

    return shlex.join(["puppet-train", *sys.argv[1:]])
