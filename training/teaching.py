"""Teaching a student: reads top to bottom, batch by batch, until the plan is done or the time is up."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from puppet.contact_sheet import contact_sheet
from puppet.errors import TrainingError
from puppet.picture import Picture
from puppet.picture_file import write_picture
from training.distillation import Lesson, animate_pair, distillation_losses, images_of, split, weighted_sum
from training.export_graphs import picture_from_prediction
from training.networks.pair import NetworkPair
from training.packs import FaceFrames, choose_clips, read_faces
from training.pairs import PairSampler
from training.perceptual import load_lpips
from training.session import LEFT_BY_FAILURE, Session
from training.step import Batch
from training.student import Student

LOG_EVERY_S = 20.0
VALIDATION_PAIRS = 32
SHEET_ROWS = 6


class Frames(NamedTuple):
    """Frames and landmarks to draw batches of; `pictures` and `marks` are the faces' arrays as tensors."""

    faces: FaceFrames
    sampler: PairSampler
    pictures: Tensor
    marks: Tensor

    def draw(self, count: int, random: np.random.Generator, device: torch.device) -> Batch:
        """Some pairs of frames, on the device."""
        sources, targets = (torch.from_numpy(indices) for indices in self.sampler.draw(count, random))
        parts = (self.pictures[sources], self.pictures[targets], self.marks[sources], self.marks[targets])
        return Batch(*(part.to(device) for part in parts))


def _frames(faces: FaceFrames) -> Frames:
    marked = any(clip.has_landmarks for clip in faces.clips)
    sampler = PairSampler(faces) if marked else PairSampler(faces, balance="identity", landmarks=False)
    return Frames(faces, sampler, torch.from_numpy(faces.frames), torch.from_numpy(faces.landmarks))


def read_train(data: Sequence[Path], side: int, limit_clips: int | None) -> Frames:
    """The training clips, decoded. Raises `TrainingError` for data that can't be used."""
    return _frames(read_faces(data, side, lambda entry: entry.split == "train", limit=limit_clips))


def read_unseen(data: Sequence[Path], side: int, limit_clips: int | None) -> Frames:
    """The validation clips, decoded: recordings alone where there are any. Raises `TrainingError` for data that can't be used."""
    real = any(entry.real for _, entry in choose_clips(data, lambda entry: entry.split == "val"))
    return _frames(read_faces(data, side, lambda entry: entry.split == "val" and entry.real >= real, limit=limit_clips))


def refuse_used_folder(folder: Path) -> None:
    """Raise `TrainingError` for a folder in which another run lies."""
    if folder.is_dir() and any(child.name not in LEFT_BY_FAILURE for child in folder.iterdir()):
        raise TrainingError(f"The run folder {folder} is not empty.", "Go on with it by --resume, or name another by --run.")


def teach(teacher: NetworkPair, student: Student, frames: Frames, unseen: Frames, *, session: Session, output: Path) -> bool:
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
    pairs = unseen.draw(VALIDATION_PAIRS, np.random.default_rng(1), device)
    session.log(f"# {plan.stage}: {plan.samples - student.samples} samples to go, {torch.get_num_threads()} threads, {device}")
    sums: dict[str, float] = {}
    count, first = 0, student.samples
    began = logged = saved = time.monotonic()
    while student.samples < plan.samples and not session.is_over:
        losses = distillation_losses(lesson, frames.draw(plan.batch, student.random, device))
        student.step(weighted_sum(losses))

        count += 1
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach())
        over = session.is_over or student.samples >= plan.samples
        now = time.monotonic()
        if now - logged > LOG_EVERY_S or over:
            speed = (student.samples - first) / (now - began)
            left = (plan.samples - student.samples) / speed / 60
            means = " ".join(f"{name} {value / count:.4f}" for name, value in sums.items())
            session.log(
                f"{plan.stage} {student.samples}/{plan.samples} {speed:.1f}/s, {left:.1f} min left, rate {student.rate():.1e} {means}"
            )
            sums, count, logged = {}, 0, now
        if now - saved > session.save_every_s and not over:
            student.save(session.folder, output)
            session.log(validate(lesson, student, pairs, session.folder))
            saved = time.monotonic()
    student.save(session.folder, output)
    session.log(validate(lesson, student, pairs, session.folder))
    if student.samples < plan.samples:
        session.log("# stopped; go on with --resume")
    return student.samples >= plan.samples


@torch.no_grad()
def validate(lesson: Lesson, student: Student, pairs: Batch, folder: Path) -> str:
    """A line of figures over pairs of unseen people, and a sheet: source, driver, teacher's result, student's result."""
    sums = torch.zeros(3)
    rows: list[list[Picture]] = []
    drawer = lesson.teacher if lesson.stage == "keypoints" else student.average
    for index in range(len(pairs.source)):
        source, target = (images_of(pictures[index : index + 1]) for pictures in (pairs.source, pairs.target))
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
