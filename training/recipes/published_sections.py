"""The networks in published YAML files of the First Order Motion Model: the sections that are alike whichever program reads them.

Each field's alias is the file's own key; a default is what the program takes where the file leaves the key out. A field that allows one
value stands for what is built into our networks.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.configuration import FommConfiguration


class Section(BaseModel):
    """A mapping of a published file: a key that is not declared is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SectionError(ValueError):
    """A value that Puppet does not build or train. key: the file's own, where it stands."""

    def __init__(self, key: str, told: str) -> None:
        super().__init__(told)
        self.key = key


class CommonSection(Section):
    """What detector and generator share."""

    keypoint_count: int = Field(alias="num_kp", ge=1)
    channels: Literal[3] = Field(3, alias="num_channels")
    jacobians: Literal[True] = Field(True, alias="estimate_jacobian")


class HourglassSection(Section):
    """An hourglass that looks at the picture at a share of its side."""

    width: int = Field(alias="block_expansion", ge=1)
    width_limit: int = Field(alias="max_features", ge=1)
    depth: int = Field(alias="num_blocks", ge=1)
    scale_factor: float = Field(1.0, gt=0, le=1)


class DetectorSection(HourglassSection):
    """The keypoint detector."""

    temperature: float = Field(0.1, gt=0)
    single_jacobian_map: bool = False
    pad: Literal[0] = 0


class MotionSection(HourglassSection):
    """The dense motion network."""

    variance: float = Field(0.01, alias="kp_variance", ge=0.01, le=0.01)


class GeneratorSection(Section):
    """The generator with its dense motion network."""

    width: int = Field(alias="block_expansion", ge=1)
    width_limit: int = Field(alias="max_features", ge=1)
    downs: int = Field(alias="num_down_blocks", ge=1)
    bottleneck_blocks: int = Field(alias="num_bottleneck_blocks", ge=0)
    estimate_occlusion: bool = Field(False, alias="estimate_occlusion_map")
    motion: MotionSection = Field(alias="dense_motion_params")


class DiscriminatorSection(Section):
    """The discriminator that is trained beside them."""

    scales: tuple[float, ...] = Field((1.0,), min_length=1)
    width: int = Field(64, alias="block_expansion", ge=1)
    width_limit: int = Field(512, alias="max_features", ge=1)
    depth: int = Field(4, alias="num_blocks", ge=1)
    spectral_norm: bool = Field(False, alias="sn")
    sees_keypoints: bool = Field(False, alias="use_kp")
    variance: float = Field(0.01, alias="kp_variance", ge=0.01, le=0.01)


def configuration_of(
    common: CommonSection,
    detector: DetectorSection,
    generator: GeneratorSection,
    side: int,
    *,
    align_corners: bool,
    separable: bool = False,
) -> FommConfiguration:
    """Our configuration for these sections. Raises `SectionError` for networks that can't be built."""
    motion = generator.motion
    if detector.scale_factor != motion.scale_factor:
        raise SectionError(
            "scale_factor",
            f"is {detector.scale_factor} for keypoints and {motion.scale_factor} for dense motion, "
            "but Puppet knows only networks in which they are the same",
        )
    try:
        return FommConfiguration(
            side=side,
            keypoint_count=common.keypoint_count,
            align_corners=align_corners,
            single_jacobian_map=detector.single_jacobian_map,
            temperature=detector.temperature,
            scale_factor=detector.scale_factor,
            detector_width=detector.width,
            detector_width_limit=detector.width_limit,
            detector_depth=detector.depth,
            motion_width=motion.width,
            motion_width_limit=motion.width_limit,
            motion_depth=motion.depth,
            generator_width=generator.width,
            generator_width_limit=generator.width_limit,
            generator_downs=generator.downs,
            bottleneck_blocks=generator.bottleneck_blocks,
            estimate_occlusion=generator.estimate_occlusion,
            separable=separable,
        )
    except ValidationError as error:
        first = error.errors()[0]
        key = "frame_shape" if first["loc"] == ("side",) else "scale_factor"
        raise SectionError(key, f"does not fit the networks: {first['msg'].removeprefix('Value error, ')}") from error
