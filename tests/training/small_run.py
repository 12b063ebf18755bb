"""A recipe that trains in seconds, and its runs on the drawn pack."""

import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.training.small_networks import SMALL_COMPACT, SMALL_FOMM
from training.data.anchors import ANCHORS
from training.fitting.fit import fit
from training.fitting.run_state import RunState
from training.fitting.step import Step
from training.recipes.recipe import Recipe, Stage, TrainingPlan

NETWORKS = SMALL_COMPACT.model_copy(update={"keypoint_count": len(ANCHORS), "motion_grid": 16})
BATCH = 2
STEPS = 3
"""Steps of each of the two stages."""

_SHORT = {"side": 64, "samples": STEPS * BATCH, "batch": BATCH, "warmup": 2}
RECIPE = Recipe(
    name="small",
    model=NETWORKS,
    training=TrainingPlan(
        stages=(
            Stage.model_validate({"name": "keypoints", "learn": "detector", "weights": {"points": 10, "gaps": 10}, **_SHORT}),
            Stage.model_validate({"name": "motion", "learn": "generator", "weights": {"l1": 5, "warp": 1, "flow": 5}, **_SHORT}),
        ),
        sources=("drawn faces (CC0)",),
        ema=0.9,
    ),
)


JOINT = Recipe(
    name="joint",
    model=SMALL_FOMM,
    training=TrainingPlan(
        stages=(
            Stage.model_validate(
                {
                    "name": "adversarial",
                    "learn": "both",
                    "side": 64,
                    "samples": 12,
                    "batch": 4,
                    "warmup": 0,
                    "weights": {"l1": 10, "gan": 1, "features": 10, "equivariance_points": 10, "equivariance_jacobians": 10},
                    "discriminator": {"width": 4, "width_limit": 16, "depth": 3, "spectral_norm": True, "sees_keypoints": True},
                    "augmentation": {"resize": [0.9, 1.1]},
                }
            ),
        ),
        ema=0.9,
    ),
)
"""The First Order Motion Model's way: both networks from pixels, before a discriminator."""


def joint(**fields: Any) -> Recipe:
    """`JOINT` with other fields of its stage."""
    stage = Stage.model_validate({**JOINT.training.stages[0].model_dump(), **fields})
    return JOINT.model_copy(update={"training": JOINT.training.model_copy(update={"stages": (stage,)})})


def changed_plan(**fields: Any) -> Recipe:
    """The recipe with other fields of its plan."""
    return RECIPE.model_copy(update={"training": RECIPE.training.model_copy(update=fields)})


def run(folder: Path, pack: Path, **options: Any) -> RunState:
    """Fit the small recipe on the CPU."""
    return fit(options.pop("recipe", RECIPE), [pack], folder, device=torch.device("cpu"), **options)


def interrupt_at(patch: pytest.MonkeyPatch, step: int, number: int = signal.SIGINT) -> None:
    """Send this process a signal during the step given, counted from 1 over both stages."""
    seen = 0

    def forward(self: Step, *arguments: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == step:
            signal.raise_signal(number)
        return computed(self, *arguments)

    computed = Step.forward
    patch.setattr(Step, "forward", forward)


def assert_same_state(left: RunState, right: RunState) -> None:
    """Every bit that a run goes on from."""
    for one, other in ((left.networks, right.networks), (left.average, right.average)):
        weights = other.state_dict()
        for name, tensor in one.state_dict().items():
            assert torch.equal(tensor, weights[name]), name
    assert_same(left.optimiser.state_dict(), right.optimiser.state_dict())
    assert (left.discriminator is None) == (right.discriminator is None)
    if left.discriminator is not None and right.discriminator is not None:
        assert_same(dict(left.discriminator.state_dict()), dict(right.discriminator.state_dict()))
        assert left.judging is not None and right.judging is not None
        assert_same(left.judging.state_dict(), right.judging.state_dict())
    assert (left.stage_index, left.stage_samples, left.steps, left.samples) == (
        right.stage_index, right.stage_samples, right.steps, right.samples,
    )  # fmt: skip


def assert_same(left: Any, right: Any) -> None:
    """Nested dictionaries and lists of tensors and plain values that are equal to the bit."""
    if isinstance(left, dict):
        assert left.keys() == right.keys()
        for key in left:
            assert_same(left[key], right[key])
    elif isinstance(left, list):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    elif isinstance(left, Tensor):
        assert torch.equal(left, right)
    else:
        assert left == right
