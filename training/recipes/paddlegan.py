"""PaddleGAN's YAML file of a First Order Motion Model, full or light, read as a recipe of ours."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

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

VOX_PEOPLE = 422
"""People in VoxCeleb's training part: where milestones are counted in steps, they are those of an epoch on that data."""


class Flip(Section):
    """Half of the pairs are mirrored."""

    name: Literal["PairedRandomHorizontalFlip"]
    share: float = Field(0.5, alias="prob", ge=0.5, le=0.5)
    keys: tuple[str, ...] = ()


class ColourJitter(Jitter):
    """Both pictures of a pair change their colours alike."""

    name: Literal["PairedColorJitter"]
    keys: tuple[str, ...] = ()


class ResizedCrop(Section):
    """Both pictures of a pair are resized alike, and a square is cut out."""

    name: Literal["PairedRandomResizedCrop"]
    size: tuple[int, int]
    scale: tuple[float, float] = (1.0, 1.0)
    ratio: tuple[Annotated[float, Field(ge=1, le=1)], Annotated[float, Field(ge=1, le=1)]] = (1.0, 1.0)
    keys: tuple[str, ...] = ()


Transform = Annotated[Flip | ColourJitter | ResizedCrop, Field(discriminator="name")]


class TrainDataset(Section):
    """The clips that are trained on: where they lie is said to `puppet-train fit` by --data."""

    name: Literal["FirstOrderDataset"]
    batch: int = Field(1, alias="batch_size", ge=1)
    frame_shape: Shape | None = None
    by_identity: bool = Field(False, alias="id_sampling")
    time_flip: bool = False
    repeats: int = Field(1, alias="num_repeats", ge=1)
    transforms: tuple[Transform, ...] | None = None
    # What is said of reading files or of other datasets is not looked at.
    dataroot: str = ""
    phase: Literal["train"] = "train"
    pairs_list: str | None = None
    num_workers: Any = None
    use_shared_memory: Any = None
    create_frames_folder: Any = None
    process_time: Any = None
    max_dataset_size: Any = None
    direction: Any = None
    input_nc: Any = None
    output_nc: Any = None


class Datasets(Section):
    """Only the clips that are trained on are looked at."""

    train: TrainDataset
    test: dict[str, Any] | None = None


class PaddleDetector(DetectorSection):
    """The keypoint detector, perhaps of light blocks."""

    light: bool = Field(False, alias="mobile_net")


class PaddleGenerator(GeneratorSection):
    """The generator, perhaps of light blocks."""

    light: bool = Field(False, alias="mobile_net")


class Pair(Section):
    """Detector and generator."""

    name: Literal["FirstOrderGenerator"]
    detector: PaddleDetector = Field(alias="kp_detector_cfg")
    generator: PaddleGenerator = Field(alias="generator_cfg")


class Discriminator(Section):
    """What tells real pictures from drawn ones."""

    name: Literal["FirstOrderDiscriminator", "FirstOrder_Discriminator"]
    section: DiscriminatorSection = Field(alias="discriminator_cfg")


class Losses(Section):
    """What the networks are held to; the length of training is said at the top of the file."""

    epochs: int | None = Field(None, alias="num_epochs")
    scales: Pyramid
    checkpoint_every: int = Field(50, alias="checkpoint_freq", ge=1)
    transform: TransformSection = Field(alias="transform_params")
    losses: LossSection = Field(alias="loss_weights")


class Model(Section):
    """How the networks are built and, for some files, what they are held to."""

    name: Literal["FirstOrderModel", "FirstOrderModelMobile"]
    mode: Literal["kp_detector", "generator", "both"] = "both"
    detector_weights: Any = Field(None, alias="kp_weight_path")
    generator_weights: Any = Field(None, alias="gen_weight_path")
    common: CommonSection = Field(alias="common_params")
    pair: Pair = Field(alias="generator")
    teacher: Pair | None = Field(None, alias="generator_ori")
    discriminator: Discriminator | None = None
    train: Losses | None = Field(None, alias="train_params")


