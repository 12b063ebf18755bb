"""`puppet-train compress`."""

import contextlib
import json
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from puppet.animator import FaceFinder
from puppet.errors import EngineError, TrainingError
from puppet.plugins import open_face_finder

if TYPE_CHECKING:
    from training.checkpoint import Header
    from training.compressing.compress import Target
    from training.compressing.side_by_side import Side
    from training.networks.pair import NetworkPair


class Stage(StrEnum):
    """What learns."""

    KEYPOINTS = "keypoints"
    GENERATOR = "generator"
    BOTH = "both"


def compress(
    teacher: Annotated[str, typer.Argument(help="A checkpoint. With --dry-run also a recipe's name: its networks, untrained.")],
    *,
    stage: Annotated[
        Stage,
        typer.Option(help="What learns: the detector, before the teacher's generator; the generator, behind the student's detector; both."),
    ] = Stage.BOTH,
    to: Annotated[str | None, typer.Option(help="The student is a recipe's networks, from scratch, instead of the teacher pruned.")] = None,
    student: Annotated[
        Path | None, typer.Option(help="Go on with the student that an earlier stage wrote; it can be pruned further.")
    ] = None,
    parameters: Annotated[int | None, typer.Option(min=1, help="Prune to at most so many parameters.")] = None,
    milliseconds: Annotated[
        str | None, typer.Option(help="Prune until a frame takes at most so long, measured here: 12, or 50% of what it takes now.")
    ] = None,
    share: Annotated[float | None, typer.Option(min=0.01, max=1, help="Prune to this share of a frame's multiply-accumulates.")] = None,
    data: Annotated[list[Path] | None, typer.Option(help="Folder of face packs or of clips; may be given again.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The student's checkpoint.")] = None,
    recipe: Annotated[
        str | None, typer.Option(help="How a published checkpoint's networks are built: a recipe's name or YAML file.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Folder for state, log and contact sheets. Default: OUTPUT without its suffix.")] = None,
    samples: Annotated[int, typer.Option(min=0, help="Pairs of frames to learn from; 0 leaves the student as it is.")] = 20_000,
    batch: Annotated[int, typer.Option(min=1, help="Pairs at a time.")] = 8,
    rate: Annotated[float, typer.Option(min=1e-7, help="Peak learning rate.")] = 5e-4,
    side: Annotated[
        int | None, typer.Option(min=64, help="Side of the pictures to learn from, px: a smaller one than the networks' own is faster.")
    ] = None,
    lpips: Annotated[bool, typer.Option("--lpips", help="Compare pictures by LPIPS too.")] = False,
    time_limit: Annotated[float | None, typer.Option(min=0.01, help="Stop learning, saved, after so many minutes.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in the folder stopped.")] = False,
    engine: Annotated[
        str, typer.Option(help="What frames are timed with: auto, openvino, onnxruntime (exported), torch (eagerly).")
    ] = "auto",
    device: Annotated[str, typer.Option(help="Where to learn: cpu, cuda or auto.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads to learn with. Default: all cores.")] = None,
    limit_clips: Annotated[int | None, typer.Option(min=1, help="Read only the first clips, for a trial.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare what teacher and student cost; learn and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Make a smaller model of a trained one: prune or replace its networks, then let them learn from it.

    The whole scheme in stages: --stage keypoints, --stage generator, --stage both, each with --student set to what the one before wrote.
    """
    import torch  # noqa: PLC0415

    from training.compressing.compress import compare, prune_to, refuse_side, start_student  # noqa: PLC0415
    from training.compressing.side_by_side import read_judged_clips  # noqa: PLC0415
    from training.compressing.student import DistillationPlan, Student  # noqa: PLC0415
    from training.compressing.teaching import open_feed, open_unseen, teach  # noqa: PLC0415
    from training.fitting.session import Session, refuse_used_folder  # noqa: PLC0415

    target = _target(parameters, milliseconds, share)
    _check(
        to is not None, target is not None, student is not None, resume=resume, fresh_generator=to is not None and stage is Stage.GENERATOR
    )
    _check_data(data, output, prunes=target is not None, dry_run=dry_run)
    if threads:
        torch.set_num_threads(threads)
    report = Console(stderr=True).print
    master, header = _load_teacher(teacher, recipe, may_be_untrained=dry_run)
    learnt_at = side or master.configuration.side
    refuse_side(master, learnt_at)
    chosen = _device(device)
    plan = DistillationPlan(stage=stage.value, side=learnt_at, samples=samples, batch=batch, rate=rate, lpips=lpips)
    with contextlib.redirect_stdout(sys.stderr):  # stdout is for the figures
        if output is not None and not dry_run and not resume:
            refuse_used_folder(run or output.with_suffix(""))
        feed = open_feed(data, plan, limit_clips, chosen) if data and not (dry_run and target is None) else None
        if output is None or dry_run:
            networks = start_student(master, to, student).to(chosen)
            if target is not None and feed is not None:
                networks = prune_to(networks, target, stage.value, feed, engine=engine, report=report).networks
            sides, engine = compare(
                (teacher, master), (to or "student", networks), stage.value, clips=[], finder=None, engine=engine, report=report
            )
        else:
            assert data is not None and feed is not None
            folder = run or output.with_suffix("")
            if resume:
                learner = Student.resume(folder, plan, chosen)
            else:
                networks = start_student(master, to, student).to(chosen)
                if target is not None:
                    networks = prune_to(networks, target, stage.value, feed, engine=engine, report=report).networks
                learner = Student(networks, plan, _header(header, output.stem, networks), chosen)
            unseen = open_unseen(data, master.configuration.side, limit_clips)
            began = time.monotonic()
            with Session(folder, data, time_limit and time_limit * 60, 300.0, limit_clips) as session:
                done = teach(master, learner, feed, unseen, session=session, output=output)
            if not done and (time_limit is None or time.monotonic() - began < time_limit * 60):
                return  # interrupted: whoever did that waits for nothing more
            clips = read_judged_clips(unseen)
            pairs = ((Path(teacher).name, master), (output.stem, learner.average))
            sides, engine = compare(*pairs, stage.value, clips=clips, finder=_finder(report), engine=engine, report=report)
    if as_json:
        typer.echo(json.dumps({"engine": engine, "sides": [_as_dictionary(side) for side in sides]}))
        return
    Console().print(_table(sides, engine))
    if output is not None and not dry_run:
        typer.echo(f"The student's checkpoint is {output}.")


def _target(parameters: int | None, milliseconds: str | None, share: float | None) -> "Target | None":
    """What pruning is to reach, None where nothing is to be pruned."""
    from training.compressing.compress import Target  # noqa: PLC0415

    given = []
    if parameters is not None:
        given.append(Target("parameters", parameters))
    if share is not None:
        given.append(Target("share of the work", share))
    if milliseconds is not None:
        number = milliseconds.removesuffix("%")
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not 0 < value < float("inf"):
            raise TrainingError(f"--milliseconds {milliseconds} is no time.", "Give a number, or a share of the time now: 50%.")
        given.append(Target("milliseconds", value) if number == milliseconds else Target("share of the time", value / 100))
    if len(given) > 1:
        raise TrainingError("Pruning can have only one target.", "Give one of --parameters, --milliseconds and --share.")
    return given[0] if given else None


def _check(replaced: bool, pruned: bool, given: bool, *, resume: bool, fresh_generator: bool) -> None:
    """Refuse options that don't say what the student is, or that contradict each other."""
    if replaced and (pruned or given):
        raise TrainingError("A student is either a recipe's networks (--to) or made of the teacher's.", "Leave out --to or the others.")
    if not (replaced or pruned or given or resume):
        raise TrainingError(
            "It is not clear what the student is.",
            "Give --to RECIPE, --student CHECKPOINT, or a target for pruning: --parameters, --milliseconds or --share.",
        )
    if fresh_generator:
        raise TrainingError(
            "A fresh student's detector has learned nothing yet that its generator could be driven by.",
            "Begin with --stage keypoints or both; go on from what that wrote by --stage generator --student CHECKPOINT.",
        )


def _check_data(data: list[Path] | None, output: Path | None, *, prunes: bool, dry_run: bool) -> None:
    """Refuse a run that has nothing to learn from, or nowhere to write to."""
    if not data and (prunes or not dry_run):
        raise TrainingError("There is no data to learn from.", "Name it: --data FOLDER (may be given again).")
    if output is None and not dry_run:
        raise TrainingError("The student's checkpoint has no name.", "Name it: --output STUDENT.pth. Or only compare costs: --dry-run.")


def _load_teacher(teacher: str, recipe: str | None, *, may_be_untrained: bool) -> "tuple[NetworkPair, Header | None]":
    from training.checkpoint import load_networks  # noqa: PLC0415
    from training.networks.pair import build_networks  # noqa: PLC0415
    from training.recipes.recipe_files import load_configuration, recipe_names  # noqa: PLC0415

    if teacher in recipe_names() and not Path(teacher).exists():
        if not may_be_untrained:
            raise TrainingError(
                f"{teacher} is a recipe: its networks have learned nothing to teach.", "Name a checkpoint, or add --dry-run."
            )
        return build_networks(load_configuration(teacher)).eval(), None
    networks, read = load_networks(Path(teacher), load_configuration(recipe) if recipe else None)
    return networks, read.header


def _header(teacher: "Header | None", name: str, networks: "NetworkPair") -> "Header":
    """What the student's checkpoint says of itself: its weights come from the teacher's data, under the teacher's licence."""
    from training.checkpoint import Header  # noqa: PLC0415

    known = {} if teacher is None else {"licence": teacher.licence, "training_data": teacher.training_data}
    return Header(name=name, configuration=networks.configuration, **known)


def _device(device: str) -> Any:
    import torch  # noqa: PLC0415

    if device not in ("auto", "cpu", "cuda"):
        raise TrainingError(f"There is no device called {device}.", "Choose cpu, cuda or auto.")
    if device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("There is no CUDA device on this machine.", "Learn on the CPU: --device cpu.")
    return torch.device("cuda" if torch.cuda.is_available() and device != "cpu" else "cpu")


def _finder(report: Any) -> FaceFinder | None:
    """The face finder; None, said so, where it is not installed: there is no AKD then."""
    try:
        return open_face_finder()
    except EngineError as error:
        report(f"No AKD: {error.sentence}")
        return None


def _as_dictionary(side: "Side") -> dict[str, Any]:
    return {"name": side.name, **side.costs._asdict(), **(side.likeness._asdict() if side.likeness else {})}


def _table(sides: "list[Side]", engine: str) -> Table:
    """One column each, and what the student has of the teacher's."""
    teacher, student = sides
    table = Table("", f"teacher: {teacher.name}", f"student: {student.name}", "share", caption=f"Frames timed in turns, run by {engine}.")
    rows = [
        ("size, MB (float32)", "{:.1f}", [side.costs.megabytes for side in sides]),
        ("parameters, M", "{:.2f}", [side.costs.parameters / 1e6 for side in sides]),
        ("GMAC a frame", "{:.2f}", [side.costs.macs / 1e9 for side in sides]),
        ("ms a frame (median)", "{:.1f}", [side.costs.milliseconds for side in sides]),
    ]
    if teacher.likeness is not None and student.likeness is not None:
        rows.append(("L1, of 1", "{:.4f}", [teacher.likeness.l1, student.likeness.l1]))
        if teacher.likeness.akd is not None and student.likeness.akd is not None:
            rows.append(("AKD, px at 256", "{:.2f}", [teacher.likeness.akd, student.likeness.akd]))
    for label, shown, (of_teacher, of_student) in rows:
        table.add_row(label, shown.format(of_teacher), shown.format(of_student), f"{of_student / of_teacher:.2f}" if of_teacher else "")
    return table
