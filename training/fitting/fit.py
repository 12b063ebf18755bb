"""Training: reads top to bottom, stage by stage, until the recipe is done or the time is up."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from puppet.errors import TrainingError
from puppet.media.picture_file import read_picture
from training.data.anchors import load_mean_face, make_anchors
from training.fitting.feed import DiskFeed, Draws, Feed, MemoryFeed, Rows, Wanted, frame_bytes, read_all
from training.fitting.loss_log import LossLog
from training.fitting.memory import GIB, frame_budget, is_out_of_memory, out_of_memory
from training.fitting.process_group import ProcessGroup, join
from training.fitting.run_state import RunState
from training.fitting.session import InterruptedRunError, Session, refuse_used_folder
from training.fitting.speedups import FAST, Speedups
from training.fitting.step import Judges
from training.fitting.update import Update
from training.fitting.validation import REAL_SHARE, ValidationPairs, draw_pairs, validate
from training.networks.pair import NetworkPair
from training.objectives.perceptual import load_lpips
from training.objectives.vgg_pyramid import load_pyramid
from training.recipes.recipe import Recipe, Stage

VALIDATION_PAIRS = 96


class Supply(NamedTuple):
    """How frames are had: memory_gb: how much of them is kept decoded, by default half of the memory that is available; workers: processes
    that decode what memory does not hold."""

    memory_gb: float | None = None
    workers: int = 4


def fit(
    recipe: Recipe,
    data: Sequence[Path],
    folder: Path,
    *,
    start: NetworkPair | None = None,
    time_limit_s: float | None = None,
    resume: bool = False,
    device: torch.device | None = None,
    limit_clips: int | None = None,
    save_every_s: float = 300.0,
    speedups: Speedups = FAST,
    supply: Supply = Supply(),  # noqa: B008  it is immutable
) -> RunState:
    """Train as the recipe says, from fresh networks or those of `start`; state, checkpoint, log, scalars and contact sheets go to `folder`.

    Under `torchrun` every process takes its share of each batch, and the first one writes. Stops when the recipe is done, at the time
    limit, or at Ctrl-C, always saved. Raises `TrainingError` for data or a folder that can't be used.
    """
    with join(device) as group:
        if group.leads and not resume:
            refuse_used_folder(folder)
        with Session(folder, data, time_limit_s, save_every_s, limit_clips, leads=group.leads, alone=group.size == 1) as session:
            state = RunState(recipe, group.device, start, speedups)
            state.networks = group.share_norms(state.networks)
            if resume:
                state.load(folder)
            judges = load_judges(recipe, group.device)
            described = f"{group.size} processes" if group.size > 1 else f"{torch.get_num_threads()} threads"
            session.log(f"# {recipe.name} on {group.device}, torch {torch.__version__}, {described}")
            while (stage := state.stage) is not None:
                with _stopping(session, state), _advising(stage, group):
                    if _run_stage(session, state, judges, group, supply):
                        state.next_stage()
                        if group.leads:
                            state.save(folder)
                if group.any(session.is_over) and state.stage is not None:
                    session.log("# stopped; go on with --resume")
                    break
        return state


def load_judges(recipe: Recipe, device: torch.device) -> Judges:
    """What the recipe's stages are held to. Raises `TrainingError` for weights that are not installed."""
    weighed = {name for stage in recipe.training.stages for name in stage.weights}
    return Judges(
        make_anchors(load_mean_face(), device),
        load_lpips(device) if {"lpips", "crops"} & weighed else None,
        load_pyramid(device) if "perceptual" in weighed else None,
    )


