"""Training: reads top to bottom, stage by stage, until the recipe is done or the time is up."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from training.anchors import MIRRORED, make_anchors
from training.packs import ClipEntry, FaceFrames, read_faces
from training.pairs import PairSampler
from training.perceptual import Lpips, load_lpips
from training.recipe import Recipe, Stage
from training.run_state import RunState
from training.session import LEFT_BY_FAILURE, Session
from training.step import Batch, stage_losses
from training.validation import draw_pairs, validate

LOG_EVERY_S = 20.0
VALIDATION_PAIRS = 96


def fit(
    recipe: Recipe,
    data: Sequence[Path],
    folder: Path,
    *,
    time_limit_s: float | None = None,
    resume: bool = False,
    device: torch.device | None = None,
    limit_clips: int | None = None,
    save_every_s: float = 300.0,
) -> RunState:
    """Train as the recipe says; state, checkpoint, log and contact sheets go to `folder`.

    Stops when the recipe is done, at the time limit, or at Ctrl-C, always saved. Raises `TrainingError` for data or a
    folder that can't be used.
    """
    device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if not resume and folder.is_dir() and any(child.name not in LEFT_BY_FAILURE for child in folder.iterdir()):
        raise TrainingError(f"The run folder {folder} is not empty.", "Go on with it by --resume, or name another by --run.")
    with Session(folder, data, time_limit_s, save_every_s, limit_clips) as session:
        state = RunState(recipe, device)
        if resume:
            state.load(folder)
        perceptual = any({"lpips", "crops"} & set(stage.weights) for stage in recipe.training.stages)
        lpips = load_lpips(device) if perceptual else None
        session.log(f"# {recipe.name} on {device}, torch {torch.__version__}, {torch.get_num_threads()} threads")
        while (stage := state.stage) is not None:
            if _run_stage(session, state, stage, lpips):
                state.next_stage()
                state.save(folder)
            if session.is_over and state.stage is not None:
                session.log("# stopped; go on with --resume")
                break
    return state


def _run_stage(session: Session, state: RunState, stage: Stage, lpips: Lpips | None) -> bool:
    """Run one stage to its end; False when the session was over before."""
    session.log(f"# stage {stage.name}: reading clips at {stage.side} px")
    largest_yaw = state.recipe.training.largest_yaw
    faces = read_faces(session.data, stage.side, _of_split("train", largest_yaw), limit=session.limit_clips)
    unseen = read_faces(session.data, stage.side, _of_split("val", largest_yaw), limit=session.limit_clips)
    pairs = draw_pairs(unseen, VALIDATION_PAIRS)
    del unseen
    anchors = make_anchors(mean_face(faces), state.device)
    frames, marks = torch.from_numpy(faces.frames), torch.from_numpy(faces.landmarks)
    if state.device.type == "cuda":
        frames, marks = frames.to(state.device), marks.to(state.device)
    sampler = PairSampler(faces)
    state.clips, state.people = len(faces.clips), len({clip.identity for clip in faces.clips})
    length = state.stage_length
    state.prepare_stage()
    session.log(f"# stage {stage.name}: {len(faces.clips)} clips, {len(faces.frames)} frames; {length - state.stage_samples} samples to go")

    sums: dict[str, Tensor] = {}
    count, first = 0, state.stage_samples
    began = logged = saved = time.monotonic()
    while state.stage_samples < length:
        for group in state.optimiser.param_groups:
            group["lr"] = state.rate()
        sources, targets = (torch.from_numpy(indices).to(frames.device) for indices in sampler.draw(stage.batch, state.random))
        batch = Batch(*(tensor.to(state.device) for tensor in (frames[sources], frames[targets], marks[sources], marks[targets])))
        losses = stage_losses(state.networks, stage, batch, anchors, lpips)
        total = torch.stack([losses[name] * weight for name, weight in stage.weights.items()]).sum()
        state.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        norm = torch.nn.utils.clip_grad_norm_(state.learner().parameters(), state.recipe.training.clip)
        if torch.isfinite(norm):
            state.optimiser.step()
            state.update_average()
        state.count(stage.batch)

        count += 1
        for name, value in {**losses, "norm": norm}.items():
            sums[name] = sums.get(name, torch.zeros(())) + value.detach().cpu()
        over = session.is_over or state.stage_samples >= length
        now = time.monotonic()
        if now - logged > LOG_EVERY_S or over:
            speed = (state.stage_samples - first) / (now - began)
            left = (length - state.stage_samples) / speed / 60
            means = " ".join(f"{name} {float(value) / count:.4f}" for name, value in sums.items())
            session.log(f"{stage.name} {state.stage_samples}/{length} {speed:.1f}/s, {left:.1f} min left, rate {state.rate():.1e} {means}")
            sums, count, logged = {}, 0, now
        if now - saved > session.save_every_s or over:
            state.save(session.folder)
            sheet = session.folder / "sheets" / f"{stage.name}_{state.stage_samples:07d}.png"
            figures = validate(state.average, pairs, anchors, lpips, sheet)
            session.log(f"= {stage.name} {state.stage_samples} " + " ".join(f"{name} {value:.4f}" for name, value in figures.items()))
            saved = time.monotonic()
        if session.is_over:
            break
    return state.stage_samples >= length


def _of_split(split: str, largest_yaw: float) -> Callable[[ClipEntry], bool]:
    return lambda entry: entry.split == split and abs(entry.source_yaw) <= largest_yaw


def mean_face(faces: FaceFrames) -> FloatArray:
    """The mean of all landmarks, made symmetric: (68, 2)."""
    marks = faces.landmarks[np.isfinite(faces.landmarks).all(axis=(1, 2))].mean(axis=0)
    mirrored = marks[MIRRORED] * np.array([-1, 1], np.float32)
    return np.asarray((marks + mirrored) / 2, np.float32)
