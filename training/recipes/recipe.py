"""A recipe: the networks' configuration and the stages they are trained in, read from YAML."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from training.configuration import Configuration
from training.data.anchors import ANCHORS
from training.recipes.recipe_files import validate_recipe
from training.recipes.recipe_problems import UnknownKeyError

_POINTS = ("points", "gaps", "jacobians")
_PIXELS = ("l1", "warp", "flow", "lpips", "crops")
_DRAWN = ("perceptual", "gan", "features")
_LED = (*_PIXELS, "seen_points", "seen_gaps", *_DRAWN)
LOSSES: dict[str, tuple[str, ...]] = {
    "detector": _POINTS,
    "closeups": _POINTS,
    "generator": _LED,
    "fine": _LED,
    "both": (*_PIXELS, *_DRAWN, "equivariance_points", "equivariance_jacobians", *_POINTS),
}
"""Names of what each network can be held to, those of `training.objectives.losses`."""

_ANCHORED = frozenset({*_POINTS, "seen_points", "seen_gaps"})
"""Losses that need keypoints which are anchored to a face."""

_ON_LANDMARKS = _ANCHORED | {"flow", "crops"}
"""Losses that need the landmarks of a face."""

Share = Annotated[float, Field(ge=0, le=1)]
View = Literal["picture", "mouth", "eyes"]


class DiscriminatorPlan(BaseModel):
    """What tells real pictures from drawn ones (`gan`, `features`), and on what it looks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(32, ge=1, description="channels double from here: the first block gives twice as many")
    width_limit: int = Field(512, ge=1)
    depth: int = Field(4, ge=1, description="blocks, each but the last halves the picture")
    spectral_norm: bool = False
    sees_keypoints: bool = Field(False, description="the driver's heatmaps join the picture")
    scales: tuple[Share, ...] = Field(
        (1.0,), min_length=1, description="sides at which the picture is looked at, as shares: 1, .5, .25 ..."
    )
    views: tuple[View, ...] = Field(
        ("picture",), min_length=1, description="the whole picture, squares around mouth and eyes, or all of them"
    )
    crop_side: int = Field(64, ge=16, description="side of the squares around mouth and eyes, px")
    rate: float | None = Field(None, gt=0, description="its peak learning rate; the stage's where not given")

    @property
    def least_side(self) -> int:
        """The smallest side of a picture that so many blocks can look at, px: the last one must be left 2x2 cells to normalise."""
        side = 5
        for _ in range(self.depth - 1):
            side = 2 * side + 3
        return side

    @model_validator(mode="after")
    def _check_looks(self) -> Self:
        if any(scale == 0 or (1 / scale) % 1 for scale in self.scales):
            raise ValueError("scales are one over a whole number: 1, .5, .25 ...")
        if self.views != ("picture",) and self.crop_side < self.least_side:
            raise ValueError(f"a depth of {self.depth} needs a crop_side of at least {self.least_side}, not {self.crop_side}")
        if self.sees_keypoints and self.views != ("picture",):
            raise ValueError("a discriminator that sees keypoints looks at the whole picture alone")
        return self


