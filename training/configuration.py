"""The configuration of a network pair: stored in every checkpoint, so that a checkpoint says by itself how to build it."""

import math
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from training.data.anchors import ANCHORS


class LayerWidths(NamedTuple):
    """Input and output channels of a layer that pruning has narrowed, by its name in a `NetworkPair`."""

    layer: str
    inputs: int
    outputs: int


class FommConfiguration(BaseModel):
    """The full First Order Motion Model; the defaults are the published vox networks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: Literal["fomm"] = "fomm"
    side: int = Field(256, ge=64, description="width and height of the pictures, px")
    keypoint_count: int = Field(10, ge=1)
    align_corners: bool = Field(True, description="grid_sample convention: True for the published weights")
    single_jacobian_map: bool = False
    temperature: float = Field(0.1, gt=0)
    scale_factor: float = Field(0.25, gt=0, le=1, description="motion and keypoints are found at this share of the side")
    detector_width: int = Field(32, ge=1)
    detector_width_limit: int = Field(1024, ge=1)
    detector_depth: int = Field(5, ge=1)
    motion_width: int = Field(64, ge=1)
    motion_width_limit: int = Field(1024, ge=1)
    motion_depth: int = Field(5, ge=1)
    generator_width: int = Field(64, ge=1)
    generator_width_limit: int = Field(512, ge=1)
    generator_downs: int = Field(2, ge=1)
    bottleneck_blocks: int = Field(6, ge=0)
    estimate_occlusion: bool = True
    separable: bool = Field(False, description="light blocks: depthwise-separable convolutions, and 3x3 thrice in the place of 7x7")
    whole_heads: bool = Field(False, description="with light blocks: the detector's two heads are one convolution 7x7 each all the same")
    widths: tuple[LayerWidths, ...] = Field((), description="layers that pruning has narrowed")

    @property
    def stride(self) -> int:
        """Every how many pixels the motion and the keypoints see one."""
        return round(1 / self.scale_factor)

    @property
    def lids(self) -> list[tuple[int, int]]:
        """Keypoints on the upper and lower lid of each eye: unknown, for these keypoints are discovered."""
        return []

    @property
    def lips(self) -> list[int]:
        """Keypoints of the lips: unknown likewise."""
        return []

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        if not math.isclose(self.stride * self.scale_factor, 1):
            raise ValueError(f"scale_factor must be one over a whole number, not {self.scale_factor}")
        small = self.side / self.stride
        depth = max(self.detector_depth, self.motion_depth)
        if small % 2**depth or self.side % 2**self.generator_downs:
            raise ValueError(f"side {self.side} does not halve often enough: side * scale_factor must divide by {2**depth}")
        if small < 8:
            raise ValueError(f"side * scale_factor must be at least 8, not {small:g}")
        return self


class CompactConfiguration(BaseModel):
    """The compact family: inverted residual blocks, bottleneck at an eighth, blend of the warped source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: Literal["compact"] = "compact"
    side: int = Field(256, ge=64, multiple_of=32, description="width and height of the pictures, px")
    keypoint_count: int = Field(20, ge=1)
    align_corners: Literal[False] = Field(False, description="grid_sample convention: cells are areas at every scale")
    detector_side: int = Field(128, ge=64, description="the detector looks at the picture at this side, px")
    detector_widths: tuple[int, int, int, int] = Field((24, 48, 96, 160), description="channels at 1/2, 1/4, 1/8, 1/16")
    eyes: tuple[tuple[int, int, int, int], ...] = Field(
        (), description="keypoints of each eye: outer, inner corner, upper, lower lid; left first"
    )
    mouth: tuple[int, ...] = Field((), description="keypoints of the mouth")
    lips: tuple[int, ...] = Field((), description="keypoints of the upper and lower inner lip, then those that move with the lower one")
    face_mesh: bool = Field(False, description="take the keypoints from the face mesh wherever it sees a face")
    patch_side: int = Field(32, ge=16, multiple_of=8, description="side of the close-ups of eyes and mouth, px")
    motion_grid: int = Field(64, ge=16, description="side of the dense motion grid, whatever the picture's side")
    motion_widths: tuple[int, int, int, int] = Field((40, 96, 128, 192), description="channels at 1, 1/2, 1/4, 1/8 of the grid")
    heatmap_variance: float = Field(0.01, gt=0)
    detail_points: tuple[int, ...] = Field((), description="keypoints drawn sharply for the generator (lids, lips)")
    detail_variance: float = Field(0.003, gt=0)
    quarter_width: int = Field(96, ge=8, description="generator channels at 1/4")
    eighth_width: int = Field(128, ge=8, description="generator channels at 1/8")
    quarter_blocks: int = Field(2, ge=0)
    eighth_blocks: int = Field(4, ge=0)
    fine_width: int = Field(0, ge=0, description="channels of the head that redraws the picture at twice the side of all else; 0: none")
    fine_blocks: int = Field(2, ge=0)
    widths: tuple[LayerWidths, ...] = Field((), description="layers that pruning has narrowed")

    @model_validator(mode="after")
    def _check_closeups(self) -> Self:
        if len(self.eyes) not in (0, 2) or bool(self.eyes) != bool(self.mouth):
            raise ValueError("close-ups need the keypoints of two eyes and a mouth, or of none")
        named = [*self.detail_points, *self.mouth, *self.lips, *(index for eye in self.eyes for index in eye)]
        if any(not 0 <= index < self.keypoint_count for index in named):
            raise ValueError(f"keypoints are numbered from 0 to {self.keypoint_count - 1}")
        if self.face_mesh and self.keypoint_count != len(ANCHORS):
            raise ValueError(f"the face mesh gives {len(ANCHORS)} keypoints, not {self.keypoint_count}")
        return self

    @property
    def lids(self) -> list[tuple[int, int]]:
        """Keypoints on the upper and lower lid of each eye."""
        return [(eye[2], eye[3]) for eye in self.eyes]


Configuration = Annotated[FommConfiguration | CompactConfiguration, Field(discriminator="family")]
