"""Training: reads top to bottom, stage by stage, until the recipe is done or the time is up."""

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from puppet.errors import TrainingError
from puppet.motion import FloatArray
from training.anchors import MIRRORED, Anchors, make_anchors
from training.augmentation import NARROW, WIDE, degrade, move, move_landmarks, random_affine, random_colours, recolour
from training.losses import Losses, animation_losses, keypoint_losses
from training.networks.tensors import Keypoints
from training.packs import ClipEntry, FaceFrames, read_faces
from training.pairs import PairSampler
from training.perceptual import Lpips, load_lpips
from training.recipe import Recipe, Stage
from training.run_state import RunState
from training.validation import draw_pairs, validate

LOG_EVERY_S = 20.0
VALIDATION_PAIRS = 96


class Interrupt:
    """Turns Ctrl-C and SIGTERM into a wish to stop that the loop looks at between steps."""

    def __init__(self) -> None:
        self.wanted = False
        self._before = {number: signal.signal(number, self._want) for number in (signal.SIGINT, signal.SIGTERM)}

    def _want(self, *_: object) -> None:
        self.wanted = True

    def restore(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)


class Log:
    """One plain line an event, on the screen and in the run's `log.txt`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, line: str) -> None:
        print(line, flush=True)  # noqa: T201
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def fit(
    recipe: Recipe,
    data: Sequence[Path],
    run: Path,
    *,
    time_limit_s: float | None = None,
    resume: bool = False,
    device: torch.device | None = None,
    limit_clips: int | None = None,
    save_every_s: float = 300.0,
) -> RunState:
    """Train as the recipe says; state, checkpoint, log and contact sheets go to `run`.

    Stops when the recipe is done, at the time limit, or at Ctrl-C, always saved. Raises `TrainingError` for data or a
    run folder that can't be used.
    """
    started = time.monotonic()
    device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if not resume and run.exists() and any(run.iterdir()):
        raise TrainingError(f"The run folder {run} is not empty.", "Go on with it by --resume, or name another by --run.")
    (run / "sheets").mkdir(parents=True, exist_ok=True)
    log = Log(run / "log.txt")
    state = RunState(recipe, device)
    if resume:
        state.load(run)
    lpips = load_lpips(device) if any({"lpips", "crops"} & set(stage.weights) for stage in recipe.training.stages) else None
    log(f"# {recipe.name} on {device}, torch {torch.__version__}, {torch.get_num_threads()} threads")
    interrupt = Interrupt()
    try:
        while (stage := state.stage) is not None and not interrupt.wanted:
            until = None if time_limit_s is None else started + time_limit_s
            finished = _run_stage(state, stage, data, run, log, lpips, until, interrupt, limit_clips, save_every_s)
            if not finished:
                log("# stopped; go on with --resume")
                break
            state.next_stage()
            state.save(run)
    finally:
        interrupt.restore()
    return state


def _run_stage(
    state: RunState,
    stage: Stage,
    data: Sequence[Path],
    run: Path,
    log: Log,
    lpips: Lpips | None,
    until: float | None,
    interrupt: Interrupt,
    limit_clips: int | None,
    save_every_s: float,
) -> bool:
    """Run one stage to its end; False when the time ran out or an interrupt came before."""
    yaw = state.recipe.training.largest_yaw

    def wanted(split: str) -> Callable[[ClipEntry], bool]:
        return lambda entry: entry.split == split and abs(entry.source_yaw) <= yaw

    log(f"# stage {stage.name}: reading clips at {stage.side} px")
    faces = read_faces(data, stage.side, wanted("train"), limit=limit_clips)
    unseen = read_faces(data, stage.side, wanted("val"), limit=limit_clips)
    anchors = make_anchors(mean_face(faces), state.device)
    frames, marks = torch.from_numpy(faces.frames), torch.from_numpy(faces.landmarks)
    if state.device.type == "cuda":
        frames, marks = frames.to(state.device), marks.to(state.device)
    pairs = draw_pairs(unseen, VALIDATION_PAIRS)
    del unseen
    sampler = PairSampler(faces)
    state.prepare_stage()
    log(f"# stage {stage.name}: {len(faces.clips)} clips, {len(faces.frames)} frames; {stage.samples - state.stage_samples} samples to go")

    sums: dict[str, float] = {}
    count, first = 0, state.stage_samples
    began = logged = saved = time.monotonic()
    while state.stage_samples < stage.samples:
        rate = state.rate()
        for group in state.optimiser.param_groups:
            group["lr"] = rate
        sources, targets = (torch.from_numpy(indices).to(frames.device) for indices in sampler.draw(stage.batch, state.random))
        batch = [frames[sources], frames[targets], marks[sources], marks[targets]]
        losses = _losses(state, stage, batch, anchors, lpips)
        total = torch.stack([losses[name] * weight for name, weight in stage.weights.items()]).sum()
        state.optimiser.zero_grad(set_to_none=True)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(state.learner().parameters(), state.recipe.training.clip)
        if torch.isfinite(norm):
            state.optimiser.step()
            state.update_average()
        state.steps += 1
        state.stage_samples += stage.batch
        state.samples += stage.batch

        for name, value in {**losses, "norm": norm}.items():
            sums[name] = sums.get(name, 0.0) + value.detach()
        count += 1
        now = time.monotonic()
        out_of_time = interrupt.wanted or (until is not None and now > until)
        if now - logged > LOG_EVERY_S or out_of_time:
            speed = (state.stage_samples - first) / (now - began)
            left = (stage.samples - state.stage_samples) / speed
            means = " ".join(f"{name} {float(value) / count:.4f}" for name, value in sums.items())
            log(f"{stage.name} {state.stage_samples}/{stage.samples} {speed:.1f}/s left {left / 60:.1f} min lr {rate:.1e} {means}")
            sums, count, logged = {}, 0, now
        if now - saved > save_every_s or out_of_time or state.stage_samples >= stage.samples:
            state.save(run)
            figures = validate(state.average, pairs, anchors, lpips, run / "sheets" / f"{stage.name}_{state.stage_samples:07d}.png")
            log(f"= {stage.name} {state.stage_samples} " + " ".join(f"{name} {value:.4f}" for name, value in figures.items()))
            saved = time.monotonic()
        if out_of_time:
            return state.stage_samples >= stage.samples
    return True


def mean_face(faces: FaceFrames) -> FloatArray:
    """The mean of all landmarks, made symmetric: (68, 2)."""
    marks = faces.landmarks[np.isfinite(faces.landmarks).all(axis=(1, 2))].mean(axis=0)
    return ((marks + marks[MIRRORED] * np.float32([-1, 1])) / 2).astype(np.float32)


def _losses(state: RunState, stage: Stage, batch: list[Tensor], anchors: Anchors, lpips: Lpips | None) -> Losses:
    source, target, source_marks, target_marks = (tensor.to(state.device, non_blocking=True) for tensor in batch)
    source, target = (images.permute(0, 3, 1, 2).float() / 255 for images in (source, target))
    autocast = torch.autocast(state.device.type, torch.bfloat16)

    if stage.learn == "detector":  # both frames are samples of their own
        images, marks = torch.cat([source, target]), torch.cat([source_marks, target_marks])
        affine = random_affine(len(images), WIDE, images)
        marks = move_landmarks(marks, affine)
        images = degrade(move(images, affine)).contiguous(memory_format=torch.channels_last)
        with autocast:
            found = state.networks.detector(images)
        return keypoint_losses(found, anchors.keypoints(marks), marks)

    affine = random_affine(len(source), NARROW, source)  # one affine and one recolouring for both frames of a pair
    colours = random_colours(len(source), 1.0, source)
    source, target = recolour(move(source, affine), colours), recolour(move(target, affine), colours)
    source, target = (images.contiguous(memory_format=torch.channels_last) for images in (source, target))
    source_marks, target_marks = move_landmarks(source_marks, affine), move_landmarks(target_marks, affine)
    with torch.no_grad(), autocast:
        seen = state.networks.detector(torch.cat([source, degrade(target)]))
    exact = torch.rand(len(source), device=state.device) < stage.exact_share
    moves = [
        _choose(exact, anchors.keypoints(marks), Keypoints(*(tensor[part] for tensor in seen)))
        for marks, part in ((source_marks, slice(None, len(source))), (target_marks, slice(len(source), None)))
    ]
    with autocast:
        animated = state.networks.generator.animate(state.networks.generator.encode(source), *moves)
    return animation_losses(animated, target, source_marks, target_marks, lpips)


def _choose(first: Tensor, one: Keypoints, other: Keypoints) -> Keypoints:
    """Per sample `one` where `first`, else `other`."""
    return Keypoints(
        torch.where(first[:, None, None], one.points, other.points), torch.where(first[:, None, None, None], one.jacobians, other.jacobians)
    )
