"""A recipe: the networks' configuration and the stages they are trained in, read from YAML."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from puppet.errors import ModelError
from training.anchors import ANCHORS
from training.configuration import Configuration
from training.recipe_files import find_recipe, read_recipe

_POINTS = ("points", "gaps", "jacobians")
LOSSES = {"detector": _POINTS, "closeups": _POINTS, "generator": ("l1", "warp", "flow", "lpips", "crops", "seen_points", "seen_gaps")}
"""Names of what each network can be held to, those of `training.losses`."""


class Stage(BaseModel):
    """One leg of training: which network learns, at what side, for how many samples."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    learn: Literal["detector", "closeups", "generator"] = Field(description="what learns; all else is frozen or unused")
    side: int = Field(256, ge=64, multiple_of=32, description="side of the pictures, px")
    samples: int = Field(ge=1, description="length of the stage; the learning rate falls along a cosine over it")
    batch: int = Field(16, ge=1)
    rate: float = Field(7e-4, gt=0, description="peak learning rate")
    warmup: int = Field(100, ge=0, description="steps over which the rate rises")
    weights: dict[str, float] = Field(min_length=1, description="weight of each loss by name; one that is not named is not in the sum")
    exact_share: float = Field(0.5, ge=0, le=1, description="share of the pairs moved by exact anchors instead of detected points")

    @model_validator(mode="after")
    def _check_weights(self) -> Self:
        known = LOSSES[self.learn]
        unknown = [name for name in self.weights if name not in known]
        if unknown:
            raise ValueError(f"the {self.learn} has the losses {', '.join(known)}, not {unknown[0]}")
        return self


class TrainingPlan(BaseModel):
    """How the stages are run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stages: tuple[Stage, ...] = Field(min_length=1)
    ema: float = Field(0.998, ge=0, lt=1, description="decay of the averaged weights, which are the ones kept")
    clip: float = Field(5.0, gt=0, description="largest gradient norm")
    largest_yaw: float = Field(0.3, gt=0, description="rendered clips of photographs turned further are left out")
    seed: int = 0
    licence: str = Field("MIT", description="licence of the weights")
    sources: tuple[str, ...] = Field((), description="the training data, each with its licence")


class Recipe(BaseModel):
    """What `assets/recipes/NAME.yaml` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    model: Configuration
    training: TrainingPlan

    @field_validator("model")
    @classmethod
    def _check_anchors(cls, model: Configuration) -> Configuration:
        if model.keypoint_count != len(ANCHORS):
            raise ValueError(f"keypoint_count is {model.keypoint_count}, but training anchors {len(ANCHORS)} keypoints to a face")
        return model


def load_recipe(recipe: str) -> Recipe:
    """A recipe that can be trained, by name or as a YAML file. Raises `ModelError` that says what is missing or out of range."""
    document = read_recipe(recipe)
    path = find_recipe(recipe)
    if "training" not in document:
        raise ModelError(f"The recipe {path} says nothing of training.", "A recipe that can be trained has a `training` section.")
    try:
        return Recipe.model_validate({"name": path.stem, **document})
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelError(f"The recipe {path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}.") from error
