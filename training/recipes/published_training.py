"""The training in published YAML files of the First Order Motion Model: what is alike whichever program reads them."""

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from training.recipes.published_sections import DiscriminatorSection, Section, SectionError

UNSTATED = "not stated: it depends on the training data"
"""The licence of weights whose training data a recipe does not know."""


class TransformSection(Section):
    """How far pictures are moved and bent for the equivariance losses."""

    affine: float = Field(alias="sigma_affine", ge=0.05, le=0.05)
    bend: float = Field(alias="sigma_tps", ge=0.005, le=0.005)
    bend_points: Literal[5] = Field(alias="points_tps")


Weight = Annotated[float, Field(ge=0)]


def _check_alike(weights: tuple[Weight, ...]) -> tuple[Weight, ...]:
    if len(set(weights)) > 1:
        raise ValueError(f"the weights are {list(weights)}, but Puppet gives every layer the same")
    return weights


Weights = Annotated[tuple[Weight, ...], Field(min_length=1), AfterValidator(_check_alike)]


class LossSection(Section):
    """The weight of each loss; one that is 0 is not computed."""

    generator_gan: Weight
    discriminator_gan: Weight = 1.0
    feature_matching: Weights
    perceptual: Annotated[Weights, Field(min_length=5, max_length=5)]
    equivariance_points: Weight = Field(alias="equivariance_value")
    equivariance_jacobians: Weight = Field(alias="equivariance_jacobian")

    @model_validator(mode="after")
    def _check_discriminator(self) -> Self:
        if self.generator_gan and self.discriminator_gan != 1:
            raise ValueError(f"discriminator_gan is {self.discriminator_gan}, but Puppet's discriminator learns with the weight 1")
        return self


class Jitter(Section):
    """Random changes of colour, each the largest; what is left out does not change."""

    brightness: float = Field(0.0, ge=0, le=1)
    contrast: float = Field(0.0, ge=0, le=1)
    saturation: float = Field(0.0, ge=0, le=1)
    hue: float = Field(0.0, ge=0, le=0.5)


PYRAMID = (1.0, 0.5, 0.25, 0.125)
"""The shares of the side at which pictures are compared."""


def _check_pyramid(scales: tuple[float, ...]) -> tuple[float, ...]:
    if scales != PYRAMID:
        raise ValueError(f"Puppet compares pictures at the scales {list(PYRAMID)}, not at {list(scales)}")
    return scales


Pyramid = Annotated[tuple[float, ...], AfterValidator(_check_pyramid)]

Shape = tuple[int, int, Literal[3]]
"""Height, width and channels of the pictures."""


def side_of(shape: tuple[int, int, int] | None) -> int:
    """The side of the pictures. Raises `SectionError` for pictures that are not square."""
    if shape is None:
        return 256
    if shape[0] != shape[1]:
        raise SectionError("frame_shape", f"is {list(shape)}, but Puppet animates square pictures")
    return shape[0]


class Schedule(NamedTuple):
    """What the two programs say of a training in different places. milestones: shares of it at which the rate drops by ten."""

    side: int
    epochs: int
    repeats: int
    batch: int
    milestones: tuple[float, ...]
    generator_rate: float
    detector_rate: float
    discriminator_rate: float
    by_identity: bool


def training_of(
    schedule: Schedule, losses: LossSection, discriminator: DiscriminatorSection | None, augmentation: dict[str, Any]
) -> dict[str, Any]:
    """The `training` of our recipe for these sections, of one stage. Raises `SectionError` for what Puppet does not train.

    A detector whose rate is 0 stays as it is. A discriminator that nobody listens to (`generator_gan` 0) is left out.
    """
    if schedule.detector_rate not in (0.0, schedule.generator_rate):
        raise SectionError(
            "lr_kp_detector",
            f"is {schedule.detector_rate} and lr_generator {schedule.generator_rate}, but Puppet trains both at one rate, "
            "or with 0 the generator alone",
        )
    weights = {
        "perceptual": losses.perceptual[0],
        "gan": losses.generator_gan,
        "features": losses.feature_matching[0] if losses.generator_gan else 0.0,
        "equivariance_points": losses.equivariance_points if schedule.detector_rate else 0.0,
        "equivariance_jacobians": losses.equivariance_jacobians if schedule.detector_rate else 0.0,
    }
    stage: dict[str, Any] = {
        "name": "pixels",
        "learn": "both" if schedule.detector_rate else "generator",
        "side": schedule.side,
        "epochs": schedule.epochs,
        "repeats": schedule.repeats,
        "batch": schedule.batch,
        "rate": schedule.generator_rate,
        "schedule": "steps",
        "milestones": [share for share in schedule.milestones if share < 1] or [1.0],
        "warmup": 0,
        "weight_decay": 0.0,
        "weights": {name: weight for name, weight in weights.items() if weight},
        "balance": "identity" if schedule.by_identity else "clips",
        "augmentation": augmentation,
    }
    if not schedule.detector_rate:
        stage["exact_share"] = 0.0  # no anchors: the points are those the detector sees
    if losses.generator_gan:
        if discriminator is None:
            raise SectionError("generator_gan", "has a weight, but no discriminator is described")
        if len(losses.feature_matching) != discriminator.depth:
            raise SectionError("feature_matching", f"has {len(losses.feature_matching)} weights for {discriminator.depth} blocks")
        stage["discriminator"] = {
            "width": discriminator.width,
            "width_limit": discriminator.width_limit,
            "depth": discriminator.depth,
            "spectral_norm": discriminator.spectral_norm,
            "sees_keypoints": discriminator.sees_keypoints,
            "scales": discriminator.scales,
            "rate": None if schedule.discriminator_rate == schedule.generator_rate else schedule.discriminator_rate,
        }
    return {"ema": 0.999, "clip": None, "licence": UNSTATED, "stages": [stage]}
