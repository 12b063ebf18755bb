"""Teaching a student: reads top to bottom, batch by batch, until the plan is done or the time is up."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from puppet.errors import TrainingError
from puppet.media.contact_sheet import contact_sheet
from puppet.media.picture_file import write_picture
from puppet.picture import Picture
from training.compressing.distillation import Lesson, animate_pair, distillation_losses, images_of, split, weighted_sum
from training.compressing.student import DistillationPlan, Student
from training.data.clip_entry import ClipEntry
from training.data.clip_store import ClipStore, open_clips
from training.data.packs import FaceFrames, choose_clips, read_faces
from training.data.pairs import Clips, PairSampler
from training.exporting.export_graphs import picture_from_prediction
from training.fitting.batch import Batch
from training.fitting.chance import Chance
from training.fitting.feed import DiskFeed, Draws, Feed, MemoryFeed, Rows, frame_bytes
from training.fitting.loss_log import LossLog
from training.fitting.memory import frame_budget, is_out_of_memory
from training.fitting.session import Session
from training.networks.pair import NetworkPair
from training.objectives.perceptual import load_lpips

DECODERS = 4
"""Processes that decode what memory does not hold."""

LARGEST_YAW = 0.3
"""Rendered clips of photographs turned further are left out, as in the recipes."""

VALIDATION_PAIRS = 32
SHEET_ROWS = 6


def open_feed(data: Sequence[Path], plan: DistillationPlan, limit_clips: int | None, device: torch.device) -> Feed:
    """The plan's batches of training clips: from memory where the frames fit, else decoded step by step.

    Raises `TrainingError` for data that can't be used.
    """
    store = open_clips(data, plan.side, None, _teaches, limit=limit_clips)
    clips: FaceFrames | ClipStore = store
    if frame_bytes(store) <= frame_budget():
        clips = read_faces(data, plan.side, _teaches, limit=limit_clips)
    draws = Draws(_sampler(clips), (plan.seed, 0), Rows(plan.batch, 0, plan.batch))
    return MemoryFeed(clips, draws, device) if isinstance(clips, FaceFrames) else DiskFeed(clips, draws, DECODERS, device.type == "cuda")


def _teaches(entry: ClipEntry) -> bool:
    """Whether a clip is for training, and not turned so far that its far side was rendered badly."""
    return entry.split == "train" and abs(entry.source_yaw) <= LARGEST_YAW


def open_unseen(data: Sequence[Path], side: int, limit_clips: int | None) -> ClipStore:
    """The validation clips: recordings alone where there are any. Raises `TrainingError` for data that can't be used."""
    real = any(entry.real for _, entry in choose_clips(data, lambda entry: entry.split == "val"))
    return open_clips(data, side, "val", lambda entry: entry.real >= real, limit=limit_clips)


def _draw_unseen(unseen: ClipStore, count: int) -> Batch:
    """The same pairs every time for the same data."""
    sources, targets = _sampler(unseen).draw(count, np.random.default_rng(1))
    pairs = [unseen.read_pair(int(source), int(target)) for source, target in zip(sources, targets, strict=True)]
    frames, marks = (torch.from_numpy(np.stack(part)) for part in zip(*pairs, strict=True))
    return Batch(frames[:, 0], frames[:, 1], marks[:, 0], marks[:, 1])


def _sampler(clips: Clips) -> PairSampler:
    """By openings of eyes and mouth where landmarks are known, else by identity."""
    marked = any(clip.has_landmarks for clip in clips.clips)
    return PairSampler(clips) if marked else PairSampler(clips, balance="identity", landmarks=False)


def teach(teacher: NetworkPair, student: Student, feed: Feed, unseen: ClipStore, *, session: Session, output: Path) -> bool:
    """Let the student learn; its state, log and sheets go to the session's folder, its checkpoint to `output`.

    False when the session was over before the plan was done; saved in either case.
    """
    plan = student.plan
    device = student.device
    lpips = load_lpips(device) if plan.lpips else None
    lesson = Lesson(teacher.to(device).eval().requires_grad_(False), student.networks, plan.stage, lpips)
    if plan.stage == "keypoints" and not lesson.shares_keypoints:
        raise TrainingError(
            "The student's keypoints mean other places than the teacher's: it can't learn them.",
            "Learn by --stage both: pictures, flow and occlusion can be compared.",
        )
    pairs = _draw_unseen(unseen, VALIDATION_PAIRS)
    session.log(f"# {plan.stage}: {plan.samples - student.samples} samples to go, {torch.get_num_threads()} threads, {device}")
    told = LossLog(session, plan.stage, plan.samples, student.samples)
    saved = time.monotonic()
    for batch in feed.batches(student.steps, -(-plan.samples // plan.batch)):
        with _advising(plan):
            chance = Chance((plan.seed, student.steps), plan.batch, 0, plan.batch)  # of the step alone: nothing to keep for a resumed run
            losses = distillation_losses(lesson, Batch(*(tensor.to(device) for tensor in batch)), chance)
            student.step(weighted_sum(losses))

        told.add(losses)
        over = session.is_over or student.samples >= plan.samples
        if told.is_due() or over:
            told.write(student.samples, student.rate(), student.samples)
        if time.monotonic() - saved > session.save_every_s and not over:
            student.save(session.folder, output)
            session.log(validate(lesson, student, pairs, session.folder))
            saved = time.monotonic()
        if over:
            break
    student.save(session.folder, output)
    session.log(validate(lesson, student, pairs, session.folder))
    if student.samples < plan.samples:
        session.log("# stopped; go on with --resume")
    return student.samples >= plan.samples


@contextmanager
def _advising(plan: DistillationPlan) -> Iterator[None]:
    """Turns a lack of memory into a sentence."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        hint = f"Lower --batch from {plan.batch}, or --side from {plan.side}; then begin anew."
        raise TrainingError("Memory was not enough for a batch.", hint) from error


@torch.no_grad()
def validate(lesson: Lesson, student: Student, pairs: Batch, folder: Path) -> str:
    """A line of figures over pairs of unseen people, and a sheet: source, driver, teacher's result, student's result."""
    sums = torch.zeros(3)
    rows: list[list[Picture]] = []
    drawer = lesson.teacher if lesson.stage == "keypoints" else student.average
    for index in range(len(pairs.source)):
        source, target = (images_of(pictures[index : index + 1].to(student.device)) for pictures in (pairs.source, pairs.target))
        images = torch.cat([source, target])
        wanted = animate_pair(lesson.teacher, source, split(lesson.teacher.detector(images))).prediction
        found = animate_pair(drawer, source, split(student.average.detector(images))).prediction
        sums += torch.stack([(one - other).abs().mean() for one, other in ((wanted, target), (found, target), (found, wanted))]).cpu()
        if len(rows) < 2 * SHEET_ROWS:
            rows.append([picture_from_prediction(image[0].permute(1, 2, 0)).cpu().numpy() for image in (source, target, wanted, found)])
    half = (len(rows) + 1) // 2
    shown = [left + right for left, right in zip(rows[:half], rows[half : 2 * half], strict=False)] or rows
    columns = ["source", "driver", "teacher", "student"] * (len(shown[0]) // 4)
    write_picture(folder / "sheets" / f"{lesson.stage}_{student.samples:07d}.png", contact_sheet(shown, [], columns, cell=160))
    names = ("teacher_l1", "student_l1", "apart")
    figures = " ".join(f"{name} {float(value) / len(pairs.source):.4f}" for name, value in zip(names, sums, strict=True))
    return f"= {lesson.stage} {student.samples} {figures}"
