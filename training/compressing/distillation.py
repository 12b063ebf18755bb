"""What a student network is held to: what its teacher sees and draws, on the same augmented pictures."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from training.data.augmentation import NARROW, WIDE, Spread, degrade, move, move_landmarks, random_affine, random_colours, recolour
from training.fitting.batch import Batch
from training.fitting.chance import FREE, Chance
from training.networks.first_order import coordinate_grid
from training.networks.pair import NetworkPair
from training.networks.sampling import resize
from training.networks.tensors import Animated, Keypoints
from training.objectives.losses import Losses, region_weight
from training.objectives.perceptual import Lpips

DistillationStage = Literal["keypoints", "generator", "both"]
"""What learns: the detector, before the teacher's frozen generator; the generator, behind the student's frozen detector; or both."""

WEIGHTS = {"points": 10.0, "jacobians": 1.0, "outputs": 5.0, "flow": 10.0, "occlusion": 1.0, "truth": 1.0, "seen": 20.0, "lpips": 1.0}
"""Weight of each loss in the sum."""


class Lesson(NamedTuple):
    """A teacher, frozen and in evaluation mode, its student, and what the student learns; `lpips` where outputs are compared by it too."""

    teacher: NetworkPair
    student: NetworkPair
    stage: DistillationStage
    lpips: Lpips | None = None

    @property
    def shares_keypoints(self) -> bool:
        """Whether keypoint i of one is keypoint i of the other: not so for discovered keypoints and anchored ones."""
        ours, theirs = self.student.configuration, self.teacher.configuration
        return ours.keypoint_count == theirs.keypoint_count and ours.lids == theirs.lids


def keypoint_distance(found: Keypoints, wanted: Keypoints) -> Losses:
    """L1 of points, in [-1, 1], and of Jacobians."""
    return {
        "points": (found.points - wanted.points).abs().mean(),
        "jacobians": (found.jacobians - wanted.jacobians).abs().mean(),
    }


def animation_distance(found: Animated, wanted: Animated, weight: Tensor, corners: Sequence[bool]) -> Losses:
    """L1 of the pictures under a (B, 1, H, W) weight, of the flow where the teacher shows the source, and of the occlusion.

    Flow is compared as the shift of each cell from its own place, so that grids of different sides and conventions
    (`corners`: whether -1 and 1 are the centres of the outer cells, in each of the two) can be told from each other.
    """
    ours, theirs = (shift_of(drawn.deformation, corner) for drawn, corner in zip((found, wanted), corners, strict=True))
    height, width = ours.shape[2:]
    seen = resize(wanted.occlusion.float(), height, width)
    occlusion = found.occlusion.float()
    return {
        "outputs": ((found.prediction - wanted.prediction).abs() * weight).mean(),
        "flow": ((ours - resize(theirs, height, width)).abs() * seen).mean(),
        "occlusion": (occlusion - resize(wanted.occlusion.float(), *occlusion.shape[2:])).abs().mean(),
    }


def shift_of(deformation: Tensor, align_corners: bool) -> Tensor:
    """How far from its own place each cell of a (B, h, w, 2) deformation looks: (B, 2, h, w)."""
    still = coordinate_grid(*deformation.shape[1:3], align_corners=align_corners, like=deformation)
    return (deformation.float() - still).permute(0, 3, 1, 2)


def distillation_losses(lesson: Lesson, batch: Batch, chance: Chance = FREE) -> Losses:
    """The losses of a stage by name; keypoints are compared only where both networks mean the same by them."""
    losses: Losses = {}
    if lesson.stage != "generator" and lesson.shares_keypoints:
        losses |= _keypoint_part(lesson, batch, chance)
    return losses | _animation_part(lesson, batch, chance)


def weighted_sum(losses: Losses) -> Tensor:
    """What is minimised."""
    return torch.stack([value * WEIGHTS[name] for name, value in losses.items()]).sum()


def images_of(pictures: Tensor) -> Tensor:
    """(B, side, side, 3) uint8 pictures as (B, 3, side, side) in [0, 1]."""
    return pictures.permute(0, 3, 1, 2).float() / 255


def expression_weight(marks: Tensor, height: int, width: int) -> Tensor:
    """Eyes and mouth weigh more, (B, 1, height, width); every place the same where a picture's landmarks are unknown."""
    known = torch.isfinite(marks).all(dim=(1, 2))[:, None, None, None]
    return torch.where(known, region_weight(torch.nan_to_num(marks), height, width), 1.0)