class Rates(Section):
    """Learning rates. A milestone, after which they drop by ten, is an epoch or, where it lies beyond the last one, a step."""

    name: Literal["MultiStepDecay"] = "MultiStepDecay"
    milestones: int | tuple[int, ...] = Field((), alias="epoch_milestones")
    generator_rate: float = Field(alias="lr_generator", gt=0)
    discriminator_rate: float = Field(alias="lr_discriminator", gt=0)
    detector_rate: float = Field(alias="lr_kp_detector", ge=0)


class Optimiser(Section):
    """Only Adam is known."""

    name: Literal["Adam"]


class PaddleGanFile(Section):
    """A whole file; its sections about reports, snapshots, drawing and judging are not looked at."""

    epochs: int = Field(ge=1)
    data: Datasets = Field(alias="dataset")
    model: Model
    train: Losses | None = Field(None, alias="train_params")
    rates: Rates = Field(alias="lr_scheduler")
    optimiser: Optimiser = Field(alias="optimizer")
    output_dir: Any = None
    checkpoints: Any = None
    reconstruction_params: Any = None
    animate_params: Any = None
    visualizer_params: Any = None
    log_config: Any = None
    validate_config: Any = Field(None, alias="validate")
    snapshot_config: Any = None
    pytorch_ckpt: Any = None
    export_model: Any = None

    def recipe(self) -> dict[str, Any]:
        """The file as the document of a recipe of ours, without a name. Raises `SectionError` for what Puppet does not build or train."""
        model, data = self.model, self.data.train
        side = side_of(data.frame_shape)
        if model.pair.detector.light != model.pair.generator.light:
            raise SectionError("mobile_net", "is not the same for detector and generator, but Puppet builds both of the same blocks")
        configuration = configuration_of(
            model.common, model.pair.detector, model.pair.generator, side, align_corners=True, separable=model.pair.detector.light
        )
        held = model.train or self.train
        if held is None:
            raise SectionError("model", "lacks train_params, and so does the file")
        if model.mode == "kp_detector":
            raise SectionError(
                "mode", "is kp_detector: a detector alone is learned from a teacher, by `puppet-train compress --stage keypoints`"
            )
        schedule = Schedule(
            side=side,
            epochs=self.epochs,
            repeats=data.repeats,
            batch=data.batch,
            milestones=self._milestones(),
            generator_rate=self.rates.generator_rate,
            detector_rate=self.rates.detector_rate if model.mode == "both" else 0.0,
            discriminator_rate=self.rates.discriminator_rate,
            by_identity=data.by_identity,
        )
        discriminator = model.discriminator.section if model.discriminator else None
        return {
            "model": configuration.model_dump(mode="json", exclude_defaults=True) | {"family": "fomm"},
            "training": training_of(schedule, held.losses, discriminator, self._augmentation(side)),
        }

    def _milestones(self) -> tuple[float, ...]:
        given = (self.rates.milestones,) if isinstance(self.rates.milestones, int) else self.rates.milestones
        last = self.epochs
        if any(milestone > self.epochs for milestone in given):  # steps
            last = self.epochs * self.data.train.repeats * VOX_PEOPLE // self.data.train.batch
        return tuple(milestone / last for milestone in given)

    def _augmentation(self, side: int) -> dict[str, Any]:
        changes: dict[str, Any] = {"flip": False, "time_flip": self.data.train.time_flip, **Jitter().model_dump(), "resize": (1.0, 1.0)}
        for transform in self.data.train.transforms or ():
            if isinstance(transform, Flip):
                changes["flip"] = True
            elif isinstance(transform, ColourJitter):
                changes |= transform.model_dump(include=set(Jitter.model_fields))
            else:
                if transform.size != (side, side):
                    raise SectionError("size", f"cuts pictures to {list(transform.size)}, but the networks take {side} px")
                changes["resize"] = transform.scale
        return changes


def is_paddlegan(document: object) -> bool:
    """Whether a YAML document is PaddleGAN's file of a First Order Motion Model."""
    model = document.get("model") if isinstance(document, Mapping) else None
    return isinstance(model, Mapping) and isinstance(model.get("generator"), Mapping)