def _run_stage(session: Session, state: RunState, judges: Judges, group: ProcessGroup, supply: Supply) -> bool:
    """Run one stage to its end; False when the session was over before."""
    stage = state.stage
    assert stage is not None
    rows = share_rows(stage, group)
    pairs = _read_unseen(session, state, stage) if group.leads else None
    feed = read_feed(session, state, rows, group, supply)
    state.prepare_stage()
    update = Update(state, judges, group)
    length, first = state.stage_length, state.stage_samples
    session.log(f"# stage {stage.name}: {length - first} samples to go")

    told = LossLog(session, stage.name, length, first)
    saved = time.monotonic()
    steps = (first // stage.batch, -(-length // stage.batch))
    for batch in feed.batches(*steps):
        losses = update.apply(type(batch)(*(tensor.to(group.device, non_blocking=True) for tensor in batch)))

        told.add(losses)
        over = group.any(session.is_over)
        ended = over or state.stage_samples >= length
        if group.leads and (told.is_due() or ended):
            told.write(state.stage_samples, state.rate(), state.samples)
        if pairs is not None and (time.monotonic() - saved > session.save_every_s or ended):
            state.save(session.folder)
            _validate(session, state, judges, pairs)
            saved = time.monotonic()
        if over or (group.size == 1 and session.is_over):
            break
    return state.stage_samples >= length


def share_rows(stage: Stage, group: ProcessGroup) -> Rows:
    """This process's rows of every batch. Raises `TrainingError` where the batch can't be shared out."""
    if stage.batch % (group.size * stage.accumulate):
        raise TrainingError(
            f"Batches of {stage.batch} can't be shared by {group.size} processes in {stage.accumulate} parts each (stage {stage.name}).",
            f"Give the stage a batch that divides by {group.size * stage.accumulate}.",
        )
    share = stage.batch // group.size
    return Rows(stage.batch, group.rank * share, share)


def read_feed(session: Session, state: RunState, rows: Rows, group: ProcessGroup, supply: Supply) -> Feed:
    """What the stage under way is fed with; notes in the state how many clips and people there are. Raises `InterruptedRunError`."""
    stage = state.stage
    assert stage is not None
    session.check()
    wanted = Wanted(stage, state.recipe.training, "train")
    store = wanted.open(session.data, session.limit_clips)
    size = frame_bytes(store)
    budget = frame_budget(group.local_size) if supply.memory_gb is None else int(supply.memory_gb * GIB)
    told = f"# stage {stage.name}: {len(store.clips)} clips, {store.frame_count} frames at {stage.side} px"
    state.clips, state.people = len(store.clips), len({clip.identity for clip in store.clips})
    kept = "decoded once into memory" if size <= budget else f"decoded on demand by {supply.workers} workers"
    session.log(f"{told}: {size / GIB:.1f} of {budget / GIB:.1f} GiB, {kept}")
    key = (state.recipe.training.seed, state.stage_index)
    if size > budget:
        sampler = wanted.sampler(store, stage.real_share)
        return DiskFeed(store, Draws(sampler, key, rows), supply.workers, pinned=group.device.type == "cuda")
    with _reading(session) as advance:
        faces = read_all(wanted, session.data, session.limit_clips, advance)
    return MemoryFeed(faces, Draws(wanted.sampler(faces, stage.real_share), key, rows), group.device)


def _read_unseen(session: Session, state: RunState, stage: Stage) -> ValidationPairs:
    wanted = Wanted(stage, state.recipe.training, "val")
    store = wanted.open(session.data, session.limit_clips)
    return draw_pairs(store, VALIDATION_PAIRS, wanted.sampler(store, REAL_SHARE), session.check)


def _validate(session: Session, state: RunState, judges: Judges, pairs: ValidationPairs) -> None:
    """Judge the averaged networks, unless a signal asks to leave."""
    assert state.stage is not None
    name = state.stage.name
    sheet = session.folder / "sheets" / f"{name}_{state.stage_samples:07d}.png"
    try:
        figures = validate(state.kept(), pairs, judges.anchors, judges.lpips, sheet, check=session.check)
    except InterruptedRunError:
        return
    session.log(f"= {name} {state.stage_samples} " + " ".join(f"{name} {value:.4f}" for name, value in figures.items()))
    session.scalars.add({f"validation/{name}": value for name, value in figures.items() if np.isfinite(value)}, state.samples)
    session.scalars.add_picture(f"sheets/{name}", read_picture(sheet), state.samples)


@contextmanager
def _reading(session: Session) -> Iterator[Callable[[int, int], None]]:
    """A bar of the clips that are read; what it yields leaves at a signal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(console=console, disable=not (session.leads and console.is_terminal), transient=True) as progress:
        task = progress.add_task("Reading clips", total=None)

        def advance(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)
            session.check()

        yield advance


@contextmanager
def _stopping(session: Session, state: RunState) -> Iterator[None]:
    """Left at a signal while clips are read: the state is saved as it is."""
    try:
        yield
    except InterruptedRunError:
        if session.leads:
            state.save(session.folder)


@contextmanager
def _advising(stage: Stage, group: ProcessGroup) -> Iterator[None]:
    """Turns a lack of memory into a sentence."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise out_of_memory(stage, group.size) from error
