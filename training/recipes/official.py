"""The official YAML file of a First Order Motion Model, read as a recipe of ours."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from training.configuration import FommConfiguration
from training.recipes.published_sections import (
    CommonSection,
    DetectorSection,
    DiscriminatorSection,
    GeneratorSection,
    Section,
    SectionError,
    configuration_of,
)
from training.recipes.published_training import Jitter, LossSection, Pyramid, Schedule, Shape, TransformSection, side_of, training_of

SECTION = "model_params"
"""The one section that every official file has."""


class Flip(Section):
    """Half of the pairs are mirrored; half of them swap source and target."""

    horizontal_flip: bool = False
    time_flip: bool = False


class Resize(Section):
    """Smallest and largest factor of size."""

    ratio: tuple[float, float]
    interpolation: str = "nearest"


class Crop(Section):
    """Height and width of the square that is cut out after resizing."""

    size: tuple[int, int]


class Augmentation(Section):
    """Random changes that both pictures of a pair undergo."""

    flip: Flip = Field(Flip(), alias="flip_param")
    resize: Resize | None = Field(None, alias="resize_param")
    crop: Crop | None = Field(None, alias="crop_param")
    jitter: Jitter = Field(Jitter(), alias="jitter_param")


class Dataset(Section):
    """The clips: where they lie is said to `puppet-train fit` by --data."""

    root_dir: str = ""
    frame_shape: Shape | None = None
    image_shape: Shape | None = None
    by_identity: bool = Field(False, alias="id_sampling")
    pairs_list: str | None = None
    random_seed: int = 0
    augmentation: Augmentation = Field(Augmentation(), alias="augmentation_params")


class Networks(Section):
    """How the networks are built."""

    common: CommonSection = Field(alias="common_params")
    detector: DetectorSection = Field(alias="kp_detector_params")
    generator: GeneratorSection = Field(alias="generator_params")
    discriminator: DiscriminatorSection | None = Field(None, alias="discriminator_params")


class Training(Section):
    """How they are trained. A milestone is the epoch after which the rate drops by ten."""

    epochs: int = Field(alias="num_epochs", ge=1)
    repeats: int = Field(1, alias="num_repeats", ge=1)
    milestones: tuple[Annotated[int, Field(ge=1)], ...] = Field((), alias="epoch_milestones")
    generator_rate: float = Field(alias="lr_generator", gt=0)
    discriminator_rate: float = Field(alias="lr_discriminator", gt=0)
    detector_rate: float = Field(alias="lr_kp_detector", ge=0)
    batch: int = Field(alias="batch_size", ge=1)
    scales: Pyramid
    checkpoint_every: int = Field(50, alias="checkpoint_freq", ge=1)
    transform: TransformSection = Field(alias="transform_params")
    losses: LossSection = Field(alias="loss_weights")


class OfficialFile(Section):
    """A whole file; its sections about drawing and judging are not looked at."""

    data: Dataset = Field(Dataset(), alias="dataset_params")
    model: Networks = Field(alias="model_params")
    train: Training | None = Field(None, alias="train_params")
    reconstruction_params: dict[str, Any] | None = None
    animate_params: dict[str, Any] | None = None
    visualizer_params: dict[str, Any] | None = None

    @property
    def side(self) -> int:
        """Side of the pictures, px. Raises `SectionError` for pictures that are not square."""
        return side_of(self.data.frame_shape or self.data.image_shape)

    def configuration(self, *, align_corners: bool = True) -> FommConfiguration:
        """How the networks are built; the convention is that of the published weights. Raises `SectionError` for what can't be built."""
        return configuration_of(self.model.common, self.model.detector, self.model.generator, self.side, align_corners=align_corners)

    def recipe(self) -> dict[str, Any]:
        """The file as the document of a recipe of ours, without a name; without `training` where it has no `train_params`.

        Raises `SectionError` for what Puppet does not build or train.
        """
        model = self.configuration().model_dump(mode="json", exclude_defaults=True) | {"family": "fomm"}
        if self.train is None:
            return {"model": model}
        train, augmentation = self.train, self.data.augmentation
        if augmentation.crop and augmentation.crop.size != (self.side, self.side):
            raise SectionError("crop_param", f"cuts pictures to {list(augmentation.crop.size)}, but the networks take {self.side} px")
        schedule = Schedule(
            side=self.side,
            epochs=train.epochs,
            repeats=train.repeats,
            batch=train.batch,
            milestones=tuple(milestone / train.epochs for milestone in train.milestones),
            generator_rate=train.generator_rate,
            detector_rate=train.detector_rate,
            discriminator_rate=train.discriminator_rate,
            by_identity=self.data.by_identity,
        )
        changes = {
            "flip": augmentation.flip.horizontal_flip,
            "time_flip": augmentation.flip.time_flip,
            **augmentation.jitter.model_dump(),
            "resize": augmentation.resize.ratio if augmentation.resize else (1.0, 1.0),
        }
        return {"model": model, "training": training_of(schedule, train.losses, self.model.discriminator, changes)}


def is_official(document: object) -> bool:
    """Whether a YAML document is an official configuration rather than one of our recipes."""
    return isinstance(document, Mapping) and SECTION in document


def read_official(document: Mapping[str, Any], align_corners: bool = True) -> FommConfiguration:
    """The configuration an official YAML document stands for. Raises `ValueError` for what is unknown, missing or can't be built."""
    return OfficialFile.model_validate(document).configuration(align_corners=align_corners)