class AugmentationPlan(BaseModel):
    """How both frames of a pair are changed alike, for any kind of clip; faces have ways of their own where a stage doesn't name this."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    flip: bool = Field(True, description="half of the pairs are mirrored")
    time_flip: bool = Field(True, description="half of the pairs swap source and target")
    brightness: Share = Field(0.1, description="largest change of brightness, as a share")
    contrast: Share = 0.1
    saturation: Share = 0.1
    hue: float = Field(0.1, ge=0, le=0.5, description="largest turn of the hue, 1 being the whole circle")
    resize: tuple[float, float] = Field(
        (1.0, 1.0), description="smallest and largest factor of size, before a square of the side is cut out"
    )

    @model_validator(mode="after")
    def _check_resize(self) -> Self:
        if not 0.25 <= self.resize[0] <= self.resize[1] <= 4:
            raise ValueError(f"resize goes from a smallest to a largest factor, both between .25 and 4, not {list(self.resize)}")
        return self


class Stage(BaseModel):
    """One leg of training: what learns, at what side, for how long, held to what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    learn: Literal["detector", "closeups", "generator", "fine", "both"] = Field(
        description="what learns, all else is frozen or unused; `fine` is the generator's fine head alone, `both` learns generator and "
        "detector together, from pixels"
    )
    side: int = Field(256, ge=64, multiple_of=32, description="side of the pictures, px")
    samples: int | None = Field(None, ge=1, description="length of the stage, over which the learning rate falls; or give epochs")
    epochs: int | None = Field(
        None, ge=1, description="length of the stage in passes over the clips, or over the people of `balance: identity`"
    )
    repeats: int = Field(1, ge=1, description="how often a pass takes each of them")
    batch: int = Field(16, ge=1, description="pairs of one step, over all processes")
    accumulate: int = Field(1, ge=1, description="parts in which each process goes through its share of the batch")
    rate: float = Field(7e-4, gt=0, description="peak learning rate")
    schedule: Literal["cosine", "steps"] = Field("cosine", description="how the rate falls: along a cosine, or by `drop` at each milestone")
    milestones: tuple[Share, ...] = Field((), description="shares of the stage at which the rate drops")
    drop: float = Field(0.1, gt=0, le=1)
    warmup: int = Field(100, ge=0, description="steps over which the rate rises")
    weight_decay: float = Field(1e-4, ge=0)
    weights: dict[str, float] = Field(min_length=1, description="weight of each loss by name; one that is not named is not in the sum")
    balance: Literal["openings", "identity", "clips"] | None = Field(
        None,
        description="how pairs are drawn: by eye and mouth opening, evenly by people, or evenly by clips; "
        "where not given by openings if the stage uses landmarks, else by people",
    )
    exact_share: Share = Field(0.5, description="share of the generator's pairs moved by exact anchors instead of detected points")
    real_share: Share = Field(0.2, description="share of the pairs that are of recordings, where there are rendered clips too")
    blend: Share = Field(
        1.0, description="share of the way from where the stage began to what it learnt that the weights kept go: less forgets less"
    )
    frozen_norms: bool = Field(False, description="BatchNorm keeps the statistics it has: for small data")
    discriminator: DiscriminatorPlan | None = None
    augmentation: AugmentationPlan | None = Field(None, description="where not given that of faces, or the default one for `both`")

    @property
    def is_led(self) -> bool:
        """Whether the generator learns, or a part of it, behind a detector that stays as it is."""
        return self.learn in ("generator", "fine")

    @property
    def uses_anchors(self) -> bool:
        """Whether keypoints are held to the places of a face that Puppet anchors them to."""
        return bool(_ANCHORED & set(self.weights)) or (self.is_led and self.exact_share > 0)

    @property
    def uses_landmarks(self) -> bool:
        """Whether the stage can train only on clips of faces with landmarks."""
        views = self.discriminator.views if self.discriminator else ()
        return self.uses_anchors or bool(_ON_LANDMARKS & set(self.weights)) or bool({"mouth", "eyes"} & set(views))

    @property
    def pairing(self) -> Literal["openings", "identity", "clips"]:
        """How pairs are drawn, said or not."""
        return self.balance or ("openings" if self.uses_landmarks else "identity")

    def length(self, clips: int, people: int) -> int:
        """Samples of the whole stage on data of so many clips of so many people."""
        if self.samples is not None:
            return self.samples
        assert self.epochs is not None
        return self.epochs * self.repeats * (people if self.pairing == "identity" else clips)

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_losses()
        if (self.samples is None) == (self.epochs is None):
            raise ValueError("a stage is so many samples long or so many epochs: give one of the two")
        if self.samples is not None and self.repeats > 1:
            raise ValueError("repeats go with epochs, not with samples")
        if (self.schedule == "steps") != bool(self.milestones):
            raise ValueError("milestones go with the schedule `steps`, and it needs some")
        if self.batch % self.accumulate:
            raise ValueError(f"a batch of {self.batch} can't be gone through in {self.accumulate} equal parts")
        if self.balance == "openings" and not self.uses_landmarks:
            raise ValueError("pairs can be balanced by openings only in a stage that uses landmarks")
        return self

    def _check_losses(self) -> None:
        known = LOSSES[self.learn]
        unknown = [name for name in self.weights if name not in known]
        if unknown:
            names = {"both": "the detector and the generator have", "fine": "the fine head has"}
            who = names.get(self.learn, f"the {self.learn} has")
            raise UnknownKeyError(("weights", unknown[0]), known, f"{who} the losses {', '.join(known)}, not {unknown[0]}")
        judged = {"gan", "features"} & set(self.weights)
        if judged and self.discriminator is None:
            raise ValueError(f"the loss {sorted(judged)[0]} needs a `discriminator`")
        if self.discriminator is not None and "gan" not in self.weights:
            raise ValueError("a discriminator is of use only with a weight for `gan`")
        if self.discriminator is not None and "picture" in self.discriminator.views:
            smallest = self.side * min(self.discriminator.scales)
            if smallest < self.discriminator.least_side:
                raise ValueError(
                    f"the discriminator's depth needs pictures of {self.discriminator.least_side} px, but looks at {smallest:g} px"
                )


class TrainingPlan(BaseModel):
    """How the stages are run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stages: tuple[Stage, ...] = Field(min_length=1)
    ema: float = Field(0.998, ge=0, lt=1, description="decay of the averaged weights, which are the ones kept")
    clip: float | None = Field(5.0, gt=0, description="largest gradient norm; null for any")
    largest_yaw: float = Field(0.3, gt=0, description="rendered clips of photographs turned further are left out")
    held_out: Literal["people", "ends"] = Field(
        "people", description="what validation looks at: people who are not trained on, or the end of every clip, for clips of few people"
    )
    seed: int = Field(0, ge=0)
    licence: str = Field("MIT", description="licence of the weights")
    sources: tuple[str, ...] = Field((), description="the training data, each with its licence")


class Recipe(BaseModel):
    """What `assets/recipes/NAME.yaml` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    model: Configuration
    training: TrainingPlan

    @model_validator(mode="after")
    def _check_anchors(self) -> Self:
        anchored = [stage.name for stage in self.training.stages if stage.uses_anchors]
        if anchored and self.model.keypoint_count != len(ANCHORS):
            raise ValueError(
                f"keypoint_count is {self.model.keypoint_count}, but the stage {anchored[0]} anchors {len(ANCHORS)} keypoints to a face"
            )
        return self


def load_recipe(recipe: str) -> Recipe:
    """A recipe that can be trained, by name or as a YAML file. Raises `ModelError` that names file, line and key of what is wrong."""
    return validate_recipe(recipe, Recipe)
