"""What a student is held to: nothing where it equals its teacher, gradients only where it is to learn."""

import copy

import pytest
import torch
from torch import Tensor

from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM, build_small
from training.compressing.distillation import (
    WEIGHTS,
    DistillationStage,
    Lesson,
    animation_distance,
    distillation_losses,
    expression_weight,
    keypoint_distance,
    reconstruction_loss,
    shift_of,
    weighted_sum,
)
from training.fitting.batch import Batch
from training.networks.first_order import coordinate_grid
from training.networks.pair import NetworkPair
from training.networks.tensors import Animated, Keypoints


def batch_of(count: int = 2, side: int = 64) -> Batch:
    """Random frames with random landmarks."""
    generator = torch.Generator().manual_seed(5)
    frames = torch.randint(0, 256, (2, count, side, side, 3), generator=generator, dtype=torch.uint8)
    marks = torch.rand(2, count, 68, 2, generator=generator) - 0.5
    return Batch(frames[0], frames[1], marks[0], marks[1])


def lesson_of(stage: DistillationStage, teacher: NetworkPair | None = None) -> Lesson:
    """A frozen teacher and a student with other weights."""
    teacher = teacher or build_small(SMALL_COMPACT)
    return Lesson(teacher.requires_grad_(False), build_small(SMALL_COMPACT, seed=1), stage)


@pytest.mark.parametrize("stage", ["keypoints", "generator", "both"])
def test_only_what_learns_gets_gradients(stage: DistillationStage) -> None:
    lesson = lesson_of(stage)
    weighted_sum(distillation_losses(lesson, batch_of())).backward()  # type: ignore[no-untyped-call]

    def taught(network: torch.nn.Module) -> bool:
        return any(value.grad is not None and bool(value.grad.abs().sum() > 0) for value in network.parameters())

    assert taught(lesson.student.detector) == (stage != "generator")
    assert taught(lesson.student.generator) == (stage != "keypoints")
    assert not any(value.grad is not None for value in lesson.teacher.parameters())


def test_a_student_that_equals_its_teacher_differs_from_the_truth_alone() -> None:
    teacher = build_small(SMALL_COMPACT)
    losses = distillation_losses(Lesson(teacher, copy.deepcopy(teacher), "generator"), batch_of())
    assert {name for name, value in losses.items() if float(value.detach()) > 1e-6} == {"truth"}
    assert set(losses) <= set(WEIGHTS)


def test_keypoints_are_compared_only_where_both_mean_the_same_places() -> None:
    fomm = build_small(SMALL_FOMM.model_copy(update={"keypoint_count": 5}))
    lesson = lesson_of("both", fomm)
    assert not lesson.shares_keypoints
    assert set(distillation_losses(lesson, batch_of())) == {"outputs", "flow", "occlusion", "truth", "seen"}
    assert set(distillation_losses(lesson_of("both"), batch_of())) == {
        "points",
        "jacobians",
        "outputs",
        "flow",
        "occlusion",
        "truth",
        "seen",
    }
    lids = SMALL_COMPACT.model_copy(update={"eyes": ((0, 0, 1, 2), (0, 0, 1, 2)), "mouth": (0,)})
    assert not Lesson(build_small(SMALL_FOMM), build_small(lids), "both").shares_keypoints


def drawn(deformation: Tensor, occlusion: float = 1.0) -> Animated:
    """A grey picture under a deformation."""
    picture = torch.full((1, 3, 8, 8), 0.5)
    return Animated(picture, picture, deformation, torch.full((1, 1, 4, 4), occlusion))


def test_flow_is_the_shift_of_each_cell_whatever_grid_and_convention() -> None:
    weight = torch.ones(1, 1, 8, 8)
    areas = coordinate_grid(8, 8, align_corners=False, like=weight)[None]
    corners = coordinate_grid(4, 4, align_corners=True, like=weight)[None]
    still = animation_distance(drawn(areas), drawn(corners), weight, (False, True))
    assert float(still["flow"]) == pytest.approx(0, abs=1e-6)
    moved = animation_distance(drawn(areas + 0.2), drawn(corners), weight, (False, True))
    assert float(moved["flow"]) == pytest.approx(0.2, abs=1e-6)
    hidden = animation_distance(drawn(areas + 0.2), drawn(corners, occlusion=0.0), weight, (False, True))
    assert float(hidden["flow"]) == 0
    assert float(hidden["occlusion"]) == 1
    assert shift_of(areas + 0.2, False).shape == (1, 2, 8, 8)


def test_keypoints_differ_by_their_mean_distance() -> None:
    found = Keypoints(torch.zeros(1, 2, 2), torch.zeros(1, 2, 2, 2))
    distance = keypoint_distance(found, Keypoints(found.points + 0.1, found.jacobians - 0.3))
    assert float(distance["points"]) == pytest.approx(0.1)
    assert float(distance["jacobians"]) == pytest.approx(0.3)


def test_pictures_without_landmarks_weigh_the_same_everywhere() -> None:
    marks = batch_of().source_marks.clone()
    marks[1] = torch.nan
    weight = expression_weight(marks, 16, 16)
    assert weight[0].max() > 2
    assert torch.equal(weight[1], torch.ones(1, 16, 16))
    loss = reconstruction_loss(build_small(SMALL_COMPACT), batch_of()._replace(target_marks=marks))
    assert torch.isfinite(loss)