def _augment(batch: Batch, spread: Spread, chance: Chance) -> tuple[Tensor, Tensor, Tensor]:
    """Source and target pictures (B, 3, side, side) under one affine and one recolouring, and the target's landmarks."""
    source, target = images_of(batch.source), images_of(batch.target)
    affine, colours = random_affine(len(source), spread, source, chance), random_colours(len(source), 1.0, source, chance)
    source, target = (recolour(move(images, affine), colours).contiguous(memory_format=torch.channels_last) for images in (source, target))
    return source, target, move_landmarks(batch.target_marks, affine)


def _keypoint_part(lesson: Lesson, batch: Batch, chance: Chance) -> Losses:
    """The student's detector sees what a bad camera leaves of the pictures that the teacher sees, turned and shifted widely."""
    source, target, _ = _augment(batch, WIDE, chance)
    images = torch.cat([source, target])
    seen = degrade(images, chance).contiguous(memory_format=torch.channels_last)
    with torch.autocast(images.device.type, torch.bfloat16):
        with torch.no_grad():
            wanted = look(lesson.teacher, images)
        found = look(lesson.student, seen)
    return keypoint_distance(found, wanted)


def look(networks: NetworkPair, images: Tensor) -> Keypoints:
    """What the learned part of the detector sees, whatever frozen network may correct it afterwards."""
    found: Keypoints = getattr(networks.detector, "look", networks.detector)(images)
    return found


def _animation_part(lesson: Lesson, batch: Batch, chance: Chance) -> Losses:
    """One animation by the teacher and one by the student, or by the teacher's generator from the student's keypoints.

    `seen` asks the teacher's detector whether it sees the same face in both: it carries small motions of lids and lips, to which no
    loss over pixels gives much weight.
    """
    source, target, marks = _augment(batch, NARROW, chance)
    images = torch.cat([source, target])
    drawer = lesson.teacher if lesson.stage == "keypoints" else lesson.student
    with torch.autocast(images.device.type, torch.bfloat16):
        with torch.no_grad():
            wanted = animate_pair(lesson.teacher, source, split(lesson.teacher.detector(images)))
        with torch.set_grad_enabled(lesson.stage != "generator"):
            seen = split(lesson.student.detector(images))
        found = animate_pair(drawer, source, seen)
    weight = expression_weight(marks, *target.shape[-2:])
    corners = tuple(networks.configuration.family == "fomm" for networks in (drawer, lesson.teacher))
    losses = animation_distance(found, wanted, weight, corners)
    losses["truth"] = ((found.prediction - target).abs() * weight).mean()
    with torch.autocast(images.device.type, torch.bfloat16):
        with torch.no_grad():
            face = look(lesson.teacher, wanted.prediction)
        losses["seen"] = keypoint_distance(look(lesson.teacher, found.prediction), face)["points"]
    if lesson.lpips is not None:
        with torch.autocast(images.device.type, torch.bfloat16):
            losses["lpips"] = lesson.lpips(found.prediction.contiguous(), wanted.prediction.contiguous()).mean()
    return losses


def animate_pair(networks: NetworkPair, source: Tensor, keypoints: tuple[Keypoints, Keypoints]) -> Animated:
    """The source (B, 3, side, side) moved from its own keypoints to the driver's."""
    return networks.generator.animate(networks.generator.encode(source), *keypoints)


def split(keypoints: Keypoints) -> tuple[Keypoints, Keypoints]:
    """The keypoints of a batch's first half and of its second."""
    points, jacobians = (part.chunk(2) for part in keypoints)
    return Keypoints(points[0], jacobians[0]), Keypoints(points[1], jacobians[1])


def reconstruction_loss(networks: NetworkPair, batch: Batch) -> Tensor:
    """How far the target frame is from the source drawn in its pose, eyes and mouth weighted: tells pruning what a channel matters."""
    source, target = images_of(batch.source), images_of(batch.target)
    drawn = animate_pair(networks, source, split(networks.detector(torch.cat([source, target]))))
    return ((drawn.prediction - target).abs() * expression_weight(batch.target_marks, *target.shape[-2:])).mean()
